//! What happens after a publication: the catalogue is updated, runs that are too old are removed, finished or not, and
//! a page is written, if one is asked for.

use orgcensus_catalog::{Contents, Databases, Plan};
use orgcensus_lake::{Abandoned, Commit, Lake};
use orgcensus_row::Timestamp;

use crate::commands::report;
use crate::config::{self, Config};
use crate::failure::Failure;
use crate::terminal::printable;
use crate::{lake_access, setup};

/// Updates the catalogue, removes old runs and writes the run's page, as configured. An expired run is removed first
/// from the catalogue and then from the lake. The page's address, if one was written.
pub(crate) async fn after_publication(config: &Config, run_id: &str) -> Result<Option<String>, Failure> {
    follow(config, run_id).await.map_err(|failure| Failure::NotShown(Box::new(failure)))
}

async fn follow(config: &Config, run_id: &str) -> Result<Option<String>, Failure> {
    let lake = lake_access::open(config).await?;
    let expired = expired(&lake, config.lake.retention_days).await?;
    if let Some(catalog) = &config.catalog {
        let changes = apply(config, catalog, &lake, &expired).await?;
        println!("catalogue    {changes} changes");
    }
    remove(&lake, &expired).await?;
    remove_abandoned(&lake, &abandoned(config, &lake).await?).await?;
    match &config.report {
        Some(wanted) => report::beside(config, wanted, &lake, run_id).await.map(Some),
        None => Ok(None),
    }
}

/// The runs that are older than the retention; none if no retention is configured.
pub(crate) async fn expired(lake: &Lake, retention_days: Option<u32>) -> Result<Vec<Commit>, Failure> {
    match retention_days {
        Some(days) => Ok(lake.expired(days, now()).await?),
        None => Ok(Vec::new()),
    }
}

/// Removes runs and says so.
pub(crate) async fn remove(lake: &Lake, expired: &[Commit]) -> Result<(), Failure> {
    for commit in expired {
        lake.remove_run(commit).await?;
        println!("removed      {} {}  run {}", commit.organization_id, commit.snapshot_date, commit.run_id);
    }
    Ok(())
}

/// The leftovers of unfinished runs that no one has resumed for a long time, on this disk and in the lake.
pub(crate) async fn abandoned(config: &Config, lake: &Lake) -> Result<Vec<Abandoned>, Failure> {
    let (now, limits) = (now(), &config.limits);
    let before = Timestamp(now.0 - i64::from(limits.unfinished_days) * 24 * 60 * 60 * 1000);
    let ttl_millis = i64::try_from(limits.lock_seconds.saturating_mul(1000)).unwrap_or(i64::MAX);
    Ok(lake.abandoned(&setup::stage_directory(config, lake), before, now, ttl_millis).await?)
}

/// Removes them and says so. It keeps those that a process has open.
pub(crate) async fn remove_abandoned(lake: &Lake, abandoned: &[Abandoned]) -> Result<(), Failure> {
    for left in abandoned {
        if lake.remove_abandoned(left).await? {
            println!("removed      unfinished run {}", printable(&left.name));
        }
    }
    Ok(())
}

fn now() -> Timestamp {
    Timestamp(chrono::Utc::now().timestamp_millis())
}

/// Brings Glue up to date, without the runs that are about to be removed. Returns the number of changes.
pub(crate) async fn apply(
    config: &Config,
    catalog: &config::Catalog,
    lake: &Lake,
    leaving: &[Commit],
) -> Result<usize, Failure> {
    let (session, plan) = plan(config, catalog, lake, leaving).await?;
    orgcensus_catalog::apply(&session, &plan).await?;
    Ok(plan.changes().count())
}

/// What would have to change, and the session that can do it.
pub(crate) async fn plan(
    config: &Config,
    catalog: &config::Catalog,
    lake: &Lake,
    leaving: &[Commit],
) -> Result<(orgcensus_aws::Session, Plan), Failure> {
    let contents = Contents::read(lake, databases(catalog), leaving).await?;
    let session = lake_access::session(config, catalog.region.as_deref()).await?;
    let plan = orgcensus_catalog::plan(&session, &contents).await?;
    Ok((session, plan))
}

/// The names of the two databases.
pub(crate) fn databases(catalog: &config::Catalog) -> Databases {
    let Databases { newest, history } = Databases::default();
    Databases {
        newest: catalog.database.clone().unwrap_or(newest),
        history: catalog.history_database.clone().unwrap_or(history),
    }
}
