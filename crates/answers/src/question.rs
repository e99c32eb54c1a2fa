//! A shipped question: an SQL file with a header of comments.

use crate::{Error, QUESTIONS, Result};

/// What the answer to a question looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shape {
    /// A few rows of numbers, of the same columns for every question: a part, the whole, the percentage.
    #[default]
    Facts,
    /// Every case, one a row, however many there are. The columns are the question's own; what names the case comes
    /// first.
    List,
}

/// A shipped question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// `F3`.
    pub id: &'static str,
    /// The letter of its part.
    pub part: &'static str,
    /// What is asked.
    pub title: &'static str,
    /// What its answer looks like.
    pub shape: Shape,
    /// The tables that it reads.
    pub tables: Vec<&'static str>,
    /// The collectors whose tasks a list rests on; none means all of them.
    pub rests_on: Vec<&'static str>,
    /// One portable query, without a semicolon.
    pub sql: &'static str,
}

impl Question {
    /// Reads a question's file: `-- name: value` lines, then the query. What the header lacks is empty, and its shape
    /// is that of facts.
    pub(crate) fn parse(file: &'static str) -> Self {
        let (shape, tables, rests_on) = (Shape::default(), Vec::new(), Vec::new());
        let mut question = Self { id: "", part: "", title: "", shape, tables, rests_on, sql: file };
        while let Some((line, rest)) = question.sql.split_once('\n') {
            let Some((name, value)) = line.strip_prefix("-- ").and_then(|line| line.split_once(": ")) else { break };
            match name {
                "id" => question.id = value,
                "part" => question.part = value,
                "title" => question.title = value,
                "shape" if value == "list" => question.shape = Shape::List,
                "rests on" => question.rests_on = value.split(", ").collect(),
                "tables" => question.tables = value.split(", ").collect(),
                _ => break,
            }
            question.sql = rest;
        }
        question.sql = question.sql.trim_end();
        question
    }
}

/// The questions with these ids, each once, in the order asked for. A part's letter means all of the part, and no id
/// at all means every question. Upper and lower case are the same.
pub fn select<S: AsRef<str>>(ids: &[S]) -> Result<Vec<&'static Question>> {
    if ids.is_empty() {
        return Ok(QUESTIONS.iter().collect());
    }
    let mut selected: Vec<&Question> = Vec::new();
    for id in ids.iter().map(S::as_ref) {
        let is_meant = |it: &&Question| it.id.eq_ignore_ascii_case(id) || it.part.eq_ignore_ascii_case(id);
        let meant: Vec<&Question> = QUESTIONS.iter().filter(is_meant).collect();
        if meant.is_empty() {
            let known: Vec<_> = QUESTIONS.iter().map(|it| it.id).collect();
            return Err(Error::UnknownQuestion { id: id.to_owned(), known: known.join(", ") });
        }
        for question in meant {
            if !selected.contains(&question) {
                selected.push(question);
            }
        }
    }
    Ok(selected)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(asked: &[&str]) -> Vec<&'static str> {
        select(asked).unwrap().iter().map(|it| it.id).collect()
    }

    #[test]
    fn ids_and_parts() {
        assert_eq!(ids(&["f9", "F3"]), ["F9", "F3"]);
        assert_eq!(ids(&["F17", "f"]).len(), 17);
        assert_eq!(ids(&["F17", "f"])[..3], ["F17", "F1", "F2"]);
        assert_eq!(ids(&[]).len(), QUESTIONS.len());
        let error = select(&["F3", "Z1"]).unwrap_err().to_string();
        assert!(error.starts_with("find question Z1; there are B1, B2, B3, "), "{error}");
    }

    #[test]
    fn a_file_is_a_header_and_a_query() {
        let question =
            Question::parse("-- id: X1\n-- part: X\n-- title: A: b\n-- tables: a, b\n-- why: so\nSELECT 1\n");
        assert_eq!((question.id, question.part, question.title), ("X1", "X", "A: b"));
        assert_eq!((question.tables, question.sql), (vec!["a", "b"], "-- why: so\nSELECT 1"));
        assert_eq!((question.shape, question.rests_on.len()), (Shape::Facts, 0));
        let list = Question::parse("-- id: X2\n-- shape: list\n-- rests on: a, b\nSELECT 1\n");
        assert_eq!((list.shape, list.rests_on, list.sql), (Shape::List, vec!["a", "b"], "SELECT 1"));
    }
}
