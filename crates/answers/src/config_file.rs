//! What the files of `config` have in common: a header of comments, SQL, and below it the file's own cases.

/// What is wrong with the file of a question or a rule, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read {file}, line {line}: {why}")]
pub struct FileError {
    /// The file: `config/questions/x01_things.sql`, or where a site has its own.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub why: String,
}

/// A line `-- name: value` of the header.
pub(crate) type Line = (usize, &'static str, &'static str);

/// The parts of a file.
#[derive(Debug)]
pub(crate) struct ConfigFile {
    pub(crate) header: Vec<Line>,
    /// The SQL, without the space around it; empty if there is none.
    pub(crate) sql: &'static str,
    /// How many lines the SQL has, with the empty ones around it.
    pub(crate) sql_lines: usize,
    /// The lines of its cases, without the dashes, each with its number.
    pub(crate) cases: Vec<(usize, &'static str)>,
}

impl ConfigFile {
    /// Takes a file apart.
    pub(crate) fn parse(file: &str, text: &'static str) -> Result<Self, FileError> {
        let error = |line: usize, why: &str| FileError { file: file.to_owned(), line, why: why.to_owned() };
        let mut header = Vec::new();
        let mut lines = text.lines().enumerate().map(|(index, line)| (index + 1, line)).peekable();
        while let Some((number, line)) = lines.next_if(|(_, line)| line.starts_with("--")) {
            let named = line.strip_prefix("-- ").and_then(|line| line.split_once(": "));
            let (name, value) = named.ok_or_else(|| error(number, "a line of the header is -- name: value"))?;
            header.push((number, name, value));
        }
        let mut sql_lines = 0;
        while lines.next_if(|(_, line)| !line.starts_with("-- case: ")).is_some() {
            sql_lines += 1;
        }
        let sql = of_lines(text, header.len(), sql_lines);
        let mut cases = Vec::new();
        for (number, line) in lines.filter(|(_, line)| !line.is_empty()) {
            let line = line.strip_prefix("-- ").ok_or_else(|| error(number, "below the query are cases alone"))?;
            cases.push((number, line));
        }
        Ok(Self { header, sql, sql_lines, cases })
    }

    /// The number of the first line of the SQL.
    pub(crate) fn first(&self) -> usize {
        self.header.len() + 1
    }
}

/// Some lines of a text, without the space around them.
fn of_lines(text: &'static str, skipped: usize, count: usize) -> &'static str {
    let mut ends = text.match_indices('\n').map(|(at, _)| at + 1);
    let start = if skipped == 0 { 0 } else { ends.by_ref().nth(skipped - 1).unwrap_or(text.len()) };
    let end = if count == 0 { start } else { ends.nth(count - 1).unwrap_or(text.len()) };
    text[start..end].trim()
}

/// Whether it is a letter and a number that is written in one way alone: `X1` is an id, `X01`, `X+1` and `X0` are none.
/// Else two files could have the same id and would not be told to.
pub(crate) fn is_id(id: &str) -> bool {
    let mut letters = id.chars();
    let is_letter = letters.next().is_some_and(|it| it.is_ascii_uppercase());
    let number = letters.as_str();
    is_letter && number.parse::<u32>().is_ok_and(|it| it > 0 && it.to_string() == number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_written_in_one_way() {
        assert!(["X1", "D34", "F100"].into_iter().all(is_id));
        for other in ["X01", "X+1", "X0", "X00", "x1", "X", "1", "", "X1a", "X-1", "X 1", "X99999999999"] {
            assert!(!is_id(other), "{other}");
        }
    }
}
