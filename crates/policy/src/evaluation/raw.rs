//! The members of a line of `may --jsonl`, as they are written.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// A member.
#[derive(Debug, Default)]
pub(super) enum Given<T> {
    #[default]
    LeftOut,
    Null,
    Is(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Given<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Option::<T>::deserialize(deserializer)?;
        Ok(value.map_or(Given::Null, Given::Is))
    }
}

pub(super) type Text = Box<RawValue>;

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawOrganization {
    pub(super) id: Option<String>,
    pub(super) management: Option<String>,
    pub(super) units: Given<Vec<RawUnit>>,
    pub(super) accounts: Given<Vec<RawAccount>>,
    pub(super) scps: Given<Vec<RawAttachment>>,
    pub(super) rcps: Given<Vec<RawAttachment>>,
    pub(super) full_aws_access_detached_from: Given<Vec<String>>,
    pub(super) identities: Given<Vec<RawIdentity>>,
    pub(super) resource: Given<RawResource>,
    pub(super) endpoints: Given<Vec<RawEndpoint>>,
    pub(super) vpcs: Given<Vec<RawVpc>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawUnit {
    pub(super) id: String,
    pub(super) parent: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAccount {
    pub(super) id: String,
    pub(super) unit: Option<String>,
    pub(super) management: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAttachment {
    pub(super) target: String,
    pub(super) document: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RawKind {
    User,
    Role,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawIdentity {
    pub(super) arn: String,
    pub(super) kind: Option<RawKind>,
    #[serde(default)]
    pub(super) policies: Given<Vec<Option<Text>>>,
    #[serde(default)]
    pub(super) groups: Given<Vec<Option<Text>>>,
    #[serde(default)]
    pub(super) boundary: Given<Text>,
    #[serde(default)]
    pub(super) session_policy: Given<Text>,
    #[serde(default)]
    pub(super) tags: Given<BTreeMap<String, String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawResource {
    pub(super) arn: Option<String>,
    pub(super) account: Given<String>,
    pub(super) policy: Given<Text>,
    pub(super) policies: Given<BTreeMap<String, Option<Text>>>,
    pub(super) grants: Given<Vec<RawGrant>>,
    pub(super) block_public_access: Given<RawBlock>,
    pub(super) access_point: Option<RawAccessPoint>,
    pub(super) acl: Given<Vec<RawAcl>>,
    pub(super) abac: Given<bool>,
    pub(super) tags: Given<BTreeMap<String, String>>,
    pub(super) function_url: Given<RawUrl>,
}

impl RawResource {
    /// One of which nothing was read.
    pub(super) fn unread() -> RawResource {
        RawResource {
            account: Given::Null,
            policy: Given::Null,
            grants: Given::Null,
            block_public_access: Given::Null,
            acl: Given::Null,
            abac: Given::Null,
            tags: Given::Null,
            function_url: Given::Null,
            ..RawResource::default()
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawGrant {
    pub(super) grantee_principal: String,
    #[serde(default)]
    pub(super) operations: Given<Vec<String>>,
    #[serde(default)]
    pub(super) constraints: Given<RawConstraints>,
}

/// By AWS's names, or as a lake writes them.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawConstraints {
    #[serde(alias = "EncryptionContextSubset")]
    pub(super) encryption_context_subset: Option<BTreeMap<String, String>>,
    #[serde(alias = "EncryptionContextEquals")]
    pub(super) encryption_context_equals: Option<BTreeMap<String, String>>,
    #[serde(alias = "SourceArn")]
    pub(super) source_arn: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawBlock {
    pub(super) block_public_acls: Option<bool>,
    pub(super) ignore_public_acls: Option<bool>,
    pub(super) block_public_policy: Option<bool>,
    pub(super) restrict_public_buckets: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAccessPoint {
    pub(super) arn: String,
    pub(super) account: Option<String>,
    #[serde(default)]
    pub(super) policy: Given<Text>,
    pub(super) vpc_id: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAcl {
    pub(super) grantee: String,
    pub(super) permission: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawUrl {
    pub(super) auth_type: Option<String>,
    pub(super) created_at: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawEndpoint {
    pub(super) id: String,
    pub(super) account: Option<String>,
    #[serde(default)]
    pub(super) policy: Given<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawVpc {
    pub(super) id: String,
    #[serde(default)]
    pub(super) endpoints: Given<Vec<RawEndpoint>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawQuestion {
    pub(super) principal: String,
    pub(super) action: String,
    pub(super) resource: Option<String>,
    pub(super) context: Option<BTreeMap<String, Value>>,
    pub(super) at: Option<String>,
}
