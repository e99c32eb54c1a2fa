//! `orgcensus crawl`: the organization into the lake.

use orgcensus_crawl::{Outcome, Report};

use crate::args::Crawl;
use crate::failure::{Failure, exit};
use crate::{reporter, setup, upkeep};

/// Crawls and publishes.
pub(crate) async fn run(arguments: &Crawl) -> Result<u8, Failure> {
    let config = setup::load(&arguments.configured)?;
    let base = setup::base(&config).await?;
    let crawl = setup::crawl(&config, base, reporter::listener()).await?;
    let report = orgcensus_crawl::run(crawl).await?;
    print(&report);
    upkeep::after_publication(&config).await?;
    Ok(exit_code(&report))
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
