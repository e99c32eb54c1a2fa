//! The reference of tables, from the doc comments of their rows.

use std::fmt::Write;

use arrow_type::athena;
use orgcensus_answers::RestsOn;
use orgcensus_collect::{Collector, Scope};
use orgcensus_collectors::COLLECTORS;
use orgcensus_derive::DERIVATIONS;
use orgcensus_row::Table;

mod arrow_type;
mod resources;
#[cfg(test)]
mod schemas;

/// Every table of the lake, by name.
pub(crate) fn tables() -> Vec<Table> {
    let mut tables = orgcensus_crawl::tables(COLLECTORS, DERIVATIONS);
    tables.extend(orgcensus_materialize::tables());
    tables.sort_by_key(|table| table.name);
    tables
}

/// The tasks that each table rests on, in a snapshot that this version writes.
pub(crate) fn rests_on() -> RestsOn {
    tables().iter().map(|table| (table.name, orgcensus_crawl::rests_on(COLLECTORS, DERIVATIONS, table.name))).collect()
}

/// One line for each table.
pub(crate) fn list(tables: &[Table]) -> String {
    let width = tables.iter().map(|table| table.name.len()).max().unwrap_or_default();
    let mut text = String::new();
    for table in tables {
        let _ = writeln!(text, "{:width$}  {}", table.name, table.comment);
    }
    text
}

/// One line for each type of resource that can have a policy.
pub(crate) fn policies() -> String {
    resources::policies()
}

/// One line for each collector.
pub(crate) fn collectors() -> String {
    let mut collectors: Vec<&Collector> = COLLECTORS.iter().collect();
    collectors.sort_by_key(|collector| collector.name);
    let width = collectors.iter().map(|collector| collector.name.len()).max().unwrap_or_default();
    let mut text = format!("{:width$}  {:7}  tables\n", "collector", "scope");
    for collector in collectors {
        let tables: Vec<&str> = collector.tables.iter().map(|table| table.name).collect();
        let tables = if tables.is_empty() { "those of policies".to_owned() } else { tables.join(", ") };
        let cost = collector.cost().map(|cost| format!("; off by default: {cost}")).unwrap_or_default();
        let _ = writeln!(text, "{:width$}  {:7}  {tables}{cost}", collector.name, scope(collector.scope));
    }
    text
}

/// Where a collector runs, in a word.
pub(crate) fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::Account => "account",
        Scope::Region | Scope::EveryRegion => "region",
        Scope::Organization | Scope::OrganizationRegion => "once",
    }
}

/// One table with its columns.
pub(crate) fn page(table: &Table) -> String {
    let columns = table.columns();
    let names = columns.iter().map(|column| column.name.len()).max().unwrap_or_default();
    let types = columns.iter().map(|column| athena(&column.data_type).len()).max().unwrap_or_default();
    let mut text = format!("{}\n{}\nkey: account_id, region{}\n\n", table.name, table.comment, key(table));
    for column in &columns {
        let _ = writeln!(text, "{:names$}  {:types$}  {}", column.name, athena(&column.data_type), column.comment);
    }
    text
}

/// All tables, and the types of resources that they tell of, as one Markdown page.
pub(crate) fn markdown(tables: &[Table]) -> String {
    let mut text =
        "# Tables\n\nPrinted by `orgcensus tables --markdown` from the doc comments of the rows.\n".to_owned();
    for table in tables {
        let _ = write!(text, "\n## {}\n\n{}\n\nKey: account_id, region{}\n\n", table.name, table.comment, key(table));
        text.push_str("| column | type | what |\n|---|---|---|\n");
        for column in table.columns() {
            let _ = writeln!(text, "| {} | {} | {} |", column.name, athena(&column.data_type), column.comment);
        }
    }
    text.push_str(&resources::markdown());
    text
}

/// The table's own columns of the key, and the type by which its rows are in the inventory.
fn key(table: &Table) -> String {
    let columns: String = table.key.iter().map(|column| format!(", {column}")).collect();
    let listed = table.resource.map(|resource| format!("; in resources as {}", resource.resource_type));
    columns + &listed.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_page_is_as_reviewed() {
        insta::assert_snapshot!("tables", markdown(&tables()));
    }

    #[test]
    fn each_collector_has_a_line() {
        let text = collectors();
        assert_eq!(text.lines().count(), COLLECTORS.len() + 1);
        let line = |name: &str| text.lines().find(|line| line.split(' ').next() == Some(name)).unwrap_or_default();
        assert!(line("sqs_queues").ends_with("  region   sqs_queues"), "{text}");
        assert!(line("iam_service_last_accessed").contains("; off by default: "), "{text}");
    }

    #[test]
    fn a_table_rests_on_the_tasks_that_fill_it() {
        let on = |table| orgcensus_crawl::rests_on(COLLECTORS, DERIVATIONS, table);
        assert_eq!(on("iam_users"), ["iam_authorization_details"]);
        assert_eq!(on("accounts"), ["account_tags", "organization"]);
        assert_eq!(on("identity_access"), ["iam_authorization_details", "identity_center_permission_sets"]);
        let all = on("policy_documents");
        assert_eq!((all.len(), on("resource_access") == all), (COLLECTORS.len() + 4, true));
    }

    #[test]
    fn what_a_question_says_it_rests_on_is_among_what_its_tables_rest_on() {
        for question in orgcensus_answers::questions().unwrap() {
            let tables =
                question.tables.iter().flat_map(|table| orgcensus_crawl::rests_on(COLLECTORS, DERIVATIONS, table));
            let tables: Vec<_> = tables.collect();
            for task in &question.rests_on {
                assert!(tables.contains(task), "{} rests on {task}, and no table of its does", question.id);
            }
        }
    }
}
