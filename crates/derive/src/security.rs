//! The services that watch, in each account and region: whether each is on, who manages it, whether what it needs is
//! there, and whether anybody hears of it; and what they found, each finding once.
//!
//! Every service that should have been read somewhere has a row there, also where it was not read: then it is not known
//! whether it is on.

mod analyzers;
mod buses;
mod findings;
mod heard;
mod known;
mod publishing;
mod recorders;
mod rows;
mod shared;
mod sources;
mod targets;
#[cfg(test)]
mod tests;
mod trails;

use orgcensus_collect::PolicyDocument;
use orgcensus_collectors::accessanalyzer::analyzers::{ANALYZERS, Analyzer};
use orgcensus_collectors::cloudtrail::trails::{TRAILS, Trail};
use orgcensus_collectors::cloudwatchlogs::log_groups::LogGroup;
use orgcensus_collectors::config::delivery_channels::DeliveryChannel;
use orgcensus_collectors::config::recorders::{RECORDERS_AND_CHANNELS, Recorder};
use orgcensus_collectors::detective::graphs::{Graph, Member};
use orgcensus_collectors::eventbridge::rules::{Rule, Target};
use orgcensus_collectors::guardduty::detectors::Detector;
use orgcensus_collectors::inspector2::accounts::Account;
use orgcensus_collectors::kinesis::streams::Stream;
use orgcensus_collectors::lambda::functions::Function;
use orgcensus_collectors::macie2::sessions::Session;
use orgcensus_collectors::organizations::delegated_administrators::DelegatedService;
use orgcensus_collectors::securityhub::{hubs, v2_hubs};
use orgcensus_collectors::sns::topics::Topic;
use orgcensus_collectors::sqs::queues::Queue;
use orgcensus_collectors::{detective, guardduty, inspector2, macie2, securityhub};
use orgcensus_crawl::{Derivation, Derive, Derived, Error, ScratchRows, TaskCoverage};
use orgcensus_row::{Table, table};

use self::known::Administration;
use self::publishing::Ears;
use self::sources::Sources;
use self::targets::Lives;

pub(crate) use findings::SECURITY_FINDING_COUNTS;
pub use findings::SecurityFindingCount;
pub use rows::SecurityService;

/// The derivation.
pub(crate) const SECURITY_SERVICES: Derivation = Derivation {
    name: "security_services",
    reads: READS,
    reads_previous: &[],
    writes: &[Derived { table: table::<SecurityService>(), rests_on: RESTS_ON }],
    run: |derive| Box::pin(run(derive)),
};

/// The coverage stands first, and the policies, which every collector writes: the rows do not rest on them.
const READS: &[Table] = &[
    table::<TaskCoverage>(),
    table::<PolicyDocument>(),
    table::<Analyzer>(),
    table::<DelegatedService>(),
    table::<DeliveryChannel>(),
    table::<Function>(),
    table::<Graph>(),
    table::<Member>(),
    table::<Detector>(),
    table::<Account>(),
    table::<Session>(),
    table::<hubs::Hub>(),
    table::<hubs::Standard>(),
    table::<v2_hubs::Hub>(),
    table::<LogGroup>(),
    table::<Queue>(),
    table::<Recorder>(),
    table::<Rule>(),
    table::<Stream>(),
    table::<Target>(),
    table::<Topic>(),
    table::<Trail>(),
];

/// What the rows say less without.
const RESTS_ON: &[Table] = READS.split_at(2).1;

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

const ACCESS_ANALYZER: &str = "access_analyzer";
const CLOUDTRAIL: &str = "cloudtrail";
const CONFIG: &str = "config";
const DETECTIVE: &str = "detective";
const GUARDDUTY: &str = "guardduty";
const INSPECTOR: &str = "inspector";
const MACIE: &str = "macie";
const SECURITY_HUB: &str = "security_hub";
const SECURITY_HUB_CSPM: &str = "security_hub_cspm";

/// The principal for which an organization names an administrator of its analyzers.
const ACCESS_ANALYZER_PRINCIPAL: &str = "access-analyzer.amazonaws.com";

static SERVICES: [Service; 9] = [
    Service {
        name: ACCESS_ANALYZER,
        collector: ANALYZERS.name,
        principal: Some(ACCESS_ANALYZER_PRINCIPAL),
        needs_nothing: Some(true),
    },
    // It needs a bucket that takes its files.
    Service { name: CLOUDTRAIL, collector: TRAILS.name, principal: None, needs_nothing: None },
    // It needs a bucket and a role, of which it is not judged what they allow.
    Service { name: CONFIG, collector: RECORDERS_AND_CHANNELS.name, principal: None, needs_nothing: None },
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
    let known = Administration::read(derive)?;
    let lives = Lives::read(derive).await?;
    let mut sources = Sources::open(derive)?;
    let mut rows: ScratchRows<SecurityService> = derive.rows()?;
    for member in &derive.organization().accounts {
        let regions = sources.account(&member.id, &known)?;
        let ears = Ears { account_id: &member.id, regions: &regions, known: &known, lives: &lives };
        for (name, region) in &regions {
            let stamp = derive.stamp(&member.id, name);
            let told = region.rows(&member.id, &known).into_iter().map(|row| ears.told(row, name));
            derive.extend(&mut rows, &stamp, told)?;
            derive.stage(&mut rows, &stamp)?;
        }
        tokio::task::yield_now().await;
    }
    Ok(())
}
