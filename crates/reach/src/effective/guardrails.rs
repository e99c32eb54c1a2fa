//! What binds the identities of an account from outside it. Most accounts are bound by the same as others are.

use std::collections::HashMap;
use std::sync::Arc;

use orgcensus_policy::Document;
use orgcensus_policy::evaluation::{Attachment, Listed, Organization};

use crate::scopes::{ByAction, Patterns, Personal, guardrails};

/// What an account is bound by.
pub(super) struct Guardrails {
    /// Two accounts have the same if they are bound by the same.
    pub(super) number: usize,
    pub(super) patterns: ByAction,
    /// What depends on who asks.
    pub(super) personal: Personal,
    /// Whether all of it was read.
    pub(super) is_read: bool,
}

/// The guardrails that were met.
#[derive(Default)]
pub(super) struct Met {
    known: HashMap<String, Arc<Guardrails>>,
    count: usize,
}

impl Met {
    /// Those of an account, of which the organization has what is around it.
    pub(super) fn of(&mut self, account_id: &str, organization: &Organization, patterns: &Patterns) -> Arc<Guardrails> {
        let is_read = are_read(account_id, organization);
        let key = key(account_id, organization);
        if let Some(known) = self.known.get(&key).filter(|_| is_read) {
            return Arc::clone(known);
        }
        self.count += 1;
        let mut personal = Personal::default();
        // What was not read is as doubtful to everyone of the account.
        guardrails(organization).for_each(|document| personal.add(&patterns.personal(document)));
        let met = Arc::new(Guardrails {
            number: self.count,
            patterns: patterns.of_guardrails(organization),
            personal,
            is_read,
        });
        if is_read {
            self.known.insert(key, Arc::clone(&met));
        }
        met
    }
}

/// What is attached, and where. AWS gives a name only once to policies of one type.
fn key(account_id: &str, organization: &Organization) -> String {
    let node = |node: &str| if node == account_id { "account".to_owned() } else { node.to_owned() };
    let attached = |listed: &Listed<Attachment>| {
        let names = listed.items.iter().map(|it| format!("{} {:?}", node(&it.target), it.name));
        names.collect::<Vec<_>>().join(", ")
    };
    let detached = organization.full_aws_access_detached_from.items.iter().map(|it| node(it));
    let (scps, rcps) = (attached(&organization.scps), attached(&organization.rcps));
    let detached = detached.collect::<Vec<_>>().join(", ");
    format!("{} / {scps} / {rcps} / {detached}", is_management(account_id, organization))
}

fn is_management(account_id: &str, organization: &Organization) -> bool {
    organization.management.as_deref() == Some(account_id)
        || organization.accounts.items.iter().any(|it| it.id == account_id && it.is_management)
}

/// Whether everything that may bind an account's identities from outside it was read.
fn are_read(account_id: &str, organization: &Organization) -> bool {
    let is_read = |listed: &Listed<Attachment>| {
        let is_read = |it: &Attachment| it.document.as_ref().is_some_and(Document::is_readable);
        !listed.has_unread && listed.items.iter().all(is_read)
    };
    let is_tree_read = !organization.accounts.has_unread && !organization.units.has_unread;
    let are_policies_read = is_read(&organization.scps) && is_read(&organization.rcps);
    is_management(account_id, organization) || (is_tree_read && are_policies_read)
}
