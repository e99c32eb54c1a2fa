//! The grants of an ACL, read from the JSON in which they were stored.

use orgcensus_policy::{AclGrant, AclGrantee};
use serde::Deserialize;

use super::{Resource, Text};

#[derive(Deserialize)]
struct GrantText {
    grantee: String,
    permission: String,
}

impl Resource {
    /// The ACL's grants; none without an ACL.
    pub(super) fn grants(&self) -> Vec<AclGrant> {
        let texts = self.policies.iter().filter_map(|policy| match &policy.text {
            Text::Acl(text) => Some(text),
            Text::None | Text::Document => None,
        });
        let grants = texts.flat_map(|text| serde_json::from_str::<Vec<GrantText>>(text).unwrap_or_default());
        grants.map(|it| AclGrant { grantee: grantee(it.grantee), permission: it.permission }).collect()
    }
}

fn grantee(text: String) -> AclGrantee {
    let is_canonical = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match text.as_str() {
        "AllUsers" => AclGrantee::AllUsers,
        "AuthenticatedUsers" => AclGrantee::AuthenticatedUsers,
        _ if is_canonical => AclGrantee::CanonicalUser(text),
        _ => AclGrantee::Other(text),
    }
}
