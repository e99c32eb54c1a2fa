//! The controls of frameworks, by their ids alone, and which of them a question answers.

use std::sync::LazyLock;

use crate::question::{Kind, Question, Share};
use crate::{Error, Result};

/// A line for each version of a framework, which scripts/controls writes: name, version, ids.
const DATA: &str = include_str!("../data/controls.tsv");

static FRAMEWORKS: LazyLock<Vec<Framework>> = LazyLock::new(|| {
    let lines = DATA.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(Framework::parse).collect()
});

/// One version of a framework.
#[derive(Debug, PartialEq, Eq)]
pub struct Framework {
    /// `CIS`.
    pub name: &'static str,
    /// `6.0`; empty where the framework has no versions.
    pub version: &'static str,
    /// The ids of all its controls, in its order.
    pub ids: Vec<&'static str>,
}

/// A control of a framework.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Control {
    /// `CIS`.
    pub framework: &'static str,
    /// `6.0`; empty where the framework has no versions.
    pub version: &'static str,
    /// `2.9`.
    pub id: &'static str,
}

impl Framework {
    fn parse(line: &'static str) -> Option<Self> {
        let mut words = line.split('\t');
        let (name, version, ids) = (words.next()?, words.next()?, words.next()?);
        Some(Self { name, version, ids: ids.split(' ').collect() })
    }

    /// The framework that is meant: `cis` is its newest version, `cis-6.0` that one. Upper and lower case are the same.
    pub fn named(name: &str) -> Result<&'static Self> {
        let name = name.to_lowercase();
        let is_meant = |it: &&Self| it.name.to_lowercase() == name || it.label("-").to_lowercase() == name;
        FRAMEWORKS.iter().rev().find(is_meant).ok_or_else(|| {
            let known: Vec<_> = FRAMEWORKS.iter().map(|it| it.label("-").to_lowercase()).collect();
            Error::UnknownFramework { name, known: known.join(", ") }
        })
    }

    /// Its controls, in its order.
    pub fn controls(&self) -> impl Iterator<Item = Control> {
        let (framework, version) = (self.name, self.version);
        self.ids.iter().map(move |&id| Control { framework, version, id })
    }

    fn label(&self, between: &str) -> String {
        if self.version.is_empty() { self.name.to_owned() } else { [self.name, self.version].join(between) }
    }
}

/// `CIS 6.0 2.9, 2.10; FSBP IAM.5`: what a line of a header names.
pub(crate) fn parse(text: &str) -> Result<Vec<Control>, String> {
    let mut controls = Vec::new();
    for part in text.split("; ") {
        let ids_of = |it: &'static Framework| Some((it, part.strip_prefix(&it.label(" "))?.strip_prefix(' ')?));
        let Some((framework, ids)) = FRAMEWORKS.iter().find_map(ids_of) else {
            let known: Vec<_> = FRAMEWORKS.iter().map(|it| it.label(" ")).collect();
            return Err(format!("{part:?} begins with none of {}", known.join(", ")));
        };
        for id in ids.split(", ") {
            let control = framework.controls().find(|it| it.id == id);
            controls.push(control.ok_or_else(|| format!("{} has no control {id:?}", framework.label(" ")))?);
        }
    }
    Ok(controls)
}

impl Question {
    /// The rows of the answer that answer a control; none if the question does not answer it. Of a list all rows do, and
    /// it has no shares.
    pub(crate) fn answering(&self, control: Control) -> Option<Vec<&Share>> {
        match &self.kind {
            Kind::Fact { shares, .. } => {
                let shares: Vec<_> = shares.iter().filter(|share| share.controls.contains(&control)).collect();
                (!shares.is_empty()).then_some(shares)
            }
            Kind::List { .. } => self.controls.contains(&control).then(Vec::new),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::question_file::QuestionFile;
    use crate::questions;

    fn ids(controls: &[Control]) -> Vec<String> {
        controls.iter().map(|it| format!("{} {} {}", it.framework, it.version, it.id)).collect()
    }

    #[test]
    fn every_line_of_the_file_is_a_framework() {
        assert!(DATA.contains("# Made by scripts/controls from prowler "), "the file says what it is made of");
        let labels: Vec<_> = FRAMEWORKS.iter().map(|it| it.label(" ")).collect();
        assert_eq!(labels, ["CIS 6.0", "CIS 7.0", "FSBP", "Well-Architected"]);
        assert_eq!(FRAMEWORKS.len(), DATA.lines().filter(|line| !line.starts_with('#')).count());
        for framework in FRAMEWORKS.iter() {
            let between = if framework.name == "Well-Architected" { '-' } else { '.' };
            assert!(framework.ids.len() > 50 && framework.ids.iter().all(|id| id.contains(between)), "{framework:?}");
        }
    }

    #[test]
    fn a_name_alone_is_its_newest_version() {
        let version = |name| Framework::named(name).map(|it| it.version);
        assert_eq!(
            (version("cis").unwrap(), version("CIS-6.0").unwrap(), version("fsbp").unwrap()),
            ("7.0", "6.0", "")
        );
        let error = version("cis-1.0").unwrap_err().to_string();
        assert_eq!(error, "find framework cis-1.0; there are cis-6.0, cis-7.0, fsbp, well-architected");
    }

    #[test]
    fn a_line_names_frameworks_versions_and_ids() {
        let found = parse("CIS 6.0 2.9, 2.10; CIS 7.0 2.10; FSBP IAM.5").unwrap();
        assert_eq!(ids(&found), ["CIS 6.0 2.9", "CIS 6.0 2.10", "CIS 7.0 2.10", "FSBP  IAM.5"]);
        for (text, why) in [
            ("CIS 6.0 2.99", "CIS 6.0 has no control \"2.99\""),
            ("FSBP IAM.5; FSBP SQS.99", "FSBP has no control \"SQS.99\""),
            ("CIS 2.9", "\"CIS 2.9\" begins with none of CIS 6.0, CIS 7.0, FSBP, Well-Architected"),
            ("CIS 6.0", "\"CIS 6.0\" begins with none of CIS 6.0, CIS 7.0, FSBP, Well-Architected"),
        ] {
            assert_eq!(parse(text).unwrap_err(), why);
        }
    }

    #[test]
    fn controls_are_those_of_a_row_or_of_all_the_rows() {
        let text = "-- id: X1\n-- title: X\n-- subject: arn\n-- controls: FSBP IAM.5\n-- of: users\n-- controls: CIS 6.0 2.9\n\
            -- of: roots\n-- of: X2, others\nSELECT arn, is_so FROM iam_users\n";
        let file = QuestionFile::parse("x", text).unwrap();
        let answering = |question: &Question, text| {
            let shares = question.answering(parse(text).unwrap()[0])?;
            Some(shares.iter().map(|it| it.of).collect::<Vec<_>>())
        };
        let [one, two] = file.questions.as_slice() else { panic!("two questions") };
        assert_eq!(answering(one, "FSBP IAM.5").unwrap().len(), 2, "all rows of the file's own question");
        assert_eq!(answering(one, "CIS 6.0 2.9").unwrap().len(), 1);
        assert_eq!((answering(one, "CIS 6.0 2.10"), answering(two, "FSBP IAM.5")), (None, None));
        let error = QuestionFile::parse("x.sql", text.replacen("2.9", "2.99", 1).leak()).unwrap_err().to_string();
        assert_eq!(error, "read config/questions/x.sql, line 6: CIS 6.0 has no control \"2.99\"");
        let text = text.replacen("of: users", "of: X3, users", 1).replacen("of: roots", "of: X3, roots", 1);
        let error = QuestionFile::parse("x.sql", text.leak()).unwrap_err().to_string();
        assert!(error.ends_with("line 4: no row of the file's own question answers these controls"), "{error}");
    }

    /// The shipped files are read at all, so every id in them is one of its framework.
    #[test]
    fn a_shipped_question_answers_a_control_of_each_framework() {
        for framework in FRAMEWORKS.iter() {
            let is_answered = |control: Control| questions().unwrap().iter().any(|it| it.answering(control).is_some());
            assert!(framework.controls().any(is_answered), "{}", framework.label(" "));
        }
    }
}
