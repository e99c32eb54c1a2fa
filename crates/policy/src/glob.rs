//! Patterns with `*` and `?`: does one match, contain or meet another.
//!
//! Each question has a bound on its work. Beyond it, the answer is the safe one for the caller.

/// The most steps one comparison may take: far above any ARN, far below what a hostile document could ask.
const MAX_STEPS: usize = 1 << 22;

/// Whether the text may match the pattern. True when too long to tell.
pub(crate) fn may_match(pattern: &str, text: &str) -> bool {
    too_long(pattern, text) || greedy(pattern.as_bytes(), text.as_bytes(), |p, t| p == b'?' || p == t)
}

/// Whether everything that `inner` matches, `outer` matches too. False when it cannot be shown.
pub(crate) fn contains(outer: &str, inner: &str) -> bool {
    // A wildcard of the inner pattern is met only by one at least as wide in the outer.
    let meets = |o: u8, i: u8| (o == i || o == b'?') && i != b'*';
    !too_long(outer, inner) && greedy(outer.as_bytes(), inner.as_bytes(), meets)
}

/// Whether some text may match both patterns. True when too long to tell.
pub(crate) fn overlaps(left: &str, right: &str) -> bool {
    if too_long(left, right) {
        return true;
    }
    let (left, right) = (left.as_bytes(), right.as_bytes());
    // row[j]: may left[i..] and right[j..] meet? Filled from the ends.
    let mut below = vec![false; right.len() + 1];
    for i in (0..=left.len()).rev() {
        let mut row = vec![false; right.len() + 1];
        for j in (0..=right.len()).rev() {
            row[j] = match (left.get(i), right.get(j)) {
                (None, None) => true,
                (Some(b'*'), _) => below[j] || (j < right.len() && row[j + 1]),
                (_, Some(b'*')) => row[j + 1] || (i < left.len() && below[j]),
                (Some(l), Some(r)) => (l == r || *l == b'?' || *r == b'?') && below[j + 1],
                (None, Some(_)) | (Some(_), None) => false,
            };
        }
        below = row;
    }
    below[0]
}

fn too_long(left: &str, right: &str) -> bool {
    left.len().saturating_mul(right.len()) > MAX_STEPS
}

/// The usual matcher with one point to return to: a later `*` makes an earlier one's choice final.
fn greedy(pattern: &[u8], text: &[u8], meets: impl Fn(u8, u8) -> bool) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        if pattern.get(p) == Some(&b'*') {
            star = Some((p + 1, t));
            p += 1;
        } else if pattern.get(p).is_some_and(|&byte| meets(byte, text[t])) {
            p += 1;
            t += 1;
        } else if let Some((after, from)) = star {
            star = Some((after, from + 1));
            p = after;
            t = from + 1;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|&byte| byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match() {
        assert!(may_match("arn:aws:iam::*:role/a?c", "arn:aws:iam::111122223333:role/abc"));
        assert!(may_match("*a*b", "xaxxb"));
        assert!(!may_match("a*b", "abc"));
        assert!(!may_match("", "x"));
    }

    #[test]
    fn containment_is_of_patterns() {
        assert!(contains("s3:*", "s3:get*"));
        assert!(contains("*", "*"));
        assert!(contains("s3:get?bject", "s3:get?bject"));
        assert!(!contains("s3:get*", "s3:*"));
        assert!(!contains("s3:get?", "s3:get*"));
        assert!(!contains("arn:aws:s3:::b", "arn:aws:s3:::b/*"));
    }

    #[test]
    fn patterns_meet() {
        assert!(overlaps("s3:get*", "*object"));
        assert!(overlaps("a?c", "ab*"));
        assert!(overlaps("", "*"));
        assert!(!overlaps("s3:get*", "s3:put*"));
        assert!(!overlaps("a", "b"));
    }

    #[test]
    fn a_hostile_length_is_answered_at_once() {
        let long = "*a".repeat(100_000);
        assert!(may_match(&long, &long) && overlaps(&long, &long) && !contains(&long, &long));
    }
}
