//! Finds the run to resume: on this disk, or in the lake's checkpoints.

use std::collections::BTreeSet;

use orgcensus_lake::{Error as LakeError, Journal, checkpoint_header, checkpoints};

use crate::context::{Crawl, day};
use crate::error::Error;
use crate::event::Event;
use crate::journal::AccountRecord;
use crate::part::About;
use crate::plan::Plan;

/// The plan of the run that is named, or else of this organization's newest that left a stage.
pub(crate) async fn find(crawl: &Crawl, run_id: Option<&str>) -> Result<Plan, Error> {
    let names = match run_id {
        Some(run_id) => BTreeSet::from([run_id.to_owned()]),
        None => names(crawl).await?,
    };
    let home = crawl.chain.last().home_session();
    let organization_id = crawl.roster.id(&home).await.map_err(Error::Organization)?;
    // Of accounts alone, the plan says which organization they are in.
    let said = crawl.selection.organization_id.as_ref().filter(|_| crawl.roster.is_organization());
    if let Some(said) = said.filter(|id| **id != organization_id) {
        return Err(Error::Selection(format!(
            "organization.id is {said:?}, and AWS says that this is {organization_id}"
        )));
    }
    // Run ids are ordered by time: the last is the newest.
    for name in names.iter().rev() {
        let Some(about) = about(crawl, name).await? else { continue };
        if about.shard.is_none() && about.plan.organization.id == organization_id {
            return Ok(about.plan);
        }
    }
    // In a folder the stage and its copies are one.
    let (stage, copies) = (crawl.stage_directory.display().to_string(), format!("{}/_stage", crawl.lake.url()));
    let places = if stage == copies { stage } else { format!("{stage} or {copies}") };
    Err(Error::NothingToResume(match run_id {
        Some(run_id) => format!("run {run_id} of organization {organization_id} is not in {places}"),
        None => format!(
            "no unfinished run of organization {organization_id} is in {places}; without --resume a crawl begins one"
        ),
    }))
}

/// A run that began longer ago is not resumed by a schedule: its snapshot would be of another day.
const RESUMED_WITHIN_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// The plan of the organization's newest unfinished run of this configuration. None if there is none, if it began a day
/// ago or longer, or if a run that began later is published: then a new run should begin.
pub(crate) async fn find_recent(crawl: &Crawl) -> Result<Option<Plan>, Error> {
    let names = names(crawl).await?;
    if names.is_empty() {
        return Ok(None);
    }
    let organization_id = crawl.roster.id(&crawl.chain.last().home_session()).await.map_err(Error::Organization)?;
    let commits = crawl.lake.commits().await?;
    let is_published = |name: &str| commits.iter().any(|commit| commit.run_id == name);
    // Run ids are ordered by time: the last is the newest.
    for name in names.iter().rev().filter(|name| !is_published(name)) {
        let plan = match about(crawl, name).await {
            Ok(Some(About { plan, shard: None })) if plan.organization.id == organization_id => plan,
            Ok(_) => continue,
            Err(error @ Error::Lake(LakeError::Unreachable { .. } | LakeError::Refused { .. })) => return Err(error),
            // Of another version, or torn: no try can resume it, and a schedule must not fail for days because of it.
            Err(error) => {
                let words = format!("the unfinished run {name} is passed over: could not {error}");
                crawl.tell(&Event::Warning { message: &words });
                continue;
            }
        };
        if !plan.is_as_configured(crawl) {
            continue;
        }
        let age_millis = crawl.captured_at.0 - plan.captured_at.0;
        let is_outrun = commits
            .iter()
            .any(|commit| commit.organization_id == organization_id && commit.captured_at.0 > plan.captured_at.0);
        return Ok((age_millis < RESUMED_WITHIN_MILLIS && !is_outrun).then_some(plan));
    }
    Ok(None)
}

/// Tells of the organization's newest other run that left a stage and published nothing. If that cannot be read,
/// nothing is told: a crawl does not fail because of it.
pub(crate) async fn tell(crawl: &Crawl, plan: &Plan) {
    let names = names(crawl).await.unwrap_or_default();
    for name in names.iter().rev().filter(|name| **name != plan.run_id) {
        let Ok(Some(About { plan: other, shard: None })) = about(crawl, name).await else { continue };
        if other.organization.id == plan.organization.id && matches!(crawl.lake.commit_of(name).await, Ok(None)) {
            let (snapshot_date, kept) = (day(other.captured_at), crawl.bounds.unfinished);
            crawl.tell(&Event::Unfinished { run_id: name, snapshot_date: &snapshot_date, kept });
            return;
        }
    }
}

async fn names(crawl: &Crawl) -> Result<BTreeSet<String>, Error> {
    let mut names: BTreeSet<String> = checkpoints(&crawl.lake).await?.into_iter().collect();
    if let Ok(entries) = std::fs::read_dir(&crawl.stage_directory) {
        let folders = entries.flatten().filter(|entry| entry.path().is_dir());
        names.extend(folders.filter_map(|entry| entry.file_name().into_string().ok()));
    }
    Ok(names)
}

async fn about(crawl: &Crawl, name: &str) -> Result<Option<About>, Error> {
    let directory = crawl.stage_directory.join(name);
    let header = match Journal::<AccountRecord>::header(&directory) {
        Ok(header) => header,
        Err(LakeError::Missing { .. }) => match checkpoint_header(&crawl.lake, name).await? {
            Some(header) => header,
            None => return Ok(None),
        },
        Err(error) => return Err(error.into()),
    };
    let about = serde_json::from_value(header.about);
    about.map(Some).map_err(|error| Error::Plan(format!("the journal of run {name} is of another version: {error}")))
}
