//! `changes`: what the rules of change find between the previous complete snapshot and this one.

use arrow::compute::kernels::cast_utils::string_to_timestamp_nanos;
use futures::future::BoxFuture;
use orgcensus_answers::{Found, Rule, Which};
use orgcensus_crawl::{Failed, Materialization, Materialize, Placed};
use orgcensus_lake::{Commit, Lake};
use orgcensus_row::{GLOBAL, Row, Table, Timestamp, table};
use serde::Serialize;

use crate::worker::{Rows, add, send};

/// What a rule of change found between the previous complete snapshot and this one, as `orgcensus changes` tells it;
/// or a place where the rule could not look. The account is empty where it is about the whole organization. If there
/// is no previous snapshot the table is empty, and materializations says so.
#[derive(Debug, Clone, PartialEq, Serialize, Row)]
#[row(table = "changes", key = "rule_id, ordinal")]
pub struct FoundChange {
    /// The rule, D9.
    pub rule_id: String,
    /// Its place among all that was found, from 0: the order in which `orgcensus changes` tells it.
    pub ordinal: i64,
    /// How much it matters: critical, error, warning, notice or info.
    pub priority: String,
    /// What the rule finds.
    pub title: String,
    /// appeared, gone or changed; unknown if a value that decides was not read; not_seen if one of the two snapshots
    /// may have missed the row, or the whole place.
    pub change: String,
    /// What it is about: an ARN, or the row's key; null for the account itself, and for a place.
    pub resource: Option<String>,
    /// What the rule shows of the older row; null if there is none.
    pub was: Option<String>,
    /// What the rule shows of the newer row; null if there is none.
    pub now: Option<String>,
    /// Why it is unknown or not_seen: the snapshot, the collector and its outcome; else null.
    pub reason: Option<String>,
    /// Who did it; null if no activity was read, or not exactly one event fits, or the event does not say.
    pub actor_arn: Option<String>,
    /// When it was done, by the event (UTC); null if there is no event.
    pub event_time: Option<Timestamp>,
    /// The event's id in CloudTrail; null if there is no event.
    pub event_id: Option<String>,
    /// The date of the previous complete snapshot.
    pub previous_snapshot_date: String,
    /// When the run that published the previous snapshot started (UTC).
    pub previous_captured_at: Timestamp,
    /// The run that published the previous snapshot.
    pub previous_run_id: String,
    /// The number of the previous snapshot's commit.
    pub previous_commit_number: i64,
}

/// The materialization.
pub(crate) struct Changes {
    pub(crate) rules: Vec<Rule>,
}

impl Materialization for Changes {
    fn table(&self) -> Table {
        table::<FoundChange>()
    }

    fn make<'a>(&'a self, to: &'a mut Materialize<'_>) -> BoxFuture<'a, Result<(), Failed>> {
        Box::pin(async move {
            let Some(previous) = to.previous().await? else { return Ok(()) };
            let (lake, run_id) = (to.lake().clone(), to.commit().run_id.clone());
            let rules = self.rules.clone();
            add(to, move |rows| find(lake, previous, run_id, rules, rows)).await
        })
    }
}

/// Asks the rules.
async fn find(
    lake: Lake,
    previous: Commit,
    run_id: String,
    rules: Vec<Rule>,
    rows: Rows<FoundChange>,
) -> Result<(), Failed> {
    let rules: Vec<&Rule> = rules.iter().collect();
    let from = Which::Run(previous.run_id.clone());
    let mut changes = orgcensus_answers::Changes::open(&lake, Some(&from), &Which::Run(run_id), &rules, false).await?;
    let mut ordinals = 0..;
    while let Some(found) = changes.next().await? {
        let next = found.into_iter().zip(&mut ordinals).map(|(it, ordinal)| placed(it, ordinal, &previous));
        send(&rows, next.collect()).await?;
    }
    Ok(())
}

/// What was found, as a row: the one place that knows both.
fn placed(found: Found, ordinal: i64, previous: &Commit) -> Placed<FoundChange> {
    Placed {
        account_id: found.account_id.unwrap_or_default(),
        account_name: found.account_name.unwrap_or_default(),
        region: found.region.unwrap_or_else(|| GLOBAL.to_owned()),
        row: FoundChange {
            rule_id: found.rule_id,
            ordinal,
            priority: found.priority.as_str().to_owned(),
            title: found.title,
            change: found.change.as_str().to_owned(),
            resource: found.resource,
            was: found.was,
            now: found.now,
            reason: found.reason,
            actor_arn: found.actor_arn,
            event_time: found.event_time.as_deref().and_then(moment),
            event_id: found.event_id,
            previous_snapshot_date: previous.snapshot_date.clone(),
            previous_captured_at: previous.captured_at,
            previous_run_id: previous.run_id.clone(),
            previous_commit_number: i64::from(previous.n),
        },
    }
}

/// A moment as `orgcensus changes` writes it.
fn moment(text: &str) -> Option<Timestamp> {
    string_to_timestamp_nanos(text).ok().map(|nanos| Timestamp(nanos.div_euclid(1_000_000)))
}

#[cfg(test)]
mod tests {
    use orgcensus_answers::rules;
    use orgcensus_crawl::Outcome;

    use super::*;
    use crate::testing::{Night, access, collected, lake, publish};

    #[test]
    fn moments_are_read_as_they_are_written() {
        assert_eq!(moment("1970-01-02T00:00:00.250Z"), Some(Timestamp(86_400_250)));
        assert_eq!([moment("1970-01-02T00:00:00"), moment("today")], [Some(Timestamp(86_400_000)), None]);
    }

    #[tokio::test]
    async fn rows_are_what_the_rules_find_in_their_order_and_name_the_snapshot_before() {
        let (_folder, lake) = lake();
        let one = Night::new("2026-11-21", &[(0, Outcome::Complete), (1, Outcome::Complete)]);
        publish(&lake, one.with(0, access("a", Some(false)))).await;
        let two = Night::new("2026-11-22", &[(0, Outcome::Complete), (1, Outcome::Denied)]);
        publish(&lake, two.with(0, access("a", Some(true)))).await;
        let commits = lake.commits().await.unwrap();
        let all = rules().unwrap().to_vec();
        let run_id = commits[1].run_id.clone();
        let rows = collected(|rows| find(lake.clone(), commits[0].clone(), run_id, all, rows)).await.unwrap();

        let rules: Vec<&Rule> = rules().unwrap().iter().collect();
        let mut changes = orgcensus_answers::Changes::open(&lake, None, &Which::Newest, &rules, false).await.unwrap();
        let mut expected = Vec::new();
        while let Some(found) = changes.next().await.unwrap() {
            expected.extend(found);
        }
        assert_eq!(rows.len(), expected.len());
        assert!(expected.iter().any(|it| it.account_id.is_none()), "of most tables there is nothing");
        for (ordinal, (row, found)) in (0..).zip(rows.into_iter().zip(expected)) {
            let is_of_all = found.account_id.is_none();
            assert_eq!(row, placed(found, ordinal, &commits[0]));
            assert_eq!(row.row.previous_snapshot_date, "2026-11-21");
            if is_of_all {
                assert_eq!((row.account_id.as_str(), row.region.as_str()), ("", GLOBAL));
            }
        }
    }
}
