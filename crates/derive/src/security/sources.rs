//! Reads the services of one account after the other from its staged rows.

use std::collections::BTreeMap;

use orgcensus_collectors::detective::graphs::Graph;
use orgcensus_collectors::guardduty::detectors::Detector;
use orgcensus_collectors::inspector2::accounts::Account;
use orgcensus_collectors::macie2::sessions::Session;
use orgcensus_collectors::securityhub::{hubs, v2_hubs};
use orgcensus_crawl::{Derive, Error, Staged, TaskCoverage};
use orgcensus_row::Row;

use super::known::Known;
use super::rows::{Region, Seen};
use super::{DETECTIVE, GUARDDUTY, INSPECTOR, MACIE, SECURITY_HUB, SECURITY_HUB_CSPM, SERVICES};

/// Why AWS calls a standard incomplete where there is no recorder of Config.
const NO_RECORDER: &str = "NO_AVAILABLE_CONFIGURATION_RECORDER";

/// The staged rows. A caller asks for one account after the other.
pub(super) struct Sources {
    coverage: Staged<TaskCoverage>,
    graphs: Staged<Graph>,
    detectors: Staged<Detector>,
    inspectors: Staged<Account>,
    sessions: Staged<Session>,
    hubs: Staged<hubs::Hub>,
    standards: Staged<hubs::Standard>,
    v2_hubs: Staged<v2_hubs::Hub>,
}

impl Sources {
    pub(super) fn open(derive: &mut Derive<'_>) -> Result<Self, Error> {
        Ok(Self {
            coverage: derive.staged()?,
            graphs: derive.staged()?,
            detectors: derive.staged()?,
            inspectors: derive.staged()?,
            sessions: derive.staged()?,
            hubs: derive.staged()?,
            standards: derive.staged()?,
            v2_hubs: derive.staged()?,
        })
    }

    /// The services of an account, by region: those that should have been read there.
    pub(super) fn account(&mut self, account_id: &str, known: &Known) -> Result<BTreeMap<String, Region>, Error> {
        let mut regions = BTreeMap::new();
        each(&mut self.coverage, account_id, &mut regions, |region, it| {
            let service = SERVICES.iter().find(|service| service.collector == it.collector);
            if let Some(service) = service.filter(|_| it.is_planned) {
                let seen = Seen { is_complete: it.is_complete, ..Seen::default() };
                region.services.insert(service.name, seen);
            }
        })?;
        each(&mut self.detectors, account_id, &mut regions, |region, it| {
            region.see(GUARDDUTY, it.is_enabled, it.administrator_account_id);
        })?;
        each(&mut self.inspectors, account_id, &mut regions, |region, it| {
            region.see(INSPECTOR, it.is_enabled, it.administrator_account_id);
        })?;
        each(&mut self.sessions, account_id, &mut regions, |region, it| {
            region.see(MACIE, it.is_enabled, it.administrator_account_id);
        })?;
        each(&mut self.hubs, account_id, &mut regions, |region, it| {
            region.see(SECURITY_HUB_CSPM, Some(it.is_enabled), it.administrator_account_id);
        })?;
        each(&mut self.standards, account_id, &mut regions, |region, it| {
            let hub = region.services.get_mut(SECURITY_HUB_CSPM);
            if let Some(seen) = hub.filter(|_| it.status_reason == Some(NO_RECORDER)) {
                seen.missing = Some("config_recorder");
            }
        })?;
        each(&mut self.v2_hubs, account_id, &mut regions, |region, it| {
            region.see(SECURITY_HUB, Some(it.is_enabled), None);
        })?;
        self.graphs(account_id, known, &mut regions)?;
        regions.retain(|_, region| !region.services.is_empty());
        Ok(regions)
    }

    /// Detective: what the account says, and what the administrators of graphs say of it. An account that its
    /// organization made a member need not be told.
    fn graphs(&mut self, account_id: &str, known: &Known, regions: &mut BTreeMap<String, Region>) -> Result<(), Error> {
        each(&mut self.graphs, account_id, regions, |region, it| {
            let others = it.member_graph_arns.and_then(|arns| arns.iter().next());
            // Of its own graph the account is the administrator.
            let administrator = others.filter(|_| it.graph_arn.is_none()).and_then(|arn| arn.split(':').nth(4));
            region.see(DETECTIVE, it.is_enabled, administrator);
        })?;
        for (name, region) in regions {
            let member = (name.clone(), account_id.to_owned());
            let administrator = known.graphs.get(&member).filter(|_| !region.is_on(DETECTIVE));
            if let Some(administrator) = administrator {
                region.see(DETECTIVE, Some(true), Some(administrator.as_str()));
            }
        }
        Ok(())
    }
}

/// Shows the rows of one account, each with its region.
fn each<R: Row>(
    staged: &mut Staged<R>,
    account_id: &str,
    regions: &mut BTreeMap<String, Region>,
    mut show: impl FnMut(&mut Region, R::Ref<'_>),
) -> Result<(), Error> {
    while let Some(group) = staged.next_group_of(account_id) {
        let region = regions.entry((*group.region).to_owned()).or_default();
        staged.each_of(&group, |row| show(region, row))?;
    }
    Ok(())
}
