//! The owner of an ARN in a condition's value (C10–C13).

use crate::arn::{Arn, has_wildcard, is_account};
use crate::glob::{may_match, overlaps};
use crate::operator::Comparison;
use crate::reach::Reach;

/// Who a value of `aws:PrincipalArn` admits.
pub(crate) fn principal_arn(comparison: Comparison, value: &str) -> Option<Reach> {
    let pattern = match Pattern::read(comparison, value) {
        Pattern::Fields(arn) => arn,
        Pattern::Anything => return Some(Reach::Anyone),
        Pattern::Nothing => return None,
    };
    let identities = matches!(pattern.service, "iam" | "sts") || has_wildcard(pattern.service);
    // An IAM ARN has no region: under StringLike a wildcard there swallows another account's fields (C12).
    let spoofable = comparison == Comparison::Like && !pattern.region.is_empty();
    match pattern.account {
        _ if !identities || !may_be_principal(comparison, &pattern) => None,
        _ if spoofable => has_wildcard(pattern.region).then_some(Reach::Anyone),
        id if is_account(id) => {
            let keeps_case = comparison != Comparison::ExactIgnoringCase;
            Some(Reach::Account { id: id.to_owned(), arn: keeps_case.then(|| value.to_owned()) })
        }
        id => has_wildcard(id).then_some(Reach::Anyone),
    }
}

/// Whether a principal's ARN may match: the key holds the ARN of a root user, a user, a role or a federated user's
/// session. Of a role's session it holds the role's, so `assumed-role/…` matches nobody.
fn may_be_principal(comparison: Comparison, pattern: &Arn) -> bool {
    // Under StringLike a wildcard in the account swallows colons, and the path of a role may hold them (C12).
    if comparison == Comparison::Like && pattern.service != "sts" && has_wildcard(pattern.account) {
        return true;
    }
    let kinds: [(&str, &[&str]); 2] = [("iam", &["root", "user/*", "role/*"]), ("sts", &["federated-user/*"])];
    kinds.iter().any(|(service, resources)| {
        may_match(pattern.service, service) && resources.iter().any(|kind| overlaps(pattern.resource, kind))
    })
}

/// Who a value of `aws:SourceArn`, or of another resource's ARN, admits: the owner of the resource.
pub(crate) fn resource_arn(comparison: Comparison, value: &str) -> Option<Reach> {
    let pattern = match Pattern::read(comparison, value) {
        Pattern::Fields(arn) => arn,
        Pattern::Anything => return Some(Reach::Anyone),
        Pattern::Nothing => return None,
    };
    let name = pattern.resource.split('/').next().unwrap_or_default();
    match pattern.account {
        id if is_account(id) => Some(Reach::Account { id: id.to_owned(), arn: None }),
        // C13: a bucket's ARN has no account, and patterns write `*` there; S3's other resources have one, and a slash.
        "" if pattern.service == "s3" && is_name(name) => Some(Reach::Bucket(name.to_owned())),
        "*" if pattern.service == "s3" && is_name(pattern.resource) => Some(Reach::Bucket(name.to_owned())),
        id if has_wildcard(id) => Some(Reach::Anyone),
        "" if has_wildcard(pattern.resource) => Some(Reach::Anyone),
        id if !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()) => None,
        _ => Some(Reach::Unresolved),
    }
}

/// Whether this is a bucket's name, and nothing more.
fn is_name(text: &str) -> bool {
    !text.is_empty() && !has_wildcard(text) && !text.contains('/')
}

/// A value that should be an ARN.
enum Pattern<'a> {
    /// Its fields can be relied on.
    Fields(Arn<'a>),
    /// Its wildcards may stand for any account.
    Anything,
    /// It can match no ARN.
    Nothing,
}

impl<'a> Pattern<'a> {
    fn read(comparison: Comparison, value: &'a str) -> Pattern<'a> {
        let wild = matches!(comparison, Comparison::Like | Comparison::Arn) && has_wildcard(value);
        let Some(arn) = Arn::parse(value).or_else(|| account_only(value).filter(|_| wild)) else {
            return if wild { Pattern::Anything } else { Pattern::Nothing };
        };
        match comparison {
            Comparison::Arn => Pattern::Fields(arn),
            // C12: a wildcard before the account crosses colons, and an IAM path may hold colons. In the region it may
            // stay: what has one has no such path.
            Comparison::Like if has_wildcard(arn.partition) || has_wildcard(arn.service) => Pattern::Anything,
            Comparison::Like => Pattern::Fields(arn),
            Comparison::Exact | Comparison::ExactIgnoringCase if is_plain(&arn) => Pattern::Fields(arn),
            _ => Pattern::Nothing,
        }
    }
}

/// Whether an ARN can be what it says, letter by letter: no field or name holds a wildcard, though an IAM path may.
fn is_plain(arn: &Arn) -> bool {
    let name = arn.resource.rsplit('/').next().unwrap_or(arn.resource);
    ![arn.partition, arn.service, arn.region, arn.account, name].into_iter().any(has_wildcard)
}

/// `arn:aws:iam::111122223333*`: after a whole account only its colon can follow.
fn account_only(value: &str) -> Option<Arn<'_>> {
    let value = value.strip_suffix('*')?;
    let mut fields = value.splitn(5, ':');
    let (Some("arn"), Some(partition), Some(service), Some(region), Some(account)) =
        (fields.next(), fields.next(), fields.next(), fields.next(), fields.next())
    else {
        return None;
    };
    is_account(account).then_some(Arn { partition, service, region, account, resource: "*" })
}
