//! The plan of a run, fixed before its first account. With it any process can resume the run, or crawl one shard of it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use orgcensus_aws::organization::{self, Organization};
use orgcensus_aws::{Class, Usage};
use orgcensus_lake::Stage;
use orgcensus_row::{GLOBAL, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::OnceCell;

use crate::check::{Findings, one_role_for_many};
use crate::context::{Crawl, Shared};
use crate::error::Error;
use crate::event::Event;
use crate::organization_tasks::ORGANIZATION;
use crate::outcome::Outcome;
use crate::regions::KnownRegions;
use crate::tags::{TagReader, Tagging, Tags};
use crate::task_record::{TaskRecord, TaskStart};
use crate::{roster, tables};

const FORMAT: u64 = 2;

/// At most this many differences are named; the rest are counted.
const DIFFERENCES_NAMED: usize = 5;

/// A run before its first account: who it is, and what it will do.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Plan {
    /// The format of this object.
    pub format: u64,
    /// The version of orgcensus that made it.
    pub orgcensus_version: String,
    /// A fingerprint of that version's tables. A version with other tables cannot resume the run, because it cannot
    /// read its rows.
    pub tables: String,
    /// The run.
    pub run_id: String,
    /// When it started (UTC): the snapshot's moment and day.
    pub captured_at: Timestamp,
    /// How many processes do it.
    pub shards: u32,
    /// Names of the collectors to run.
    pub collectors: Vec<String>,
    /// Regions to take; none: all.
    pub regions: BTreeSet<String>,
    /// The accounts to crawl.
    pub selected: BTreeSet<String>,
    /// The tree and all accounts.
    pub organization: Organization,
    /// How the reading of the tree went.
    pub reading: TaskRecord,
    /// The known regions.
    pub regions_known: KnownRegions,
    /// The accounts' tags, where the selection had to know them.
    pub tags: Option<Tagging>,
}

/// What to do about an exclusion that excludes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exclusions {
    /// It is an error: a person is watching.
    Checked,
    /// It is a warning: an excluded account may have left the organization, and a nightly crawl must not fail because
    /// of that.
    MayBeGone,
}

impl Plan {
    /// Reads the organization and fixes the run. Here an exclusion that excludes nothing is an error.
    pub async fn read(crawl: &Crawl, shards: u32) -> Result<Self, Error> {
        let reader = crawl.selection.needs_tags().then(|| TagReader::begin(crawl.chain.last().home_session()));
        Ok(in_time(crawl, Self::read_with(crawl, shards, reader, Exclusions::Checked)).await?.0)
    }

    /// The same, with the reader of tags at work meanwhile; it is given back unless the selection had to wait for it.
    pub(crate) async fn read_with(
        crawl: &Crawl,
        shards: u32,
        mut reader: Option<TagReader>,
        exclusions: Exclusions,
    ) -> Result<(Self, Option<TagReader>), Error> {
        let home = crawl.chain.last().home_session();
        let begun = TaskStart::now();
        let found = |account: &organization::Account| {
            if let Some(reader) = &reader {
                reader.tell(&account.id);
            }
        };
        let own = crawl.chain.last().home_session();
        let (read, regions_known) = futures::join!(crawl.roster.read(&home, found), KnownRegions::read(&own));
        let (organization, untold) = read.map_err(Error::Organization)?;
        let reading = match organization.is_whole() {
            true => reading(&organization, home.usage(), begun),
            false => roster::reading(&organization.extent, untold.as_ref(), home.usage(), begun),
        };
        roster::words(&organization).iter().for_each(|message| crawl.tell(&Event::Warning { message }));
        accept(crawl, crawl.selection.examine(&organization, &regions_known), exclusions)?;
        let tags = match reader.take_if(|_| crawl.selection.needs_tags()) {
            Some(reader) if organization.is_whole() => Some(tags_for_choosing(crawl, &organization, reader).await?),
            _ => (!organization.is_whole()).then(|| roster::tags(&organization)),
        };
        let selected = select(crawl, &organization, tags.as_ref().map(|(tags, _)| tags))?;
        let plan = Self {
            format: FORMAT,
            orgcensus_version: env!("CARGO_PKG_VERSION").to_owned(),
            tables: fingerprint(crawl),
            run_id: crawl.run_id.clone(),
            captured_at: crawl.captured_at,
            shards: shards.max(1),
            collectors: crawl.collectors.iter().map(|collector| collector.name.to_owned()).collect(),
            regions: crawl.selection.regions.clone(),
            selected,
            organization,
            reading,
            regions_known,
            tags,
        };
        Ok((plan, reader))
    }

    /// The plan in a JSON text. The format's number is checked first, because the fields of another format may mean
    /// anything.
    pub fn parse(text: &[u8]) -> Result<Self, Error> {
        #[derive(Deserialize)]
        struct Format {
            format: u64,
        }
        let unreadable = |error: serde_json::Error| Error::Plan(format!("it is no plan: {error}"));
        let found: Format = serde_json::from_slice(text).map_err(unreadable)?;
        if found.format != FORMAT {
            let format = found.format;
            return Err(Error::Plan(format!(
                "its format is {format}, this version of orgcensus knows format {FORMAT}"
            )));
        }
        serde_json::from_slice(text).map_err(unreadable)
    }

    /// Makes a crawl part of this run, whatever its configuration says by now: one snapshot is made with one set of
    /// choices.
    pub(crate) fn impose(&self, crawl: &mut Crawl) -> Result<(), Error> {
        let said = crawl.selection.organization_id.as_ref();
        if let Some((said, id)) = said.and_then(|said| Some((said, self.organization.other_than(said)?))) {
            let run_id = &self.run_id;
            return Err(Error::Selection(format!("organization.id is {said:?}, and run {run_id} is of {id}")));
        }
        if self.tables != fingerprint(crawl) {
            let Self { run_id, orgcensus_version, .. } = self;
            return Err(Error::Plan(format!(
                "run {run_id} was begun by orgcensus {orgcensus_version}, whose tables are others than those of this \
                 version: resume with that version, or begin a new run"
            )));
        }
        crawl.run_id.clone_from(&self.run_id);
        crawl.captured_at = self.captured_at;
        crawl.selection.regions.clone_from(&self.regions);
        let is_taken = |name: &str| self.collectors.iter().any(|taken| taken == name);
        crawl.collectors = crawl.all_collectors.iter().filter(|it| is_taken(it.name)).copied().collect();
        Ok(())
    }

    /// Whether this configuration, and this version, would have fixed the run as it is: with the same tables, collectors,
    /// regions and accounts.
    pub(crate) fn is_as_configured(&self, crawl: &Crawl) -> bool {
        let collectors = crawl.collectors.iter().map(|collector| collector.name);
        let has_tags = self.tags.is_some() || !crawl.selection.needs_tags();
        let selected = select(crawl, &self.organization, self.tags.as_ref().map(|(tags, _)| tags));
        self.tables == fingerprint(crawl)
            && crawl.roster.is_of(&self.organization)
            && collectors.eq(self.collectors.iter().map(String::as_str))
            && self.regions == crawl.selection.regions
            && has_tags
            && selected.is_ok_and(|selected| selected == self.selected)
    }

    /// What a process of the run shares among its workers: all of it, or a shard.
    pub(crate) fn share(self, crawl: Crawl, shard: Option<u32>, stage: Stage) -> Arc<Shared> {
        Arc::new(Shared {
            shard,
            places: self.places(shard),
            reads_organization: self.reads_organization(shard),
            ends_at: tokio::time::Instant::now() + crawl.bounds.run,
            organization: self.organization,
            selected: self.selected,
            reading: self.reading,
            regions: self.regions_known,
            tags: self.tags,
            tag_reader: Mutex::default(),
            last_complete: OnceCell::new(),
            crawl,
            stage,
        })
    }

    /// The selected accounts, all or those of one shard: their places in the organization's list.
    pub(crate) fn places(&self, shard: Option<u32>) -> Vec<usize> {
        let is_of = |id: &str| shard.is_none_or(|shard| self.shard_of(id) == shard);
        let accounts = self.organization.accounts.iter().enumerate();
        let taken = accounts.filter(|(_, it)| self.selected.contains(&it.id) && is_of(&it.id));
        taken.map(|(place, _)| place).collect()
    }

    /// Whether a part of the run reads what is of the organization as a whole.
    pub(crate) fn reads_organization(&self, shard: Option<u32>) -> bool {
        shard.is_none_or(|shard| self.shard_of(self.organization.home_account_id()) == shard)
    }

    /// The shard of an account: the same whenever and wherever it is asked.
    fn shard_of(&self, account_id: &str) -> u32 {
        crc32fast::hash(account_id.as_bytes()) % self.shards.max(1)
    }
}

/// Planning, within the time that a run has. Without this bound, one answer that never ends would block it for ever.
pub(crate) async fn in_time<T>(crawl: &Crawl, planning: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    tokio::time::timeout(crawl.bounds.run, planning).await.unwrap_or_else(|_elapsed| {
        let words = format!("the run's {} s were over before the organization was read", crawl.bounds.run.as_secs());
        Err(Error::Organization(orgcensus_aws::Error::new(Class::TimedOut, "RunDeadline", words)))
    })
}

/// `00003-of-00016`, for names of objects and folders.
pub fn shard_name(shard: u32, shards: u32) -> String {
    format!("{shard:05}-of-{shards:05}")
}

fn fingerprint(crawl: &Crawl) -> String {
    orgcensus_lake::fingerprint(&tables::tables(&crawl.all_collectors, crawl.derivations))
}

/// How reading the organization went. If the organization changed meanwhile, it was not read completely.
fn reading(organization: &Organization, usage: &Usage, begun: TaskStart) -> TaskRecord {
    let differences = &organization.differences;
    if differences.is_empty() {
        return TaskRecord::measured(ORGANIZATION, GLOBAL, (Outcome::Complete, None), usage, begun);
    }
    let named: Vec<_> = differences.iter().take(DIFFERENCES_NAMED).map(ToString::to_string).collect();
    let more = match differences.len().saturating_sub(DIFFERENCES_NAMED) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    let error = orgcensus_aws::Error::new(Class::Failed, "OrganizationChanged", format!("{}{more}", named.join("; ")));
    let record = TaskRecord::measured(ORGANIZATION, GLOBAL, (Outcome::Partial, Some(&error)), usage, begun);
    TaskRecord { missed: differences.len() as u64, ..record }
}

/// Refuses a selection that names something that does not exist, and warns about odd entries.
fn accept(crawl: &Crawl, findings: Findings, exclusions: Exclusions) -> Result<(), Error> {
    let Findings { mut wrong, mut gone, odd } = findings;
    if exclusions == Exclusions::Checked {
        wrong.append(&mut gone);
    }
    if !wrong.is_empty() {
        return Err(Error::Selection(wrong.join("; ")));
    }
    gone.iter().chain(&odd).for_each(|message| crawl.tell(&Event::Warning { message }));
    Ok(())
}

/// The accounts' tags, which the selection needs.
async fn tags_for_choosing(crawl: &Crawl, organization: &Organization, reader: TagReader) -> Result<Tagging, Error> {
    let (tags, task) = reader.finish().await;
    if tags.is_empty() && task.outcome != Outcome::Complete {
        let (code, message) = (task.error_code.unwrap_or_default(), task.error_message.unwrap_or_default());
        let error =
            orgcensus_aws::Error::new(Class::Failed, &code, format!("select needs the accounts' tags: {message}"));
        return Err(Error::Organization(error.during(&task.error_operation.unwrap_or_default())));
    }
    let odd = crawl.selection.odd_tags(&tags, organization.accounts.len());
    odd.iter().for_each(|message| crawl.tell(&Event::Warning { message }));
    Ok((tags, task))
}

fn select(crawl: &Crawl, organization: &Organization, tags: Option<&Tags>) -> Result<BTreeSet<String>, Error> {
    let none = std::collections::BTreeMap::new();
    let tags_of = |id: &str| match tags {
        None => Some(&none),
        Some(tags) => tags.get(id).and_then(Option::as_ref),
    };
    let takes = |it: &&organization::Account| crawl.selection.takes(organization, it, tags_of(&it.id));
    let selected: BTreeSet<String> = organization.accounts.iter().filter(takes).map(|it| it.id.clone()).collect();
    if selected.is_empty() {
        return Err(Error::NothingSelected(organization.id.clone()));
    }
    let by_role = selected.iter().filter(|id| crawl.own_account_id.as_ref() != Some(id)).map(String::as_str);
    match one_role_for_many(crawl.chain.member(), by_role) {
        Some(words) => Err(Error::Selection(words)),
        None => Ok(selected),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_of_another_format_is_refused_with_words() {
        let error = Plan::parse(br#"{"format": 1, "what": "ever"}"#).unwrap_err().to_string();
        assert!(error.contains("its format is 1, this version of orgcensus knows format 2"), "{error}");
        assert!(Plan::parse(b"[]").unwrap_err().to_string().contains("it is no plan"));
    }

    #[test]
    fn the_shard_of_an_account_never_changes() {
        // Written down: shards of one run may be done by processes of different days and machines.
        let shards: Vec<_> = ["111122223333", "444455556666", "000000000001"]
            .iter()
            .map(|id| crc32fast::hash(id.as_bytes()) % 4)
            .collect();
        assert_eq!(shards, [0, 1, 1]);
        assert_eq!(shard_name(3, 16), "00003-of-00016");
    }
}
