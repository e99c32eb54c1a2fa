//! Patterns of resources, as they can be asked for.

use orgcensus_policy::is_arn;

use crate::scopes::ALL;

/// The pattern as an ARN that can be asked for: `arn:aws:s3*` is `arn:aws:s3*:*:*:*`.
pub(super) fn whole(pattern: &str) -> Option<String> {
    const FIELDS: usize = 6;
    if !pattern.is_empty() && pattern.bytes().all(|it| it == b'*') {
        return Some(ALL.to_owned());
    }
    let missing = FIELDS.saturating_sub(pattern.split(':').count());
    let arn = match pattern {
        _ if is_arn(pattern) => pattern.to_owned(),
        _ if pattern.starts_with('*') => format!("arn:*:*:*:*:{pattern}"),
        _ if pattern.starts_with("arn:") && pattern.ends_with('*') => format!("{pattern}{}", ":*".repeat(missing)),
        _ => return None,
    };
    is_arn(&arn).then_some(arn)
}

#[cfg(test)]
mod tests {
    use orgcensus_policy::evaluation::covers;

    use super::*;

    #[test]
    fn patterns_become_arns_that_they_match() {
        let told = |pattern| whole(pattern).unwrap_or_default();
        assert_eq!(["*", "**"].map(told), ["*", "*"]);
        assert_eq!(told("arn:aws:s3:::b/*"), "arn:aws:s3:::b/*");
        assert_eq!(told("arn:aws:s3*"), "arn:aws:s3*:*:*:*");
        assert_eq!(told("*:role/x"), "arn:*:*:*:*:*:role/x");
        assert_eq!((whole("s3:*"), whole("")), (None, None));
        for pattern in ["arn:aws:s3*", "*:role/x", "arn:*"] {
            assert!(covers(pattern, &told(pattern)), "{pattern}");
        }
    }
}
