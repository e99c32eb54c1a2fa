//! What one value of a condition admits, by the shape of its key (C10–C13, C15).

use crate::arn::{Arn, has_wildcard, is_account};
use crate::operator::Comparison;
use crate::reach::Reach;

/// The shape of a key's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// An account id.
    Account,
    /// The ARN of a principal.
    PrincipalArn,
    /// The ARN of any resource.
    ResourceArn,
    /// An organization's id.
    Organization,
    /// A path of organizational units, which starts with the organization's id.
    OrganizationPath,
    /// `aws:userid`.
    UserId,
    /// An address or a block of them. Read all at once, in `bound`.
    Address,
    /// The id of a VPC or VPC endpoint, which starts with this.
    Network(&'static str),
    /// An SNS endpoint.
    Endpoint,
    /// The ARN or id of a KMS key.
    Key,
    /// Whether the caller is a service.
    IsService,
    /// A service's name.
    ServiceName,
}

/// Who the value admits; `None` when it can match nothing.
pub(crate) fn reach(shape: Shape, comparison: Comparison, value: &str, expands_variables: bool) -> Option<Reach> {
    if matches!(comparison, Comparison::Other) {
        return Some(Reach::Anyone);
    }
    if !value.contains("${") {
        return fixed(shape, comparison, value);
    }
    if !expands_variables {
        // An older document's `${…}` is plain text, which no id or ARN contains.
        return None;
    }
    if let Some(reach) = own(shape, value) {
        return Some(reach);
    }
    // What a variable will be is not known: it stands for anything, as a wildcard does.
    let comparison = if comparison == Comparison::Arn { Comparison::Arn } else { Comparison::Like };
    fixed(shape, comparison, &variables_as_wildcards(value))
}

/// C15: the two variables that are as good as fixed.
fn own(shape: Shape, value: &str) -> Option<Reach> {
    match shape {
        Shape::Account if value.eq_ignore_ascii_case("${aws:ResourceAccount}") => Some(Reach::ResourceAccount),
        Shape::Organization if value.eq_ignore_ascii_case("${aws:ResourceOrgID}") => Some(Reach::ResourceOrganization),
        _ => None,
    }
}

/// The text with every `${…}` as `*`.
pub(crate) fn variables_as_wildcards(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((before, after)) = rest.split_once("${") {
        text.push_str(before);
        text.push('*');
        // One that is never closed takes the rest.
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    text + rest
}

fn fixed(shape: Shape, comparison: Comparison, value: &str) -> Option<Reach> {
    let folded;
    let value = if comparison == Comparison::ExactIgnoringCase {
        folded = value.to_ascii_lowercase();
        &folded
    } else {
        value
    };
    // Under the exact operators wildcards are plain characters.
    let wild = matches!(comparison, Comparison::Like | Comparison::Arn);
    match shape {
        Shape::PrincipalArn => principal_arn(comparison, value),
        Shape::ResourceArn => resource_arn(comparison, value),
        Shape::IsService => is_service(value),
        Shape::Address => address(wild, value),
        Shape::Key if has_wildcard(value) => wild.then_some(Reach::Anyone),
        Shape::Key => Some(Reach::Unresolved),
        // Neither ARNs, nor addresses, nor booleans.
        _ if matches!(comparison, Comparison::Arn | Comparison::Ip | Comparison::Bool) => None,
        Shape::Account => account(wild, value),
        Shape::Organization => organization(wild, value),
        Shape::OrganizationPath if !wild && has_wildcard(value) => None,
        Shape::OrganizationPath => organization(wild, value.split('/').next().unwrap_or_default()),
        Shape::UserId => user_id(wild, value),
        Shape::Network(prefix) if !value.starts_with(prefix) => (wild && has_wildcard(value)).then_some(Reach::Anyone),
        Shape::Network(_) if has_wildcard(value) => wild.then_some(Reach::Anyone),
        Shape::Network(_) => Some(Reach::Vpc(value.to_owned())),
        Shape::Endpoint => endpoint(wild, value),
        Shape::ServiceName => Some(Reach::Service),
    }
}

/// `false` says that the caller is not a service, which bounds nothing.
fn is_service(value: &str) -> Option<Reach> {
    match value.to_ascii_lowercase().as_str() {
        "true" => Some(Reach::Service),
        "false" => Some(Reach::Anyone),
        _ => None,
    }
}

/// An address under a string operator: a plain one may be equal, a block never is.
fn address(wild: bool, value: &str) -> Option<Reach> {
    if wild && has_wildcard(value) {
        return Some(Reach::Anyone);
    }
    value.parse::<std::net::IpAddr>().is_ok().then_some(Reach::Place)
}

fn account(wild: bool, value: &str) -> Option<Reach> {
    let id = if wild { value.trim_matches('*') } else { value };
    if is_account(id) {
        return Some(Reach::Account { id: id.to_owned(), arn: None });
    }
    // `anonymous` is the account of unsigned callers.
    (value == "anonymous" || (wild && has_wildcard(value))).then_some(Reach::Anyone)
}

fn organization(wild: bool, value: &str) -> Option<Reach> {
    if has_wildcard(value) {
        return wild.then_some(Reach::Anyone);
    }
    let id = value.strip_prefix("o-")?;
    let plausible = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    plausible.then(|| Reach::Organization(value.to_owned()))
}

/// `AIDA…`, `AROA…:session`, or an account id for its root user. Only the part before the colon says who it is.
fn user_id(wild: bool, value: &str) -> Option<Reach> {
    if has_wildcard(value) && !wild {
        return None;
    }
    let id = value.split(':').next().unwrap_or_default();
    // `anonymous` is the id of unsigned callers.
    if has_wildcard(id) || id == "anonymous" {
        return Some(Reach::Anyone);
    }
    (!id.is_empty()).then(|| Reach::UniqueId(id.to_owned()))
}

fn principal_arn(comparison: Comparison, value: &str) -> Option<Reach> {
    let pattern = match Pattern::read(comparison, value) {
        Pattern::Fields(arn) => arn,
        Pattern::Anything => return Some(Reach::Anyone),
        Pattern::Nothing => return None,
    };
    let identities = matches!(pattern.service, "iam" | "sts") || has_wildcard(pattern.service);
    // An IAM ARN has no region: under StringLike a wildcard there swallows another account's fields (C12).
    let spoofable = comparison == Comparison::Like && !pattern.region.is_empty();
    match pattern.account {
        _ if !identities => None,
        _ if spoofable => has_wildcard(pattern.region).then_some(Reach::Anyone),
        id if is_account(id) => {
            let keeps_case = comparison != Comparison::ExactIgnoringCase;
            Some(Reach::Account { id: id.to_owned(), arn: keeps_case.then(|| value.to_owned()) })
        }
        id => has_wildcard(id).then_some(Reach::Anyone),
    }
}

fn resource_arn(comparison: Comparison, value: &str) -> Option<Reach> {
    let pattern = match Pattern::read(comparison, value) {
        Pattern::Fields(arn) => arn,
        Pattern::Anything => return Some(Reach::Anyone),
        Pattern::Nothing => return None,
    };
    let name = pattern.resource.split('/').next().unwrap_or_default();
    match pattern.account {
        id if is_account(id) => Some(Reach::Account { id: id.to_owned(), arn: None }),
        // C13: a bucket's ARN has no account, and patterns write `*` there.
        "" | "*" if pattern.service == "s3" && !name.is_empty() && !has_wildcard(name) => {
            Some(Reach::Bucket(name.to_owned()))
        }
        id if has_wildcard(id) => Some(Reach::Anyone),
        "" if has_wildcard(pattern.resource) => Some(Reach::Anyone),
        id if !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()) => None,
        _ => Some(Reach::Unresolved),
    }
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
        let Some(arn) = Arn::parse(value) else {
            let wild = matches!(comparison, Comparison::Like | Comparison::Arn) && has_wildcard(value);
            return if wild { Pattern::Anything } else { Pattern::Nothing };
        };
        match comparison {
            Comparison::Arn => Pattern::Fields(arn),
            // C12: a wildcard before the account crosses colons, and an IAM path may hold colons.
            Comparison::Like => {
                let literal = !has_wildcard(arn.partition) && !has_wildcard(arn.service);
                let region = arn.region == "*" || !has_wildcard(arn.region);
                if literal && region { Pattern::Fields(arn) } else { Pattern::Anything }
            }
            Comparison::Exact | Comparison::ExactIgnoringCase if !has_wildcard(last_segment(value)) => {
                Pattern::Fields(arn)
            }
            _ => Pattern::Nothing,
        }
    }
}

/// The part that is a name: no name holds a wildcard, though an IAM path may.
fn last_segment(value: &str) -> &str {
    value.rsplit('/').next().unwrap_or(value)
}

/// C5: a fixed host, mail domain or account.
fn endpoint(wild: bool, value: &str) -> Option<Reach> {
    if !has_wildcard(value) {
        return Some(match Arn::parse(value) {
            Some(arn) if is_account(arn.account) => Reach::Account { id: arn.account.to_owned(), arn: None },
            _ => Reach::Place,
        });
    }
    if !wild {
        return None;
    }
    if let Some(Reach::Account { id, .. }) = resource_arn(Comparison::Like, value) {
        return Some(Reach::Account { id, arn: None });
    }
    let host = value.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map(|(host, _)| host);
    let domain = value.rsplit_once('@').map(|(_, domain)| domain);
    // A host counts only when the scheme before it is literal too.
    let scheme = value.split("://").next().is_some_and(|scheme| !has_wildcard(scheme));
    let fixed = |name: &str| name.contains('.') && !has_wildcard(name);
    let place = (scheme && host.is_some_and(fixed)) || (!value.contains("://") && domain.is_some_and(fixed));
    Some(if place { Reach::Place } else { Reach::Anyone })
}
