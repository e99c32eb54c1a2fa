//! `orgcensus publish`: the shards of a planned run as one snapshot.

use orgcensus_crawl::Crawl;

use crate::args::Publish;
use crate::commands::crawl::{exit_code, print};
use crate::config::Config;
use crate::failure::Failure;
use crate::telemetry::Metrics;
use crate::watch::Watch;
use crate::{crawl_setup, plan_file, setup, signals, upkeep};

/// Merges and publishes.
pub(crate) async fn run(arguments: &Publish, metrics: Option<&Metrics>) -> Result<u8, Failure> {
    let config = setup::load(&arguments.configured)?;
    let mut watch = Watch::new(&config, arguments.report.clone(), metrics);
    watch.of_all_shards();
    let result = publish(&config, arguments, &mut watch).await;
    watch.end(result).await
}

async fn publish(config: &Config, arguments: &Publish, watch: &mut Watch) -> Result<u8, Failure> {
    let plan = plan_file::read(config, &arguments.plan).await?;
    let base = setup::base(config).await?;
    let crawl = Crawl { stop: signals::stop(), ..crawl_setup::crawl(config, base, watch.listener()).await? };
    watch.lake = Some(crawl.lake.clone());
    let report = orgcensus_crawl::publish_shards(crawl, plan, arguments.allow_missing).await?;
    watch.published(&report);
    print(&report);
    watch.page = upkeep::after_publication(config, &report.commit.run_id).await?;
    Ok(exit_code(&report))
}
