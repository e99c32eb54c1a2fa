//! The list that is looked through in ten minutes: 21 anti-patterns, a line for each, and where they are.

mod why;

use orgcensus_answers::{Line, Place, Question, Standing};

use super::Declared;
use crate::Result;
use crate::asked::Asked;
use crate::model::{Block, Cell, Column, Row, Section, State, Table, Tone};

pub(crate) const SECTION: Declared =
    Declared { id: "checklist", title: "The list of ten minutes", is_brief: true, read: |asked| Box::pin(read(asked)) };

/// The table.
const LIST: &str = "checklist-table";

/// Places that a line names.
const PLACES_SHOWN: usize = 5;

async fn read(asked: &Asked) -> Result<Vec<Block>> {
    let columns = [
        Column::text("id", "point"),
        Column::text("state", "state"),
        Column::text("title", "what is found where it is red"),
        Column::number("case_count", "cases"),
        Column::number("unknown_count", "not known"),
        Column::number("coverage_percent", "coverage"),
        Column::text("places", "most of them in; of what is unknown, why"),
    ];
    let questions = asked.questions(&["E"])?;
    let planned = why::planned(asked).await?;
    let mut rows = Vec::new();
    for line in &asked.points {
        let why = why::unknown(asked, planned.as_ref(), &questions, line).await?;
        rows.push(row(line, why));
    }
    let words = "Red has a case. Green has none, nothing is unknown, and all tasks that it rests on are complete. \
                 All else is unknown. \
                 A point's number leads to its cases on this page; without any, to the statement that looks for them.";
    Ok(vec![
        Block::Words(words.to_owned()),
        Block::Table(Table {
            id: LIST,
            title: format!("21 points: {}", summary(&asked.points)),
            columns: columns.to_vec(),
            count: rows.len() as u64,
            rows,
            is_whole: true,
            command: Some("orgcensus ask E".to_owned()),
            ..Table::default()
        }),
    ])
}

/// Makes a point's link lead to the list of its id, if the page has one.
pub(super) fn link(sections: &mut [Section]) {
    let lists: Vec<&str> = sections.iter().flat_map(Section::tables).map(|table| table.id).collect();
    let tables = sections.iter_mut().flat_map(|section| &mut section.blocks).filter_map(|block| match block {
        Block::Table(table) if table.id == LIST => Some(table),
        _ => None,
    });
    for row in tables.flat_map(|table| &mut table.rows) {
        if let Some(Cell::Link { to, words }) = row.cells.first_mut()
            && lists.contains(&words.as_str())
        {
            to.clone_from(words);
        }
    }
}

/// The statements of the points that have no list on the page: a point's number leads there.
pub(super) fn statements(asked: &Asked, sections: &[Section]) -> Result<Vec<Block>> {
    let lists: Vec<&str> = sections.iter().flat_map(Section::tables).map(|table| table.id).collect();
    let is_without = |question: &Question| !lists.contains(&question.id);
    let questions = asked.questions(&["E"])?.into_iter().filter(is_without);
    let statement =
        |it: Question| Block::Statement { table: it.id, title: it.filled(it.title), sql: asked.dated(&it.cases()) };
    Ok(questions.map(statement).collect())
}

/// A line. Where it is unknown, the reason stands for the places.
fn row(line: &Line, why_unknown: Option<String>) -> Row {
    let standing = line.standing.as_ref();
    // What could not be asked has no number, and least of all 0.
    let asked = standing.filter(|it| it.error.is_none());
    let count = |of: fn(&Standing) -> Option<u64>| match asked.and_then(of) {
        Some(count) => Cell::Number(count.to_string()),
        None => Cell::Unknown,
    };
    let places = || standing.map_or(Cell::Nothing, places);
    let coverage = standing.and_then(|it| it.coverage_percent);
    let words = line.id.to_owned();
    // What no question asks has no statement either.
    let id = if line.questions.is_empty() { Cell::Words(words) } else { statement_link(words) };
    let cells = vec![
        id,
        Cell::State(state(line.state)),
        Cell::Words(line.title.unwrap_or_default().to_owned()),
        count(|it| Some(it.case_count)),
        count(|it| it.unknown_count),
        coverage.map_or(Cell::Nothing, |it| Cell::Percent(format!("{it:.1}"))),
        why_unknown.map_or_else(places, Cell::Words),
    ];
    Row { key: Some(line.id.to_owned()), cells }
}

fn statement_link(id: String) -> Cell {
    Cell::Link { to: format!("sql-{id}"), words: id }
}

fn state(word: &'static str) -> State {
    let tone = match word {
        "red" => Tone::Bad,
        "green" => Tone::Good,
        _ => Tone::Unsure,
    };
    State { word, tone }
}

/// The places with the most cases, and how many more there are; else why it could not be asked.
fn places(standing: &Standing) -> Cell {
    if let Some(error) = &standing.error {
        return Cell::Name(format!("not answered: could not {error}"));
    }
    let mut shown: Vec<String> = standing.places.iter().take(PLACES_SHOWN).map(place).collect();
    let left_out = standing.places.len().saturating_sub(PLACES_SHOWN);
    if left_out > 0 {
        shown.push(format!("{left_out} more places"));
    }
    if shown.is_empty() { Cell::Nothing } else { Cell::Name(shown.join(", ")) }
}

fn place(place: &Place) -> String {
    let words = [Some(place.id.as_str()), place.name.as_deref(), place.region.as_deref()];
    format!("{} ({})", words.into_iter().flatten().collect::<Vec<_>>().join(" "), place.case_count)
}

/// `3 red, 0 green, 18 unknown`, and what else there is.
pub(super) fn summary(lines: &[Line]) -> String {
    let mut counts: Vec<(&str, usize)> = ["red", "green", "unknown"].map(|state| (state, 0)).to_vec();
    for line in lines {
        match counts.iter_mut().find(|(state, _)| *state == line.state) {
            Some((_, count)) => *count += 1,
            None => counts.push((line.state, 1)),
        }
    }
    counts.iter().map(|(state, count)| format!("{count} {state}")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(state: &'static str, standing: Option<Standing>) -> Line {
        Line { id: "E6", title: Some("Public S3 buckets"), state, questions: vec!["E6"], standing }
    }

    fn standing(places: usize) -> Standing {
        let place = |number| Place {
            id: format!("{number:012}"),
            name: Some("<b>".into()),
            region: (number == 0).then(|| "eu-west-1".into()),
            case_count: 2,
        };
        Standing {
            case_count: 2 * places as u64,
            unknown_count: None,
            coverage_percent: Some(98.7),
            is_whole: false,
            places: (0..places).map(place).collect(),
            error: None,
        }
    }

    #[test]
    fn a_line_says_its_state_its_numbers_and_where() {
        let row = row(&line("red", Some(standing(7))), None);
        assert_eq!(row.cells[1], Cell::State(State { word: "red", tone: Tone::Bad }));
        assert_eq!(row.cells[3..6], [Cell::Number("14".into()), Cell::Unknown, Cell::Percent("98.7".into())]);
        let Cell::Name(places) = &row.cells[6] else { panic!("{row:?}") };
        assert!(places.starts_with("000000000000 <b> eu-west-1 (2), 000000000001 <b> (2), "), "{places}");
        assert!(places.ends_with("000000000004 <b> (2), 2 more places"), "{places}");
    }

    #[test]
    fn what_was_not_asked_is_no_zero() {
        let row = row(&line("not asked yet", None), None);
        assert_eq!(row.cells[1], Cell::State(State { word: "not asked yet", tone: Tone::Unsure }));
        assert_eq!(row.cells[3..], [Cell::Unknown, Cell::Unknown, Cell::Nothing, Cell::Nothing]);
        let error = Standing { error: Some("find table x".into()), ..standing(0) };
        let row = super::row(&line("unknown", Some(error)), None);
        assert_eq!(row.cells[3..5], [Cell::Unknown, Cell::Unknown], "no 0");
        assert_eq!(row.cells[6], Cell::Name("not answered: could not find table x".into()));
    }

    #[test]
    fn a_reason_stands_for_the_places() {
        let row = row(&line("unknown", Some(standing(3))), Some("why".into()));
        assert_eq!(row.cells[6], Cell::Words("why".into()));
    }

    #[test]
    fn the_summary_counts_each_state_also_if_it_is_none() {
        assert_eq!(summary(&[line("red", None), line("red", None)]), "2 red, 0 green, 0 unknown");
        let lines = [line("green", None), line("not asked yet", None)];
        assert_eq!(summary(&lines), "0 red, 1 green, 0 unknown, 1 not asked yet");
    }

    #[test]
    fn a_point_leads_to_its_list_or_to_its_statement() {
        let row = |id: &str| Row { key: Some(id.to_owned()), cells: vec![statement_link(id.to_owned())] };
        let table = |id, rows| Block::Table(Table { id, rows, ..Table::default() });
        let section = |id, blocks| Section { id, title: id, is_brief: false, blocks };
        let points = section("checklist", vec![table(LIST, vec![row("E5"), row("E6")])]);
        let mut sections = [points, section("identities", vec![table("E5", Vec::new())])];
        link(&mut sections);
        let Block::Table(linked) = &sections[0].blocks[0] else { panic!("{sections:?}") };
        let to = |to: &str, words: &str| vec![Cell::Link { to: to.to_owned(), words: words.to_owned() }];
        assert_eq!(linked.rows[0].cells, to("E5", "E5"));
        assert_eq!(linked.rows[1].cells, to("sql-E6", "E6"));
    }
}
