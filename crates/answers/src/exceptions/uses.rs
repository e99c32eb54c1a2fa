//! What each exception does on the day of a snapshot, and which has done nothing for long.

use std::collections::BTreeSet;

use orgcensus_lake::{Commit, Lake};

use super::{Accepted, Case, Day, Exception, Hold, Names};
use crate::ask::plain_cases;
use crate::cells::{text_batch, text_schema};
use crate::{Change, Changes, Error, Extent, Found, Question, Result, Rule, Snapshot, Which};

/// An exception that has been about nothing for so many days is told.
pub const UNUSED_DAYS: i64 = 30;

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
/// rules find since the snapshot before. Older snapshots are asked only about exceptions that do nothing.
pub async fn uses(lake: &Lake, snapshot: &Snapshot, questions: &[Question], rules: &[&Rule]) -> Result<Vec<Use>> {
    used(lake, snapshot, questions, rules, true).await
}

/// The same of this snapshot alone: since when an exception has been about nothing, it does not say.
pub async fn uses_of_the_day(
    lake: &Lake,
    snapshot: &Snapshot,
    questions: &[Question],
    rules: &[&Rule],
) -> Result<Vec<Use>> {
    used(lake, snapshot, questions, rules, false).await
}

async fn used(
    lake: &Lake,
    snapshot: &Snapshot,
    questions: &[Question],
    rules: &[&Rule],
    with_past: bool,
) -> Result<Vec<Use>> {
    let Some(accepted) = snapshot.accepted() else { return Ok(Vec::new()) };
    let asked = Asked::new(lake, snapshot, questions, rules, accepted);
    let runs = snapshot.commits().iter().map(|commit| Which::Run(commit.run_id.clone())).collect::<Vec<_>>();
    let mut today = Tally::new(accepted);
    asked.ask(snapshot, &mut today).await?;
    for run in &runs {
        asked.look(run, &mut today).await?;
    }
    let idle = today.idle();
    let since = if with_past && !idle.is_empty() { asked.past(accepted, &idle).await? } else { None };
    let exceptions = accepted.exceptions().all().iter().enumerate();
    let of_one = |(index, exception): (usize, &Exception)| {
        let Seen { case_count, lapsed_count, unread } = today.seen[index].clone();
        let is_asked = exception.of.iter().any(|id| today.asked.contains(id));
        let is_old = |day: &Day| exception.since.as_ref().is_none_or(|since| since <= day);
        let unused = since.as_ref().filter(|(day, unused)| unused.contains(&index) && is_old(day));
        Use {
            exception: exception.clone(),
            hold: exception.hold(accepted.on(), None),
            case_count: is_asked.then_some(case_count),
            lapsed_count,
            unused_since: unused.map(|(day, _)| day.clone()),
            unread,
        }
    };
    Ok(exceptions.map(of_one).collect())
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
        accepted: &Accepted,
    ) -> Self {
        let is_named = |id: &str| accepted.exceptions().names(id);
        let questions = questions.iter().filter(|question| is_named(question.id)).collect();
        let rules = rules.iter().copied().filter(|rule| is_named(rule.id)).collect();
        Self { lake, extent: snapshot.extent(), questions, rules }
    }

    /// Counts the cases of the questions.
    async fn ask(&self, snapshot: &Snapshot, tally: &mut Tally<'_>) -> Result<()> {
        for question in &self.questions {
            let mut answer = match plain_cases(snapshot, question).await {
                Err(error @ (Error::UnknownTable { .. } | Error::NotOfAccounts { .. })) => {
                    tally.could_not(question.id, None, &error.to_string());
                    continue;
                }
                answer => answer?,
            };
            tally.asked.insert(question.id.to_owned());
            let schema = text_schema(&answer.schema());
            while let Some(batch) = answer.next().await? {
                let batch = text_batch(&batch, &schema)?;
                let (names, accepted) = (Names::of(&batch), tally.accepted);
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

    /// The exceptions that were about nothing in older snapshots either, and the day since which. None if the lake is
    /// too young to say, or if one of its snapshots cannot be read.
    async fn past(&self, accepted: &Accepted, idle: &BTreeSet<usize>) -> Result<Option<(Day, BTreeSet<usize>)>> {
        let days = past_days(&self.lake.snapshots().await?, accepted.on());
        let Some(first) = days.first().cloned() else { return Ok(None) };
        let mut past = Tally::new(accepted);
        for day in days.iter().rev() {
            if past.unused(idle).is_empty() {
                break;
            }
            if self.past_day(day, *day == first, &mut past).await.is_err() {
                return Ok(None);
            }
        }
        Ok(Some((first, past.unused(idle))))
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

/// How many cases each exception is about.
struct Tally<'a> {
    accepted: &'a Accepted,
    seen: Vec<Seen>,
    /// The questions and rules that were asked.
    asked: BTreeSet<String>,
}

#[derive(Clone, Default)]
struct Seen {
    case_count: u64,
    lapsed_count: u64,
    unread: Option<String>,
}

impl<'a> Tally<'a> {
    fn new(accepted: &'a Accepted) -> Self {
        let seen = vec![Seen::default(); accepted.exceptions().all().len()];
        Self { accepted, seen, asked: BTreeSet::new() }
    }

    fn count(&mut self, id: &str, case: &Case<'_>) {
        for (exception, seen) in self.accepted.exceptions().all().iter().zip(&mut self.seen) {
            if exception.fits(id, case) {
                seen.case_count += 1;
                seen.lapsed_count += u64::from(exception.hold(self.accepted.on(), case.made_on) != Hold::InForce);
            }
        }
    }

    /// Counts what a rule found. Where it could not look there may be something.
    fn found(&mut self, found: &Found) {
        let accepted = self.accepted;
        match Case::of_found(found, accepted.made()) {
            Some(case) => self.count(&found.rule_id, &case),
            None if found.change == Change::NotSeen => {
                let reason = found.reason.as_deref().unwrap_or_default();
                self.could_not(&found.rule_id, found.account_id.as_deref(), reason);
            }
            None => {}
        }
    }

    /// Notes why a question or rule could not be asked, everywhere or in an account.
    fn could_not(&mut self, id: &str, account_id: Option<&str>, reason: &str) {
        for (exception, seen) in self.accepted.exceptions().all().iter().zip(&mut self.seen) {
            let account = exception.account.as_ref().zip(account_id);
            if exception.names(id) && account.is_none_or(|(account, id)| account.fits(id)) {
                seen.unread.get_or_insert_with(|| format!("{id}: {reason}"));
            }
        }
    }

    /// The exceptions that hold, whose questions and rules were all asked, and that are about nothing.
    fn idle(&self) -> BTreeSet<usize> {
        let all = self.accepted.exceptions().all();
        let is_idle = |index: &usize| {
            let exception = &all[*index];
            exception.hold(self.accepted.on(), None) == Hold::InForce
                && exception.of.iter().all(|id| self.asked.contains(id))
        };
        self.unused(&(0..all.len()).filter(is_idle).collect())
    }

    /// Those among some exceptions that are certainly about nothing.
    fn unused(&self, among: &BTreeSet<usize>) -> BTreeSet<usize> {
        let is_unused = |index: &&usize| self.seen[**index].case_count == 0 && self.seen[**index].unread.is_none();
        among.iter().filter(is_unused).copied().collect()
    }
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
