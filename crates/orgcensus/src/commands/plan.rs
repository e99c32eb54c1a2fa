//! `orgcensus plan`: what a crawl would do.

use std::collections::BTreeMap;

use orgcensus_aws::organization;
use orgcensus_aws::partition::DEFAULT_REGIONS;
use orgcensus_collect::Scope;
use orgcensus_row::Timestamp;

use crate::args::Plan;
use crate::failure::{Failure, exit};
use crate::{plan_file, reporter, setup};

/// Reads the organization and counts, or fixes a run for many processes.
pub(crate) async fn run(arguments: &Plan) -> Result<u8, Failure> {
    let config = setup::load(&arguments.configured)?;
    let base = setup::base(&config).await?;
    let mut crawl = setup::crawl(&config, base, reporter::listener()).await?;
    if let Some(millis) = arguments.captured_at {
        crawl.captured_at = Timestamp(millis);
    }
    if let (Some(out), Some(shards)) = (&arguments.out, arguments.shards) {
        let plan = orgcensus_crawl::Plan::read(&crawl, shards).await?;
        plan_file::write(&config, out, &plan).await?;
        println!("run      {}", plan.run_id);
        println!("accounts {} of {}", plan.selected.len(), plan.organization.accounts.len());
        println!("shards   {shards}: crawl --plan {out} --shard 0/{shards} …, then publish --plan {out}");
        return Ok(exit::WHOLE);
    }
    let home = crawl.chain.last().home_session();
    let doing = "read the organization";
    let organization = organization::read(&home).await.map_err(|source| Failure::Aws { doing, source })?;
    let mut tags = BTreeMap::new();
    if crawl.selection.needs_tags() {
        for account in &organization.accounts {
            let doing = "read the accounts' tags";
            let read = organization::tags(&home, &account.id).await.map_err(|source| Failure::Aws { doing, source })?;
            tags.insert(account.id.clone(), read);
        }
    }
    let none = BTreeMap::new();
    let takes =
        |it: &&organization::Account| crawl.selection.takes(&organization, it, tags.get(&it.id).unwrap_or(&none));
    let selected: Vec<_> = organization.accounts.iter().filter(takes).collect();
    let active = selected.iter().filter(|account| account.is_active()).count();
    let regions =
        if crawl.selection.regions.is_empty() { DEFAULT_REGIONS.len() } else { crawl.selection.regions.len() };
    println!("organization {}", organization.id);
    println!("accounts     {} of {}, {active} active", selected.len(), organization.accounts.len());
    let which = if crawl.selection.regions.is_empty() { "at least, by default" } else { "as configured" };
    println!("regions      {regions} {which}");
    println!("\n{:34} {:>8}  {:>10}  calls", "collector", "scope", "tasks");
    let mut total = active;
    for collector in &crawl.collectors {
        let (scope, tasks) = match collector.scope {
            Scope::Account => ("account", active),
            Scope::Region => ("region", active * regions),
            Scope::Organization => ("once", 1),
            Scope::OrganizationRegion => ("once", regions),
        };
        let calls: Vec<_> = collector.calls.iter().map(|call| call.operation).collect();
        println!("{:34} {scope:>8}  {tasks:>10}  {}", collector.name, calls.join(", "));
        total += tasks;
    }
    println!("\nAt least {total} calls, one for each task; what a collector finds decides how many more.");
    Ok(exit::WHOLE)
}
