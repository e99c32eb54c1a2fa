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

/// What a scope is about, as an ARN: what is in a bucket, or the bucket itself. Without one it is all buckets.
pub(super) fn whole(scope: Option<&str>, grant_arn: &str, is_of_bucket: bool) -> String {
    let named = scope.and_then(|scope| scope.split_once("://")).map_or("", |(_, named)| named);
    let named = if named.is_empty() { "*" } else { named };
    let bucket = named.split('/').next().unwrap_or(named);
    format!("arn:{}:s3:::{}", partition(grant_arn), if is_of_bucket { bucket } else { named })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_about_objects_or_about_their_bucket() {
        let of = |scope| [false, true].map(|is_of_bucket| whole(scope, "arn:aws-cn:s3:x:1:g", is_of_bucket));
        assert_eq!(of(Some("s3://data/reports/*")), ["arn:aws-cn:s3:::data/reports/*", "arn:aws-cn:s3:::data"]);
        assert_eq!(of(Some("s3://data*")), ["arn:aws-cn:s3:::data*"; 2]);
        assert_eq!(
            (of(Some("s3://")), of(None)),
            (["arn:aws-cn:s3:::*".to_owned(), "arn:aws-cn:s3:::*".to_owned()], of(Some("s3://*")))
        );
    }

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
