//! From the configuration to a run's settings.

use std::sync::Arc;
use std::time::Duration;

use orgcensus_answers::{questions, rules};
use orgcensus_aws::Base;
use orgcensus_collectors::COLLECTORS;
use orgcensus_crawl::{Bounds, Crawl, Listener, Materialization, Roster, never};
use orgcensus_derive::DERIVATIONS;
use orgcensus_lake::FileOptions;
use orgcensus_row::Timestamp;

use crate::args::Accepting;
use crate::config::{self, Config, OwnAccount};
use crate::failure::Failure;
use crate::setup::{chain, identity, selection, stage_directory};
use crate::{accepting, lake_access, permissions};

/// The settings of one run.
pub(crate) async fn crawl(config: &Config, base: Arc<Base>, listener: Listener) -> Result<Crawl, Failure> {
    let chain = chain(config, &base).await?;
    let (is_direct, listed) =
        (config.organization.own_account == OwnAccount::Direct, config.organization.accounts.clone());
    let own = match is_direct || !listed.is_empty() {
        true => Some(identity(&chain).await?.account_id),
        false => None,
    };
    let roster = match &own {
        Some(own) if !listed.is_empty() => Roster::Accounts { own: own.clone(), ids: listed },
        _ => Roster::Organization,
    };
    let lake = lake_access::open(config).await?;
    let run_id = uuid::Uuid::now_v7().to_string();
    let selection = selection(config);
    Ok(Crawl {
        captured_at: Timestamp(chrono::Utc::now().timestamp_millis()),
        base,
        chain,
        roster,
        own_account_id: own.filter(|_| is_direct),
        collectors: selection.collectors(COLLECTORS),
        all_collectors: COLLECTORS.to_vec(),
        derivations: DERIVATIONS,
        materializations: materializations(config)?,
        selection,
        trusted_accounts: config.organization.trusted_accounts.clone(),
        trusted_tenants: config.organization.trusted_tenants.clone(),
        owner_tag: config.inventory.owner_tag.clone(),
        role_actions: permissions::role_actions(),
        stage_directory: stage_directory(config, &lake),
        lake,
        file_options: FileOptions { target_file_bytes: config.lake.target_file_mib << 20, ..FileOptions::default() },
        min_coverage: config.lake.min_coverage,
        bounds: bounds(config),
        listener,
        stop: never(),
        run_id,
    })
}

/// The settings of a run of the account that the credentials are of: with no role, and whatever the configuration says
/// of accounts.
pub(crate) async fn of_this_account(config: &Config, base: Arc<Base>, listener: Listener) -> Result<Crawl, Failure> {
    let mut config = config.clone();
    config.role_chain.clear();
    config.organization.own_account = OwnAccount::Direct;
    config.organization.accounts.clear();
    config.select.include = config::Matcher::default();
    config.select.exclude = config::Matcher::default();
    let crawl = crawl(&config, base, listener).await?;
    let own = crawl.own_account_id.clone().unwrap_or_default();
    Ok(Crawl { roster: Roster::this(&own), ..crawl })
}

/// What is made of the snapshot's files: the answers to the shipped questions, with the site's thresholds, and to the
/// shipped rules, with its priorities; and what it accepts.
fn materializations(config: &Config) -> Result<Vec<Arc<dyn Materialization>>, Failure> {
    let (thresholds, priorities) = (config.thresholds(), config.priorities());
    let questions = questions()?.iter().map(|it| it.with_thresholds(&thresholds)).collect();
    let rules = rules()?.iter().map(|it| it.with_priority(&priorities)).collect();
    let exceptions = accepting::read(config, &Accepting::default())?;
    Ok(orgcensus_materialize::materializations(questions, rules, exceptions, config.critical.tag()))
}

fn bounds(config: &Config) -> Bounds {
    let limits = &config.limits;
    Bounds {
        accounts: limits.accounts_at_once,
        tasks_per_account: limits.tasks_per_account,
        task: Duration::from_secs(limits.task_seconds),
        account: Duration::from_secs(limits.account_seconds),
        run: Duration::from_secs(limits.run_seconds),
        first_activity: Duration::from_secs(u64::from(config.activity.first_hours) * 60 * 60),
        sync_interval: Duration::from_secs(limits.sync_seconds),
        checkpoint_interval: Duration::from_secs(limits.checkpoint_seconds),
        lock: Duration::from_secs(limits.lock_seconds),
        unfinished: Duration::from_secs(u64::from(limits.unfinished_days) * 24 * 60 * 60),
    }
}
