//! IAM Access Analyzer: whether something looks for access from outside, be it the account's own or the organization's.

use orgcensus_collectors::accessanalyzer::analyzers;

use super::rows::{Manager, ReadService};
use crate::three_valued::{all, any};

/// What an analyzer looks for.
pub(super) const EXTERNAL: &str = "external_access";
pub(super) const UNUSED: &str = "unused_access";

/// What counts of an analyzer.
#[derive(Debug, Clone)]
pub(super) struct Analyzer {
    pub(super) account_id: String,
    pub(super) region: String,
    /// What it looks for. None: it is not known.
    pub(super) access_kind: Option<String>,
    pub(super) is_of_organization: Option<bool>,
    pub(super) is_active: Option<bool>,
}

impl Analyzer {
    pub(super) fn read(account_id: &str, region: &str, it: &analyzers::AnalyzerRef<'_>) -> Self {
        Self {
            account_id: account_id.to_owned(),
            region: region.to_owned(),
            access_kind: it.access_kind.map(str::to_owned),
            is_of_organization: it.is_of_organization,
            is_active: it.status.map(|status| status == "ACTIVE"),
        }
    }

    /// Whether it looks at an account for such access.
    pub(super) fn looks(&self, account_id: &str, access_kind: &str) -> Option<bool> {
        let is_of_account = if self.account_id == account_id { Some(true) } else { self.is_of_organization };
        all([is_of_account, self.access_kind.as_deref().map(|kind| kind == access_kind), self.is_active])
    }
}

/// Whether an analyzer looks at an account for such access, of its own and the organization's in its region.
pub(super) fn is_looked_for(
    account_id: &str,
    access_kind: &str,
    analyzers: &[&Analyzer],
    are_all_read: bool,
) -> Option<bool> {
    let unread = (!are_all_read).then_some(None);
    any(analyzers.iter().map(|it| it.looks(account_id, access_kind)).chain(unread))
}

/// Access Analyzer in an account and region.
pub(super) fn access_analyzer(
    account_id: &str,
    analyzers: &[&Analyzer],
    are_own_read: bool,
    are_others_read: bool,
) -> ReadService {
    let is_on = is_looked_for(account_id, EXTERNAL, analyzers, are_own_read && are_others_read);
    let is_looking = |it: &&Analyzer| it.looks(account_id, EXTERNAL) == Some(true);
    let looking: Vec<&Analyzer> = analyzers.iter().copied().filter(is_looking).collect();
    let is_own = are_others_read && looking.iter().all(|it| it.is_of_organization == Some(false));
    let manager = match looking.iter().find(|it| it.is_of_organization == Some(true)) {
        Some(analyzer) => Manager::Organization(analyzer.account_id.clone()),
        None if is_own => Manager::Account,
        None => Manager::Unknown,
    };
    ReadService { is_complete: are_own_read, is_on, manager, ..ReadService::default() }
}
