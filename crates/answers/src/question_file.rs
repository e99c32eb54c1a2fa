//! A question's file: a header of comments, one query, and below it the question's own cases.

use datafusion::sql::parser::DFParser;
use datafusion::sql::resolve::resolve_table_references;

use crate::config_file::{ConfigFile, FileError, Line, is_id};
use crate::controls::{self, Control};
use crate::question::{Kind, Population, Question, Share};
use crate::thresholds::{self, Threshold};

/// What a file says. It may answer several questions: the same subjects under another id.
#[derive(Debug)]
pub(crate) struct QuestionFile {
    pub(crate) questions: Vec<Question>,
    /// The lines of its cases, without the dashes, each with its number.
    #[cfg_attr(not(test), expect(dead_code, reason = "the test alone runs them"))]
    pub(crate) cases: Vec<(usize, &'static str)>,
}

impl QuestionFile {
    /// Reads a shipped file.
    pub(crate) fn parse(file: &str, text: &'static str) -> Result<Self, FileError> {
        Self::at(&format!("config/questions/{file}"), text)
    }

    /// Reads a file, wherever it is.
    pub(crate) fn at(file: &str, text: &'static str) -> Result<Self, FileError> {
        let parts = ConfigFile::parse(file, text)?;
        let first = parts.first();
        let located = |(line, why)| FileError { file: file.to_owned(), line, why };
        let header = Header::read(&parts.header).map_err(located)?;
        let until_cases = text.lines().enumerate().map(|(index, line)| (index + 1, line));
        let until_cases = until_cases.take(first - 1 + parts.sql_lines);
        thresholds::check(&header.thresholds, until_cases, first).map_err(located)?;
        let tables = tables(&thresholds::filled(parts.sql, &header.numbers())).map_err(|why| located((first, why)))?;
        let questions = header.questions(parts.sql, &tables).map_err(located)?;
        Ok(Self { questions, cases: parts.cases })
    }
}

/// The tables that a query reads.
fn tables(sql: &str) -> Result<Vec<String>, String> {
    let mut statements = DFParser::parse_sql(sql).map_err(|error| error.strip_backtrace())?;
    let (Some(statement), None) = (statements.pop_front(), statements.pop_front()) else {
        return Err("there must be one query".to_owned());
    };
    let (tables, _) = resolve_table_references(&statement, true).map_err(|error| error.strip_backtrace())?;
    if tables.is_empty() {
        return Err("the query reads no table".to_owned());
    }
    Ok(tables.iter().map(|table| table.table().to_owned()).collect())
}

/// The header, line by line. A share has the lines from its `of` or `per organization` to the next.
#[derive(Default)]
struct Header {
    id: &'static str,
    title: &'static str,
    subject: Vec<&'static str>,
    key: Vec<&'static str>,
    rests_on: Vec<&'static str>,
    thresholds: Vec<(usize, Threshold)>,
    controls: Vec<(usize, Control)>,
    shares: Vec<(usize, &'static str, Share)>,
}

impl Header {
    fn read(lines: &[Line]) -> Result<Self, (usize, String)> {
        let mut header = Self::default();
        for &(number, name, value) in lines {
            header.line(number, name, value).map_err(|why| (number, why))?;
        }
        match header.missing() {
            Some(missing) => Err((1, format!("the header needs {missing}"))),
            None => Ok(header),
        }
    }

    fn missing(&self) -> Option<&'static str> {
        let (is_fact, is_list) = (!self.subject.is_empty(), !self.key.is_empty());
        if !is_id(self.id) {
            Some("-- id: with a letter and a number")
        } else if self.title.is_empty() {
            Some("-- title:")
        } else if is_fact == is_list {
            Some("-- subject: of a fact, or -- key: of a list")
        } else if is_fact == self.shares.is_empty() {
            Some("-- of: for a fact, and for no list")
        } else {
            None
        }
    }

    fn line(&mut self, number: usize, name: &str, value: &'static str) -> Result<(), String> {
        match (name, self.shares.last_mut()) {
            ("of" | "of each" | "per organization", _) => {
                let (id, of) = value.split_once(", ").unwrap_or((self.id, value));
                let of = match name {
                    "of" => Population::Subjects(of),
                    "of each" => Population::Each(of),
                    _ => Population::Organizations(of),
                };
                self.shares.push((number, id, share(of, self.title)));
            }
            ("id", None) => self.id = value,
            ("title", None) => self.title = value,
            ("subject", None) => self.subject = value.split(", ").collect(),
            ("key", None) => self.key = value.split(", ").collect(),
            ("rests on", None) => self.rests_on = value.split(", ").collect(),
            ("threshold", None) => {
                let threshold = Threshold::parse(value)?;
                if self.thresholds.iter().any(|(_, it)| it.name == threshold.name) {
                    return Err(format!("{} has a number already", threshold.name));
                }
                self.thresholds.push((number, threshold));
            }
            ("controls", None) => self.controls.extend(controls::parse(value)?.into_iter().map(|it| (number, it))),
            ("controls", Some((.., share))) => share.controls.extend(controls::parse(value)?),
            ("why", None) => {}
            ("where", Some((.., share))) => share.within = Some(value),
            ("is so", Some((.., share))) => share.is_so = value,
            ("definition", Some((.., share))) => share.definition = value,
            ("fact", Some((.., share))) => share.fact = value,
            ("caveat", Some((.., share))) => share.caveat = Some(value),
            ("study 2022", Some((.., share))) => (share.study, share.study_text) = study(value)?,
            (_, Some(_)) => return Err(format!("below -- of: there is no -- {name}:")),
            (_, None) => return Err(format!("above the first -- of: there is no -- {name}:")),
        }
        Ok(())
    }

    fn numbers(&self) -> Vec<Threshold> {
        self.thresholds.iter().map(|(_, it)| it.clone()).collect()
    }

    /// Gives the controls above the first `of` to all rows of the file's own question.
    fn share_controls(&mut self) -> Result<(), (usize, String)> {
        let controls: Vec<Control> = self.controls.iter().map(|(_, it)| *it).collect();
        let own = self.shares.iter_mut().filter(|(_, id, _)| *id == self.id).map(|(.., share)| share);
        let own: Vec<&mut Share> = own.collect();
        if let (Some((line, _)), true, true) = (self.controls.first(), self.key.is_empty(), own.is_empty()) {
            return Err((*line, "no row of the file's own question answers these controls".to_owned()));
        }
        own.into_iter().for_each(|share| share.controls.extend(&controls));
        Ok(())
    }

    /// A question for each id, the file's own first.
    fn questions(mut self, sql: &'static str, tables: &[String]) -> Result<Vec<Question>, (usize, String)> {
        self.share_controls()?;
        let mut ids = vec![self.id];
        for (line, id, share) in &self.shares {
            if !is_id(id) {
                return Err((*line, format!("{id:?} is no id of a question")));
            }
            if matches!(share.of, Population::Organizations(_)) && !share.fact.starts_with("Organizations ") {
                return Err((
                    *line,
                    "the fact of organizations begins with this word: -- fact: Organizations …".into(),
                ));
            }
            if !ids.contains(id) {
                ids.push(id);
            }
        }
        let question = |id: &'static str| {
            let shares = self.shares.iter().filter(|(_, it, _)| *it == id).map(|(.., share)| share.clone());
            let shares: Vec<Share> = shares.collect();
            let title = if id == self.id { self.title } else { shares.first().map_or("", |share| share.fact) };
            let kind = match self.key.is_empty() {
                true => Kind::Fact { subject: self.subject.clone(), shares },
                false => Kind::List { key: self.key.clone() },
            };
            let (part, _) = id.split_at(1);
            let controls = if self.key.is_empty() { Vec::new() } else { self.controls.iter().map(|it| it.1).collect() };
            let (rests_on, thresholds) = (self.rests_on.clone(), self.numbers());
            Question { id, part, title, kind, tables: tables.to_vec(), rests_on, thresholds, controls, sql }
        };
        let mut questions: Vec<Question> = ids.into_iter().map(question).collect();
        questions.retain(|it| !matches!(&it.kind, Kind::Fact { shares, .. } if shares.is_empty()));
        for question in &mut questions {
            if let Kind::Fact { shares, .. } = &mut question.kind {
                shares.iter_mut().for_each(define);
            }
        }
        Ok(questions)
    }
}

fn share(of: Population, title: &'static str) -> Share {
    Share {
        of,
        within: None,
        is_so: "is_so",
        definition: "",
        fact: title,
        caveat: None,
        study: None,
        study_text: None,
        controls: Vec::new(),
    }
}

/// What the study counts is by its definition, all else by the lake's, unless the header says so.
fn define(share: &mut Share) {
    if share.definition.is_empty() {
        let is_of_study = share.study.is_some() || share.study_text.is_some();
        share.definition = if is_of_study { "study" } else { "lake" };
    }
}

/// `39`, or `39, text 40`, or `text 2`: the values of the study's table and of its text.
fn study(value: &str) -> Result<(Option<f64>, Option<f64>), String> {
    let (mut table, mut text) = (None, None);
    for part in value.split(", ") {
        let (number, into) = match part.strip_prefix("text ") {
            Some(number) => (number, &mut text),
            None => (part, &mut table),
        };
        *into = Some(number.parse().map_err(|_| format!("{part:?} is neither a number nor text and a number"))?);
    }
    Ok((table, text))
}

#[cfg(test)]
mod tests;
