//! What must be known of the whole organization: who administers what, and who is in whose behavior graph.

use std::collections::{BTreeMap, BTreeSet};

use orgcensus_collectors::detective::graphs::Member;
use orgcensus_collectors::organizations::delegated_administrators::{DELEGATED_ADMINISTRATORS, DelegatedService};
use orgcensus_crawl::{Derive, Error, TaskCoverage};

use super::shared::Shared;

/// What is known of the organization.
#[derive(Debug, Default)]
pub(super) struct Administration {
    /// Whether all delegated administrators were read.
    pub(super) is_delegation_read: bool,
    /// Services' principals, each with the accounts that administer it for the organization.
    pub(super) delegates: BTreeSet<(String, String)>,
    /// By region and member: the administrator of the behavior graph that has the member's data. AWS bounds the members
    /// of a graph (1,200), so this does not grow with the organization.
    pub(super) graphs: BTreeMap<(String, String), String>,
    /// What some accounts have for others.
    pub(super) shared: Shared,
}

impl Administration {
    /// Reads it.
    pub(super) fn read(derive: &mut Derive<'_>) -> Result<Self, Error> {
        let mut known = Self::default();
        let home_id = derive.organization().home_account_id();
        derive.staged::<TaskCoverage>()?.of_account(home_id, |it| {
            known.is_delegation_read |= it.collector == DELEGATED_ADMINISTRATORS.name && it.is_complete;
        })?;
        derive.staged::<DelegatedService>()?.each(|_, it| {
            known.delegates.insert((it.service_principal.to_owned(), it.delegated_account_id.to_owned()));
        })?;
        let mut members = derive.staged::<Member>()?;
        while let Some(group) = members.next_group()? {
            members.each_of(&group, |it| {
                if it.is_enabled == Some(true) {
                    let member = ((*group.region).to_owned(), it.member_account_id.to_owned());
                    known.graphs.insert(member, (*group.account_id).to_owned());
                }
            })?;
        }
        known.shared = Shared::read(derive, &known.delegates)?;
        Ok(known)
    }

    /// Whether the account administers a service for the organization.
    pub(super) fn is_delegate(&self, principal: Option<&str>, account_id: &str) -> bool {
        principal.is_some_and(|it| self.delegates.contains(&(it.to_owned(), account_id.to_owned())))
    }
}
