//! Words that columns show, as `role_not_assumable`, and what they mean. All of them stand in one list, by what they are
//! said of: `denied` is one thing of a task and another of a statement.

use std::collections::BTreeSet;

use crate::model::{Cell, Column, Kind, Row, Section, Table};
use crate::names;

const WORDS: &str = include_str!("../data/words.tsv");

/// The table that says what the words of a page mean.
pub(crate) const TABLE: &str = "words";

/// Every word: of what it is said, the word, and what it means.
pub fn words() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    WORDS.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut cells = line.split('\t');
        Some((cells.next()?, cells.next()?, cells.next()?))
    })
}

/// What a word means; none if it is of a later version.
pub(crate) fn meaning(of: &str, word: &str) -> Option<&'static str> {
    words().find(|it| (it.0, it.1) == (of, word)).map(|(.., meaning)| meaning)
}

/// Whether a table shows words whose meaning is not beside them.
pub(crate) fn is_said_in(table: &Table) -> bool {
    said(table).next().is_some()
}

/// The words of the tables, each once, with what they mean. None: they show none.
pub(crate) fn table(sections: &[Section]) -> Option<Table> {
    let said: BTreeSet<(&str, &str)> = sections.iter().flat_map(Section::tables).flat_map(said).collect();
    let row = |(of, word): (&str, &str)| Row {
        key: Some(format!("{of} {}", names::shown(word).whole())),
        cells: vec![
            Cell::Name(word.to_owned()),
            Cell::Words(of.to_owned()),
            meaning(of, word).map_or(Cell::Unknown, |it| Cell::Words(it.to_owned())),
        ],
    };
    let rows: Vec<Row> = said.into_iter().map(row).collect();
    (!rows.is_empty()).then(|| Table {
        id: TABLE,
        title: "What the words of the tables mean".to_owned(),
        columns: vec![Column::text("word", "word"), Column::text("of", "said of"), Column::text("meaning", "it means")],
        count: rows.len() as u64,
        rows,
        is_whole: true,
        ..Table::default()
    })
}

/// The words in the columns that are made of words.
fn said(table: &Table) -> impl Iterator<Item = (&'static str, &str)> {
    table.rows.iter().flat_map(move |row| table.columns.iter().zip(&row.cells)).flat_map(|(column, cell)| {
        let (of, text) = match (column.kind, cell) {
            (Kind::Words(of), Cell::Name(text)) => (of, text.as_str()),
            _ => ("", ""),
        };
        text.split(", ").filter(|word| !word.is_empty()).map(move |word| (of, word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(cells: &[&str]) -> Table {
        let rows = cells.iter().map(|&it| Row { key: None, cells: vec![Cell::Name(it.to_owned())] });
        Table { columns: vec![Column::words("flags", "flags", "flag")], rows: rows.collect(), ..Table::default() }
    }

    #[test]
    fn each_word_stands_once_and_means_something() {
        let count = WORDS.lines().filter(|line| !line.starts_with('#')).count();
        let all: BTreeSet<(&str, &str)> = words().map(|(of, word, _)| (of, word)).collect();
        assert_eq!(all.len(), count, "each line is another word");
        for (of, word, meaning) in words() {
            let is_sentence = meaning.len() > 5 && !meaning.contains('_') && !meaning.ends_with('.');
            assert!(is_sentence, "{of} {word}: {meaning}");
        }
        assert_ne!(meaning("outcome", "denied"), meaning("flag", "denied"));
        assert_eq!(meaning("outcome", "of tomorrow"), None);
    }

    #[test]
    fn the_words_of_a_page_are_told_once() {
        let others = Table {
            columns: vec![Column::text("name", "name")],
            rows: vec![Row { key: None, cells: vec![Cell::Name("gated".into())] }],
            ..Table::default()
        };
        let tables = [list(&["denied, unread", "denied", "<b>"]), others.clone(), list(&[])];
        assert_eq!([0, 1, 2].map(|at| is_said_in(&tables[at])), [true, false, false]);
        let blocks = tables.into_iter().map(crate::model::Block::Table).collect();
        let section = Section { id: "x", title: "x", is_brief: false, blocks };
        let told = table(&[section]).unwrap();
        let words: Vec<&Cell> = told.rows.iter().map(|row| &row.cells[0]).collect();
        assert_eq!(words, [&Cell::Name("<b>".into()), &Cell::Name("denied".into()), &Cell::Name("unread".into())]);
        assert_eq!(told.rows[0].cells[2], Cell::Unknown, "a word of a later version");
        assert_eq!(told.rows[1].cells[2], Cell::Words("a Deny takes all of it away".into()));
        assert_eq!(table(&[]), None);
    }
}
