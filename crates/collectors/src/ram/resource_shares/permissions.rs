//! What resource shares allow: ListResourceSharePermissions for each share, and GetPermission for each permission.

use std::collections::{BTreeMap, BTreeSet};

use futures::StreamExt;
use orgcensus_collect::{Read, Session, read as reads};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::items::{Answer, all, details, given};

pub(super) const PERMISSIONS: Read<Page> = reads("ram", "ListResourceSharePermissions");
pub(super) const PERMISSION: Read<Described> = reads("ram", "GetPermission");

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Page {
    permissions: Vec<Associated>,
}

/// A permission of a share, for one type of resource.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Associated {
    arn: Option<String>,
    version: Option<String>,
    resource_type: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Described {
    permission: Permission,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Permission {
    /// Effect and actions, as JSON.
    permission: Option<String>,
}

/// A permission by its ARN and version.
type Version = (String, Option<i64>);

/// What a share allows on resources of one type.
#[derive(Debug)]
pub(super) struct Allowed {
    pub(super) permission_arn: String,
    pub(super) actions: Vec<String>,
}

/// The permissions of all shares.
pub(super) struct Permissions {
    of_shares: BTreeMap<String, Answer<Vec<Associated>>>,
    actions: BTreeMap<Version, Answer<Vec<String>>>,
}

impl Associated {
    fn version(&self) -> Version {
        let version = self.version.as_deref().and_then(|text| text.parse().ok());
        (self.arn.clone().unwrap_or_default(), version)
    }
}

impl Permissions {
    /// Those of these shares. Several shares usually have the same permissions: each is read once.
    pub(super) async fn of(session: &Session, shares: BTreeSet<String>) -> Self {
        let of_shares: BTreeMap<_, _> = details(shares, |share| of_share(session, share)).collect().await;
        let listed = of_shares.values().flatten().flatten();
        let versions: BTreeSet<Version> = listed.map(Associated::version).collect();
        let actions: BTreeMap<_, _> = details(versions, |version| actions_of(session, version)).collect().await;
        Self { of_shares, actions }
    }

    /// What a share allows on resources of this type. RAM does not tell upper from lower case in types.
    pub(super) fn allowed(&self, share: &str, resource_type: &str) -> Answer<Allowed> {
        let listed = match self.of_shares.get(share) {
            Some(answer) => answer.as_ref().map_err(Clone::clone)?.as_slice(),
            None => &[],
        };
        let is_of =
            |it: &&Associated| it.resource_type.as_deref().is_some_and(|of| of.eq_ignore_ascii_case(resource_type));
        let version = listed.iter().find(is_of).map(Associated::version);
        let version = given(version, &PERMISSIONS.call().name(), "permissions")?;
        let actions = given(self.actions.get(&version), &PERMISSION.call().name(), "permission")?;
        let actions = actions.as_ref().map_err(Clone::clone)?.clone();
        Ok(Allowed { permission_arn: version.0, actions })
    }
}

async fn of_share(session: &Session, share: String) -> (String, Answer<Vec<Associated>>) {
    let input = json!({"resourceShareArn": share, "maxResults": 500});
    let listed = all(&PERMISSIONS, session, input, |page| page.permissions).await;
    (share, listed)
}

async fn actions_of(session: &Session, version: Version) -> (Version, Answer<Vec<String>>) {
    let mut input = json!({"permissionArn": version.0});
    if let Some(number) = version.1 {
        input["permissionVersion"] = json!(number);
    }
    let answer = PERMISSION.send(session, input).await;
    let text = answer.and_then(|it| given(it.permission.permission, &PERMISSION.call().name(), "permission"));
    let actions = text.and_then(|text| given(actions(&text), &PERMISSION.call().name(), "permission"));
    (version, actions)
}

/// The actions of `{"Effect": "Allow", "Action": ["ec2:RunInstances"]}`.
fn actions(text: &str) -> Option<Vec<String>> {
    let permission: Value = serde_json::from_str(text).ok()?;
    let is_allow = permission["Effect"] == "Allow";
    match permission.get("Action").filter(|_| is_allow)? {
        Value::String(one) => Some(vec![one.clone()]),
        Value::Array(many) => many.iter().map(|it| it.as_str().map(str::to_owned)).collect(),
        _ => None,
    }
}
