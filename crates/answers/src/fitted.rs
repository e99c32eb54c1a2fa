//! Tables that fit a terminal: wide columns shrink, long texts before names, and what still does not fit is written as
//! lines, one for each cell.

use std::io::Write;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::record_batch::RecordBatch;

use crate::Result;

/// What a column of texts, lists or maps keeps when it shrinks before the others.
const PROSE_LETTERS_MIN: usize = 16;

/// What any column keeps. With less nobody could tell one name from another.
const CELL_LETTERS_MIN: usize = 8;

/// What `2026-11-22` keeps: the beginnings of two days are alike.
const DATE_LETTERS: usize = 10;

/// What null is called.
const NULL: &str = "NULL";

/// The batches, whose columns are all text, with cells so short that a table of them is at most this wide; none if the
/// columns are too many for that.
pub(crate) fn fitted(batches: &[RecordBatch], width: usize) -> Result<Option<Vec<RecordBatch>>> {
    let Some(first) = batches.first() else { return Ok(Some(Vec::new())) };
    let columns: Vec<_> = (0..first.num_columns()).map(|column| Column::of(batches, column)).collect();
    // Each cell stands between a bar and a space.
    let room = width.saturating_sub(3 * columns.len() + 1);
    let Some(widths) = widths(&columns, room) else { return Ok(None) };
    let shorten = |batch: &RecordBatch| -> Result<RecordBatch> {
        let schema = batch.schema();
        let names = schema.fields().iter().zip(&widths);
        let fields = names.map(|(field, width)| Field::new(shortened(field.name(), *width), DataType::Utf8, true));
        let cells = batch.columns().iter().zip(&widths).map(|(cells, width)| -> ArrayRef {
            let cells = cells.as_string::<i32>().iter();
            Arc::new(cells.map(|cell| cell.map(|cell| shortened(cell, *width))).collect::<StringArray>())
        });
        match batch.num_columns() {
            0 => Ok(batch.clone()),
            _ => Ok(RecordBatch::try_new(Arc::new(Schema::new(fields.collect::<Vec<_>>())), cells.collect())?),
        }
    };
    batches.iter().map(shorten).collect::<Result<_>>().map(Some)
}

/// What a column needs.
struct Column {
    letters: usize,
    /// Whether it has texts, lists or maps, of which a beginning says something.
    is_prose: bool,
    /// Whether it has nothing but dates.
    is_dates: bool,
}

impl Column {
    /// What it keeps when all columns shrink.
    fn least(&self) -> usize {
        if self.is_dates { DATE_LETTERS } else { CELL_LETTERS_MIN }
    }

    fn of(batches: &[RecordBatch], column: usize) -> Self {
        let has_rows = batches.iter().any(|batch| batch.num_rows() > 0);
        let mut found = Self { letters: 0, is_prose: false, is_dates: has_rows };
        for batch in batches {
            let name = batch.schema().field(column).name().chars().count();
            found.letters = found.letters.max(name);
            for cell in batch.column(column).as_string::<i32>().iter().map(|cell| cell.unwrap_or(NULL)) {
                found.letters = found.letters.max(cell.chars().count());
                found.is_prose |= cell.starts_with(['[', '{']) || cell.contains(' ');
                found.is_dates &= is_date(cell);
            }
        }
        found
    }
}

/// How wide each column may be. The widest gives way first; columns of texts do so before the others.
fn widths(columns: &[Column], room: usize) -> Option<Vec<usize>> {
    let most = room.max(CELL_LETTERS_MIN);
    let mut widths: Vec<usize> = columns.iter().map(|column| column.letters.min(most)).collect();
    for only_prose in [true, false] {
        let least = |column: &Column| if only_prose { PROSE_LETTERS_MIN } else { column.least() };
        while widths.iter().sum::<usize>() > room {
            let may_shrink = widths
                .iter_mut()
                .zip(columns)
                .filter(|(width, column)| **width > least(column) && (column.is_prose || !only_prose));
            match may_shrink.map(|(width, _)| width).max() {
                Some(widest) => *widest -= 1,
                None => break,
            }
        }
    }
    (widths.iter().sum::<usize>() <= room).then_some(widths)
}

/// `2026-11-22`
fn is_date(cell: &str) -> bool {
    let is_place =
        |(place, byte): (usize, u8)| if matches!(place, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
    cell.len() == DATE_LETTERS && cell.bytes().enumerate().all(is_place)
}

/// A text of so many letters: its beginning; of an ARN, where partition and account are in front and the name comes last,
/// both of its ends.
fn shortened(text: &str, width: usize) -> String {
    let letters = text.chars().count();
    if letters <= width {
        return text.to_owned();
    }
    let kept = width.saturating_sub(1);
    let head = if text.starts_with("arn:") { kept / 2 } else { kept };
    let (start, end) = (text.chars().take(head), text.chars().skip(letters - (kept - head)));
    start.chain(['…']).chain(end).collect()
}

/// Writes a line for each cell, and a line above each row with its number. `before` rows were written already.
pub(crate) fn write_lines(batch: &RecordBatch, before: usize, writer: &mut impl Write) -> Result<()> {
    let schema = batch.schema();
    let width = schema.fields().iter().map(|field| field.name().chars().count()).max().unwrap_or_default();
    for row in 0..batch.num_rows() {
        writeln!(writer, "-- row {}", before + row + 1)?;
        for (field, column) in schema.fields().iter().zip(batch.columns()) {
            let cells = column.as_string::<i32>();
            let cell = if cells.is_null(row) { NULL } else { cells.value(row) };
            writeln!(writer, "{:width$}  {cell}", field.name())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(letters: usize, is_prose: bool) -> Column {
        Column { letters, is_prose, is_dates: false }
    }

    #[test]
    fn a_day_is_shown_whole() {
        let days = Column { letters: 13, is_prose: false, is_dates: true };
        assert_eq!(widths(&[days, column(36, false), column(36, false)], 26).unwrap(), [10, 8, 8]);
        assert!(is_date("2026-11-22") && !is_date("2026-11-2x") && !is_date("2026-11-22T") && !is_date(NULL));
        let lists = [vec!["2026-11-22"], vec!["2026-11-22", "NULL"], vec!["a day"]];
        let is_dates = lists.map(|cells| {
            let cells: ArrayRef = Arc::new(StringArray::from(cells));
            Column::of(&[RecordBatch::try_from_iter([("day", cells)]).unwrap()], 0).is_dates
        });
        assert_eq!(is_dates, [true, false, false]);
    }

    #[test]
    fn long_texts_give_way_before_names() {
        assert_eq!(widths(&[column(12, false), column(20, false)], 40).unwrap(), [12, 20], "it fits");
        assert_eq!(widths(&[column(12, false), column(900, true)], 40).unwrap(), [12, 28]);
        assert_eq!(widths(&[column(60, false), column(900, true)], 60).unwrap(), [44, 16]);
        assert_eq!(widths(&[column(4, false), column(50, false), column(50, false)], 30).unwrap(), [4, 13, 13]);
        assert_eq!(widths(&[column(30, false), column(30, true)], 15), None);
        assert_eq!(widths(&[column(30, false), column(4, false)], 0), None, "the bars alone are too wide");
    }

    #[test]
    fn an_arn_keeps_both_ends() {
        assert_eq!(shortened("a user without a password", 10), "a user wi…");
        assert_eq!(shortened("arn:aws:iam::111122223333:role/reader", 21), "arn:aws:ia…ole/reader");
        assert_eq!(shortened("äöü", 3), "äöü");
        assert_eq!(shortened("äöüß", 3), "äö…");
    }
}
