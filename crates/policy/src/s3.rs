//! Rules that only S3 has: ACLs, Block Public Access, and its own definition of public.

use crate::bound::{Key, bounds, names_access_point};
use crate::class::Class;
use crate::document::Document;
use crate::facts::Facts;
use crate::flag::Flag;
use crate::kind::PolicyKind;
use crate::principal::Principal;
use crate::statement::{Condition, Effect, PrincipalKind, PrincipalValue, Statement};

/// The prefix of the group URIs in ACLs.
const GROUPS: &str = "http://acs.amazonaws.com/groups/";

/// Who an ACL's grant is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AclGrantee {
    /// Anyone.
    AllUsers,
    /// Anyone with an AWS account.
    AuthenticatedUsers,
    /// The account with this canonical user id.
    CanonicalUser(String),
    /// Any other group or address, as it was written.
    Other(String),
}

impl AclGrantee {
    /// Reads the URI of a group.
    pub fn from_uri(uri: &str) -> AclGrantee {
        match uri.strip_prefix(GROUPS) {
            Some("global/AllUsers") => AclGrantee::AllUsers,
            Some("global/AuthenticatedUsers") => AclGrantee::AuthenticatedUsers,
            _ => AclGrantee::Other(uri.to_owned()),
        }
    }

    /// The grantee as an answer shows it.
    pub fn as_str(&self) -> &str {
        match self {
            AclGrantee::AllUsers => "AllUsers",
            AclGrantee::AuthenticatedUsers => "AuthenticatedUsers",
            AclGrantee::CanonicalUser(text) | AclGrantee::Other(text) => text,
        }
    }

    /// Whether it is anyone, with an AWS account or without.
    pub(crate) fn is_anyone(&self) -> bool {
        matches!(self, AclGrantee::AllUsers | AclGrantee::AuthenticatedUsers)
    }

    /// The grantee as a policy would name it.
    fn principal(&self) -> PrincipalValue {
        let (kind, value) = match self {
            AclGrantee::AllUsers | AclGrantee::AuthenticatedUsers => (PrincipalKind::Aws, "*"),
            AclGrantee::CanonicalUser(id) => (PrincipalKind::CanonicalUser, id.as_str()),
            AclGrantee::Other(text) => (PrincipalKind::Other(String::new()), text.as_str()),
        };
        PrincipalValue { kind, value: value.to_owned() }
    }

    /// Where the grantee stands. The owner of the ACL is the bucket's own account.
    pub(crate) fn class(&self, owner: Option<&str>, facts: &Facts) -> Class {
        match self {
            _ if self.is_anyone() => Class::Public,
            AclGrantee::CanonicalUser(id) if owner == Some(id) => Class::SameAccount,
            AclGrantee::CanonicalUser(id) => facts.owner(&facts.organization.canonical_ids, id),
            AclGrantee::Other(uri) if uri.strip_prefix(GROUPS) == Some("s3/LogDelivery") => Class::Service,
            _ => Class::Unknown,
        }
    }
}

/// One grant of an S3 ACL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AclGrant {
    /// Who it is for.
    pub grantee: AclGrantee,
    /// What it gives: `READ`, `FULL_CONTROL` …
    pub permission: String,
}

impl AclGrant {
    /// The grant as a statement of the bucket's policy would say it.
    pub(crate) fn statement(&self) -> Statement {
        let actions: Vec<&str> = match self.permission.as_str() {
            "FULL_CONTROL" => ACL_ACTIONS.iter().flat_map(|(_, actions)| *actions).copied().collect(),
            permission => {
                let known = ACL_ACTIONS.iter().find(|(name, _)| *name == permission);
                known.map_or_else(|| vec!["s3:*"], |(_, actions)| actions.to_vec())
            }
        };
        Statement {
            effect: Effect::Allow,
            principals: vec![self.grantee.principal()],
            has_principal: true,
            actions: actions.into_iter().map(str::to_owned).collect(),
            ..Statement::empty(0, false)
        }
    }
}

/// What each permission on a bucket lets one do.
const ACL_ACTIONS: [(&str, &[&str]); 4] = [
    ("READ", &["s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"]),
    ("WRITE", &["s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"]),
    ("READ_ACP", &["s3:GetBucketAcl"]),
    ("WRITE_ACP", &["s3:PutBucketAcl"]),
];

/// A Block Public Access setting, of an account, a bucket or an access point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PublicAccessBlock {
    /// New public ACLs are refused. It changes nothing that is there.
    pub block_public_acls: bool,
    /// Public ACLs give nothing.
    pub ignore_public_acls: bool,
    /// New public policies are refused. It changes nothing that is there.
    pub block_public_policy: bool,
    /// A public policy admits only services and the bucket's own account.
    pub restrict_public_buckets: bool,
}

/// Whether one of the levels has a setting. `None`: a level that may have it was not collected.
pub(crate) fn blocked(
    levels: &[Option<PublicAccessBlock>],
    setting: impl Fn(&PublicAccessBlock) -> bool,
) -> Option<bool> {
    let known = levels.iter().flatten().any(setting);
    if known || levels.iter().all(Option::is_some) { Some(known) } else { None }
}

/// The keys that S3 counts, when all their values are fixed.
const KEYS: [&str; 14] = [
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:sourceip",
    "aws:sourcearn",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:sourceowner",
    "aws:sourceaccount",
    "aws:userid",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
    "s3:dataaccesspointaccount",
    "s3express:dataaccesspointaccount",
    "s3-outposts:dataaccesspointaccount",
];

/// Whether S3 itself calls the policy public: some Allow is to anyone, and no condition holds it to fixed values.
/// Sterner than the verdict in that variables and wildcards never count as fixed; Denies are not looked at.
pub fn s3_public(document: &Document, kind: PolicyKind) -> bool {
    document.statements.iter().any(|statement| {
        let anyone = |principal| {
            matches!(
                Principal::read(principal),
                Principal::Anyone | Principal::InvalidWildcard | Principal::Service("*")
            )
        };
        statement.effect == Effect::Allow
            && !statement.does_nothing()
            && (statement.is_not_principal || statement.principals.iter().any(anyone))
            && !is_fixed(statement, kind)
    })
}

fn is_fixed(statement: &Statement, kind: PolicyKind) -> bool {
    let conditions = &statement.conditions;
    let counted = conditions.iter().filter(|condition| counts(condition, kind)).cloned();
    // The `Null` conditions decide what `IfExists` means.
    let nulls = conditions.iter().filter(|condition| condition.operator.eq_ignore_ascii_case("Null")).cloned();
    let fixed = Statement { conditions: counted.chain(nulls).collect(), ..statement.clone() };
    let bounds = bounds(&fixed, kind);
    // If an address cannot be read, it is not certain that S3 calls the policy public. So S3's blocks are not relied
    // on.
    bounds.never || !bounds.bounds.is_empty() || bounds.flags.contains(&Flag::MalformedAddress)
}

fn counts(condition: &Condition, kind: PolicyKind) -> bool {
    let key = condition.key.to_ascii_lowercase();
    if names_access_point(&key) {
        let variable = condition.values.iter().any(|value| value.contains("${"));
        return kind != PolicyKind::AccessPoint && !variable && Key::of(&key).is_some();
    }
    KEYS.contains(&key.as_str()) && !condition.values.iter().any(|value| value.contains(['*', '?', '$']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(condition: &str, expected: bool) {
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":"*","Action":"s3:GetObject",
            "Resource":"*","Condition":{condition}}}}}"#
        );
        assert_eq!(s3_public(&Document::parse(&text), PolicyKind::Resource), expected, "{condition}");
    }

    #[test]
    fn v2_s3_counts_fixed_values_only() {
        check("{}", true);
        check(r#"{"StringEquals":{"aws:PrincipalOrgID":"o-abcdefghij"}}"#, false);
        check(r#"{"StringLike":{"aws:SourceVpc":"vpc-*"}}"#, true);
        check(r#"{"StringEquals":{"aws:SourceVpc":"vpc-91237329"}}"#, false);
        check(r#"{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#, false);
        check(r#"{"IpAddress":{"aws:SourceIp":"54.0.0.0/7"}}"#, true);
        check(r#"{"Bool":{"aws:SecureTransport":"true"}}"#, true);
    }

    #[test]
    fn c15_variables_are_not_fixed_to_s3() {
        check(r#"{"StringEquals":{"aws:PrincipalAccount":"${aws:ResourceAccount}"}}"#, true);
    }

    #[test]
    fn v2_an_access_point_name_may_be_open_in_a_bucket_policy_only() {
        let condition = r#"{"ArnLike":{"s3:DataAccessPointArn":"arn:aws:s3:us-east-1:111122223333:accesspoint/*"}}"#;
        check(condition, false);
        let text = format!(
            r#"{{"Statement":{{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Condition":{condition}}}}}"#
        );
        assert!(s3_public(&Document::parse(&text), PolicyKind::AccessPoint));
    }
}
