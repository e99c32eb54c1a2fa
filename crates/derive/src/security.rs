//! The services that watch, in each account and region: whether each is on, who manages it, and whether what it needs
//! is there.
//!
//! Every service that should have been read somewhere has a row there, also where it was not read: then it is not known
//! whether it is on.

mod known;
mod rows;
mod sources;
#[cfg(test)]
mod tests;

use orgcensus_collectors::detective::graphs::{Graph, Member};
use orgcensus_collectors::guardduty::detectors::Detector;
use orgcensus_collectors::inspector2::accounts::Account;
use orgcensus_collectors::macie2::sessions::Session;
use orgcensus_collectors::organizations::delegated_administrators::DelegatedService;
use orgcensus_collectors::securityhub::{hubs, v2_hubs};
use orgcensus_collectors::{detective, guardduty, inspector2, macie2, securityhub};
use orgcensus_crawl::{Derivation, Derive, Derived, Error, ScratchRows, TaskCoverage};
use orgcensus_row::{Table, table};

use self::known::Known;
use self::sources::Sources;

pub use rows::SecurityService;

/// The derivation.
pub(crate) const SECURITY_SERVICES: Derivation = Derivation {
    name: "security_services",
    reads: READS,
    reads_previous: &[],
    writes: &[Derived { table: table::<SecurityService>(), rests_on: RESTS_ON }],
    run: |derive| Box::pin(run(derive)),
};

/// The coverage stands first: the rows do not rest on it.
const READS: &[Table] = &[
    table::<TaskCoverage>(),
    table::<DelegatedService>(),
    table::<Graph>(),
    table::<Member>(),
    table::<Detector>(),
    table::<Account>(),
    table::<Session>(),
    table::<hubs::Hub>(),
    table::<hubs::Standard>(),
    table::<v2_hubs::Hub>(),
];

/// What the rows say less without.
const RESTS_ON: &[Table] = READS.split_at(1).1;

/// A service that watches.
#[derive(Debug)]
struct Service {
    /// Its name in the rows.
    name: &'static str,
    /// The collector that reads it.
    collector: &'static str,
    /// The principal for which an organization names an administrator. None: its administrator is not read.
    principal: Option<&'static str>,
    /// Whether it needs nothing that another service has. None: it needs something that is not read.
    needs_nothing: Option<bool>,
}

const DETECTIVE: &str = "detective";
const GUARDDUTY: &str = "guardduty";
const INSPECTOR: &str = "inspector";
const MACIE: &str = "macie";
const SECURITY_HUB: &str = "security_hub";
const SECURITY_HUB_CSPM: &str = "security_hub_cspm";

static SERVICES: [Service; 6] = [
    Service {
        name: DETECTIVE,
        collector: detective::graphs::GRAPHS.name,
        principal: Some("detective.amazonaws.com"),
        needs_nothing: Some(true),
    },
    Service {
        name: GUARDDUTY,
        collector: guardduty::detectors::DETECTORS.name,
        principal: Some("guardduty.amazonaws.com"),
        needs_nothing: Some(true),
    },
    // It reaches instances by Systems Manager, or by snapshots of their volumes.
    Service {
        name: INSPECTOR,
        collector: inspector2::accounts::ACCOUNTS.name,
        principal: Some("inspector2.amazonaws.com"),
        needs_nothing: None,
    },
    Service {
        name: MACIE,
        collector: macie2::sessions::SESSIONS.name,
        principal: Some("macie.amazonaws.com"),
        needs_nothing: Some(true),
    },
    Service { name: SECURITY_HUB, collector: securityhub::v2_hubs::V2_HUBS.name, principal: None, needs_nothing: None },
    // Most of its controls need a recorder of Config, and that it records their types.
    Service {
        name: SECURITY_HUB_CSPM,
        collector: securityhub::hubs::HUBS.name,
        principal: Some("securityhub.amazonaws.com"),
        needs_nothing: None,
    },
];

async fn run(derive: &mut Derive<'_>) -> Result<(), Error> {
    let known = Known::read(derive)?;
    let mut sources = Sources::open(derive)?;
    let mut rows: ScratchRows<SecurityService> = derive.rows()?;
    for member in &derive.organization().accounts {
        for (name, region) in &sources.account(&member.id, &known)? {
            let stamp = derive.stamp(&member.id, name);
            derive.extend(&mut rows, &stamp, region.rows(&member.id, &known))?;
            derive.stage(&mut rows, &stamp)?;
        }
        tokio::task::yield_now().await;
    }
    Ok(())
}
