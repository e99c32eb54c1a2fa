//! `orgcensus crawl`: the organization into the lake.

use std::path::Path;

use orgcensus_crawl::{AccountRecord, Crawl as Run, Error, Outcome, Report};
use orgcensus_lake::Journal;
use orgcensus_row::Timestamp;

use crate::args::{Configured, Crawl, Shard};
use crate::config::Config;
use crate::failure::{Failure, exit};
use crate::{plan_file, reporter, setup, signals, upkeep};

/// Crawls and publishes, goes on with a run, or crawls a shard of one.
pub(crate) async fn run(arguments: &Crawl) -> Result<u8, Failure> {
    let config = setup::load(&arguments.configured)?;
    if let Some(plan) = &arguments.plan {
        return shard(&config, plan, arguments.shard).await;
    }
    let base = setup::base(&config).await?;
    let mut crawl = setup::crawl(&config, base, reporter::listener()).await?;
    crawl.stop = signals::stop();
    if let Some(millis) = arguments.captured_at {
        crawl.captured_at = Timestamp(millis);
    }
    let stage = crawl.stage_directory.join(&crawl.run_id);
    let report = match &arguments.resume {
        None => orgcensus_crawl::run(crawl).await,
        Some(run_id) => orgcensus_crawl::resume(crawl, run_id.as_deref()).await,
    };
    let report = report.map_err(|source| kept(source, arguments, &stage))?;
    print(&report);
    upkeep::after_publication(&config).await?;
    Ok(exit_code(&report))
}

/// A failure after which one can go on says how.
fn kept(source: Error, arguments: &Crawl, stage: &Path) -> Failure {
    let is_kept = arguments.resume.is_some() || Journal::<AccountRecord>::exists(stage);
    if !is_kept || matches!(source, Error::Held(_) | Error::NothingToResume(_) | Error::Plan(_)) {
        return source.into();
    }
    let Configured { config, lake, .. } = &arguments.configured;
    let lake = lake.as_ref().map(|lake| format!(" --lake {lake}")).unwrap_or_default();
    let named = arguments.resume.iter().flatten().next().cloned();
    let run_id = named.or_else(|| stage.file_name().map(|name| name.to_string_lossy().into_owned()));
    let run_id = run_id.filter(|_| arguments.resume != Some(None)).map(|id| format!(" {id}")).unwrap_or_default();
    Failure::Kept { source, command: format!("orgcensus crawl --config {}{lake} --resume{run_id}", config.display()) }
}

/// One shard of a planned run.
async fn shard(config: &Config, url: &str, shard: Option<Shard>) -> Result<u8, Failure> {
    let plan = plan_file::read(config, url).await?;
    let index = plan_file::shard(&plan, shard, |name| std::env::var(name).ok())?;
    let base = setup::base_of_shard(config, plan.shards).await?;
    let crawl = Run { stop: signals::stop(), ..setup::crawl(config, base, reporter::listener()).await? };
    let shards = plan.shards;
    let report = orgcensus_crawl::crawl_shard(crawl, plan, index).await?;
    println!("run      {}  shard {index} of {shards}", report.run_id);
    println!("accounts {}, {} of them done before", report.accounts, report.accounts_done);
    println!("staged   {}", report.stage);
    Ok(exit::WHOLE)
}

/// Whether the snapshot is whole enough.
pub(crate) fn exit_code(report: &Report) -> u8 {
    if report.commit.is_complete { exit::WHOLE } else { exit::BELOW_MIN_COVERAGE }
}

/// What was published, and what was not seen.
pub(crate) fn print(report: &Report) {
    let (commit, tally) = (&report.commit, &report.tally);
    println!("organization {}  snapshot {}  run {}", report.organization_id, commit.snapshot_date, commit.run_id);
    println!("accounts     {} of {}", report.selected, report.accounts);
    println!("rows         {}", tally.rows);
    println!("calls        {}  retries {}  throttled {}", tally.calls, tally.retries, tally.throttles);
    println!("coverage     {:.1} % of {} planned tasks are complete", 100.0 * tally.coverage(), tally.planned());
    for outcome in Outcome::ALL {
        if tally.of(outcome) > 0 {
            println!("  {:19} {:>8}", outcome.as_str(), tally.of(outcome));
        }
    }
    if !commit.is_complete {
        println!("published below min_coverage: an earlier complete snapshot stays the newest");
    }
}
