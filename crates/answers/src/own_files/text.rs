//! The text of a file, and in which of its lines a word stands.

use crate::FileError;

/// A file.
#[derive(Debug)]
pub(crate) struct Text {
    /// Its path, as errors name it.
    pub(crate) file: String,
    pub(crate) text: &'static str,
}

impl Text {
    /// An error in the first line of the header that has one of these names and the word. If there is none, in the
    /// query or condition below.
    pub(crate) fn error_in_header(&self, names: &[&str], word: &str, why: impl Into<String>) -> FileError {
        let is_named = |line: &str| {
            let named = line.strip_prefix("-- ").and_then(|line| line.split_once(": "));
            named.is_some_and(|(name, _)| names.contains(&name))
        };
        match self.line(word, is_named) {
            Some(line) => self.error_at(line, why),
            None => self.error_in_sql(word, why),
        }
    }

    /// An error in the first line of the query or condition that has a word; in its first line, if none has it.
    pub(crate) fn error_in_sql(&self, word: &str, why: impl Into<String>) -> FileError {
        let first = self.text.lines().take_while(|line| is_comment(line)).count() + 1;
        self.error_at(self.line(word, |line| !is_comment(line)).unwrap_or(first), why)
    }

    fn error_at(&self, line: usize, why: impl Into<String>) -> FileError {
        FileError { file: self.file.clone(), line, why: why.into() }
    }

    /// The number of the first line with this word, from 1. Cases are not looked at.
    fn line(&self, word: &str, is_meant: impl Fn(&str) -> bool) -> Option<usize> {
        let has = |line: &str| line.split(|it: char| !is_of_word(it)).any(|it| it.eq_ignore_ascii_case(word));
        let mut lines = self.text.lines().take_while(|line| !line.starts_with("-- case: ")).enumerate();
        let found = lines.find(|(_, line)| !word.is_empty() && is_meant(line) && has(line));
        found.map(|(index, _)| index + 1)
    }
}

fn is_comment(line: &str) -> bool {
    line.starts_with("--")
}

fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}
