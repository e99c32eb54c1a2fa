//! `orgcensus demo`: a simulated organization, crawled in this process.

use std::path::{Path, PathBuf};

use orgcensus_answers::{Snapshot, Which};
use orgcensus_aws::{Credentials, Limits, Options, SharedCredentialsProvider};
use orgcensus_lake::Lake;
use orgcensus_sim::{MANAGEMENT_ACCESS_KEY, MANAGEMENT_SECRET_KEY, Settings, Simulation};

use crate::args::Demo;
use crate::commands::{ask, crawl, report as page};
use crate::config::Config;
use crate::failure::Failure;
use crate::telemetry::Metrics;
use crate::watch::Watch;
use crate::{crawl_setup, lake_access, setup};

/// Makes the organization, crawls it, answers the study's questions and says what to type next.
pub(crate) async fn run(arguments: &Demo, metrics: Option<&Metrics>) -> Result<u8, Failure> {
    let mut watch = Watch::new(&Config::default(), None, metrics);
    let result = demo(arguments, &mut watch).await;
    watch.end(result).await
}

async fn demo(arguments: &Demo, watch: &mut Watch) -> Result<u8, Failure> {
    let settings = Settings::new(arguments.accounts, arguments.seed);
    let simulation = Simulation::new(settings.clone());
    let mut config = Config::default();
    config.role.name.clone_from(&settings.crawler_role);
    config.aws.home_region = settings.regions.first().cloned();
    config.lake.url.clone_from(&arguments.lake);
    // The simulated organization has troubles on purpose: a small one may lose a good part to them.
    config.lake.min_coverage = 0.5;
    config.aws.max_attempts = 3;
    let key = Credentials::new(MANAGEMENT_ACCESS_KEY, MANAGEMENT_SECRET_KEY, None, None, "demo");
    let options = Options {
        http_client: Some(simulation.http_client()),
        credentials: Some(SharedCredentialsProvider::new(key)),
        limits: Limits::unlimited(),
        ..Options::default()
    };
    let base = setup::base_with(&config, options).await?;
    if !arguments.force {
        refuse_others(&lake_access::open(&config).await?, simulation.organization_id()).await?;
    }
    let run = crawl_setup::crawl(&config, base, watch.listener()).await?;
    watch.lake = Some(run.lake.clone());
    let report = orgcensus_crawl::run(run).await?;
    watch.published(&report);
    crawl::print(&report);
    println!();
    let lake = lake_access::open(&config).await?;
    let snapshot = Snapshot::open(&lake, &Which::Run(report.commit.run_id.clone())).await?;
    ask::print_facts(&snapshot).await?;
    println!();
    page::page(&config, &lake, &snapshot, &beside(lake.local())).await?;
    let lake = format!(" --lake {}", arguments.lake);
    // As it was called, so that a line can be pasted: `target/release/orgcensus` after `cargo run`.
    let program = std::env::args().next().unwrap_or_else(|| "orgcensus".to_owned());
    println!("\nAsk on:");
    println!("  {program} tables");
    println!("  {program} query{lake} \"SELECT outcome, COUNT(*) AS tasks FROM coverage GROUP BY 1 ORDER BY 2 DESC\"");
    println!("  {program} query{lake} \"SELECT resource_arn, reasons FROM resource_access WHERE is_public LIMIT 10\"");
    println!("  {program} ask{lake} F15 --format json");
    println!("  {program} report{lake} --unit Root");
    Ok(crawl::exit_code(&report))
}

/// Refuses a lake that holds another organization: beside it the simulated one would be in every answer.
async fn refuse_others(lake: &Lake, organization_id: &str) -> Result<(), Failure> {
    let commits = lake.commits().await?;
    let Some(other) = commits.iter().find(|commit| commit.organization_id != organization_id) else { return Ok(()) };
    let (url, other) = (lake.url(), &other.organization_id);
    Err(Failure::Usage(format!(
        "{url}: this lake holds organization {other}, and a demo of these accounts and this seed is {organization_id}: \
         name another folder with --lake, or put it beside with --force"
    )))
}

/// Where the report goes: beside the lake's folder, or here if the lake is no folder.
fn beside(lake: Option<&Path>) -> PathBuf {
    let folder = lake.and_then(Path::parent).map_or(PathBuf::from("."), Path::to_path_buf);
    folder.join("report.html")
}
