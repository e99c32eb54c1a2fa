//! The portable statement that is made of a question's query.
//!
//! The query becomes the table `subjects`. All shares of the subjects themselves are counted in one pass: an engine reads
//! a table's query anew wherever its name stands, Athena bills each reading, and Trino refuses a hundred stages. Other
//! shares count groups of it, or one row of each organization. What is unknown is counted apart: it is in neither the
//! numerator nor the denominator.

use crate::extent::ACCOUNT;
use crate::question::{Kind, Population, Question, Share};
use crate::sql_text::{double, indented, literal, named};
use crate::tasks::Tasks;
use crate::{Extent, RestsOn};

impl Question {
    /// The whole portable statement, without a semicolon. It has the numbers of the thresholds, in its words as well.
    pub fn statement(&self, rests_on: &RestsOn) -> String {
        self.statement_within(rests_on, None)
    }

    /// The same for some accounts. A list has its own account in each row, so its statement is the same for all.
    pub fn statement_within(&self, rests_on: &RestsOn, extent: Option<&Extent>) -> String {
        match &self.kind {
            Kind::Fact { shares, .. } => self.filled(&fact(self, shares, rests_on, extent)),
            Kind::List { .. } => self.filled(self.sql),
        }
    }

    /// The statement for the subjects that are so or may be so; for a list, its rows.
    pub fn cases(&self) -> String {
        match &self.kind {
            Kind::Fact { subject, shares } => self.filled(&cases(self.sql, subject, shares)),
            Kind::List { .. } => self.filled(self.sql),
        }
    }

    /// The statement for how many tasks were planned of those that it rests on, and how many of these are complete.
    pub(crate) fn tasks(&self, rests_on: &RestsOn, extent: Option<&Extent>) -> String {
        let collectors = rests_on.collectors(self);
        Tasks { collectors: collectors.as_deref(), extent }.counts()
    }

    /// The statement for what is not complete of the planned tasks that it rests on: by account and outcome.
    pub fn short_tasks(&self, rests_on: &RestsOn, extent: Option<&Extent>) -> String {
        let collectors = rests_on.collectors(self);
        Tasks { collectors: collectors.as_deref(), extent }.short()
    }

    /// The statement for how much of the planned tasks that it rests on is complete, in percent.
    pub fn coverage(&self, rests_on: &RestsOn) -> String {
        self.coverage_within(rests_on, None)
    }

    /// The same for the tasks of some accounts.
    pub fn coverage_within(&self, rests_on: &RestsOn, extent: Option<&Extent>) -> String {
        let collectors = rests_on.collectors(self);
        Tasks { collectors: collectors.as_deref(), extent }.coverage()
    }
}

/// The statement of a fact.
fn fact(question: &Question, shares: &[Share], rests_on: &RestsOn, extent: Option<&Extent>) -> String {
    let collectors = rests_on.collectors(question);
    let tasks = Tasks { collectors: collectors.as_deref(), extent };
    let mut statement = Statement::default();
    statement.table("subjects", &within(question.sql, extent));
    statement.table("rests_on", &tasks.coverage());
    if extent.is_none() && shares.iter().any(|share| matches!(share.of, Population::Organizations(_))) {
        let sql = "SELECT COUNT(DISTINCT organization_id) AS organization_count\nFROM organizations";
        statement.table("lake", sql);
    }
    let of_subjects: Vec<_> =
        shares.iter().filter_map(|share| population_of_subjects(share).map(|name| (share, name))).collect();
    statement.in_one_pass(question.id, &of_subjects);
    for (index, share) in shares.iter().enumerate() {
        let number = index + 1;
        match share.of {
            Population::Subjects(_) => {}
            Population::Each(column) => {
                let name = format!("counted_{number}");
                let within = share.within.map_or(String::new(), |column| format!("\nWHERE {column}"));
                let counts = counts(share.is_so);
                let sql = format!("SELECT\n  {column},\n{counts}\nFROM subjects{within}\nGROUP BY {column}");
                statement.table(&name, &sql);
                statement.row(question.id, &Words::of(share, column.to_owned(), share.fact), &name);
            }
            Population::Organizations(population) => {
                statement.organizations(question.id, share, population, number, tasks);
            }
        }
    }
    statement.finish()
}

fn population_of_subjects(share: &Share) -> Option<&'static str> {
    match share.of {
        Population::Subjects(population) => Some(population),
        Population::Each(_) | Population::Organizations(_) => None,
    }
}

/// The subjects of some accounts.
fn within(sql: &str, extent: Option<&Extent>) -> String {
    let Some(extent) = extent else { return sql.to_owned() };
    format!("SELECT *\nFROM (\n{}\n) AS everywhere\nWHERE {}", indented(sql), extent.condition(ACCOUNT))
}

/// The statement for the subjects that are so or may be so.
fn cases(sql: &str, subject: &[&str], shares: &[Share]) -> String {
    let mut columns = subject.to_vec();
    let mut conditions = Vec::new();
    for share in shares {
        // IS DISTINCT FROM false is not used: DataFusion 55 gives a wrong answer if OR joins two of them.
        let is_case = format!("COALESCE({}, true)", share.is_so);
        let condition = match share.within {
            Some(within) => format!("({within} AND {is_case})"),
            None => is_case,
        };
        if !conditions.contains(&condition) {
            conditions.push(condition);
        }
        columns.extend([Some(share.is_so), share.within].into_iter().flatten());
    }
    let mut named = Vec::new();
    columns.retain(|column| {
        !named.contains(column) && {
            named.push(column);
            true
        }
    });
    let order: Vec<_> = subject.iter().map(|column| format!("{column} NULLS LAST")).collect();
    format!(
        "WITH subjects AS (\n{}\n)\nSELECT {}\nFROM subjects\nWHERE {}\nORDER BY {}",
        indented(sql),
        columns.join(", "),
        conditions.join("\n  OR "),
        order.join(", ")
    )
}

/// Common table expressions, and the rows that are made of them.
#[derive(Default)]
struct Statement {
    tables: Vec<String>,
    rows: Vec<String>,
}

/// Leaves out a census of accounts alone, `account-111122223333`: it is no organization. Its id shows it, also in a lake
/// whose table of organizations does not have is_whole yet.
const WHOLE: &str = "\nWHERE organization_id NOT LIKE 'account-%'";

impl Statement {
    fn table(&mut self, name: &str, sql: &str) {
        self.tables.push(format!("{name} AS (\n{}\n)", indented(sql)));
    }

    /// The organizations' row, and beside it the accounts' twin: one organization alone makes 0 or 100 %. Some accounts
    /// are no organization, so of them there is the twin alone.
    fn organizations(&mut self, id: &str, share: &Share, population: &str, number: usize, tasks: Tasks<'_>) {
        let is_all = population == "organizations";
        let places = [("organizations", "organization_id"), ("accounts", ACCOUNT)];
        let places = if tasks.extent.is_some() { &places[1..] } else { &places[..] };
        for &(place, column) in places {
            let source = if is_all { every_one(share, place, column, tasks) } else { with_one(share, column) };
            let which = if place == "organizations" { WHOLE } else { "" };
            let sql = format!(
                "SELECT
  {column},
  CASE WHEN bool_or(is_so) THEN true WHEN COUNT(is_so) = COUNT(*) THEN false END AS is_so
FROM (
{}
) AS one_by_one{which}
GROUP BY {column}",
                indented(&source)
            );
            let (each, counted) = (format!("{place}_{number}"), format!("counted_{place}_{number}"));
            self.table(&each, &sql);
            self.table(&counted, &format!("SELECT\n{}\nFROM {each}", counts("is_so")));
        }
        if tasks.extent.is_none() {
            let words = Words::of(share, literal(population), share.fact);
            self.row(id, &words, &format!("counted_organizations_{number}"));
        }
        let (population, fact) = (accounts_instead(population), accounts_instead(share.fact));
        let alone = Share { study: None, study_text: None, ..share.clone() };
        let words = Words::of(&alone, literal(&population), &fact);
        let counted = format!("counted_accounts_{number}");
        if tasks.extent.is_some() {
            return self.row(id, &words, &counted);
        }
        self.row(id, &words, &format!("{counted} CROSS JOIN lake"));
        if let Some(row) = self.rows.last_mut() {
            row.push_str("\nWHERE lake.organization_count = 1");
        }
    }

    /// The shares of the subjects themselves: one row of all counts, and a row of words for each share, which picks its
    /// own.
    fn in_one_pass(&mut self, id: &str, shares: &[(&Share, &str)]) {
        if shares.is_empty() {
            return;
        }
        let (mut columns, mut words) = (Vec::new(), Vec::new());
        for (number, (share, population)) in (1..).zip(shares) {
            for (name, condition) in COUNTS.iter().zip(conditions(share.is_so)) {
                let within = share.within.map_or(String::new(), |column| format!("{column} AND "));
                columns.push(format!("  COUNT(*) FILTER (WHERE {within}{condition}) AS {name}_{number}"));
            }
            let cells = Words::of(share, literal(population), share.fact).0;
            words.push(format!("  ({number}, {})", cells.join(", ")));
        }
        self.table("counted", &format!("SELECT\n{}\nFROM subjects", columns.join(",\n")));
        let picked = COUNTS.map(|name| {
            let cases = (1..=shares.len()).map(|number| format!(" WHEN {number} THEN {name}_{number}"));
            format!("  CASE number{} END AS {name}", cases.collect::<String>())
        });
        let names = WORDS.join(", ");
        self.table(
            "shares",
            &format!(
                "SELECT\n  {names},\n{}\nFROM counted\nCROSS JOIN (VALUES\n{}\n) AS words (number, {names})",
                picked.join(",\n"),
                words.join(",\n")
            ),
        );
        self.row(id, &Words(WORDS.map(str::to_owned)), "shares");
    }

    /// Rows of the answer: one for each row of a table of counts.
    fn row(&mut self, id: &str, words: &Words, from: &str) {
        let [fact, population, definition, study, study_text, caveat] =
            std::array::from_fn(|index| named(&words.0[index], WORDS[index]));
        self.rows.push(format!(
            "SELECT
  {} AS id,
  {fact},
  {population},
  {definition},
  numerator,
  denominator,
  unknown_count,
  ROUND(1E2 * numerator / NULLIF(denominator, 0), 1) AS percent,
  {study},
  {study_text},
  coverage_percent,
  {caveat}
FROM {from} CROSS JOIN rests_on",
            literal(id),
        ));
    }

    fn finish(self) -> String {
        let (tables, rows) = (self.tables.join(",\n"), self.rows.join("\nUNION ALL\n"));
        format!("WITH {tables}\n{rows}\nORDER BY population NULLS LAST, definition NULLS LAST")
    }
}

/// The subjects of a share, each with the column of its place.
fn with_one(share: &Share, column: &str) -> String {
    let within = share.within.map_or(String::new(), |within| format!("\nWHERE {within}"));
    format!("SELECT {column}, {}\nFROM subjects{within}", named(share.is_so, "is_so"))
}

/// The same, and a row for each place: not so, if a task that the question rests on was complete there; else unknown.
fn every_one(share: &Share, place: &str, column: &str, tasks: Tasks<'_>) -> String {
    let account = if place == "accounts" { "\n  AND coverage.account_id = accounts.account_id" } else { "" };
    let among = tasks.among("coverage.");
    let extent = tasks.extent.map(|extent| format!("\nWHERE {}", extent.condition(&format!("{place}.{ACCOUNT}"))));
    let extent = extent.unwrap_or_default();
    format!(
        "{}
UNION ALL
SELECT {place}.{column}, CASE WHEN bool_or(coverage.is_complete) THEN false END AS is_so
FROM {place}
LEFT JOIN coverage ON coverage.organization_id = {place}.organization_id{account}
  AND coverage.is_planned{among}{extent}
GROUP BY {place}.{column}",
        with_one(share, column)
    )
}

/// The columns of words of an answer.
const WORDS: [&str; 6] =
    ["fact", "population", "definition", "study_2022_percent", "study_2022_text_percent", "caveat"];

/// The words of a share as SQL, in the order of `WORDS`.
struct Words([String; 6]);

impl Words {
    fn of(share: &Share, population: String, fact: &str) -> Self {
        let caveat = share.caveat.map_or("CAST(NULL AS VARCHAR(255))".to_owned(), literal);
        let definition = literal(share.definition);
        Self([literal(fact), population, definition, double(share.study), double(share.study_text), caveat])
    }
}

const COUNTS: [&str; 3] = ["numerator", "denominator", "unknown_count"];

/// What each of the counts counts.
fn conditions(is_so: &str) -> [String; 3] {
    [is_so.to_owned(), format!("{is_so} IS NOT NULL"), format!("{is_so} IS NULL")]
}

/// Each count with its own filter: beside one, Trino 368 counts a boolean column as if the filter were meant for it too.
fn counts(is_so: &str) -> String {
    let count = |(name, condition): (&str, String)| format!("  COUNT(*) FILTER (WHERE {condition}) AS {name}");
    COUNTS.into_iter().zip(conditions(is_so)).map(count).collect::<Vec<_>>().join(",\n")
}

/// `organizations_with_s3` becomes `accounts_with_s3`, and so do words.
pub(crate) fn accounts_instead(text: &str) -> String {
    text.replacen("organizations", "accounts", 1).replacen("Organizations", "Accounts", 1)
}

#[cfg(test)]
mod tests {
    use crate::question_file::QuestionFile;

    #[test]
    fn cases_are_those_that_are_so_or_unknown() {
        let text = "-- id: X1\n-- title: Users\n-- subject: account_id, user_name\n-- of: users\n\
            -- of: holders\n-- where: has_key\nSELECT account_id, user_name, has_key, is_so\nFROM users\n";
        let question = QuestionFile::parse("x", text).unwrap().questions.remove(0);
        assert_eq!(
            question.cases(),
            "WITH subjects AS (\n  SELECT account_id, user_name, has_key, is_so\n  FROM users\n)\n\
             SELECT account_id, user_name, is_so, has_key\nFROM subjects\n\
             WHERE COALESCE(is_so, true)\n  OR (has_key AND COALESCE(is_so, true))\n\
             ORDER BY account_id NULLS LAST, user_name NULLS LAST"
        );
    }
}
