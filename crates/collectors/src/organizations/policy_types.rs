//! Which types of policy the organization has: ListRoots says it.

use std::collections::BTreeMap;

use aws_sdk_organizations::Client;
use orgcensus_collect::{Error, Rows};
use orgcensus_row::Row;
use serde::Serialize;

use crate::items::Unread;

/// One type of policy that one root of the organization names.
#[derive(Debug, Serialize, Row)]
#[row(table = "organization_policy_types", key = "root_id, policy_type")]
pub struct OrganizationPolicyType {
    /// The root, r-….
    pub root_id: String,
    /// The type, SERVICE_CONTROL_POLICY, as AWS says it; also one that is newer than this program.
    pub policy_type: String,
    /// ENABLED, PENDING_ENABLE or PENDING_DISABLE, as AWS says it.
    pub status: Option<String>,
    /// Whether policies of this type apply; null when AWS did not say.
    pub is_enabled: Option<bool>,
}

/// The types that the roots name, and whether each is switched on; a row for each.
pub(super) async fn read(organizations: &Client, rows: &mut Rows<'_>) -> Result<BTreeMap<String, bool>, Error> {
    let mut types = BTreeMap::new();
    let mut pages = organizations.list_roots().into_paginator().send();
    while let Some(page) = pages.next().await {
        for root in page?.roots.unwrap_or_default() {
            for it in root.policy_types.unwrap_or_default() {
                let mut unread = Unread::default();
                let root_id = unread.value("Id", root.id.clone());
                let policy_type = unread.value("Type", it.r#type.map(|it| it.as_str().to_owned()));
                let status = it.status.map(|status| status.as_str().to_owned());
                let is_enabled = status.as_deref().map(|status| status == "ENABLED");
                unread.value("Status", is_enabled);
                if let Some(policy_type) = &policy_type {
                    *types.entry(policy_type.clone()).or_default() |= is_enabled == Some(true);
                }
                let ids = root_id.zip(policy_type);
                let row = ids.map(|(root_id, policy_type)| OrganizationPolicyType {
                    root_id,
                    policy_type,
                    status,
                    is_enabled,
                });
                unread.push(rows, "organizations:ListRoots", row).await?;
            }
        }
    }
    Ok(types)
}
