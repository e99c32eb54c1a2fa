//! The resources that carry the tag.

use std::collections::BTreeMap;

use orgcensus_crawl::{AccountRows, Failed, Placed};
use orgcensus_derive::ResourceTag;
use orgcensus_lake::{Lake, Manifest};
use orgcensus_policy::evaluation::Outcome;
use orgcensus_reach::word;

use super::{CriticalAccess, CriticalTag};
use crate::worker::{Rows, send};

/// The most resources that are asked about.
const ASKED_MAX: usize = 1_000;

/// A resource that carries the tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tagged {
    pub(crate) account_id: String,
    pub(crate) region: String,
    pub(crate) arn: String,
    pub(crate) resource_type: String,
}

impl Tagged {
    /// A row about it, of which nothing is known for this reason.
    pub(crate) fn not_asked(&self, reason: &str) -> CriticalAccess {
        CriticalAccess {
            resource_arn: self.arn.clone(),
            ordinal: 0,
            resource_type: self.resource_type.clone(),
            action: None,
            asked_arn: None,
            principal: None,
            principal_type: None,
            principal_account_id: None,
            via: Vec::new(),
            result: word(Outcome::Unknown),
            conditions_json: None,
            caller_must_json: None,
            decided_by_layer: None,
            decided_by_policy: None,
            reason: reason.to_owned(),
            is_complete: false,
            left_out_count: None,
        }
    }

    /// A row about it, with its place.
    pub(crate) fn placed(&self, row: CriticalAccess) -> Placed<CriticalAccess> {
        Placed { account_id: self.account_id.clone(), account_name: String::new(), region: self.region.clone(), row }
    }
}

/// The resources, in the order of their accounts. Those that are too many to be asked about are sent as rows that say
/// so.
pub(crate) async fn tagged(
    lake: &Lake,
    manifest: &Manifest,
    tag: &CriticalTag,
    rows: &Rows<CriticalAccess>,
) -> Result<Vec<Tagged>, Failed> {
    let mut tags = AccountRows::<ResourceTag>::open(lake, manifest)?;
    let mut found = Vec::new();
    while let Some(account_id) = tags.account().await? {
        let mut of_account = BTreeMap::new();
        tags.each_of(&account_id, |region, row| {
            if tag.is_met(row.tag_key, row.tag_value) {
                let (arn, resource_type) = (row.arn.to_owned(), row.resource_type.to_owned());
                let it = Tagged { account_id: account_id.clone(), region: region.to_owned(), arn, resource_type };
                of_account.insert(it.arn.clone(), it);
            }
        })
        .await?;
        let mut too_many = Vec::new();
        for it in of_account.into_values() {
            if found.len() < ASKED_MAX {
                found.push(it);
            } else {
                let row = it.not_asked("more resources carry the tag than are asked about");
                too_many.push(it.placed(row));
            }
        }
        send(rows, too_many).await?;
    }
    Ok(found)
}
