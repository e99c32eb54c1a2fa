//! From the configuration to the AWS side of a run and its selection.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use orgcensus_answers::nearest_behind;
use orgcensus_aws::{Base, Chain, Hop, Identity, Limits, Options, partition, whoami};
use orgcensus_collectors::COLLECTORS;
use orgcensus_crawl::{Matcher, Selection};
use orgcensus_lake::Lake;

use crate::args::{Configured, Place};
use crate::config::{self, Config};
use crate::failure::Failure;
use crate::privacy;

/// The configuration that a command's arguments mean.
pub(crate) fn load(arguments: &Configured) -> Result<Config, Failure> {
    let Some(path) = &arguments.config else {
        let words = "--config FILE is needed: the README has one to start from, config/orgcensus.example.toml every key; \
                     `orgcensus crawl --this-account` needs none";
        return Err(Failure::Usage(words.to_owned()));
    };
    with(arguments, Config::load(path, std::env::vars())?)
}

/// The same, where the environment alone will do.
pub(crate) fn load_or_default(arguments: &Configured) -> Result<Config, Failure> {
    match &arguments.config {
        Some(_) => load(arguments),
        None => with(arguments, Config::parse("", "the environment", std::env::vars())?),
    }
}

/// The configuration with what the command line says.
fn with(arguments: &Configured, mut config: Config) -> Result<Config, Failure> {
    if let Some(lake) = &arguments.lake {
        config.lake.url.clone_from(lake);
    }
    if arguments.endpoint_url.is_some() {
        config.aws.endpoint_url.clone_from(&arguments.endpoint_url);
    }
    keep_private(&config);
    Ok(config)
}

/// The configuration of a lake: the file if one is named, the environment, the command line.
pub(crate) fn load_place(place: &Place) -> Result<Config, Failure> {
    let mut config = match &place.config {
        Some(path) => Config::load(path, std::env::vars())?,
        None => Config::parse("", "the environment", std::env::vars())?,
    };
    if let Some(lake) = &place.lake {
        config.lake.url.clone_from(lake);
    }
    if place.endpoint_url.is_some() {
        config.aws.endpoint_url.clone_from(&place.endpoint_url);
    }
    keep_private(&config);
    Ok(config)
}

fn keep_private(config: &Config) {
    if config.lake.use_umask {
        privacy::by_umask();
    }
}

/// The AWS side of a configuration.
pub(crate) async fn base(config: &Config) -> Result<Arc<Base>, Failure> {
    base_of_shard(config, 1).await
}

/// The same for one of `shards` processes, which share what the whole crawl may do.
pub(crate) async fn base_of_shard(config: &Config, shards: u32) -> Result<Arc<Base>, Failure> {
    let limits = limits(config)?.divided(shards.max(1));
    base_with(config, Options { limits, ..Options::default() }).await
}

/// The rates of AWS's calls: the built-in ones, or those of a file.
pub(crate) fn limits(config: &Config) -> Result<Limits, Failure> {
    let Some(path) = &config.limits.rates_file else {
        return Limits::parse(orgcensus_aws::DEFAULT_LIMITS).map_err(|error| Failure::Usage(error.to_string()));
    };
    let named = |error: &dyn std::fmt::Display| Failure::Usage(format!("{}: {error}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| named(&error))?;
    Limits::parse(&text).map_err(|error| named(&error))
}

/// The same over given options: the demo brings an HTTP client, credentials and limits of its own.
pub(crate) async fn base_with(config: &Config, options: Options) -> Result<Arc<Base>, Failure> {
    let aws = &config.aws;
    let options = Options {
        home_region: aws.home_region.clone(),
        profile: aws.profile.clone(),
        endpoint_url: aws.endpoint_url.clone(),
        max_attempts: aws.max_attempts,
        connect_timeout: Duration::from_secs(aws.connect_timeout_seconds),
        read_timeout: Duration::from_secs(aws.read_timeout_seconds),
        attempt_timeout: Duration::from_secs(aws.attempt_timeout_seconds),
        operation_timeout: Duration::from_secs(aws.operation_timeout_seconds),
        answer_bytes_max: aws.answer_max_mib.saturating_mul(1 << 20),
        ..options
    };
    Base::load(options).await.map_err(|source| Failure::Aws { doing: "find credentials and region", source })
}

/// The way into the accounts.
pub(crate) async fn chain(config: &Config, base: &Arc<Base>) -> Result<Chain, Failure> {
    let between: Vec<Hop> = config.role_chain.iter().map(hop).collect();
    let doing = "assume the roles of role_chain";
    Chain::new(base, &between, hop(&config.role)).await.map_err(|source| unanswered(base, doing, source))
}

/// Who the crawl is, at the end of its chain of roles.
pub(crate) async fn identity(chain: &Chain) -> Result<Identity, Failure> {
    let session = chain.last().home_session();
    let doing = "ask STS who the crawl is";
    whoami(&session).await.map_err(|source| unanswered(chain.last().base(), doing, source))
}

/// A failure of the first calls: if nobody answers in a home region that this version does not know, it is misspelt.
fn unanswered(base: &Base, doing: &'static str, source: orgcensus_aws::Error) -> Failure {
    match misspelt(base.home_region()).filter(|_| !base.has_own_endpoint() && source.is(&UNANSWERED)) {
        Some(words) => Failure::Usage(format!("{words}, and nobody answers there: {source}")),
        None => Failure::Aws { doing, source },
    }
}

/// The codes of calls that nobody answered.
const UNANSWERED: [&str; 4] = ["NameUnresolved", "NoSuchHost", "Timeout", "Unreachable"];

/// Words about a home region that this version does not know, where an endpoint of one's own answers for every region: so
/// no call would tell.
pub(crate) fn unseen_misspelt(base: &Base) -> Option<String> {
    misspelt(base.home_region()).filter(|_| base.has_own_endpoint())
}

/// Words about a home region that this version does not know. AWS may have it all the same, if it is new.
fn misspelt(region: &str) -> Option<String> {
    if partition::REGIONS.contains(&region) {
        return None;
    }
    let nearest = nearest_behind(region, partition::REGIONS.iter().copied());
    Some(format!("home region {region:?} is none that this version knows{nearest}"))
}

fn hop(role: &config::Role) -> Hop {
    Hop {
        role_arn: role.arn_template(),
        external_id: role.external_id.clone(),
        session_name: role.session_name.clone(),
        tags: role.session_tags.clone().into_iter().collect(),
        policy_arns: role.session_policy_arns.clone(),
        duration_seconds: role.duration_seconds,
    }
}

/// Beside a local lake the stage is where checkpoints would go; else it is in the working folder.
pub(crate) fn stage_directory(config: &Config, lake: &Lake) -> PathBuf {
    let beside = lake.local().map(|folder| folder.join("_stage"));
    let folder = config.lake.stage_directory.clone().or(beside);
    folder.unwrap_or_else(|| PathBuf::from(".orgcensus/stage"))
}

/// The selection. A collector that is off by default counts as excluded unless it is named.
pub(crate) fn selection(config: &Config) -> Selection {
    let select = &config.select;
    let is_named = |name: &str| select.collectors.contains(name) || select.add_collectors.contains(name);
    let off = COLLECTORS.iter().filter(|it| it.cost().is_some()).map(|it| it.name);
    let off = off.filter(|name| !is_named(name)).map(str::to_owned);
    // If `collectors` names some, only those run: so the added ones must be put in as well.
    let added = select.add_collectors.iter().filter(|_| !select.collectors.is_empty());
    Selection {
        organization_id: config.organization.id.clone(),
        include: matcher(&select.include),
        exclude: matcher(&select.exclude),
        regions: select.regions.clone(),
        collectors: select.collectors.iter().chain(added).cloned().collect(),
        exclude_collectors: select.exclude_collectors.iter().cloned().chain(off).collect(),
    }
}

fn matcher(matcher: &config::Matcher) -> Matcher {
    Matcher {
        accounts: matcher.accounts.clone(),
        organizational_units: matcher.organizational_units.clone(),
        tags: matcher.tags.clone(),
        statuses: matcher.statuses.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(collectors: &[&str], add: &[&str], exclude: &[&str]) -> Vec<&'static str> {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let select = config::Select {
            collectors: set(collectors),
            add_collectors: set(add),
            exclude_collectors: set(exclude),
            ..config::Select::default()
        };
        let config = Config { select, ..Config::default() };
        selection(&config).collectors(COLLECTORS).iter().map(|collector| collector.name).collect()
    }

    #[test]
    fn a_misspelt_home_region_is_told_with_the_nearest() {
        let words = misspelt("eu-wst-1").unwrap();
        assert!(words.contains("\"eu-wst-1\"") && words.contains("eu-west-1"), "{words}");
        assert_eq!(misspelt("eu-west-1"), None);
    }

    #[test]
    fn what_is_off_runs_only_where_it_is_named() {
        let off = "iam_service_last_accessed";
        let always = COLLECTORS.iter().filter(|it| it.cost().is_none()).count();
        assert_eq!(taken(&[], &[], &[]).len(), always);
        assert_eq!(taken(&[], &[off], &[]).len(), always + 1);
        assert_eq!(taken(&[off], &[], &[]), [off]);
        assert_eq!(taken(&["sqs_queues"], &[off], &[]), [off, "sqs_queues"]);
        assert!(!taken(&[], &[off], &[off]).contains(&off), "exclude wins");
    }
}
