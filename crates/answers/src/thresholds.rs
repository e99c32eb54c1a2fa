//! Numbers that a site may change: a question's header names each, its query and its words have the name in braces.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::Question;

/// A number that a site may change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Threshold {
    /// `idle_days`.
    pub name: &'static str,
    /// `90`, unless a configuration says otherwise.
    pub value: u32,
    /// `90`, as the file says.
    pub shipped: u32,
}

impl Threshold {
    /// `idle_days 90`
    pub(crate) fn parse(text: &'static str) -> Result<Self, String> {
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let found = text.split_once(' ').filter(|(name, value)| is_name(name) && is_number(value));
        let found = found.and_then(|(name, value)| {
            let value = value.parse().ok()?;
            Some(Self { name, value, shipped: value })
        });
        found.ok_or_else(|| format!("{text:?} is no name with a whole number: idle_days 90"))
    }
}

impl fmt::Display for Threshold {
    /// `idle_days 90`; with a site's number `idle_days 60 (shipped: 90)`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.name, self.value)?;
        if self.value == self.shipped { Ok(()) } else { write!(formatter, " (shipped: {})", self.shipped) }
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|it: char| it.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// The names that stand in braces.
fn in_braces(line: &str) -> impl Iterator<Item = &str> {
    line.split('{').skip(1).map(|rest| rest.split_once('}').map_or(rest, |(name, _)| name))
}

/// Checks that the query names every threshold, and that nothing else stands in braces. `lines` are those of header and
/// query, each with its number; the query's first is `first`. An error has the number of its line.
pub(crate) fn check<'a>(
    thresholds: &[(usize, Threshold)],
    lines: impl Iterator<Item = (usize, &'a str)>,
    first: usize,
) -> Result<(), (usize, String)> {
    let mut used = BTreeSet::new();
    for (number, line) in lines {
        for name in in_braces(line) {
            if !thresholds.iter().any(|(_, it)| it.name == name) {
                return Err((number, format!("no -- threshold: has the name {name}")));
            }
            if number >= first {
                used.insert(name);
            }
        }
    }
    match thresholds.iter().find(|(_, it)| !used.contains(it.name)) {
        Some((number, it)) => Err((*number, format!("the query does not name {{{}}}", it.name))),
        None => Ok(()),
    }
}

/// A text with the numbers in it.
pub(crate) fn filled(text: &str, thresholds: &[Threshold]) -> String {
    thresholds.iter().fold(text.to_owned(), |text, it| text.replace(&format!("{{{}}}", it.name), &it.value.to_string()))
}

impl Question {
    /// The same question with a site's numbers, by the names of thresholds.
    #[must_use]
    pub fn with_thresholds(&self, numbers: &BTreeMap<String, u32>) -> Self {
        let mut question = self.clone();
        for threshold in &mut question.thresholds {
            threshold.value = numbers.get(threshold.name).copied().unwrap_or(threshold.value);
        }
        question
    }

    /// Words of the question's file with its numbers in them.
    pub fn filled(&self, words: &str) -> String {
        filled(words, &self.thresholds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RestsOn;
    use crate::question_file::QuestionFile;

    const IDLE: &str = "\
-- id: X1
-- title: Users idle for over {idle_days} days
-- subject: user_name
-- threshold: idle_days 90
-- of: users
-- definition: over_{idle_days}_days
SELECT user_name, password_last_used_days > {idle_days} AS is_so
FROM iam_credential_report
";

    #[test]
    fn statements_and_words_have_the_number() {
        let question = QuestionFile::parse("x", IDLE).unwrap().questions.remove(0);
        let statement = question.statement(&RestsOn::default());
        for words in ["last_used_days > 90 AS", "'over_90_days'", "'Users idle for over 90 days'"] {
            assert!(statement.contains(words), "{statement}");
        }
        assert!(question.cases().contains("last_used_days > 90 AS"), "{}", question.cases());
        let other = question.with_thresholds(&BTreeMap::from([("idle_days".to_owned(), 60), ("others".to_owned(), 1)]));
        let statement = other.statement(&RestsOn::default());
        assert!(statement.contains("last_used_days > 60 AS") && !statement.contains('{'), "{statement}");
        assert_eq!(other.filled(other.title), "Users idle for over 60 days");
        let beside = |question: &Question| question.thresholds[0].to_string();
        assert_eq!([beside(&question), beside(&other)], ["idle_days 90", "idle_days 60 (shipped: 90)"]);
    }

    #[test]
    fn a_list_has_the_number_too() {
        let text =
            "-- id: X1\n-- title: X\n-- key: arn\n-- threshold: keys 2\nSELECT arn FROM iam_users WHERE n > {keys}\n";
        let list = QuestionFile::parse("x", text).unwrap().questions.remove(0);
        let sql = "SELECT arn FROM iam_users WHERE n > 2";
        assert_eq!([list.statement(&RestsOn::default()), list.cases()], [sql, sql]);
    }

    #[test]
    fn what_is_not_declared_or_not_used_is_said_with_its_line() {
        for (was, is, line, why) in [
            ("> {idle_days}", "> {idle_dyas}", 7, "no -- threshold: has the name idle_dyas"),
            ("over {idle_days} d", "over {days} d", 2, "no -- threshold: has the name days"),
            ("> {idle_days}", "> {idle_days", 7, "no -- threshold: has the name idle_days AS is_so"),
            ("> {idle_days}", "> 90", 4, "the query does not name {idle_days}"),
            (
                "idle_days 90",
                "idle_days ninety",
                4,
                "\"idle_days ninety\" is no name with a whole number: idle_days 90",
            ),
            ("idle_days 90", "90", 4, "\"90\" is no name with a whole number: idle_days 90"),
            ("idle_days 90\n", "idle_days 90\n-- threshold: idle_days 91\n", 5, "idle_days has a number already"),
        ] {
            let error = QuestionFile::parse("x.sql", IDLE.replacen(was, is, 1).leak()).unwrap_err().to_string();
            assert_eq!(error, format!("read config/questions/x.sql, line {line}: {why}"));
        }
    }
}
