//! `orgcensus plan`: what a crawl would do.

use std::collections::BTreeMap;

use orgcensus_aws::Limits;
use orgcensus_aws::organization;
use orgcensus_aws::partition::DEFAULT_REGIONS;
use orgcensus_collect::{Call, Collector, Scope};
use orgcensus_collectors::OFF_UNLESS_NAMED;
use orgcensus_row::Timestamp;

use crate::args::Plan;
use crate::failure::{Failure, exit};
use crate::forecast::{self, Bucket, Forecast, Work};
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
    let enterable: Vec<&str> = selected.iter().filter(|it| it.is_active()).map(|it| it.id.as_str()).collect();
    let active = enterable.len();
    let regions =
        if crawl.selection.regions.is_empty() { DEFAULT_REGIONS.len() } else { crawl.selection.regions.len() };
    println!("organization {}", organization.id);
    println!("accounts     {} of {}, {active} active", selected.len(), organization.accounts.len());
    let which = if crawl.selection.regions.is_empty() { "at least, by default" } else { "as configured" };
    println!("regions      {regions} {which}");
    println!("\n{:34} {:>8}  {:>10}  calls", "collector", "scope", "tasks");
    let mut total = active + organization.accounts.len();
    for collector in &crawl.collectors {
        let (scope, tasks) = match collector.scope {
            Scope::Account => ("account", active),
            Scope::Region => ("region", active * regions),
            Scope::Organization => ("once", 1),
            Scope::OrganizationRegion => ("once", regions),
        };
        println!("{:34} {scope:>8}  {tasks:>10}  {}", collector.name, calls(collector));
        total += tasks;
    }
    for (name, cost) in OFF_UNLESS_NAMED.iter().filter(|(name, _)| !crawl.collectors.iter().any(|it| it.name == *name))
    {
        println!("{name:34} {:>8}  {:>10}  {cost}", "off", "-");
    }
    let of_accounts = crawl.collectors.iter().filter(|collector| !collector.scope.is_organization_wide());
    let names: Vec<&str> = of_accounts.map(|collector| collector.name).collect();
    let work = Work {
        accounts: &enterable,
        members: organization.accounts.len(),
        collectors: &names,
        at_once: crawl.bounds.accounts,
    };
    match forecast::from_snapshot(&crawl.lake, &work).await? {
        Some(forecast) => tell(&forecast),
        None => tell_bound(total, organization.accounts.len(), crawl.base.limiter().limits()),
    }
    Ok(exit::WHOLE)
}

/// A collector's calls; `+` marks one that it makes for what it finds, however often that is.
fn calls(collector: &Collector) -> String {
    let mark = |(place, call): (usize, &Call)| format!("{}{}", if place == 0 { "" } else { "+" }, call.operation);
    collector.calls.iter().enumerate().map(mark).collect::<Vec<_>>().join(", ")
}

/// What the last snapshot foretells.
fn tell(forecast: &Forecast) {
    println!("\nforecast     from the snapshot of {}", forecast.snapshot_date);
    println!("calls        {}", forecast.calls);
    println!("minutes      {:.1}, and publishing", forecast.seconds / 60.0);
    if let Some(Bucket { bucket, account_id, region, seconds, .. }) = &forecast.binding {
        println!("binding      bucket {bucket} of account {account_id}, {region}: {:.1} minutes", seconds / 60.0);
    }
    if forecast.new_accounts > 0 {
        println!("new          {} accounts that it did not see, counted as average ones", forecast.new_accounts);
    }
}

/// What is certain without a snapshot.
fn tell_bound(calls: usize, members: usize, limits: &Limits) {
    let tags = limits.rule(limits.rule_of("organizations", "ListTagsForResource")).rate;
    #[expect(clippy::cast_precision_loss, reason = "a number of accounts")]
    let seconds = ((members as f64) - f64::from(tags.burst.get())).max(0.0) / tags.per_second;
    println!("\nforecast     a lower bound: the lake has no snapshot to foretell from");
    println!("calls        at least {calls}, if every account's role can be assumed");
    println!("minutes      at least {:.1}", seconds / 60.0);
    println!("binding      bucket organizations:ListTagsForResource, one call for each account");
    println!("A list takes a call for each page; calls with a + follow what the collector finds.");
}
