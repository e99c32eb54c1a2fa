//! What each exception does on the day of a snapshot, and which has done nothing for long.

use std::collections::BTreeSet;
use std::time::Duration;

use orgcensus_lake::{Commit, Lake};
use tokio::time::{Instant, timeout_at};

use super::tally::{CaseCounts, Tally};
use super::{Accepted, Day, Exception, Hold, NameColumns};
use crate::ask::plain_cases;
use crate::cells::{text_batch, text_schema};
use crate::{Changes, Extent, Found, Question, Result, Rule, Snapshot, Which};

/// An exception that has been about nothing for so many days is told.
pub const UNUSED_DAYS: i64 = 30;

/// So long older snapshots are asked about exceptions that do nothing. Thirty nights of ten thousand accounts take
/// longer: then it is said that nobody knows.
const PAST_TIME: Duration = Duration::from_secs(120);

/// What an exception does on the day of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// The exception.
    pub exception: Exception,
    /// Whether it holds on that day. Of single cases that were made later see `lapsed_count`.
    pub hold: Hold,
    /// How many cases it is about; none if no question or rule of its was asked.
    pub case_count: Option<u64>,
    /// For how many of them it does not hold: it has expired, or they were made later and have an older one's name.
    pub lapsed_count: u64,
    /// The day since which no complete snapshot of the lake has had a case of its, if that is `UNUSED_DAYS` ago.
    pub unused_since: Option<Day>,
    /// Why not all of its questions and rules could be asked.
    pub unread: Option<String>,
}

/// What each exception of a snapshot does, in the file's order: for the cases of these questions, and for what these
/// rules find since the snapshot before. Older snapshots are asked only about exceptions that do nothing, and only for
/// some time. Of a snapshot that shows some accounts alone, exceptions about others are left out.
pub async fn uses(lake: &Lake, snapshot: &Snapshot, questions: &[Question], rules: &[&Rule]) -> Result<Vec<Use>> {
    used(lake, snapshot, questions, rules, Some(PAST_TIME)).await
}

/// The same of this snapshot alone: since when an exception has been about nothing, it does not say.
pub async fn uses_of_the_day(
    lake: &Lake,
    snapshot: &Snapshot,
    questions: &[Question],
    rules: &[&Rule],
) -> Result<Vec<Use>> {
    used(lake, snapshot, questions, rules, None).await
}

/// For so long older snapshots are asked; not at all, if there is no time.
pub(super) async fn used(
    lake: &Lake,
    snapshot: &Snapshot,
    questions: &[Question],
    rules: &[&Rule],
    past_time: Option<Duration>,
) -> Result<Vec<Use>> {
    let Some(accepted) = snapshot.accepted() else { return Ok(Vec::new()) };
    let asked = Asked::new(lake, snapshot, questions, rules, |id| accepted.exceptions().names(id));
    let runs = snapshot.commits().iter().map(|commit| Which::Run(commit.run_id.clone())).collect::<Vec<_>>();
    let mut today = Tally::new(accepted);
    asked.ask(snapshot, &mut today).await?;
    for run in &runs {
        asked.look(run, &mut today).await?;
    }
    let idle = today.idle();
    let all = accepted.exceptions().all();
    let past = match past_time.filter(|_| !idle.is_empty()) {
        Some(time) => {
            let is_idle = |id: &str| idle.iter().any(|index| all[*index].names(id));
            let asked = Asked::new(lake, snapshot, questions, rules, is_idle);
            asked.past(accepted, &idle, time).await?
        }
        None => None,
    };
    let is_meant = |index: usize, it: &Exception| {
        let is_here = snapshot.extent().is_none_or(|extent| it.may_be_in(extent));
        is_here || today.seen[index].case_count > 0
    };
    let meant = all.iter().enumerate().filter(|(index, it)| is_meant(*index, it));
    Ok(meant.map(|(index, it)| one(accepted, it, (&today, index), past.as_ref())).collect())
}

/// What one exception does, by its number in the file.
fn one(accepted: &Accepted, exception: &Exception, (today, index): (&Tally<'_>, usize), past: Option<&Past>) -> Use {
    let CaseCounts { case_count, lapsed_count, mut unread } = today.seen[index].clone();
    let is_asked = exception.of.iter().any(|id| today.asked.contains(id));
    let is_old = |past: &Past| exception.since.as_ref().is_none_or(|since| *since <= past.since);
    let past = past.filter(|past| past.unused.contains(&index) && is_old(past));
    if let Some(late) = past.and_then(|past| past.late.as_ref()) {
        unread.get_or_insert_with(|| late.clone());
    }
    Use {
        exception: exception.clone(),
        hold: exception.hold(accepted.on(), None),
        case_count: is_asked.then_some(case_count),
        lapsed_count,
        unused_since: past.filter(|past| past.late.is_none()).map(|past| past.since.clone()),
        unread,
    }
}

/// What older snapshots say of exceptions that do nothing.
struct Past {
    /// The oldest day that was to be looked at.
    since: Day,
    /// The exceptions that were about nothing, as far as one looked.
    unused: BTreeSet<usize>,
    /// Why one did not look at all of the days.
    late: Option<String>,
}

/// What is asked: the questions and rules that exceptions name.
struct Asked<'a> {
    lake: &'a Lake,
    extent: Option<&'a Extent>,
    questions: Vec<&'a Question>,
    rules: Vec<&'a Rule>,
}

impl<'a> Asked<'a> {
    fn new(
        lake: &'a Lake,
        snapshot: &'a Snapshot,
        questions: &'a [Question],
        rules: &[&'a Rule],
        is_named: impl Fn(&str) -> bool,
    ) -> Self {
        let questions = questions.iter().filter(|question| is_named(question.id)).collect();
        let rules = rules.iter().copied().filter(|rule| is_named(rule.id)).collect();
        Self { lake, extent: snapshot.extent(), questions, rules }
    }

    /// Counts the cases of the questions.
    async fn ask(&self, snapshot: &Snapshot, tally: &mut Tally<'_>) -> Result<()> {
        for question in &self.questions {
            let mut answer = match plain_cases(snapshot, question).await {
                Err(error) => {
                    tally.could_not(question.id, None, &error.unanswered()?);
                    continue;
                }
                Ok(answer) => answer,
            };
            tally.asked.insert(question.id.to_owned());
            let schema = text_schema(&answer.schema());
            while let Some(batch) = answer.next().await? {
                let batch = text_batch(&batch, &schema)?;
                let (names, accepted) = (NameColumns::of(&batch), tally.accepted);
                (0..batch.num_rows()).for_each(|row| tally.count(question.id, &names.case(row, accepted.made())));
            }
        }
        Ok(())
    }

    /// Counts what the rules find in a snapshot since the one before.
    async fn look(&self, which: &Which, tally: &mut Tally<'_>) -> Result<()> {
        if self.rules.is_empty() {
            return Ok(());
        }
        let mut changes = Changes::open(self.lake, None, which, &self.rules, true).await?;
        if changes.pairs().is_empty() {
            return Ok(());
        }
        tally.asked.extend(self.rules.iter().map(|rule| rule.id.to_owned()));
        while let Some(found) = changes.next().await? {
            found.iter().filter(|found| self.is_meant(found)).for_each(|found| tally.found(found));
        }
        Ok(())
    }

    fn is_meant(&self, found: &Found) -> bool {
        let is_of = |extent: &Extent| found.account_id.as_deref().is_some_and(|id| extent.has(id));
        self.extent.is_none_or(is_of)
    }

    /// The exceptions that were about nothing in older snapshots either. None if the lake is too young to say, or if one
    /// of its snapshots cannot be read.
    async fn past(&self, accepted: &Accepted, idle: &BTreeSet<usize>, time: Duration) -> Result<Option<Past>> {
        let days = past_days(&self.lake.snapshots().await?, accepted.on());
        let Some(since) = days.first().cloned() else { return Ok(None) };
        let (mut past, mut late, until) = (Tally::new(accepted), None, Instant::now() + time);
        for day in days.iter().rev() {
            if past.unused(idle).is_empty() {
                break;
            }
            // A day that is asked without waiting would not notice that the time is over.
            let is_over = Instant::now() >= until;
            let asked = timeout_at(until, self.past_day(day, *day == since, &mut past));
            match if is_over { None } else { asked.await.ok() } {
                Some(Ok(())) => {}
                Some(Err(_)) => return Ok(None),
                None => {
                    late = Some(format!("after {} s not all snapshots since {since} were asked", time.as_secs()));
                    break;
                }
            }
        }
        Ok(Some(Past { since, unused: past.unused(idle), late }))
    }

    /// Of the first day nobody looks at what changed before it.
    async fn past_day(&self, day: &Day, is_first: bool, tally: &mut Tally<'_>) -> Result<()> {
        let which = Which::Date(day.to_string());
        let mut snapshot = Snapshot::open(self.lake, &which).await?;
        if let Some(extent) = self.extent {
            snapshot = snapshot.within(extent.clone());
        }
        self.ask(&snapshot, tally).await?;
        if is_first { Ok(()) } else { self.look(&which, tally).await }
    }
}

/// The days before this one on which the lake has complete snapshots: from the newest that is old enough to say that an
/// exception is unused. None if no snapshot is so old.
fn past_days(living: &[Commit], on: &Day) -> Vec<Day> {
    let complete = living.iter().filter(|commit| commit.is_complete);
    let days: BTreeSet<Day> = complete.filter_map(|commit| Day::parse(&commit.snapshot_date)).collect();
    let first = days.iter().rev().find(|day| on.days_after(day) >= UNUSED_DAYS).cloned();
    first.map_or(Vec::new(), |first| days.range(first..).filter(|day| *day < on).cloned().collect())
}

#[cfg(test)]
mod tests {
    use orgcensus_lake::testing::commit;

    use super::*;

    #[test]
    fn a_lake_that_is_young_says_nothing_and_an_incomplete_night_either() {
        let days = |dates: &[(&str, bool)]| {
            let living: Vec<_> = dates.iter().map(|(date, is_complete)| commit(1, "o-1", date, *is_complete)).collect();
            let days = past_days(&living, &Day::parse("2026-11-22").unwrap());
            days.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let young = [("2026-10-24", true), ("2026-11-01", true), ("2026-11-22", true)];
        assert_eq!(days(&young), [""; 0]);
        let old = [("2026-09-01", true), ("2026-10-23", true)];
        assert_eq!(days(&[old, [young[0], young[2]]].concat()), ["2026-10-23", "2026-10-24"]);
        let incomplete = [("2026-09-01", true), ("2026-10-23", false), ("2026-11-01", false), ("2026-11-22", true)];
        assert_eq!(days(&incomplete), ["2026-09-01"]);
    }
}
