//! `orgcensus crawl`: the organization into the lake.

use std::io::IsTerminal;
use std::path::Path;
use std::time::Duration;

use orgcensus_aws::organization::ALONE;
use orgcensus_crawl::{AccountRecord, Crawl as Run, Error, Outcome, Report, RolesBehind};
use orgcensus_lake::Journal;
use orgcensus_row::Timestamp;

use crate::args::{Configured, Crawl, Shard};
use crate::config::Config;
use crate::failure::{Failure, exit};
use crate::telemetry::Metrics;
use crate::watch::Watch;
use crate::{crawl_setup, forecast, permissions, plan_file, reporter, setup, signals, upkeep};

/// Crawls and publishes a run, resumes one, or crawls a shard of one.
pub(crate) async fn run(arguments: &Crawl, metrics: Option<&Metrics>) -> Result<u8, Failure> {
    let config = match arguments.this_account {
        true => setup::load_or_default(&arguments.configured)?,
        false => setup::load(&arguments.configured)?,
    };
    let mut watch = Watch::new(&config, arguments.report.clone(), metrics);
    let result = match &arguments.plan {
        Some(plan) => shard(&config, plan, arguments.shard, &mut watch).await,
        None => whole(&config, arguments, &mut watch).await,
    };
    watch.end(result).await
}

/// Crawls a whole run, or the missing part of it, and does what follows its publication.
async fn whole(config: &Config, arguments: &Crawl, watch: &mut Watch) -> Result<u8, Failure> {
    let base = setup::base(config).await?;
    let mut crawl = match arguments.this_account {
        true => crawl_setup::of_this_account(config, base, watch.listener()).await?,
        false => crawl_setup::crawl(config, base, watch.listener()).await?,
    };
    if arguments.force {
        check_force(&crawl, arguments).await?;
    } else {
        refuse_beside(&crawl).await?;
    }
    crawl.stop = signals::stop();
    foretell(&crawl);
    watch.lake = Some(crawl.lake.clone());
    if let Some(millis) = arguments.captured_at {
        crawl.captured_at = Timestamp(millis);
    }
    let stage = crawl.stage_directory.join(&crawl.run_id);
    let report = match &arguments.resume {
        None if arguments.resume_or_start => orgcensus_crawl::resume_or_run(crawl).await,
        None => orgcensus_crawl::run(crawl).await,
        Some(run_id) if arguments.force => orgcensus_crawl::resume_anyway(crawl, run_id.as_deref()).await,
        Some(run_id) => orgcensus_crawl::resume(crawl, run_id.as_deref()).await,
    };
    let report = report.map_err(|source| kept(source, arguments, &stage))?;
    watch.published(&report);
    print(&report);
    watch.page = upkeep::after_publication(config, &report.commit.run_id).await?;
    Ok(exit_code(&report))
}

/// The longest that a forecast takes: it is for who watches alone.
const FORETELL_TIME: Duration = Duration::from_secs(20);

/// Tells whoever watches how long it may take, as soon as that is known. The crawl does not wait for it.
fn foretell(crawl: &Run) {
    if !std::io::stderr().is_terminal() {
        return;
    }
    let of_accounts = crawl.collectors.iter().filter(|collector| !collector.scope.is_organization_wide());
    let names: Vec<&'static str> = of_accounts.map(|collector| collector.name).collect();
    let (lake, at_once) = (crawl.lake.clone(), crawl.bounds.accounts);
    tokio::spawn(async move {
        let pace = forecast::pace(&lake, &names, at_once);
        if let Ok(Some(pace)) = tokio::time::timeout(FORETELL_TIME, pace).await {
            reporter::expect(pace);
        }
    });
}

/// Refuses `--force` where it would force nothing.
async fn check_force(crawl: &Run, arguments: &Crawl) -> Result<(), Failure> {
    if arguments.resume.is_some() || !crawl.roster.is_organization() || in_the_way(crawl).await?.is_some() {
        return Ok(());
    }
    let words = "--force: only with --resume, or where accounts alone are read (--this-account), or into a lake that holds \
                 accounts alone";
    Err(Failure::Usage(words.to_owned()))
}

/// Refuses to put accounts alone into a lake that holds an organization, and the other way round: an answer would count
/// those accounts twice that are in both.
pub(crate) async fn refuse_beside(crawl: &Run) -> Result<(), Failure> {
    let Some(other) = in_the_way(crawl).await? else { return Ok(()) };
    let url = crawl.lake.url();
    let (held, this) = match crawl.roster.is_organization() {
        true => ("a census of accounts alone", "this is one of an organization"),
        false => ("organization", "this is a census of accounts alone"),
    };
    Err(Failure::Usage(format!(
        "{url}: this lake holds {held} {other}, and {this}: name another lake with --lake, or let `crawl` put it beside \
         with --force"
    )))
}

/// What the lake holds that this census is not put beside.
async fn in_the_way(crawl: &Run) -> Result<Option<String>, Failure> {
    let commits = crawl.lake.commits().await?;
    let held: Vec<&str> = commits.iter().map(|commit| commit.organization_id.as_str()).collect();
    Ok(other_kind(crawl.roster.is_organization(), &held).map(str::to_owned))
}

/// The first census of the other kind. An organization that stands beside accounts alone already goes on every night.
fn other_kind<'a>(is_organization: bool, held: &[&'a str]) -> Option<&'a str> {
    let is_alone = |id: &&'a str| id.starts_with(ALONE);
    match is_organization {
        true if held.iter().all(is_alone) => held.first().copied(),
        true => None,
        false => held.iter().copied().find(|id| !is_alone(id)),
    }
}

/// If the run can be resumed after a failure, the error says how.
fn kept(source: Error, arguments: &Crawl, stage: &Path) -> Failure {
    let is_stopped = arguments.resume_or_start && matches!(source, Error::Stopped(_));
    let is_kept = arguments.resume.is_some() || is_stopped || Journal::<AccountRecord>::exists(stage);
    let cannot_begin = matches!(
        source,
        Error::Held(_)
            | Error::NothingToResume(_)
            | Error::Outdated(_)
            | Error::Plan(_)
            | Error::Selection(_)
            | Error::NothingSelected(_)
    );
    if !is_kept || cannot_begin {
        return source.into();
    }
    let Configured { config, lake, .. } = &arguments.configured;
    let config = config.as_ref().map(|config| format!(" --config {}", config.display())).unwrap_or_default();
    let lake = lake.as_ref().map(|lake| format!(" --lake {lake}")).unwrap_or_default();
    let alone = if arguments.this_account { " --this-account" } else { "" };
    let puts_beside = arguments.force && (arguments.this_account || arguments.resume.is_none());
    let force = if puts_beside { " --force" } else { "" };
    let command = format!("orgcensus crawl{config}{lake}{alone}{force}");
    if arguments.resume_or_start {
        return Failure::Kept { source, command: format!("{command} --resume-or-start") };
    }
    let named = arguments.resume.iter().flatten().next().cloned();
    let run_id = named.or_else(|| stage.file_name().map(|name| name.to_string_lossy().into_owned()));
    let run_id = run_id.filter(|_| arguments.resume != Some(None)).map(|id| format!(" {id}")).unwrap_or_default();
    Failure::Kept { source, command: format!("{command} --resume{run_id}") }
}

/// One shard of a planned run.
async fn shard(config: &Config, url: &str, shard: Option<Shard>, watch: &mut Watch) -> Result<u8, Failure> {
    let plan = plan_file::read(config, url).await?;
    let index = plan_file::shard(&plan, shard, |name| std::env::var(name).ok())?;
    let shards = plan.shards;
    watch.of_shard(index, shards);
    let base = setup::base_of_shard(config, shards).await?;
    let crawl = Run { stop: signals::stop(), ..crawl_setup::crawl(config, base, watch.listener()).await? };
    watch.lake = Some(crawl.lake.clone());
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
    println!("organization {}  snapshot {}", report.organization_id, commit.snapshot_date);
    println!("run          {}", commit.run_id);
    println!("accounts     {} of {}, {} entered", report.selected, report.accounts, tally.accounts_entered);
    println!("rows         {}", tally.rows);
    println!("calls        {}  retries {}  throttled {}", tally.calls, tally.retries, tally.throttles);
    println!("coverage     {:.1} % of {} planned tasks are complete", 100.0 * tally.coverage(), tally.planned());
    for outcome in Outcome::ALL {
        if tally.of(outcome) > 0 {
            println!("  {:19} {:>8}", outcome.as_str(), tally.of(outcome));
        }
    }
    if let Some(RolesBehind { accounts, oldest }) = tally.roles_behind {
        println!("roles        outdated in {accounts} accounts, {}", permissions::outdated(oldest));
    }
    if !commit.is_complete {
        println!("published below min_coverage: an earlier complete snapshot stays the newest");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_alone_and_an_organization_are_not_put_into_one_lake() {
        let (alone, whole) = ("account-111122223333", "o-1");
        let cases: [(bool, &[&str], Option<&str>); 7] = [
            (false, &[], None),
            (false, &[alone], None),
            (false, &[alone, whole], Some(whole)),
            (true, &[], None),
            (true, &[whole], None),
            (true, &[alone, "account-444455556666"], Some(alone)),
            (true, &[alone, whole], None),
        ];
        for (is_organization, held, other) in cases {
            assert_eq!(other_kind(is_organization, held), other, "{is_organization}, {held:?}");
        }
    }
}
