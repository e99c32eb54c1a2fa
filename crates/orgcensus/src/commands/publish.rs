//! `orgcensus publish`: the shards of a planned run as one snapshot.

use orgcensus_crawl::Crawl;

use crate::args::Publish;
use crate::commands::crawl::{exit_code, print};
use crate::failure::Failure;
use crate::{plan_file, reporter, setup, signals, upkeep};

/// Merges and publishes.
pub(crate) async fn run(arguments: &Publish) -> Result<u8, Failure> {
    let config = setup::load(&arguments.configured)?;
    let plan = plan_file::read(&config, &arguments.plan).await?;
    let base = setup::base(&config).await?;
    let crawl = Crawl { stop: signals::stop(), ..setup::crawl(&config, base, reporter::listener()).await? };
    let report = orgcensus_crawl::publish_shards(crawl, plan, arguments.allow_missing).await?;
    print(&report);
    upkeep::after_publication(&config).await?;
    Ok(exit_code(&report))
}
