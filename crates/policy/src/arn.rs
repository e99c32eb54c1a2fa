//! The six fields of an ARN, and what an account id looks like.

use crate::glob::may_match;

/// An ARN taken apart. Any field may hold wildcards: policies write patterns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Arn<'a> {
    /// `aws`, `aws-cn`, `aws-us-gov` …
    pub(crate) partition: &'a str,
    /// `iam`, `s3` …
    pub(crate) service: &'a str,
    /// The region, often empty.
    pub(crate) region: &'a str,
    /// The account, empty for S3 buckets.
    pub(crate) account: &'a str,
    /// All the rest, colons included.
    pub(crate) resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Takes apart `arn:partition:service:region:account:resource`.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let mut fields = text.splitn(6, ':');
        let (Some("arn"), Some(partition), Some(service), Some(region), Some(account), Some(resource)) =
            (fields.next(), fields.next(), fields.next(), fields.next(), fields.next(), fields.next())
        else {
            return None;
        };
        Some(Arn { partition, service, region, account, resource })
    }
}

/// Whether the text has the six fields of an ARN.
pub fn is_arn(text: &str) -> bool {
    Arn::parse(text).is_some_and(|arn| !arn.partition.is_empty() && !arn.service.is_empty() && !arn.resource.is_empty())
}

/// Whether an ARN matches a pattern field by field, as the operators of ARNs compare.
pub(crate) fn matches_arn(pattern: &str, value: &str) -> bool {
    let (Some(pattern), Some(value)) = (Arn::parse(pattern), Arn::parse(value)) else { return false };
    may_match(pattern.partition, value.partition)
        && may_match(pattern.service, value.service)
        && may_match(pattern.region, value.region)
        && may_match(pattern.account, value.account)
        && may_match(pattern.resource, value.resource)
}

/// Whether this is an account id: twelve digits.
pub(crate) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the text holds a wildcard.
pub(crate) fn has_wildcard(text: &str) -> bool {
    text.contains(['*', '?'])
}
