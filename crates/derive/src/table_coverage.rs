//! Which tables are whole where: the tasks of an account and region, joined to the tables that they fill.

use std::collections::{BTreeMap, HashMap};

use orgcensus_collect::POLICY_TABLE_NAMES;
use orgcensus_crawl::{ApiUsage, Crawl, Derivation, Derive, Derived, Error, Outcome, TaskCoverage, rests_on, tables};
use orgcensus_row::{Row, table};
use serde::Serialize;

/// The derivation.
pub(crate) const TABLE_COVERAGE: Derivation = Derivation {
    name: "table_coverage",
    reads: &[table::<TaskCoverage>()],
    reads_previous: &[],
    writes: &[Derived { table: table::<TableCoverage>(), rests_on: &[table::<TaskCoverage>()] }],
    run: |derive| Box::pin(run(derive)),
};

/// The tables that tell of the run, of which all is known.
const OF_RUN: [&str; 3] = [ApiUsage::TABLE, TableCoverage::TABLE, TaskCoverage::TABLE];

/// One table in one account and region, and whether what fills it was read there. That a table has no rows of an
/// account and region means that there is nothing only where is_complete is true. What is read once for the
/// organization is in the management account's rows.
#[derive(Debug, Clone, Serialize, Row)]
#[row(table = "table_coverage", key = "table_name")]
pub struct TableCoverage {
    /// The table, iam_users.
    pub table_name: String,
    /// Whether its rows are made from those of other tables. Then the tasks are those that fill these, here; its rows
    /// may rest on facts of other accounts too.
    pub is_derived: bool,
    /// Whether all of these tasks read all of the table. A partial task that is short of other tables only does so; for
    /// a derived table it does not.
    pub is_complete: bool,
    /// Whether one of these tasks counts as planned work: none does where the account is suspended, or where the region
    /// or service is off or not offered.
    pub is_planned: bool,
    /// How many tasks of this account and region fill it.
    pub tasks: i32,
    /// How many of them read all of it.
    pub complete_tasks: i32,
    /// The collector of the first task that did not, by name; coverage says more of it. Null if all did.
    pub collector: Option<String>,
    /// How that task ended, denied; null if all read all of it.
    pub outcome: Option<String>,
    /// AWS's code of what went wrong there; null if nothing did, or if AWS gave none.
    pub error_code: Option<String>,
}

/// A table that a task fills.
#[derive(Debug, Clone, Copy)]
struct Filled {
    name: &'static str,
    is_derived: bool,
}

/// The tables that each task fills, by the collector's name.
struct ByTask(HashMap<&'static str, Vec<Filled>>);

async fn run(derive: &mut Derive<'_>) -> Result<(), Error> {
    let by_task = ByTask::of(derive.crawl());
    let mut coverage = derive.staged::<TaskCoverage>()?;
    let mut rows = derive.rows::<TableCoverage>()?;
    while let Some(group) = coverage.next_group()? {
        let mut found = BTreeMap::new();
        coverage.each_of(&group, |task| by_task.note(&mut found, &task))?;
        let stamp = derive.stamp(&group.account_id, &group.region);
        derive.extend(&mut rows, &stamp, found.into_values())?;
        derive.stage(&mut rows, &stamp)?;
        tokio::task::yield_now().await;
    }
    Ok(())
}

impl ByTask {
    fn of(crawl: &Crawl) -> Self {
        let (collectors, derivations) = (&crawl.all_collectors, crawl.derivations);
        let is_derived = |name: &str| derivations.iter().flat_map(|it| it.writes).any(|it| it.table.name == name);
        let mut by_task: HashMap<&'static str, Vec<Filled>> = HashMap::new();
        for table in tables(collectors, derivations).iter().filter(|table| !OF_RUN.contains(&table.name)) {
            // Policies are handed over by the collectors of what has some, and by no others.
            let tasks: Vec<&'static str> = if POLICY_TABLE_NAMES.contains(&table.name) {
                collectors.iter().filter(|it| !it.resources.is_empty()).map(|it| it.name).collect()
            } else {
                rests_on(collectors, derivations, table.name)
            };
            let filled = Filled { name: table.name, is_derived: is_derived(table.name) };
            tasks.into_iter().for_each(|task| by_task.entry(task).or_default().push(filled));
        }
        Self(by_task)
    }

    /// Adds a task to the rows of the tables that it fills.
    fn note(&self, found: &mut BTreeMap<&'static str, TableCoverage>, task: &<TaskCoverage as Row>::Ref<'_>) {
        for filled in self.0.get(task.collector).into_iter().flatten() {
            let row = found.entry(filled.name).or_insert_with(|| filled.row());
            row.tasks += 1;
            row.is_planned |= task.is_planned;
            if filled.is_whole(task) {
                row.complete_tasks += 1;
                continue;
            }
            row.is_complete = false;
            // The order of the tasks is chance.
            if row.collector.as_deref().is_none_or(|first| task.collector < first) {
                row.collector = Some(task.collector.to_owned());
                row.outcome = Some(task.outcome.to_owned());
                row.error_code = task.error_code.map(str::to_owned);
            }
        }
    }
}

impl Filled {
    fn row(self) -> TableCoverage {
        TableCoverage {
            table_name: self.name.to_owned(),
            is_derived: self.is_derived,
            is_complete: true,
            is_planned: false,
            tasks: 0,
            complete_tasks: 0,
            collector: None,
            outcome: None,
            error_code: None,
        }
    }

    /// Whether the task read all of the table.
    fn is_whole(self, task: &<TaskCoverage as Row>::Ref<'_>) -> bool {
        let mut short = task.tables_short.iter().peekable();
        let is_short_of_others = short.peek().is_some() && short.all(|table| table != self.name);
        task.is_complete || task.outcome == Outcome::Partial.as_str() && !self.is_derived && is_short_of_others
    }
}

#[cfg(test)]
mod tests {
    use orgcensus_row::{BatchBuilder, Stamp, Timestamp};

    use super::*;

    fn task(collector: &str, outcome: Outcome, short: &[&str]) -> TaskCoverage {
        TaskCoverage {
            collector: collector.to_owned(),
            outcome: outcome.as_str().to_owned(),
            is_planned: outcome.is_planned(),
            is_complete: outcome == Outcome::Complete,
            error_code: (outcome != Outcome::Complete).then(|| "AccessDenied".to_owned()),
            error_message: None,
            error_operation: None,
            calls: 1,
            retries: 0,
            throttles: 0,
            rows_written: 0,
            items_missed: 0,
            duration_millis: 0,
            started_at: None,
            items_gone: 0,
            tables_short: short.iter().map(|&it| it.to_owned()).collect(),
            rows_duplicate: 0,
            reason: None,
        }
    }

    /// The rows of these tasks: a and b fill things, b fills parts too, and made is derived from what b fills.
    fn rows(tasks: &[TaskCoverage]) -> BTreeMap<&'static str, TableCoverage> {
        let own = |name| Filled { name, is_derived: false };
        let made = Filled { name: "made", is_derived: true };
        let by_task = ByTask([("a", vec![own("things")]), ("b", vec![own("things"), own("parts"), made])].into());
        let stamp = Stamp {
            organization_id: "o-test".to_owned(),
            account_id: "111122223333".to_owned(),
            account_name: "test".to_owned(),
            ou_path: "Root".to_owned(),
            region: "eu-west-1".to_owned(),
            captured_at: Timestamp(0),
            run_id: "test".to_owned(),
        };
        let mut builder = BatchBuilder::new(table::<TaskCoverage>()).unwrap();
        tasks.iter().for_each(|task| builder.push(task).unwrap());
        let batch = builder.take(&stamp).unwrap();
        let mut found = BTreeMap::new();
        TaskCoverage::each(&batch, |task| by_task.note(&mut found, &task)).unwrap();
        found
    }

    #[test]
    fn a_table_is_whole_where_all_of_its_tasks_read_all_of_it() {
        let rows = rows(&[task("b", Outcome::Complete, &[]), task("a", Outcome::Complete, &[])]);
        assert_eq!(rows.keys().copied().collect::<Vec<_>>(), ["made", "parts", "things"]);
        assert!(rows.values().all(|row| row.is_complete && row.is_planned && row.collector.is_none()));
        assert_eq!((rows["things"].tasks, rows["things"].complete_tasks, rows["parts"].tasks), (2, 2, 1));
    }

    #[test]
    fn a_partial_task_is_short_of_the_tables_that_it_names_and_of_what_is_derived() {
        let rows = rows(&[task("a", Outcome::Complete, &[]), task("b", Outcome::Partial, &["parts"])]);
        let whole = |name: &str| rows[name].is_complete;
        assert_eq!((whole("things"), whole("parts"), whole("made")), (true, false, false));
        assert_eq!(rows["parts"].outcome.as_deref(), Some("partial"));
        assert_eq!(rows["parts"].error_code.as_deref(), Some("AccessDenied"));
        // Of which table it is short is not said.
        assert!(!super::tests::rows(&[task("a", Outcome::Partial, &[])])["things"].is_complete);
    }

    #[test]
    fn the_first_task_by_name_says_why_and_what_is_off_is_not_planned() {
        for tasks in [["b", "a"], ["a", "b"]] {
            let rows = rows(&tasks.map(|name| task(name, Outcome::Denied, &[])));
            assert_eq!((rows["things"].collector.as_deref(), rows["things"].complete_tasks), (Some("a"), 0));
        }
        let off = rows(&[task("a", Outcome::RegionDisabled, &[])]);
        assert!(!off["things"].is_planned && !off["things"].is_complete);
        // A task of an older version, which fills nothing that there is.
        assert!(rows(&[task("gone", Outcome::Complete, &[])]).is_empty());
    }
}
