//! What one value of a condition admits, by the shape of its key (C10–C13, C15).

use crate::arn::{Arn, has_wildcard, is_account};
use crate::arn_value::{principal_arn, resource_arn};
use crate::cidr::is_private_address;
use crate::glob::may_match;
use crate::operator::Comparison;
use crate::reach::Reach;

/// The shape of a key's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// An account id.
    Account,
    /// The account that owns the resource: a bound only as the caller's own.
    ResourceAccount,
    /// The organization that owns the resource, likewise.
    ResourceOrganization,
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
    /// An address or a block of them, as the internet knows it. Read all at once, in `bound`.
    Address,
    /// The same, as a VPC knows it.
    VpcAddress,
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
    if let Some(name) = caller_variable(shape) {
        let same = expands_variables && value.eq_ignore_ascii_case(name);
        return Some(if same { own_of(shape) } else { Reach::Anyone });
    }
    if !value.contains("${") {
        return fixed(shape, comparison, value);
    }
    if !expands_variables {
        // An older document's `${…}` is plain text, which no id or ARN contains.
        return None;
    }
    // What a variable will be is not known: it stands for anything, as a wildcard does.
    let comparison = if comparison == Comparison::Arn { Comparison::Arn } else { Comparison::Like };
    if let Some(reach) = own(shape, comparison, value) {
        return Some(reach);
    }
    fixed(shape, comparison, &variables_as_wildcards(value))
}

/// The variable that makes a condition on what the resource has a condition on the caller.
fn caller_variable(shape: Shape) -> Option<&'static str> {
    match shape {
        Shape::ResourceAccount => Some("${aws:PrincipalAccount}"),
        Shape::ResourceOrganization => Some("${aws:PrincipalOrgID}"),
        _ => None,
    }
}

fn own_of(shape: Shape) -> Reach {
    if shape == Shape::ResourceAccount { Reach::ResourceAccount } else { Reach::ResourceOrganization }
}

/// C15: the two variables that are as good as fixed, the account also inside an ARN.
fn own(shape: Shape, comparison: Comparison, value: &str) -> Option<Reach> {
    const ACCOUNT: &str = "${aws:resourceaccount}";
    match shape {
        Shape::Account if value.eq_ignore_ascii_case(ACCOUNT) => Some(Reach::ResourceAccount),
        Shape::Organization if value.eq_ignore_ascii_case("${aws:ResourceOrgID}") => Some(Reach::ResourceOrganization),
        Shape::PrincipalArn | Shape::ResourceArn => {
            let at = value.to_ascii_lowercase().find(ACCOUNT)?;
            let (before, after) = (value.get(..at)?, value.get(at + ACCOUNT.len()..)?);
            // Any account will do to ask whether it is the account's field that holds the variable.
            let stand_in = format!("{}000000000000{}", variables_as_wildcards(before), variables_as_wildcards(after));
            let reach = fixed(shape, comparison, &stand_in);
            matches!(reach, Some(Reach::Account { id, .. }) if id == "000000000000").then_some(Reach::ResourceAccount)
        }
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
        Shape::Address | Shape::VpcAddress => address(shape == Shape::Address, wild, value),
        Shape::Key if has_wildcard(value) => wild.then_some(Reach::Anyone),
        Shape::Key => Some(Reach::Unresolved),
        // Neither ARNs, nor addresses, nor booleans.
        _ if matches!(comparison, Comparison::Arn | Comparison::Ip | Comparison::Bool) => None,
        Shape::Account => account(wild, value),
        Shape::Organization => organization(wild, value),
        Shape::OrganizationPath if !wild && has_wildcard(value) => None,
        Shape::OrganizationPath => organization(wild, value.split('/').next().unwrap_or_default()),
        Shape::UserId => user_id(wild, value),
        Shape::Network(prefix) if has_wildcard(value) => (wild && may_start(value, prefix)).then_some(Reach::Anyone),
        Shape::Network(prefix) => value.starts_with(prefix).then(|| Reach::Vpc(value.to_owned())),
        Shape::ResourceAccount | Shape::ResourceOrganization => Some(Reach::Anyone),
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

/// An address under a string operator: a plain one may be equal, a block never is, and a private one is nobody's.
fn address(of_internet: bool, wild: bool, value: &str) -> Option<Reach> {
    if wild && has_wildcard(value) {
        return Some(Reach::Anyone);
    }
    if of_internet && is_private_address(value) {
        return None;
    }
    value.parse::<std::net::IpAddr>().is_ok().then_some(Reach::Place)
}

fn account(wild: bool, value: &str) -> Option<Reach> {
    let id = if wild { value.trim_matches('*') } else { value };
    if is_account(id) {
        return Some(Reach::Account { id: id.to_owned(), arn: None });
    }
    // `anonymous` is the account of unsigned callers.
    let anyone = value == "anonymous" || (wild && has_wildcard(value) && may_be_account(value));
    anyone.then_some(Reach::Anyone)
}

/// Whether some account id, or `anonymous`, may match the pattern.
fn may_be_account(pattern: &str) -> bool {
    const LENGTH: usize = 12;
    let length = pattern.bytes().filter(|byte| *byte != b'*').count();
    let fits = if pattern.contains('*') { length <= LENGTH } else { length == LENGTH };
    let digits = pattern.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'*' | b'?'));
    (fits && digits) || may_match(pattern, "anonymous")
}

fn organization(wild: bool, value: &str) -> Option<Reach> {
    if has_wildcard(value) {
        return (wild && may_start(value, "o-")).then_some(Reach::Anyone);
    }
    let id = value.strip_prefix("o-")?;
    // Ids are in lower case, and compared so.
    let plausible = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    plausible.then(|| Reach::Organization(value.to_owned()))
}

/// Whether what a pattern matches may start with the prefix.
fn may_start(pattern: &str, prefix: &str) -> bool {
    let literal = pattern.split(['*', '?']).next().unwrap_or_default();
    literal.starts_with(prefix) || prefix.starts_with(literal)
}

/// The least length of a unique id, `AROA` and 16 characters or more.
const UNIQUE_ID_LENGTH: usize = 20;

/// `AIDA…`, `AROA…:session`, or an account id for its root user. Only the part before the colon says who it is.
fn user_id(wild: bool, value: &str) -> Option<Reach> {
    if has_wildcard(value) && !wild {
        return None;
    }
    let id = value.split(':').next().unwrap_or_default();
    // Ids are of one length, so a wildcard after a whole one is after the id.
    let id = id.strip_suffix('*').filter(|id| id.len() >= UNIQUE_ID_LENGTH && wild).unwrap_or(id);
    // `anonymous` is the id of unsigned callers.
    if has_wildcard(id) || id == "anonymous" {
        return Some(Reach::Anyone);
    }
    (!id.is_empty()).then(|| Reach::UniqueId(id.to_owned()))
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
