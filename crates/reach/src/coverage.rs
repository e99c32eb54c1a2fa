//! What was read of the accounts, and what was not.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::Result;
use crate::rows::{Accounts, Reader};
use crate::world::World;

/// The collector whose rows are users, groups, roles and their policies.
const OF_IDENTITIES: &str = "iam_authorization_details";

/// How a task ended that read everything.
pub(crate) const COMPLETE: &str = "complete";

/// So many accounts are looked up one by one.
const FEW: usize = 50;

impl World {
    /// Whether the organization's tasks of a collector are complete.
    pub(crate) async fn is_complete(&self, collector: &str) -> Result<bool> {
        let management = self.management().into_iter().cloned().collect::<BTreeSet<String>>();
        let ended = self.tasks(collector, &Arc::new(management)).await?;
        Ok(!ended.is_empty() && ended.values().all(|outcome| outcome == COMPLETE))
    }

    /// How a collector's tasks ended in some accounts: of several in one account, as one that is not complete did. There
    /// is none where none was planned, and where the region or the service is not there.
    async fn tasks(&self, collector: &str, accounts: &Accounts) -> Result<BTreeMap<String, String>> {
        let mut ended = BTreeMap::new();
        let names = ["collector", "outcome", "is_complete"];
        // Of many accounts a collector's rows are fewer than all rows of these.
        let mut rows = if accounts.len() > FEW {
            let wanted = ("collector", BTreeSet::from([collector.to_owned()]));
            Reader::with(&self.lake, &self.manifest, "coverage", &names, wanted)?
        } else {
            self.reader("coverage", &names, Some(accounts))?
        };
        rows.each(|cells| {
            let is_there = !matches!(cells.text(2), Some("region_disabled" | "unsupported"));
            if cells.text(1) != Some(collector) || !is_there || !accounts.contains(cells.account()) {
                return;
            }
            let account = cells.account().to_owned();
            if cells.flag(3) == Some(true) {
                ended.entry(account).or_insert_with(|| COMPLETE.to_owned());
            } else {
                ended.insert(account, cells.text(2).unwrap_or("unknown").to_owned());
            }
        })
        .await?;
        Ok(ended)
    }

    /// The accounts of which these collectors did not read everything, each with their names. Where an account is
    /// closed, a region is off or a service is not offered, nothing is missing.
    pub(crate) async fn short(&self, collectors: &[&str]) -> Result<BTreeMap<String, BTreeSet<String>>> {
        let mut short: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let names = ["collector", "outcome", "is_complete"];
        let wanted = ("collector", collectors.iter().map(|&it| it.to_owned()).collect());
        let mut rows = Reader::with(&self.lake, &self.manifest, "coverage", &names, wanted)?;
        rows.each(|cells| {
            let is_there = !matches!(cells.text(2), Some("account_suspended" | "region_disabled" | "unsupported"));
            let collector = cells.text(1).filter(|it| collectors.contains(it));
            if let Some(collector) = collector.filter(|_| is_there && cells.flag(3) != Some(true)) {
                short.entry(cells.account().to_owned()).or_default().insert(collector.to_owned());
            }
        })
        .await?;
        Ok(short)
    }

    /// How a collector's tasks ended in one account; none, if there was none.
    pub(crate) async fn outcome(&self, collector: &str, account: &str) -> Result<Option<String>> {
        let accounts: Accounts = Arc::new(BTreeSet::from([account.to_owned()]));
        Ok(self.tasks(collector, &accounts).await?.remove(account))
    }

    /// In how many accounts a collector did not read everything, or was not planned. A closed account is none.
    pub(crate) async fn count_not_complete(&self, collector: &str) -> Result<usize> {
        let accounts: Accounts = Arc::new(self.accounts().cloned().collect());
        let ended = self.not_complete(collector, &accounts).await?;
        Ok(ended.values().filter(|outcome| *outcome != "account_suspended").count())
    }

    /// The accounts and regions in which a collector read everything.
    pub(crate) async fn whole_regions(
        &self,
        collector: &str,
        accounts: &Accounts,
    ) -> Result<BTreeSet<(String, String)>> {
        let (mut whole, mut short) = (BTreeSet::new(), BTreeSet::new());
        let mut rows = self.reader("coverage", &["collector", "region", "is_complete"], Some(accounts))?;
        rows.each(|cells| {
            if let (Some(region), true) = (cells.text(2), cells.text(1) == Some(collector)) {
                let place = (cells.account().to_owned(), region.to_owned());
                let ended = if cells.flag(3) == Some(true) { &mut whole } else { &mut short };
                ended.insert(place);
            }
        })
        .await?;
        Ok(whole.difference(&short).cloned().collect())
    }

    /// The accounts of these whose identities were not all read, and why.
    pub(crate) async fn unread(&self, accounts: &Accounts) -> Result<BTreeMap<String, String>> {
        self.not_complete(OF_IDENTITIES, accounts).await
    }

    /// The accounts of these of which a collector did not read everything, and how it ended there.
    async fn not_complete(&self, collector: &str, accounts: &Accounts) -> Result<BTreeMap<String, String>> {
        let ended = self.tasks(collector, accounts).await?;
        let why = |id: &String| match ended.get(id).map(String::as_str) {
            Some(COMPLETE) => None,
            Some(outcome) => Some((id.clone(), outcome.to_owned())),
            None => Some((id.clone(), "not planned".to_owned())),
        };
        Ok(accounts.iter().filter_map(why).collect())
    }
}
