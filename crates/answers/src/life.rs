//! What happened to one resource, principal or account over all snapshots of a lake: the rows that are about it, night
//! after night, read and judged as `diff` reads and judges them.
//!
//! Of each snapshot only the tables and row groups are read that may have such a row (`subject`, `night`), a few
//! nights ahead of the one that is told. Each row is compared with what was last seen of it (`story`), which may be
//! some nights ago: so a night that did not see it hides no change. The tasks' outcomes are read only where a row is
//! missing, new, or lacks a value. Who made a change is what the rules of change find of it (`makers`).

mod event;
mod makers;
mod night;
mod story;
mod subject;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::Arc;

use futures::future::BoxFuture;
use futures::stream::BoxStream;
use futures::{FutureExt, StreamExt, TryStreamExt, stream};
use orgcensus_lake::{Commit, Lake};

pub use event::Event;
pub use subject::Subject;

use crate::format::Output;
use crate::nearest::tables_in_words;
use crate::{Error, Format, Result, rules};
use makers::Makers;
use night::{Night, Others};
use story::Story;

/// Nights that are read at once. More of them would only wait for the processors, and each holds a manifest.
const NIGHTS_AT_ONCE: usize = 4;

/// What happened to a subject, night after night, one organization after the other.
pub struct Life {
    lake: Lake,
    makers: Makers,
    nights: BoxStream<'static, Result<Night>>,
    story: Option<Story>,
}

impl Life {
    /// Opens all living snapshots of a lake: one for each organization and date. Only these tables are read; all, if
    /// none are named. Reads no data yet.
    pub async fn open(lake: &Lake, subject: &Subject, tables: &[String]) -> Result<Self> {
        let mut commits = lake.snapshots().await?;
        commits.sort_by(|a, b| (&a.organization_id, &a.snapshot_date).cmp(&(&b.organization_id, &b.snapshot_date)));
        if let Some(newest) = commits.last() {
            let manifest = lake.manifest(newest).await?;
            if let Some(unknown) = tables.iter().find(|name| manifest.table(name).is_none()) {
                let known: Vec<&str> = manifest.tables.iter().map(|table| table.name.as_str()).collect();
                let known = tables_in_words(unknown, "the newest snapshot has", &known);
                return Err(Error::UnknownTable { table: unknown.clone(), known });
            }
        }
        let subject = Arc::new(subject.clone());
        let makers = Makers::new(lake, &subject, rules()?);
        let read = reader(lake, subject, tables, makers.tables());
        let nights = stream::iter(commits).map(read).buffered(NIGHTS_AT_ONCE);
        Ok(Self { lake: lake.clone(), makers, nights: nights.boxed(), story: None })
    }

    /// What happened next; none at the end. Never an empty list.
    pub async fn next(&mut self) -> Result<Option<Vec<Event>>> {
        while let Some(night) = self.nights.try_next().await? {
            let is_same = self.story.as_ref().is_some_and(|it| it.organization_id == night.manifest.organization_id);
            if !is_same {
                self.story = None;
            }
            let story = self.story.get_or_insert_with(|| Story::of(&night.manifest.organization_id));
            let events = story.advance(&self.lake, &self.makers, night).await?;
            if !events.is_empty() {
                return Ok(Some(events));
            }
        }
        Ok(None)
    }

    /// Writes all that happened as it is found, and gives the number of rows.
    pub async fn write(mut self, format: Format, width: Option<usize>, writer: impl Write + Send) -> Result<u64> {
        let mut output = Output::begin(format, width, &event::schema(), writer)?;
        let mut written = 0;
        while let Some(events) = self.next().await? {
            written += events.len() as u64;
            output.write(&event::batch(&events)?)?;
        }
        output.finish()?;
        Ok(written)
    }
}

/// Reads a night in a task of its own, so that several processors read. Kept are the tables whose rows are asked again.
fn reader(
    lake: &Lake,
    subject: Arc<Subject>,
    tables: &[String],
    kept: BTreeSet<&'static str>,
) -> impl FnMut(Commit) -> BoxFuture<'static, Result<Night>> + Send + use<> {
    let (lake, tables, kept) = (lake.clone(), Arc::new(tables.to_vec()), Arc::new(kept));
    let others = Arc::new(Others::default());
    move |commit| {
        let (lake, subject, tables) = (lake.clone(), Arc::clone(&subject), Arc::clone(&tables));
        let (others, kept) = (Arc::clone(&others), Arc::clone(&kept));
        let read = async move { Night::read(&lake, &commit, &subject, &tables, &others, &kept).await };
        let read = tokio::spawn(read);
        async move {
            match read.await {
                Ok(night) => night,
                Err(error) => Err(Error::Write(error.into())),
            }
        }
        .boxed()
    }
}
