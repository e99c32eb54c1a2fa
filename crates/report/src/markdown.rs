//! The short form for chats and summaries: the sections that are brief, as Markdown.

use orgcensus_lake::printable;

use crate::model::{Block, Cell, Kind, Lead, Section, Table};
use crate::{Report, names, trend};

/// Rows of a list.
const ROWS_MAX: usize = 20;

pub(crate) fn text(report: &Report) -> String {
    let mut text = format!("# {}\n", plain(&printable(&report.title)));
    if let Some(part) = &report.part {
        text.push_str(&format!("\n{}\n", plain(&printable(part))));
    }
    for section in report.sections.iter().filter(|section| section.is_brief) {
        text.push_str(&section_text(section));
    }
    text
}

fn section_text(section: &Section) -> String {
    let mut text = format!("\n## {}\n", plain(section.title));
    for block in &section.blocks {
        match block {
            Block::Words(words) => text.push_str(&format!("\n{}\n", plain(&printable(words)))),
            Block::Leads(leads) => {
                let line = |it: &Lead| format!("- {}: {}\n", it.label, plain(&names::shown(&it.words).whole()));
                text.push_str(&format!("\n{}", leads.iter().map(line).collect::<String>()));
            }
            Block::Verdict { words, .. } => text.push_str(&format!("\n**{}**\n", plain(&printable(words)))),
            Block::Table(table) => text.push_str(&table_text(table)),
            Block::Statement { .. } => {}
        }
    }
    text
}

fn table_text(table: &Table) -> String {
    let title = plain(&table.title);
    if let Some(error) = &table.error {
        return format!("\n{title}: not answered, could not {}\n", plain(&names::shown(error).whole()));
    }
    if table.rows.is_empty() {
        return format!("\n{title}: none\n");
    }
    let shown = if table.is_whole { table.rows.len() } else { table.rows.len().min(ROWS_MAX) };
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut text = format!("\n{title}\n\n");
    text.push_str(&line(table.columns.iter().map(|column| plain(column.head)).collect()));
    let rule = |kind: Kind| if kind == Kind::Number { "--:" } else { "---" };
    text.push_str(&line(table.columns.iter().map(|column| rule(column.kind).to_owned()).collect()));
    for row in &table.rows[..shown] {
        text.push_str(&line(row.cells.iter().map(cell).collect()));
    }
    if (shown as u64) < table.count {
        text.push_str(&format!("\n{shown} of {} rows\n", table.count));
    }
    text
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Nothing => String::new(),
        Cell::Unknown => "not known".to_owned(),
        Cell::Words(text) | Cell::Link { words: text, .. } | Cell::Number(text) => plain(&printable(text)),
        Cell::Name(text) | Cell::Account(text) => plain(&names::shown(text).whole()),
        Cell::Percent(percent) => format!("{} %", plain(percent)),
        Cell::Flag(true) => "yes".to_owned(),
        Cell::Flag(false) => "no".to_owned(),
        Cell::State(state) => plain(state.word),
        Cell::Trend(points) => plain(&trend::words(points)),
        Cell::Places(places) => plain(&places.marked()),
    }
}

/// A text that is nothing but text in Markdown, in HTML that a reader of Markdown lets through, and for who is called
/// by an @. Marks of Markdown are escaped by a backslash; a dot, a hyphen and what else means nothing within a line
/// are not.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for character in text.chars() {
        match character {
            '&' => plain.push_str("&amp;"),
            '<' => plain.push_str("&lt;"),
            '>' => plain.push_str("&gt;"),
            '@' => plain.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' | '$' => plain.extend(['\\', character]),
            _ => plain.push(character),
        }
    }
    // What a chat would make a link of.
    plain.replace("://", ":\\/\\/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Column, Row, Tone};

    #[test]
    fn names_are_text() {
        assert_eq!(
            plain("a|b `c` <img> @all [x](https://y) *z*\\n"),
            "a\\|b \\`c\\` &lt;img&gt; &#64;all \\[x\\](https:\\/\\/y) \\*z\\*\\\\n"
        );
        assert_eq!(plain("Root/Work-1.5 %"), "Root/Work-1.5 %");
    }

    #[test]
    fn a_table_has_its_head_its_rule_and_its_rows() {
        let row = |name: &str| Row { key: None, cells: vec![Cell::Name(name.into()), Cell::Number("3".into())] };
        let table = Table {
            title: "Things".into(),
            columns: vec![Column::text("name", "name"), Column::number("count", "cases")],
            rows: vec![row("a_b"), row("c")],
            count: 2,
            ..Table::default()
        };
        let expected = "\nThings\n\n| name | cases |\n| --- | --: |\n| a\\_b | 3 |\n| c | 3 |\n";
        assert_eq!(table_text(&table), expected);
        let many = Table { rows: vec![row("x"); 30], count: 900, ..table.clone() };
        assert!(table_text(&many).ends_with("| x | 3 |\n\n20 of 900 rows\n"));
        assert_eq!(table_text(&many).matches("| x |").count(), 20);
        assert_eq!(table_text(&Table { rows: vec![], count: 0, ..table.clone() }), "\nThings: none\n");
        let error = Table { error: Some("find table x".into()), rows: vec![], ..table };
        assert_eq!(table_text(&error), "\nThings: not answered, could not find table x\n");
    }

    #[test]
    fn a_lead_is_an_item_whose_words_are_text() {
        let leads = vec![Lead { label: "Trust", words: "a_b".into(), to: "trust" }];
        let section = Section { id: "x", title: "In short", is_brief: true, blocks: vec![Block::Leads(leads)] };
        assert_eq!(section_text(&section), "\n## In short\n\n- Trust: a\\_b\n");
    }

    #[test]
    fn only_brief_sections_are_there() {
        let section = |title, is_brief| Section {
            id: "x",
            title,
            is_brief,
            blocks: vec![Block::Verdict { tone: Tone::Good, words: "Whole.".into() }],
        };
        let report = Report {
            title: "Census of o-1, 2026-11-22".into(),
            part: None,
            sections: vec![section("Trust", true), section("Lists", false)],
        };
        assert_eq!(text(&report), "# Census of o-1, 2026-11-22\n\n## Trust\n\n**Whole.**\n");
    }
}
