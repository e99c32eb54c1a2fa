//! CloudTrail: whether a trail logs an account and region, be it the account's own or the organization's.

use orgcensus_collectors::cloudtrail::trails;

use super::rows::{Manager, ReadService};
use crate::three_valued::{all, any};

/// What counts of a trail.
#[derive(Debug, Clone)]
pub(super) struct Trail {
    pub(super) account_id: String,
    /// The region in which it has its row.
    pub(super) region: String,
    pub(super) is_multi_region: Option<bool>,
    pub(super) is_of_organization: Option<bool>,
    /// Whether it logs management calls, those that read and those that write.
    pub(super) is_logging: Option<bool>,
    /// Whether its bucket refuses its files.
    pub(super) is_refused: bool,
}

impl Trail {
    pub(super) fn read(account_id: &str, region: &str, it: &trails::TrailRef<'_>) -> Self {
        Self {
            account_id: account_id.to_owned(),
            region: region.to_owned(),
            is_multi_region: it.is_multi_region,
            is_of_organization: it.is_organization_trail,
            is_logging: all([it.is_logging, it.has_management_reads, it.has_management_writes]),
            is_refused: it.latest_delivery_error.is_some(),
        }
    }

    /// Whether it logs an account in a region.
    fn logs(&self, account_id: &str, region: &str) -> Option<bool> {
        let is_of_account = if self.account_id == account_id { Some(true) } else { self.is_of_organization };
        all([is_of_account, any([Some(self.region == region), self.is_multi_region]), self.is_logging])
    }
}

/// CloudTrail in an account and region, by its own trails and those of the organization.
pub(super) fn cloudtrail(
    account_id: &str,
    region: &str,
    trails: &[&Trail],
    are_own_read: bool,
    are_others_read: bool,
) -> ReadService {
    let unread = (!are_own_read || !are_others_read).then_some(None);
    let is_on = any(trails.iter().map(|trail| trail.logs(account_id, region)).chain(unread));
    let is_logging = |trail: &&Trail| trail.logs(account_id, region) == Some(true);
    let logging: Vec<&Trail> = trails.iter().copied().filter(is_logging).collect();
    let of_organization = logging.iter().find(|trail| trail.is_of_organization == Some(true));
    let is_own = are_others_read && logging.iter().all(|trail| trail.is_of_organization == Some(false));
    let manager = match of_organization {
        Some(trail) => Manager::Organization(trail.account_id.clone()),
        None if is_own => Manager::Account,
        None => Manager::Unknown,
    };
    let has_needs = any(logging.iter().map(|trail| Some(!trail.is_refused)));
    let missing = (has_needs == Some(false)).then_some("bucket");
    ReadService { is_complete: are_own_read, is_on, manager, has_needs, missing, ..ReadService::default() }
}
