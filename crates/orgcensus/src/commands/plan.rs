//! `orgcensus plan`: what a crawl would do.

use std::io::Write;
use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray};
use arrow::record_batch::RecordBatch;
use orgcensus_answers::{Format, format_within};
use orgcensus_aws::Limits;
use orgcensus_aws::partition;
use orgcensus_aws::regions::AccountRegion;
use orgcensus_collect::{Call, Collector, Scope};
use orgcensus_collectors::COLLECTORS;
use orgcensus_crawl::Crawl;
use orgcensus_row::Timestamp;

use crate::args::Plan;
use crate::commands::crawl::refuse_beside;
use crate::failure::{Failure, exit};
use crate::forecast::{self, BucketTime, Forecast, PlannedWork};
use crate::reference::scope;
use crate::terminal::{output, width};
use crate::{crawl_setup, plan_file, reporter, setup};

/// Reads the organization and counts, or fixes a run for many processes.
pub(crate) async fn run(arguments: &Plan) -> Result<u8, Failure> {
    let config = setup::load(&arguments.configured)?;
    if let Some(out) = &arguments.out {
        plan_file::refuse_existing(&config, out).await?;
    }
    let base = setup::base(&config).await?;
    let mut crawl = crawl_setup::crawl(&config, base, reporter::listener()).await?;
    if let Some(millis) = arguments.captured_at {
        crawl.captured_at = Timestamp(millis);
    }
    if let (Some(out), Some(shards)) = (&arguments.out, arguments.shards) {
        refuse_beside(&crawl).await?;
        let plan = orgcensus_crawl::Plan::read(&crawl, shards).await?;
        plan_file::write(&config, out, &plan).await?;
        println!("run      {}", plan.run_id);
        println!("accounts {} of {}", plan.selected.len(), plan.organization.accounts.len());
        println!("shards   {shards}: crawl --plan {out} --shard 0/{shards} …, then publish --plan {out}");
        return Ok(exit::WHOLE);
    }
    let plan = orgcensus_crawl::Plan::read(&crawl, 1).await?;
    let regions = regions(&crawl, &plan);
    let selected = plan.organization.accounts.iter().filter(|account| plan.selected.contains(&account.id));
    let enterable: Vec<&str> = selected.filter(|account| account.is_open()).map(|it| it.id.as_str()).collect();
    let (active, members) = (enterable.len(), plan.organization.accounts.len());
    println!("organization {}", plan.organization.id);
    println!("accounts     {} of {members}, {active} open", plan.selected.len());
    println!("regions      {} that every account has", regions.selected);
    println!();
    write_collectors(&crawl.collectors, active, regions, width(arguments.wide), output())?;
    let of_accounts = crawl.collectors.iter().filter(|collector| !collector.scope.is_organization_wide());
    let names: Vec<&str> = of_accounts.clone().map(|collector| collector.name).collect();
    let work = PlannedWork { accounts: &enterable, members, collectors: &names, at_once: crawl.bounds.accounts };
    match forecast::from_snapshot(&crawl.lake, &work).await? {
        Some(forecast) => tell(&forecast),
        None => {
            let is_whole = plan.organization.is_whole();
            let once = if is_whole { crawl.collectors.len() - names.len() } else { 0 };
            let members = if is_whole { members } else { 0 };
            let each: usize = of_accounts.map(|collector| tasks(collector, 1, regions)).sum();
            let bound = Bound {
                outside: usize::try_from(plan.reading.calls + plan.regions_known.reading.calls).unwrap_or_default()
                    + members
                    + once,
                // One more call asks for the account's regions.
                inside: active * (each + 1),
                members,
            };
            tell_bound(&bound, crawl.base.limiter().limits());
        }
    }
    Ok(exit::WHOLE)
}

/// How many regions are on in every account.
#[derive(Debug, Clone, Copy)]
struct Regions {
    /// Of those that are selected.
    selected: usize,
    /// Of all.
    every: usize,
}

/// The regions that no account can switch off. The identity that reads the organization asks AWS for them. If it may not,
/// the list of this version is used.
fn regions(crawl: &Crawl, plan: &orgcensus_crawl::Plan) -> Regions {
    let is_always_on = |it: &&AccountRegion| it.opt_in_status.as_deref() == Some("opt-in-not-required");
    let every: Vec<&str> = match &plan.regions_known.own {
        Some(own) => own.iter().filter(is_always_on).map(|it| it.region_name.as_str()).collect(),
        None => partition::expected_regions(crawl.base.partition()),
    };
    let selected = every.iter().filter(|region| crawl.selection.takes_region(region)).count();
    Regions { selected, every: every.len() }
}

/// How often a collector runs.
fn tasks(collector: &Collector, accounts: usize, regions: Regions) -> usize {
    match collector.scope {
        Scope::Account => accounts,
        Scope::Region => accounts * regions.selected,
        Scope::EveryRegion => accounts * regions.every,
        Scope::Organization => 1,
        Scope::OrganizationRegion => regions.selected,
    }
}

/// Writes a row for each collector that runs, and for each that is off by default: what it would cost.
fn write_collectors(
    collectors: &[Collector],
    accounts: usize,
    regions: Regions,
    width: Option<usize>,
    writer: impl Write + Send,
) -> Result<(), Failure> {
    let running = collectors.iter().map(|it| {
        let cost = it.cost().map(|cost| format!(": {cost}")).unwrap_or_default();
        let tasks = tasks(it, accounts, regions).to_string();
        [it.name.to_owned(), scope(it.scope).to_owned(), tasks, format!("{}{cost}", calls(it))]
    });
    let is_off = |it: &&Collector| !collectors.iter().any(|running| running.name == it.name);
    let off = COLLECTORS.iter().filter(is_off).filter_map(|it| {
        let cost = it.cost()?;
        Some([it.name.to_owned(), "off".to_owned(), "-".to_owned(), cost.to_owned()])
    });
    let rows: Vec<[String; 4]> = running.chain(off).collect();
    let cells = |column: usize| -> ArrayRef {
        Arc::new(rows.iter().map(|row| Some(row[column].as_str())).collect::<StringArray>())
    };
    let columns = ["collector", "scope", "tasks", "calls"].into_iter().enumerate();
    let batch = RecordBatch::try_from_iter(columns.map(|(column, name)| (name, cells(column))));
    format_within(&[batch.map_err(std::io::Error::other)?], Format::Table, width, writer)?;
    Ok(())
}

/// A collector's calls; `+` marks a call that is made for each thing that is found.
fn calls(collector: &Collector) -> String {
    let mark = |(call, times): (&Call, u32)| format!("{}{}", if times > 1 { "+" } else { "" }, call.operation);
    collector.expected_calls().map(mark).collect::<Vec<_>>().join(", ")
}

/// What the last snapshot foretells.
fn tell(forecast: &Forecast) {
    println!("\nforecast     from the snapshot of {}", forecast.snapshot_date);
    println!("calls        {}", forecast.calls);
    println!("minutes      {:.1}, and publishing", forecast.seconds / 60.0);
    if let Some(BucketTime { bucket, account_id, region, seconds, .. }) = &forecast.binding {
        println!("binding      bucket {bucket}: {:.1} minutes", seconds / 60.0);
        println!("             of account {account_id}, {region}");
    }
    if forecast.new_accounts > 0 {
        println!("new          {} accounts that it did not see, counted as average ones", forecast.new_accounts);
    }
}

/// The calls that are known without a snapshot.
struct Bound {
    /// To read the organization.
    outside: usize,
    /// In the accounts, where each lets the crawl in.
    inside: usize,
    members: usize,
}

fn tell_bound(bound: &Bound, limits: &Limits) {
    let tags = limits.rule(limits.rule_of("organizations", "ListTagsForResource")).rate;
    #[expect(clippy::cast_precision_loss, reason = "a number of accounts")]
    let seconds = ((bound.members as f64) - f64::from(tags.burst.get())).max(0.0) / tags.per_second;
    println!("\nforecast     a lower bound: the lake has no snapshot to foretell from");
    println!("calls        at least {}, whoever lets the crawl in", bound.outside);
    println!("             at least {} if every account does", bound.outside + bound.inside);
    println!("minutes      at least {:.1}", seconds / 60.0);
    println!("binding      bucket organizations:ListTagsForResource, one call for each account");
    println!("A list takes a call for each page. A call with + follows what its collector finds.");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_fits_the_terminal() {
        let regions = Regions { selected: 3, every: 17 };
        let written = |width: Option<usize>| {
            let mut bytes = Vec::new();
            write_collectors(COLLECTORS, 5, regions, width, &mut bytes).unwrap();
            String::from_utf8(bytes).unwrap()
        };
        let (narrow, whole) = (written(Some(80)), written(None));
        assert!(narrow.lines().all(|line| line.chars().count() <= 80), "{narrow}");
        assert!(narrow.contains('…') && !whole.contains('…'), "what is cut says so");
        assert_eq!(narrow.lines().count(), whole.lines().count(), "each collector is a line");
        let queues = narrow.lines().find(|line| line.starts_with("| sqs_queues ")).unwrap();
        assert!(queues.contains("| region ") && queues.contains("| 15 "), "{queues}");
        let mut bytes = Vec::new();
        write_collectors(&[], 5, regions, Some(80), &mut bytes).unwrap();
        let off = String::from_utf8(bytes).unwrap();
        assert!(off.contains("| iam_service_last_accessed ") && off.contains("| off "), "{off}");
    }
}
