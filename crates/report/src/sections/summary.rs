//! The most important in five lines, each with a link. All of it is said again below, with more.

use orgcensus_answers::Line;

use super::{changes, checklist};
use crate::asked::Asked;
use crate::model::{Block, Cell, Lead, Row, Section, Table};

/// The lists whose first row is a line: the most exposed account, and the first credential to deal with.
const EXPOSED: &str = "G10";
const CREDENTIALS: &str = "credential-list";

/// Of what the other sections say.
pub(super) fn section(asked: &Asked, sections: &[Section]) -> Section {
    let leads = [
        Some(("Trust", says(sections, "trust"), "trust")),
        Some(("Most urgent change", change(sections), "changes")),
        Some(("The list of ten minutes", points(&asked.points), "checklist")),
        table(sections, EXPOSED).map(|it| ("Most exposed account", first(it, account), EXPOSED)),
        table(sections, CREDENTIALS).map(|it| ("First credential to deal with", first(it, credential), CREDENTIALS)),
    ];
    let leads = leads.into_iter().flatten().map(|(label, words, to)| Lead { label, words, to }).collect();
    Section { id: "summary", title: "In short", is_brief: true, blocks: vec![Block::Leads(leads)] }
}

/// The first sentence of a section.
fn says(sections: &[Section], id: &str) -> String {
    let section = sections.iter().find(|section| section.id == id);
    let sentence = section.into_iter().flat_map(|it| &it.blocks).find_map(|block| match block {
        Block::Words(words) | Block::Verdict { words, .. } => Some(words.clone()),
        _ => None,
    });
    sentence.unwrap_or_else(|| "not known".to_owned())
}

fn table<'a>(sections: &'a [Section], id: &str) -> Option<&'a Table> {
    sections.iter().flat_map(Section::tables).find(|table| table.id == id)
}

/// The first row of a list in words. None in what was seen is not none.
fn first(table: &Table, words: fn(&Table, &Row) -> String) -> String {
    match (&table.error, table.rows.first()) {
        (Some(error), _) => format!("not known: could not {error}"),
        (None, Some(row)) => words(table, row),
        (None, None) => "none in what was seen".to_owned(),
    }
}

/// The most urgent change that nobody accepts; where nothing was compared, why.
fn change(sections: &[Section]) -> String {
    let tables = (table(sections, changes::COUNTED), table(sections, changes::LIST));
    let (Some(counts), Some(list)) = tables else { return says(sections, "changes") };
    let sum =
        |name: &str| counts.rows.iter().map(|row| cell(counts, row, name).parse::<u64>().unwrap_or(0)).sum::<u64>();
    let [found, accepted, unseen] = ["change_count", "accepted_count", "unseen_count"].map(sum);
    let mut words = match (list.rows.first(), found.saturating_sub(accepted)) {
        (Some(row), active @ 1..) => format!("{} (of {active} changes)", of_change(list, row)),
        _ => "none in what was seen".to_owned(),
    };
    if accepted > 0 {
        words.push_str(&format!("; {accepted} accepted"));
    }
    if unseen > 0 {
        words.push_str(&format!("; {unseen} times a rule could not look, or could not tell"));
    }
    words
}

fn of_change(table: &Table, row: &Row) -> String {
    let of = |name| cell(table, row, name);
    let place = [of("resource"), of("account_id"), of("account_name")].join(" ");
    format!("{}: {}, {}: {}; who did it: {}", of("priority"), of("title"), of("change"), place.trim(), of("actor_arn"))
}

fn points(lines: &[Line]) -> String {
    let red: Vec<&str> = lines.iter().filter(|line| line.state == "red").map(|line| line.id).collect();
    let which = if red.is_empty() { String::new() } else { format!("; red: {}", red.join(", ")) };
    format!("{}{which}", checklist::summary(lines))
}

fn account(table: &Table, row: &Row) -> String {
    let of = |name| cell(table, row, name);
    let [id, name, unit, points] = ["account_id", "account_name", "ou_path", "exposure_points"].map(of);
    format!("{id} {name} in {unit}, {points} points")
}

fn credential(table: &Table, row: &Row) -> String {
    let of = |name| cell(table, row, name);
    let [user, id, name, step, reasons] = ["user_name", "account_id", "account_name", "next_step", "reasons"].map(of);
    format!("{user} in {id} {name}: {step} ({reasons})")
}

/// What is in a column of a row, as text; empty if there is nothing.
fn cell(table: &Table, row: &Row, name: &str) -> String {
    let index = table.columns.iter().position(|column| column.name == name);
    match index.and_then(|index| row.cells.get(index)) {
        Some(Cell::Unknown) => "not known".to_owned(),
        Some(Cell::Flag(true)) => "yes".to_owned(),
        Some(Cell::Flag(false)) => "no".to_owned(),
        Some(Cell::State(state)) => state.word.to_owned(),
        Some(Cell::Percent(percent)) => format!("{percent} %"),
        Some(
            Cell::Words(text)
            | Cell::Link { words: text, .. }
            | Cell::Name(text)
            | Cell::Account(text)
            | Cell::Number(text),
        ) => text.clone(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Column, Tone};

    fn section(id: &'static str, blocks: Vec<Block>) -> Section {
        Section { id, title: id, is_brief: false, blocks }
    }

    fn list(id: &'static str, names: &[&'static str], rows: &[&[&str]]) -> Table {
        let cells = |row: &&[&str]| row.iter().map(|&it| Cell::Name(it.to_owned())).collect();
        Table {
            id,
            columns: names.iter().map(|&name| Column::text(name, name)).collect(),
            rows: rows.iter().map(|row| Row { key: None, cells: cells(row) }).collect(),
            ..Table::default()
        }
    }

    const COUNTS: [&str; 3] = ["change_count", "accepted_count", "unseen_count"];
    const CHANGES: [&str; 6] = ["priority", "title", "change", "resource", "account_id", "actor_arn"];

    fn told(counts: &[&[&str]], rows: &[&[&str]]) -> String {
        let tables = [list(changes::COUNTED, &COUNTS, counts), list(changes::LIST, &CHANGES, rows)];
        change(&[section("changes", tables.into_iter().map(Block::Table).collect())])
    }

    #[test]
    fn the_most_urgent_change_is_told_with_what_is_accepted_and_not_seen() {
        let row: &[&str] = &["critical", "A rule", "appeared", "arn", "1", "arn:ana"];
        assert_eq!(
            told(&[&["2", "1", "3"], &["1", "0", "0"]], &[row]),
            "critical: A rule, appeared: arn 1; who did it: arn:ana (of 2 changes); 1 accepted; \
             3 times a rule could not look, or could not tell"
        );
        assert_eq!(told(&[&["1", "1", "0"]], &[row]), "none in what was seen; 1 accepted");
        assert_eq!(told(&[&["0", "0", "0"]], &[]), "none in what was seen");
    }

    #[test]
    fn what_was_not_compared_or_asked_says_so() {
        let words = Block::Verdict { tone: Tone::Bad, words: "Not compared: failed.".into() };
        assert_eq!(change(&[section("changes", vec![words])]), "Not compared: failed.");
        assert_eq!(says(&[], "trust"), "not known");
        let names = ["account_id", "account_name", "ou_path", "exposure_points"];
        let full = list(EXPOSED, &names, &[&["1", "<b>", "Root", "536"], &["2", "c", "Root", "5"]]);
        assert_eq!(first(&full, account), "1 <b> in Root, 536 points");
        assert_eq!(first(&list(EXPOSED, &names, &[]), account), "none in what was seen");
        let error = Table { error: Some("find table x".into()), ..full };
        assert_eq!(first(&error, account), "not known: could not find table x");
        let names = ["user_name", "account_id", "account_name", "next_step", "reasons"];
        let list = list(CREDENTIALS, &names, &[&["ana", "1", "c", "add_mfa", "no_mfa, key_old"]]);
        assert_eq!(first(&list, credential), "ana in 1 c: add_mfa (no_mfa, key_old)");
    }
}
