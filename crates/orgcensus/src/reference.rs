//! The reference of tables, from the doc comments of their rows.

use std::fmt::Write;

use arrow_type::athena;
use orgcensus_collectors::COLLECTORS;
use orgcensus_row::Table;

mod arrow_type;
#[cfg(test)]
mod schemas;

/// Every table of the lake, by name.
pub(crate) fn tables() -> Vec<Table> {
    orgcensus_crawl::tables(COLLECTORS)
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

/// All tables as one Markdown page.
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
    text
}

fn key(table: &Table) -> String {
    table.key.iter().map(|column| format!(", {column}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_page_is_as_reviewed() {
        insta::assert_snapshot!("tables", markdown(&tables()));
    }
}
