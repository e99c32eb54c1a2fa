//! What a grant is for, beside what is asked.

use orgcensus_policy::evaluation::{covers, cross};

use crate::resource::holder;
use crate::search::partition;

/// Whether a scope, `s3://bucket/prefix*`, is only for a part of what is asked. None: for nothing of it.
pub(super) fn part_of(scope: &str, arn: &str) -> Option<bool> {
    let Some((_, named)) = scope.split_once("://") else { return Some(true) };
    let start = format!("arn:{}:s3:::", partition(arn));
    if holder(arn) == arn {
        // A list is that of a prefix, if the grant has one.
        let (bucket, key) = named.split_once('/').unwrap_or((named, "*"));
        let bucket = if bucket.is_empty() { "*" } else { bucket };
        return covers(&format!("{start}{bucket}"), arn).then_some(!matches!(key, "" | "*"));
    }
    let named = if named.is_empty() { "*" } else { named };
    let pattern = format!("{start}{named}");
    if covers(&pattern, arn) {
        return Some(false);
    }
    (covers(arn, &pattern) || cross(arn, &pattern)).then_some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_for_all_that_is_asked_for_a_part_or_for_nothing() {
        let object = "arn:aws:s3:::data/reports/k";
        for whole in ["s3://data/reports/*", "s3://data/*", "s3://*", "s3://data/reports/k", "s3://data/rep*"] {
            assert_eq!(part_of(whole, object), Some(false), "{whole}");
        }
        assert_eq!(part_of("s3://data/other/*", object), None);
        assert_eq!(part_of("s3://data/reports/*", "arn:aws:s3:::data/*"), Some(true));
        let list = |scope: &str| part_of(scope, "arn:aws:s3:::data");
        assert_eq!([list("s3://data/*"), list("s3://data/a*"), list("s3://other/*")], [Some(false), Some(true), None]);
    }
}
