//! The list that is looked through in ten minutes: 21 anti-patterns, a line for each, and where they are.

use orgcensus_answers::{Line, Place, Standing};

use super::Declared;
use crate::Result;
use crate::asked::Asked;
use crate::model::{Block, Cell, Column, Row, State, Table, Tone};

pub(crate) const SECTION: Declared =
    Declared { id: "checklist", title: "The list of ten minutes", is_brief: true, read: |asked| Box::pin(read(asked)) };

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
        Column::text("places", "most of them in"),
    ];
    let rows: Vec<Row> = asked.points.iter().map(row).collect();
    let words = "Red has a case. Green has none, nothing is unknown, and all tasks that it rests on are complete. \
                 All else is unknown.";
    let statements = asked.questions(&["E"])?;
    let statements = statements.iter().map(|it| format!("-- {}\n{};", it.id, asked.dated(&it.cases())));
    Ok(vec![
        Block::Words(words.to_owned()),
        Block::Table(Table {
            id: "checklist-table",
            title: format!("21 points: {}", summary(&asked.points)),
            columns: columns.to_vec(),
            count: rows.len() as u64,
            rows,
            is_whole: true,
            sql: Some(statements.collect::<Vec<_>>().join("\n\n")),
            command: Some("orgcensus ask E".to_owned()),
            ..Table::default()
        }),
    ])
}

fn row(line: &Line) -> Row {
    let standing = line.standing.as_ref();
    let count = |of: fn(&Standing) -> Option<u64>| match standing.and_then(of) {
        Some(count) => Cell::Number(count.to_string()),
        None => Cell::Nothing,
    };
    let coverage = standing.and_then(|it| it.coverage_percent);
    let cells = vec![
        Cell::Words(line.id.to_owned()),
        Cell::State(state(line.state)),
        Cell::Words(line.title.unwrap_or_default().to_owned()),
        count(|it| Some(it.case_count)),
        count(|it| it.unknown_count),
        coverage.map_or(Cell::Nothing, |it| Cell::Percent(format!("{it:.1}"))),
        standing.map_or(Cell::Nothing, places),
    ];
    Row { key: Some(line.id.to_owned()), cells }
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

/// `3 red, 18 unknown`, in the order in which the states come.
fn summary(lines: &[Line]) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
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
        let row = row(&line("red", Some(standing(7))));
        assert_eq!(row.cells[1], Cell::State(State { word: "red", tone: Tone::Bad }));
        assert_eq!(row.cells[3..6], [Cell::Number("14".into()), Cell::Nothing, Cell::Percent("98.7".into())]);
        let Cell::Name(places) = &row.cells[6] else { panic!("{row:?}") };
        assert!(places.starts_with("000000000000 <b> eu-west-1 (2), 000000000001 <b> (2), "), "{places}");
        assert!(places.ends_with("000000000004 <b> (2), 2 more places"), "{places}");
    }

    #[test]
    fn what_was_not_asked_is_no_zero() {
        let row = row(&line("not asked yet", None));
        assert_eq!(row.cells[1], Cell::State(State { word: "not asked yet", tone: Tone::Unsure }));
        assert_eq!(row.cells[3..], [Cell::Nothing, Cell::Nothing, Cell::Nothing, Cell::Nothing]);
        let error = Standing { error: Some("find table x".into()), ..standing(0) };
        let cell = places(&error);
        assert_eq!(cell, Cell::Name("not answered: could not find table x".into()));
        assert_eq!(summary(&[line("red", None), line("green", None), line("red", None)]), "2 red, 1 green");
    }
}
