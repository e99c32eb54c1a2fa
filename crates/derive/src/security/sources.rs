//! Reads the services of one account after the other from its staged rows.

use std::collections::BTreeMap;

use orgcensus_collectors::accessanalyzer::analyzers;
use orgcensus_collectors::cloudtrail::trails;
use orgcensus_collectors::config::{delivery_channels::DeliveryChannel, recorders};
use orgcensus_collectors::detective::graphs::Graph;
use orgcensus_collectors::eventbridge::rules::RULES;
use orgcensus_collectors::guardduty::detectors::Detector;
use orgcensus_collectors::inspector2::accounts::Account;
use orgcensus_collectors::macie2::sessions::Session;
use orgcensus_collectors::securityhub::{hubs, v2_hubs};
use orgcensus_crawl::{Derive, Error, Staged, TaskCoverage};

use super::analyzers::{Analyzer, access_analyzer};
use super::buses::Buses;
use super::known::Administration;
use super::recorders::{Recorder, config, needs_of_hub};
use super::rows::{Gathering, ReadService, Region};
use super::trails::{Trail, cloudtrail};
use super::{
    ACCESS_ANALYZER, CLOUDTRAIL, CONFIG, DETECTIVE, GUARDDUTY, INSPECTOR, MACIE, SECURITY_HUB, SECURITY_HUB_CSPM,
    SERVICES,
};

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
    trails: Staged<trails::Trail>,
    analyzers: Staged<analyzers::Analyzer>,
    recorders: Staged<recorders::Recorder>,
    channels: Staged<DeliveryChannel>,
    buses: Buses,
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
            trails: derive.staged()?,
            analyzers: derive.staged()?,
            recorders: derive.staged()?,
            channels: derive.staged()?,
            buses: Buses::open(derive)?,
        })
    }

    /// The services of an account, by region: those that should have been read there.
    pub(super) fn account(
        &mut self,
        account_id: &str,
        known: &Administration,
    ) -> Result<BTreeMap<String, Region>, Error> {
        let mut regions = BTreeMap::<_, Region>::new();
        self.coverage.by_region(account_id, &mut regions, |region, it| {
            region.are_rules_read |= it.collector == RULES.name && it.is_complete;
            let service = SERVICES.iter().find(|service| service.collector == it.collector);
            if let Some(service) = service.filter(|_| it.is_planned) {
                let seen = ReadService { is_complete: it.is_complete, ..ReadService::default() };
                region.services.insert(service.name, seen);
            }
        })?;
        self.detectors.by_region(account_id, &mut regions, |region, it| {
            region.see(GUARDDUTY, it.is_enabled, it.administrator_account_id);
        })?;
        self.inspectors.by_region(account_id, &mut regions, |region, it| {
            region.see(INSPECTOR, it.is_enabled, it.administrator_account_id);
        })?;
        self.sessions.by_region(account_id, &mut regions, |region, it| {
            region.see(MACIE, it.is_enabled, it.administrator_account_id);
        })?;
        self.hubs.by_region(account_id, &mut regions, |region, it| {
            region.see(SECURITY_HUB_CSPM, Some(it.is_enabled), it.administrator_account_id);
            region.gathering = Gathering::read(&it);
            region.is_taking_guardduty = it.is_taking_guardduty;
        })?;
        self.standards.by_region(account_id, &mut regions, |region, it| {
            let hub = region.services.get_mut(SECURITY_HUB_CSPM);
            if let Some(seen) = hub.filter(|_| it.status_reason == Some(NO_RECORDER)) {
                seen.missing = Some("config_recorder");
            }
        })?;
        self.v2_hubs.by_region(account_id, &mut regions, |region, it| {
            region.see(SECURITY_HUB, Some(it.is_enabled), None);
        })?;
        self.graphs(account_id, known, &mut regions)?;
        self.raw(account_id, &mut regions)?;
        conclude(account_id, known, &mut regions);
        regions.retain(|_, region| !region.services.is_empty());
        Ok(regions)
    }

    /// What is concluded from later, when all of the account is known.
    fn raw(&mut self, account_id: &str, regions: &mut BTreeMap<String, Region>) -> Result<(), Error> {
        let mut found: Vec<Trail> = Vec::new();
        self.trails.of_regions(account_id, |region, it| found.push(Trail::read(account_id, region, &it)))?;
        for trail in found {
            regions.entry(trail.region.clone()).or_default().trails.push(trail);
        }
        let mut found: Vec<Analyzer> = Vec::new();
        self.analyzers.of_regions(account_id, |region, it| found.push(Analyzer::read(account_id, region, &it)))?;
        for analyzer in found {
            regions.entry(analyzer.region.clone()).or_default().analyzers.push(analyzer);
        }
        self.recorders.by_region(account_id, regions, |region, it| region.recorders.push(Recorder::read(&it)))?;
        self.channels.by_region(account_id, regions, |region, _| region.has_channel = true)?;
        for (name, rules) in self.buses.account(account_id)? {
            regions.entry(name).or_default().rules = rules;
        }
        Ok(())
    }

    /// Detective: what the account says, and what the administrators of graphs say of it. An account that its
    /// organization made a member need not be told.
    fn graphs(
        &mut self,
        account_id: &str,
        known: &Administration,
        regions: &mut BTreeMap<String, Region>,
    ) -> Result<(), Error> {
        self.graphs.by_region(account_id, regions, |region, it| {
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

/// What the account's own rows and those of the organization say together.
fn conclude(account_id: &str, known: &Administration, regions: &mut BTreeMap<String, Region>) {
    let shared = &known.shared;
    let is_complete = |region: &Region, name: &str| region.services.get(name).is_none_or(|seen| seen.is_complete);
    let are_trails_read = regions.values().all(|region| is_complete(region, CLOUDTRAIL));
    let own: Vec<Trail> = regions.values().flat_map(|region| region.trails.iter().cloned()).collect();
    let others = shared.trails.iter().filter(|trail| trail.account_id != account_id);
    let all_trails: Vec<&Trail> = own.iter().chain(others).collect();
    for (name, region) in regions {
        let others = shared.analyzers.iter().filter(|it| it.account_id != account_id && it.region == *name);
        let all_analyzers: Vec<&Analyzer> = region.analyzers.iter().chain(others).collect();
        let are_others_read = known.is_delegation_read && shared.are_analyzers_read(name);
        let are_own_read = is_complete(region, ACCESS_ANALYZER);
        let of_analyzers = access_analyzer(account_id, &all_analyzers, are_own_read, are_others_read);
        let of_trails = cloudtrail(account_id, name, &all_trails, are_trails_read, shared.are_trails_read());
        // A region in which Config was not planned is none in which it was read.
        let is_config_read = region.services.get(CONFIG).is_some_and(|seen| seen.is_complete);
        let of_config = config(&region.recorders, region.has_channel, is_config_read);
        let needs = needs_of_hub(of_config.is_on, &region.recorders);
        for (service, seen) in [(ACCESS_ANALYZER, of_analyzers), (CLOUDTRAIL, of_trails), (CONFIG, of_config)] {
            if let Some(it) = region.services.get_mut(service) {
                *it = seen;
            }
        }
        if let Some(hub) = region.services.get_mut(SECURITY_HUB_CSPM) {
            hub.missing = hub.missing.or(needs.1);
            hub.has_needs = needs.0;
            hub.unrecorded_types = needs.2;
        }
    }
}
