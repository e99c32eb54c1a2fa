//! The accounts' turns: several at once, each committed to the journal when it is done, until all are done or the crawl
//! is told to stop. One of the turns reads what belongs to the organization itself.

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use orgcensus_lake::checkpoint;
use tokio::task::JoinSet;
use tokio::time::{Instant, Interval, MissedTickBehavior};
use tracing::Instrument;

use crate::context::Shared;
use crate::error::Error;
use crate::event::Event;
use crate::journal::{AccountRecord, Turn};
use crate::part::{Done, OpenPart};
use crate::{account, organization_tasks, spans, usage};

/// Does the missing turns of a part. [`Error::Stopped`] when the crawl is told to stop: what is committed is kept.
pub(crate) async fn work(shared: &Arc<Shared>, part: &mut OpenPart, done: &Done) -> Result<(), Error> {
    let bounds = &shared.crawl.bounds;
    let mut turns = Turns::new(shared, done);
    let mut copies = JoinSet::new();
    let (mut sync, mut copy) = (every(bounds.sync_interval), every(bounds.checkpoint_interval));
    let mut stop = shared.crawl.stop.clone();
    loop {
        turns.fill();
        tokio::select! {
            record = turns.next() => match record? {
                Some((record, took)) => {
                    part.journal.append(&record)?;
                    tell_end(shared, &record, took);
                }
                None => break,
            },
            _ = sync.tick() => part.journal.sync(&part.stage)?,
            _ = copy.tick(), if copies.is_empty() && !bounds.checkpoint_interval.is_zero() => {
                part.journal.sync(&part.stage)?;
                copies.spawn(copy_stage(Arc::clone(shared), part.name.clone(), part.journal.bytes()));
            }
            Some(_) = copies.join_next() => {}
            () = &mut stop => {
                turns.running.shutdown().await;
                copies.shutdown().await;
                usage::tell_own(shared);
                return Err(keep(shared, part).await);
            }
        }
    }
    // The crawl's own identity was calling until now. When a part is resumed, this counts the calls of its last process
    // only.
    let home = shared.organization.home_account_id();
    let mut own = AccountRecord { turn: Turn::Usage, ..AccountRecord::new(home, &[]) };
    usage::stage_own(shared, &mut own)?;
    part.journal.append(&own)?;
    Ok(part.journal.sync(&part.stage)?)
}

/// Tells that an account's turn is over, after it is committed. Nothing is told about other turns.
pub(crate) fn tell_end(shared: &Shared, record: &AccountRecord, took: Duration) {
    let AccountRecord { account_id, tally, turn, .. } = record;
    if shared.crawl.base.take_clock_doubt() {
        let message = "credentials were past when AWS gave them: this machine's clock seems to be ahead";
        shared.crawl.tell(&Event::Warning { message });
    }
    if matches!(turn, Turn::Account) {
        let duration_millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        shared.crawl.tell(&Event::AccountEnded { account_id, tally, duration_millis });
    }
}

/// Leaves a part so that another machine can resume it. Returns the error that says so.
pub(crate) async fn keep(shared: &Arc<Shared>, part: &mut OpenPart) -> Error {
    if let Err(error) = part.journal.sync(&part.stage) {
        return error.into();
    }
    copy_stage(Arc::clone(shared), part.name.clone(), part.journal.bytes()).await;
    Error::Stopped(shared.crawl.run_id.clone())
}

/// Makes a checkpoint. If it fails, another machine would have to repeat some work; nothing else is lost.
pub(crate) async fn copy_stage(shared: Arc<Shared>, name: String, journal_bytes: u64) {
    let error = checkpoint(&shared.crawl.lake, &name, &shared.stage, journal_bytes).await.err();
    let error = error.map(|error| orgcensus_aws::with_causes(&error));
    shared.crawl.tell(&Event::Checkpoint { error: error.as_deref() });
}

/// The turns that wait, and the turns under way. Dropping it ends them.
struct Turns {
    shared: Arc<Shared>,
    waiting: VecDeque<usize>,
    running: JoinSet<Result<(AccountRecord, Duration), Error>>,
    at_once: usize,
}

impl Turns {
    fn new(shared: &Arc<Shared>, done: &Done) -> Self {
        let accounts = &shared.organization.accounts;
        let is_done = |place: usize| accounts.get(place).is_none_or(|account| done.accounts.contains(&account.id));
        let mut turns = Self {
            shared: Arc::clone(shared),
            waiting: shared.places.iter().copied().filter(|place| !is_done(*place)).collect(),
            running: JoinSet::new(),
            at_once: shared.crawl.bounds.accounts.max(1),
        };
        if shared.reads_organization && !done.has_organization {
            let shared = Arc::clone(shared);
            // The organization's turn runs beside the accounts, so it gets one more place.
            turns.at_once += 1;
            let turn = async move { Ok((organization_tasks::turn(&shared).await?, Duration::ZERO)) };
            turns.running.spawn(turn.instrument(spans::organization()));
        }
        turns
    }

    fn fill(&mut self) {
        while self.running.len() < self.at_once
            && let Some(place) = self.waiting.pop_front()
            && let Some(account) = self.shared.organization.accounts.get(place).cloned()
        {
            let shared = Arc::clone(&self.shared);
            let span = spans::account(&account.id);
            let turn = async move {
                let begun = Instant::now();
                let turn = AssertUnwindSafe(account::crawl(&shared, &account)).catch_unwind().await;
                Ok((turn.map_err(|_panic| Error::Panicked(account.id.clone()))??, begun.elapsed()))
            };
            self.running.spawn(turn.instrument(span));
        }
    }

    /// The next record, and how long its turn took; none when all turns are over.
    async fn next(&mut self) -> Result<Option<(AccountRecord, Duration)>, Error> {
        let Some(turn) = self.running.join_next().await else { return Ok(None) };
        let (record, took) = turn.map_err(|error| Error::Panicked(error.to_string()))??;
        if matches!(record.turn, Turn::Organization(_)) {
            self.at_once -= 1;
        }
        Ok(Some((record, took)))
    }
}

fn every(interval: Duration) -> Interval {
    let mut interval = tokio::time::interval(interval.max(Duration::from_millis(10)));
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}
