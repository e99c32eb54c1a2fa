//! One step of merging two inputs that are sorted by the same keys.

/// Which of the two inputs has the next row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// Only the older one has it.
    Lost,
    /// Only the newer one has it.
    Found,
    /// Both have it.
    Both,
}

/// Compares the next key of the older input with the next key of the newer one; an input that has ended has none. The
/// answer is none when both have ended.
pub(crate) fn next<K: Ord>(from: Option<K>, to: Option<K>) -> Option<Next> {
    match (from, to) {
        (None, None) => None,
        (Some(_), None) => Some(Next::Lost),
        (None, Some(_)) => Some(Next::Found),
        (Some(from), Some(to)) => Some(match from.cmp(&to) {
            std::cmp::Ordering::Less => Next::Lost,
            std::cmp::Ordering::Greater => Next::Found,
            std::cmp::Ordering::Equal => Next::Both,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `-a` was lost, `+b` was found, `=c` is in both.
    fn merged(from: &str, to: &str) -> String {
        let (mut from, mut to) = (from.chars().peekable(), to.chars().peekable());
        let mut steps = String::new();
        while let Some(step) = next(from.peek().copied(), to.peek().copied()) {
            let (sign, key) = match step {
                Next::Lost => ('-', from.next()),
                Next::Found => ('+', to.next()),
                Next::Both => {
                    from.next();
                    ('=', to.next())
                }
            };
            steps.push(sign);
            steps.extend(key);
        }
        steps
    }

    #[test]
    fn two_sorted_inputs_are_merged() {
        for (from, to, expected) in [
            ("", "", ""),
            ("a", "", "-a"),
            ("", "a", "+a"),
            ("abc", "abc", "=a=b=c"),
            ("abc", "ac", "=a-b=c"),
            ("ac", "abc", "=a+b=c"),
            ("ab", "cd", "-a-b+c+d"),
            ("cd", "ab", "+a+b-c-d"),
            ("ace", "bdf", "-a+b-c+d-e+f"),
            ("abz", "bcz", "-a=b+c=z"),
            // A key that stands twice is paired as often as both have it.
            ("aab", "ab", "=a-a=b"),
        ] {
            assert_eq!(merged(from, to), expected, "{from:?} and {to:?}");
        }
    }
}
