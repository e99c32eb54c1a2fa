//! A planned run in shards: each crawled by a process of its own, all published as one snapshot.

use std::path::Path;
use std::time::Duration;

use orgcensus_lake::Stage;

use crate::context::{Crawl, Shared};
use crate::error::Error;
use crate::part::{self, Done, OpenPart};
use crate::plan::{Plan, shard_name};
use crate::run::{Report, forget, lock, owner, tell_done, tell_start};
use crate::{account, organization_tasks, publish, spans, work};

/// What a shard staged.
#[derive(Debug)]
pub struct ShardReport {
    /// The run.
    pub run_id: String,
    /// The name of its stage, here and in the lake.
    pub stage: String,
    /// Its accounts.
    pub accounts: usize,
    /// The accounts among them that an earlier process had done already.
    pub accounts_done: usize,
}

/// Crawls one shard of a planned run, or what is missing of it, and leaves it in the lake for [`publish_shards`]. After
/// the run is published there is nothing to leave it for: that is an error.
pub async fn crawl_shard(mut crawl: Crawl, plan: Plan, shard: u32) -> Result<ShardReport, Error> {
    check(&plan, shard)?;
    if let Some(commit) = crawl.lake.commit_of(&plan.run_id).await? {
        let (run_id, date) = (&plan.run_id, &commit.snapshot_date);
        return Err(Error::Published(format!(
            "run {run_id} is published already, as the snapshot of {date}; `plan --out` fixes a new run"
        )));
    }
    plan.impose(&mut crawl)?;
    let local = OpenPart::local(&crawl, &plan, Some(shard))?;
    let lock = lock(&crawl, &plan, owner(&plan, Some(shard), local.is_some())).await?;
    let span = spans::run(&plan.run_id, &plan.organization.id, Some(shard));
    let work = async {
        let mut part = match local {
            Some(part) => part,
            None => OpenPart::restore_or_create(&crawl, &plan, Some(shard)).await?,
        };
        let done = part.done()?;
        let shared = plan.share(crawl, Some(shard), part.stage.clone());
        tell_start(&shared, done.accounts.len());
        work::work(&shared, &mut part, &done).await?;
        let (run_id, accounts) = (shared.crawl.run_id.clone(), shared.places.len());
        orgcensus_lake::checkpoint(&shared.crawl.lake, &part.name, &part.stage, part.journal.bytes()).await?;
        Ok(ShardReport { run_id, stage: part.name, accounts, accounts_done: done.accounts.len() })
    };
    lock.hold(span, work).await
}

/// Publishes the shards of a planned run as one snapshot. A missing shard is an error; with `allow_missing` its
/// accounts are skipped.
pub async fn publish_shards(mut crawl: Crawl, plan: Plan, allow_missing: bool) -> Result<Report, Error> {
    plan.impose(&mut crawl)?;
    let scratch = crawl.stage_directory.join(format!("{}-publish", plan.run_id));
    let names: Vec<_> = (0..plan.shards).map(|shard| part::name(&plan, Some(shard))).collect();
    if let Some(commit) = crawl.lake.commit_of(&plan.run_id).await? {
        tell_done(&crawl, &plan);
        clear(&crawl, &scratch, &names).await?;
        return Ok(Report::of_commit(&crawl, &plan, commit).await);
    }
    let folder = Stage::open(&scratch)?;
    let lock = lock(&crawl, &plan, owner(&plan, None, true)).await?;
    let span = spans::run(&plan.run_id, &plan.organization.id, None);
    let work = async {
        let (parts, missing) = gather(&crawl, &plan, &scratch).await?;
        if !missing.is_empty() && !allow_missing {
            let words = missing.join("; ");
            return Err(Error::Missing(format!("{words}: crawl what is missing, or publish with --allow-missing")));
        }
        let (shared, parts) = complete(crawl, &plan, parts, &scratch)?;
        let (commit, tally) = tokio::select! {
            published = publish::publish(&shared, &parts, &scratch) => published?,
            () = shared.crawl.stop.clone() => return Err(Error::Stopped(shared.crawl.run_id.clone())),
        };
        drop(parts);
        drop(folder);
        clear(&shared.crawl, &scratch, &names).await?;
        Ok(Report::new(&shared, commit, tally).await)
    };
    lock.hold(span, work).await
}

fn check(plan: &Plan, shard: u32) -> Result<(), Error> {
    let last = plan.shards.saturating_sub(1);
    if shard <= last { Ok(()) } else { Err(Error::Plan(format!("it has no shard {shard}: they are 0 to {last}"))) }
}

/// All existing parts, and a list of the missing ones in words.
async fn gather(crawl: &Crawl, plan: &Plan, scratch: &Path) -> Result<(Vec<OpenPart>, Vec<String>), Error> {
    let (mut parts, mut missing) = (Vec::new(), Vec::new());
    for shard in 0..plan.shards {
        let (part, lacks) = find(crawl, plan, shard, scratch).await?;
        let name = shard_name(shard, plan.shards);
        match (&part, lacks) {
            (_, 0) => {}
            (None, _) => missing.push(format!("shard {name} is missing")),
            (Some(_), lacks) => missing.push(format!("shard {name} is not finished, it lacks {lacks} accounts")),
        }
        parts.extend(part);
    }
    Ok((parts, missing))
}

/// A shard, and how many turns it lacks: the stage on this disk if it is complete, else the lake's copy, which is never
/// stale.
async fn find(crawl: &Crawl, plan: &Plan, shard: u32, scratch: &Path) -> Result<(Option<OpenPart>, usize), Error> {
    if let Some(part) = OpenPart::local(crawl, plan, Some(shard))? {
        let lacks = lacking(plan, shard, &part.done()?);
        if lacks == 0 {
            return Ok((Some(part), 0));
        }
    }
    let name = part::name(plan, Some(shard));
    let directory = scratch.join(&name);
    if directory.exists() {
        Stage::open(&directory)?.remove()?;
    }
    let part = OpenPart::restore(&crawl.lake, &directory, &name).await?;
    let lacks = match &part {
        Some(part) => lacking(plan, shard, &part.done()?),
        None => lacking(plan, shard, &Done::default()),
    };
    Ok((part, lacks))
}

/// How many turns a shard lacks.
fn lacking(plan: &Plan, shard: u32, done: &Done) -> usize {
    let accounts = plan.places(Some(shard)).into_iter().filter_map(|place| plan.organization.accounts.get(place));
    let accounts = accounts.filter(|account| !done.accounts.contains(&account.id)).count();
    accounts + usize::from(plan.reads_organization(Some(shard)) && !done.has_organization)
}

/// Adds a part that says of all that is missing that it was skipped.
fn complete(
    crawl: Crawl,
    plan: &Plan,
    mut parts: Vec<OpenPart>,
    scratch: &Path,
) -> Result<(std::sync::Arc<Shared>, Vec<OpenPart>), Error> {
    let mut done = Done::default();
    for part in &parts {
        let of_part = part.done()?;
        done.accounts.extend(of_part.accounts);
        done.has_organization |= of_part.has_organization;
    }
    let directory = scratch.join("skipped");
    if directory.exists() {
        Stage::open(&directory)?.remove()?;
    }
    let mut part = OpenPart::create(&directory, "skipped".to_owned(), plan, None)?;
    let shared = plan.clone().share(crawl, None, part.stage.clone());
    tell_start(&shared, done.accounts.len());
    for account in shared.accounts().filter(|account| !done.accounts.contains(&account.id)) {
        let record = account::skipped(&shared, account)?;
        part.journal.append(&record)?;
        work::tell_end(&shared, &record, Duration::ZERO);
    }
    if !done.has_organization {
        part.journal.append(&organization_tasks::skipped(&shared)?)?;
    }
    parts.push(part);
    Ok((shared, parts))
}

/// Removes what the shards of a published run left, here and in the lake.
async fn clear(crawl: &Crawl, scratch: &Path, names: &[String]) -> Result<(), Error> {
    for name in names {
        forget(crawl, name).await?;
    }
    if scratch.exists() {
        Stage::open(scratch)?.remove()?;
    }
    Ok(())
}
