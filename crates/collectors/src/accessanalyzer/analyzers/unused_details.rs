//! What a finding of unused access says beyond the list: GetFindingV2, a call for each. Of permissions it names the
//! services and the actions, of a key which one, and of a role, a key and a password when it was last used.

use orgcensus_collect::{Moment, Read, Session, read as reads};
use orgcensus_row::Timestamp;
use serde::Deserialize;
use serde_json::json;

use crate::items::{Answer, Unread, action_of, all};

pub(super) const DETAILS: Read<Page> =
    reads("accessanalyzer", "GetFindingV2").needs("access-analyzer:GetFinding").about(100);

/// How many findings of one analyzer are asked about: one of an organization has many thousand.
pub(super) const ASKED_MAX: i64 = 1000;

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Page {
    finding_details: Vec<Detail>,
}

/// One of a finding's details: a member for each type of finding, of which one is there.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Detail {
    #[serde(rename = "unusedIamRoleDetails")]
    role: Option<LastUse>,
    #[serde(rename = "unusedIamUserAccessKeyDetails")]
    key: Option<KeyUse>,
    #[serde(rename = "unusedIamUserPasswordDetails")]
    password: Option<LastUse>,
    #[serde(rename = "unusedPermissionDetails")]
    permission: Option<Permission>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct LastUse {
    last_accessed: Option<Moment>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct KeyUse {
    access_key_id: Option<String>,
    last_accessed: Option<Moment>,
}

/// What is unused of one service. Without actions it is the whole service.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Permission {
    service_namespace: Option<String>,
    actions: Vec<Action>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Action {
    action: Option<String>,
}

/// The details of one finding, as its row has them.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) access_key_id: Option<String>,
    pub(super) last_accessed_at: Option<Timestamp>,
    pub(super) unused_services: Option<Vec<String>>,
    pub(super) unused_actions: Option<Vec<String>>,
}

/// The details of one finding, page after page: permissions of many services are many details.
pub(super) async fn ask(session: &Session, analyzer_arn: &str, finding_id: &str) -> Answer<Vec<Detail>> {
    let input = json!({"analyzerArn": analyzer_arn, "id": finding_id, "maxResults": 100});
    all(&DETAILS, session, input, |page| page.finding_details).await
}

/// What the details say. A finding has one at least.
pub(super) fn told(details: Vec<Detail>, unread: &mut Unread) -> Told {
    let mut told = Told::default();
    if details.is_empty() {
        unread.value::<()>("findingDetails", None);
    }
    for detail in details {
        told.add(detail, unread);
    }
    told
}

impl Told {
    fn add(&mut self, detail: Detail, unread: &mut Unread) {
        let used = match detail {
            Detail { permission: Some(permission), .. } => return self.permission(permission, unread),
            Detail { key: Some(key), .. } => {
                self.access_key_id = unread.value("accessKeyId", key.access_key_id);
                key.last_accessed
            }
            Detail { role: Some(used), .. } | Detail { password: Some(used), .. } => used.last_accessed,
            _ => {
                unread.value::<()>("findingDetails", None);
                return;
            }
        };
        self.last_accessed_at = unread.moment("lastAccessed", used.as_ref());
    }

    fn permission(&mut self, it: Permission, unread: &mut Unread) {
        let Some(service) = unread.value("serviceNamespace", it.service_namespace) else { return };
        let services = self.unused_services.get_or_insert_default();
        let actions = self.unused_actions.get_or_insert_default();
        if it.actions.is_empty() {
            services.push(service);
            return;
        }
        let named = unread.each("action", it.actions.into_iter().map(|it| it.action));
        actions.extend(named.into_iter().map(|name| action_of(&service, name)));
    }
}

#[cfg(test)]
mod tests;
