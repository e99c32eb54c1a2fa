//! The file of exceptions: TOML, a section `[[exception]]` for each.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Day, Exception, Pattern};
use crate::{nearest_behind, nearest_in_words};

/// What a section may say, in the order in which people read it.
const KEYS: [&str; 8] = ["of", "account", "resource", "principal", "reason", "by", "since", "until"];

/// What is wrong with a file of exceptions, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {why}")]
pub struct ExceptionError {
    /// The file, as it was named.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    /// What is wrong.
    pub why: String,
}

/// A text, and where it stands.
type Text<'a> = (usize, &'a str);

pub(super) fn parse(text: &str, name: &str, known: &[&str]) -> Result<Vec<Exception>, ExceptionError> {
    let reader = Reader { text, name, known };
    let document = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        reader.wrong(at, error.message().trim())
    })?;
    let mut exceptions = Vec::new();
    for (key, value) in document.get_ref() {
        let DeValue::Array(sections) = value.get_ref() else {
            return Err(reader.wrong(key.span().start, "expected [[exception]], a section for each exception"));
        };
        if key.get_ref() != "exception" {
            let why = format!("unknown section {:?}: expected [[exception]]", key.get_ref());
            return Err(reader.wrong(key.span().start, why));
        }
        for section in sections.iter() {
            exceptions.push(reader.exception(section)?);
        }
    }
    Ok(exceptions)
}

/// The file that is being read.
struct Reader<'a> {
    text: &'a str,
    name: &'a str,
    /// The ids that there are.
    known: &'a [&'a str],
}

impl Reader<'_> {
    fn exception(&self, section: &Spanned<DeValue<'_>>) -> Result<Exception, ExceptionError> {
        let at = section.span().start;
        let DeValue::Table(table) = section.get_ref() else { return Err(self.wrong(at, "expected [[exception]]")) };
        for (key, _) in table {
            let name: &str = key.get_ref();
            if !KEYS.contains(&name) {
                let nearest = nearest_in_words(name, KEYS);
                let why = nearest.unwrap_or_else(|| format!("expected one of {}", KEYS.join(", ")));
                return Err(self.wrong(key.span().start, format!("unknown key {name:?}; {why}")));
            }
        }
        let needed = |key: &str, what: &str| {
            let found = self.text_of(table, key)?;
            found.ok_or_else(|| self.wrong(at, format!("the exception has no {key}: {what}")))
        };
        let reason = needed("reason", "why is it accepted?")?.1.to_owned();
        let by = needed("by", "who accepts it?")?.1.to_owned();
        let until = self.day(table, "until")?;
        let (ends, until) = until.ok_or_else(|| self.wrong(at, "the exception has no until: until which day?"))?;
        let since = self.day(table, "since")?.map(|(_, day)| day);
        if since.as_ref().is_some_and(|since| *since > until) {
            return Err(self.wrong(ends, format!("it ends on {until}, before it begins")));
        }
        let exception = Exception {
            line: self.place(at).0,
            of: self.ids(table, at)?,
            account: self.account(table)?,
            resource: self.pattern(table, "resource")?,
            principal: self.pattern(table, "principal")?,
            reason,
            by,
            since,
            until,
        };
        if is_narrow(&exception) { Ok(exception) } else { Err(self.wrong(at, too_broad(&exception))) }
    }

    /// The questions and rules, as they are called.
    fn ids(&self, table: &DeTable<'_>, at: usize) -> Result<Vec<String>, ExceptionError> {
        let missing = || self.wrong(at, "the exception has no of: the id of a question or a rule, or a list of ids");
        let Some(value) = table.get("of") else { return Err(missing()) };
        let values: Vec<&Spanned<DeValue<'_>>> = match value.get_ref() {
            DeValue::Array(values) => values.iter().collect(),
            _ => vec![value],
        };
        if values.is_empty() {
            return Err(missing());
        }
        values.into_iter().map(|value| self.id(value)).collect()
    }

    fn id(&self, value: &Spanned<DeValue<'_>>) -> Result<String, ExceptionError> {
        let at = value.span().start;
        let Some(id) = value.get_ref().as_str() else { return Err(self.wrong(at, "expected an id: \"F9\"")) };
        if let Some(known) = self.known.iter().find(|known| known.eq_ignore_ascii_case(id)) {
            return Ok((*known).to_owned());
        }
        let nearest = nearest_behind(id, self.known.iter().copied());
        let lists = "`orgcensus ask --list` and `orgcensus changes --list` list them";
        Err(self.wrong(at, format!("no question or rule has the id {id:?}{nearest}; {lists}")))
    }

    fn account(&self, table: &DeTable<'_>) -> Result<Option<Pattern>, ExceptionError> {
        let pattern = self.pattern(table, "account")?;
        if let Some(wrong) = pattern.as_ref().filter(|it| !it.is_account()) {
            let at = table.get("account").map_or(0, |value| value.span().start);
            let why = format!("{:?} is no account's id: expected 12 digits in quotes, or fewer and *", wrong.as_str());
            return Err(self.wrong(at, why));
        }
        Ok(pattern)
    }

    fn pattern(&self, table: &DeTable<'_>, key: &str) -> Result<Option<Pattern>, ExceptionError> {
        Ok(self.text_of(table, key)?.map(|(_, text)| Pattern::new(text)))
    }

    /// A day, in quotes or as TOML has it.
    fn day(&self, table: &DeTable<'_>, key: &str) -> Result<Option<(usize, Day)>, ExceptionError> {
        let Some(value) = table.get(key) else { return Ok(None) };
        let at = value.span().start;
        let text = match value.get_ref() {
            DeValue::Datetime(day) => Some(day.to_string()),
            other => other.as_str().map(str::to_owned),
        };
        let day = text.and_then(|text| Day::parse(&text));
        day.map(|day| Some((at, day))).ok_or_else(|| self.wrong(at, format!("{key}: expected a day, 2027-03-31")))
    }

    /// A text that says something.
    fn text_of<'t>(&self, table: &'t DeTable<'_>, key: &str) -> Result<Option<Text<'t>>, ExceptionError> {
        let Some(value) = table.get(key) else { return Ok(None) };
        let at = value.span().start;
        let text = value.get_ref().as_str().map(str::trim).filter(|text| !text.is_empty());
        text.map(|text| Some((at, text))).ok_or_else(|| self.wrong(at, format!("{key}: expected words in quotes")))
    }

    fn wrong(&self, at: usize, why: impl Into<String>) -> ExceptionError {
        let (line, column) = self.place(at);
        ExceptionError { file: self.name.to_owned(), line, column, why: why.into() }
    }

    /// The line and the column of an offset, both from 1.
    fn place(&self, at: usize) -> (usize, usize) {
        let before = self.text.get(..at.min(self.text.len())).unwrap_or_default();
        (before.matches('\n').count() + 1, before.len() - before.rfind('\n').map_or(0, |end| end + 1) + 1)
    }
}

/// Whether it leaves anything active: one of its patterns must tell some cases from others.
fn is_narrow(exception: &Exception) -> bool {
    let is_account = exception.account.as_ref().is_some_and(Pattern::has_digit);
    is_account || [&exception.resource, &exception.principal].into_iter().flatten().any(Pattern::is_narrow)
}

fn too_broad(exception: &Exception) -> String {
    let ids = exception.of.join(", ");
    let what = match exception.what().as_str() {
        "" => "names no account, resource or principal".to_owned(),
        what => format!("names {what}, which is everything of its kind"),
    };
    format!("it would accept every case of {ids}: it {what}")
}
