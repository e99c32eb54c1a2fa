//! The rules of single services.

use super::context::Facts;
use super::request::{AccessPoint, Request};
use crate::arn::{Arn, is_account};

/// Services that answer in one region only, whatever the caller's: `aws:RequestedRegion` is this one.
const GLOBAL: [&str; 5] = ["iam", "organizations", "route53", "cloudfront", "account"];
const GLOBAL_REGION: &str = "us-east-1";

/// The operations of KMS that work across accounts, as their pages say (`Cross-account use: Yes`); of `ReEncrypt` the
/// actions' names. All others fail, whatever policies say (E16).
const KMS_ACROSS_ACCOUNTS: [&str; 22] = [
    "creategrant",
    "decapsulate",
    "decrypt",
    "derivesharedsecret",
    "describekey",
    "encapsulate",
    "encrypt",
    "generatedatakey",
    "generatedatakeypair",
    "generatedatakeypairwithoutplaintext",
    "generatedatakeywithoutplaintext",
    "generatemac",
    "getkeyrotationstatus",
    "getpublickey",
    "listgrants",
    "reencryptfrom",
    "reencryptto",
    "retiregrant",
    "revokegrant",
    "sign",
    "verify",
    "verifymac",
];

/// What only the account of a bucket can do, whatever policies say. Its root user can, whatever the bucket's policy
/// says, lest nobody can: "DeleteBucketPolicy" in the S3 API Reference.
const OF_BUCKET_POLICIES: [&str; 3] = ["s3:deletebucketpolicy", "s3:getbucketpolicy", "s3:putbucketpolicy"];

/// The region of a request; `None` if it is not known.
pub(super) fn region<'r>(service: &str, resource: &'r str) -> Option<&'r str> {
    let arn = Arn::parse(resource);
    let region = arn.map(|arn| arn.region).filter(|region| !region.is_empty());
    let is_commercial = arn.is_none_or(|arn| arn.partition == "aws");
    region.or_else(|| (is_commercial && GLOBAL.contains(&service)).then_some(GLOBAL_REGION))
}

/// The account of an access point.
pub(super) fn account_of_point(point: &AccessPoint) -> Option<&str> {
    point.account.as_deref().or_else(|| Arn::parse(&point.arn).map(|arn| arn.account).filter(|id| is_account(id)))
}

/// The account that owns the resource of a request. Where neither the request nor the ARN says it, as for an action on
/// no resource, for a hosted zone, or for a bucket of which nothing else is said, it is the caller's own.
pub(super) fn resource_account<'a>(
    request: &'a Request,
    resource: &'a str,
    caller: Option<&'a str>,
) -> Option<&'a str> {
    // A question about nothing in particular is not about the resource that stands beside it.
    if request.question.resource.as_deref() == Some("*") && caller.is_some() {
        return caller;
    }
    let said = request.resource.as_ref().and_then(|it| it.account.as_deref());
    let of_arn = |arn: &'a str| Arn::parse(arn).map(|arn| arn.account).filter(|id| is_account(id));
    let own = || request.resource.as_ref().and_then(|it| it.arn.as_deref()).and_then(of_arn);
    let is_unread = request.resource.as_ref().is_some_and(|it| it.has_unread_account);
    said.or_else(|| of_arn(resource)).or_else(own).or_else(|| caller.filter(|_| !is_unread))
}

/// How the two sides of a request of one account are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Joined {
    /// Either side is enough (E9).
    Either,
    /// The resource must allow (E16, E17).
    ByResource,
    /// Both must allow: what is done to a session beside assuming a role (E17).
    Both,
    /// The resource alone decides: whoever calls with a token has no own side (E17).
    ResourceAlone,
}

/// How the sides of a request are joined.
pub(super) fn joined(facts: &Facts) -> Joined {
    match facts.action {
        "sts:assumerole" => Joined::ByResource,
        "sts:tagsession" | "sts:setsourceidentity" if is_role(facts.resource) => Joined::Both,
        "sts:assumerolewithsaml" | "sts:assumerolewithwebidentity" => Joined::ResourceAlone,
        _ if is_key(facts) => Joined::ByResource,
        _ => Joined::Either,
    }
}

/// Whether the request is about a key of KMS, by its id or by an alias; not about an alias itself, or about all keys.
pub(super) fn is_key(facts: &Facts) -> bool {
    let Some(arn) = Arn::parse(facts.resource).filter(|arn| arn.service == "kms") else { return false };
    let is_by_alias = arn.resource.starts_with("alias/") && !facts.action.contains("alias");
    facts.service() == "kms" && (is_by_alias || arn.resource.starts_with("key/"))
}

/// Whether the ARN is a role's.
pub(super) fn is_role(resource: &str) -> bool {
    Arn::parse(resource).is_some_and(|arn| arn.service == "iam" && arn.resource.starts_with("role/"))
}

/// Whether an action of KMS works on the key of another account.
pub(super) fn works_across_accounts(facts: &Facts) -> bool {
    facts.action.strip_prefix("kms:").is_none_or(|name| KMS_ACROSS_ACCOUNTS.contains(&name))
}

/// Whether the request is about the policy of a bucket.
pub(super) fn is_of_bucket_policy(facts: &Facts) -> bool {
    OF_BUCKET_POLICIES.contains(&facts.action)
}

/// Whether the policies of the resource count: a trust policy is none for actions of IAM (E18), and for actions of STS
/// there is no other.
pub(super) fn has_resource_policy(facts: &Facts) -> bool {
    facts.service() != "iam"
}
