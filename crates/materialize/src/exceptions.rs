//! `exceptions`: what the site accepts, and what each exception does on the day of this snapshot.

use std::sync::Arc;

use futures::future::BoxFuture;
use orgcensus_answers::{Exceptions, Pattern, Question, Rule, Snapshot, Use, Which, uses_of_the_day};
use orgcensus_crawl::{Failed, Materialization, Materialize};
use orgcensus_lake::Lake;
use orgcensus_row::{Row, Table, table};
use serde::Serialize;

use crate::worker::{BOUNDS, Rows, add, of_no_account, send};

/// An accepted exception of the site's file, and what it does on the day of this snapshot, as `orgcensus exceptions`
/// tells it. The table is empty where the configuration names no file. Since when an exception has been about nothing
/// say the rows of earlier snapshots. account_id, account_name and ou_path are empty.
#[derive(Debug, Clone, PartialEq, Serialize, Row)]
#[row(table = "exceptions", key = "ordinal")]
pub struct AcceptedException {
    /// Its place in the file, from 0.
    pub ordinal: i64,
    /// The questions and rules whose cases it accepts: F9, C2.
    pub questions: String,
    /// Whose cases it accepts, an account's id or a pattern of ids; null if any account's.
    pub account_pattern: Option<String>,
    /// A pattern of what the cases are about; null if anything.
    pub resource_pattern: Option<String>,
    /// A pattern of who is let in, or whose credentials the cases are about; null if anyone.
    pub principal_pattern: Option<String>,
    /// in_force, not_yet (it begins after the snapshot's day) or expired (its cases are active again).
    pub state: String,
    /// How many cases it is about; null if none of its questions and rules was asked.
    pub case_count: Option<i64>,
    /// For how many of these it does not hold: it is not in force, or they were made later under an older one's name.
    pub lapsed_count: i64,
    /// Why the cases are accepted.
    pub reason: String,
    /// Who accepts them.
    pub accepted_by: String,
    /// The day since which they are accepted; null if the file does not say.
    pub accepted_since: Option<String>,
    /// The last day on which they are accepted.
    pub accepted_until: String,
    /// Why not all of its questions and rules could be asked everywhere; null if they could.
    pub unread_reason: Option<String>,
}

/// The materialization.
pub(crate) struct AcceptedExceptions {
    pub(crate) exceptions: Option<Exceptions>,
    pub(crate) questions: Arc<[Question]>,
    pub(crate) rules: Vec<Rule>,
}

impl Materialization for AcceptedExceptions {
    fn table(&self) -> Table {
        table::<AcceptedException>()
    }

    fn make<'a>(&'a self, to: &'a mut Materialize<'_>) -> BoxFuture<'a, Result<(), Failed>> {
        Box::pin(async move {
            let Some(exceptions) = self.exceptions.clone() else { return Ok(()) };
            let (lake, run_id) = (to.lake().clone(), to.commit().run_id.clone());
            let (questions, rules) = (Arc::clone(&self.questions), self.rules.clone());
            add(to, move |rows| look(lake, run_id, exceptions, questions, rules, rows)).await
        })
    }
}

/// Looks at what each exception does.
async fn look(
    lake: Lake,
    run_id: String,
    exceptions: Exceptions,
    questions: Arc<[Question]>,
    rules: Vec<Rule>,
    rows: Rows<AcceptedException>,
) -> Result<(), Failed> {
    let snapshot = Snapshot::open_within(&lake, &Which::Run(run_id), BOUNDS).await?.accepting(&exceptions).await?;
    let rules: Vec<&Rule> = rules.iter().collect();
    let uses = uses_of_the_day(&lake, &snapshot, &questions, &rules).await?;
    let placed = (0..).zip(uses).map(|(ordinal, it)| of_no_account(row(ordinal, it)));
    send(&rows, placed.collect()).await
}

/// What an exception does, as a row.
fn row(ordinal: i64, it: Use) -> AcceptedException {
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let pattern = |pattern: Option<Pattern>| pattern.map(|it| it.as_str().to_owned());
    let exception = it.exception;
    AcceptedException {
        ordinal,
        questions: exception.of.join(", "),
        account_pattern: pattern(exception.account),
        resource_pattern: pattern(exception.resource),
        principal_pattern: pattern(exception.principal),
        state: it.hold.as_str().to_owned(),
        case_count: it.case_count.map(number),
        lapsed_count: number(it.lapsed_count),
        reason: exception.reason,
        accepted_by: exception.by,
        accepted_since: exception.since.map(|day| day.to_string()),
        accepted_until: exception.until.to_string(),
        unread_reason: it.unread,
    }
}

#[cfg(test)]
mod tests {
    use orgcensus_answers::select;
    use orgcensus_crawl::Outcome;

    use super::*;
    use crate::testing::{Night, access, collected, lake, publish};

    const FILE: &str = "\
[[exception]]
of = \"G11\"
account = \"000000000000\"
reason = \"r-1\"
by = \"ana\"
since = 2026-01-01
until = 2999-12-31

[[exception]]
of = [\"F3\", \"G11\"]
account = \"000000000001\"
resource = \"b*\"
reason = \"r-2\"
by = \"ben\"
until = 2026-11-20

[[exception]]
of = \"F3\"
account = \"000000000001\"
reason = \"r-3\"
by = \"eve\"
until = 2999-12-31
";

    #[tokio::test]
    async fn a_row_says_what_the_file_says_and_what_came_of_it_on_that_day() {
        let (_folder, lake) = lake();
        let night = Night::new("2026-11-21", &[(0, Outcome::Complete), (1, Outcome::Complete)]);
        let night = night.with(0, access("a", Some(true))).with(0, access("c", Some(false)));
        publish(&lake, night.with(1, access("b", None))).await;
        let exceptions = Exceptions::parse(FILE, "exceptions.toml", &["F3", "G11"]).unwrap();
        let questions: Arc<[Question]> = select(&["F3", "G11"]).unwrap().into_iter().cloned().collect();
        let run_id = lake.commits().await.unwrap().remove(0).run_id;
        let rows = collected(|rows| look(lake.clone(), run_id, exceptions, questions, Vec::new(), rows)).await.unwrap();
        assert!(rows.iter().all(|it| it.account_id.is_empty() && it.account_name.is_empty()));
        let rows: Vec<AcceptedException> = rows.into_iter().map(|it| it.row).collect();
        assert_eq!(rows.iter().map(|it| it.ordinal).collect::<Vec<_>>(), [0, 1, 2]);
        let does = |row: &AcceptedException| (row.state.clone(), row.case_count, row.lapsed_count);
        assert_eq!(does(&rows[0]), ("in_force".to_owned(), Some(1), 0), "what is known to be closed is no case");
        assert_eq!(does(&rows[1]), ("expired".to_owned(), Some(1), 1), "it may be public");
        assert_eq!(does(&rows[2]), ("in_force".to_owned(), None, 0), "the lake of the test has no users");
        let unread: Vec<bool> = rows.iter().map(|it| it.unread_reason.is_some()).collect();
        assert_eq!(unread, [false, true, true]);
        let AcceptedException { account_pattern, accepted_since, accepted_by, .. } = rows[0].clone();
        assert_eq!((account_pattern.as_deref(), accepted_since.as_deref()), (Some("000000000000"), Some("2026-01-01")));
        assert_eq!((accepted_by.as_str(), rows[1].questions.as_str()), ("ana", "F3, G11"));
        let resources: Vec<_> = rows.iter().map(|it| it.resource_pattern.as_deref()).collect();
        assert_eq!(resources, [None, Some("b*"), None]);
    }
}
