//! The layers of a configuration, file and environment, and where each value came from.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use toml::de::{DeTable, DeValue};
use toml::{Spanned, Table, Value};

use super::{Config, Wrong, plain};
use crate::failure::Failure;
use crate::{own_files, words};

/// What begins the name of an environment variable that overrides a key: `ORGCENSUS_LAKE__URL` is `url` in `[lake]`.
const PREFIX: &str = "ORGCENSUS_";

/// Values that are told only to be set: whoever knows them may do something. A webhook's address is one of them.
const SECRETS: [&str; 5] = ["external_id", "webhook", "secret", "password", "token"];

/// A configuration, and where its values came from.
pub(crate) struct Layers {
    pub(crate) config: Config,
    name: String,
    text: String,
    /// The variables, by the key that each sets.
    variables: BTreeMap<String, String>,
}

/// One key of a configuration.
pub(crate) struct Entry {
    /// The whole key, `select.regions`.
    pub(crate) key: String,
    /// Its value as JSON; `set` of a secret; none if it has none.
    pub(crate) value: Option<String>,
    /// `crawl.toml:12:1`, a variable's name, or `default`.
    pub(crate) origin: String,
}

impl Layers {
    /// Reads a file, lays `ORGCENSUS_…` variables over it, and checks the whole.
    pub(crate) fn read(path: &Path, environment: impl Iterator<Item = (String, String)>) -> Result<Self, Failure> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| Failure::Usage(format!("{name}: {error}")))?;
        Self::parse(&text, &name, environment)
    }

    /// The same for a text. `name` is what errors call it.
    pub(crate) fn parse(
        text: &str,
        name: &str,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, Failure> {
        toml::from_str::<Config>(text).map_err(|error| located(text, name, &error))?;
        let mut table: Table = toml::from_str(text).map_err(|error| located(text, name, &error))?;
        let is_key = |variable: &str| variable.starts_with(PREFIX) && variable != words::VARIABLE;
        let mut given: Vec<_> = environment.filter(|(variable, _)| is_key(variable)).collect();
        given.sort();
        let mut variables = BTreeMap::new();
        for (variable, value) in given {
            variables.insert(overlay(&mut table, &variable, &value)?, variable);
        }
        let config = Config::deserialize(table.clone())
            .map_err(|error| Failure::Usage(format!("{name}: {}", plain::words(error.message()))))?;
        let layers = Self { config, name: name.to_owned(), text: text.to_owned(), variables };
        // Before the check, since they have names that the check must know.
        own_files::questions(layers.config.questions.dir.as_deref())?;
        own_files::rules(layers.config.rules.dir.as_deref())?;
        match layers.config.check(&table) {
            Ok(()) => Ok(layers),
            Err(Wrong { key, why }) => {
                let origin = layers.origin(&key).unwrap_or(layers.name);
                Err(Failure::Usage(format!("{origin}: {key}: {why}")))
            }
        }
    }

    /// Every key, in the order of the sections.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        let mut entries = Vec::new();
        let all = serde_json::to_value(&self.config).unwrap_or_default();
        self.flatten("", &all, &mut entries);
        entries
    }

    fn flatten(&self, key: &str, value: &serde_json::Value, entries: &mut Vec<Entry>) {
        let below = |name: &str| if key.is_empty() { name.to_owned() } else { format!("{key}.{name}") };
        match value {
            serde_json::Value::Object(inner) if !inner.is_empty() => {
                inner.iter().for_each(|(name, value)| self.flatten(&below(name), value, entries));
            }
            serde_json::Value::Array(items) if items.iter().any(serde_json::Value::is_object) => {
                let items = items.iter().enumerate();
                items.for_each(|(place, value)| self.flatten(&format!("{key}[{place}]"), value, entries));
            }
            _ => {
                let name = key.rsplit('.').next().unwrap_or_default();
                let value = match value {
                    serde_json::Value::Null => None,
                    _ if is_secret(name) => Some("set".to_owned()),
                    value => Some(value.to_string()),
                };
                let origin = self.origin(key).unwrap_or_else(|| "default".to_owned());
                entries.push(Entry { key: key.to_owned(), value, origin });
            }
        }
    }

    /// Where the value of a key came from: a variable that sets it or what it lies in, else the file if it has the key.
    fn origin(&self, key: &str) -> Option<String> {
        let is_in =
            |outer: &str| key.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
        if let Some((_, variable)) = self.variables.iter().find(|(outer, _)| is_in(outer)) {
            return Some(variable.clone());
        }
        let (line, column) = place(&self.text, offset(&self.text, key)?);
        Some(format!("{}:{line}:{column}", self.name))
    }
}

/// `ORGCENSUS_LAKE__URL=s3://…` sets `url` in `[lake]`. Returns the key, `lake.url`. The value is read by the type of
/// the key: its readings are tried, and the first that fits is taken.
fn overlay(table: &mut Table, variable: &str, value: &str) -> Result<String, Failure> {
    let path = variable.strip_prefix(PREFIX).unwrap_or(variable).to_lowercase();
    let parts: Vec<&str> = path.split("__").collect();
    let mut refusals = Vec::new();
    for reading in readings(value) {
        let mut changed = table.clone();
        set(&mut changed, &parts, reading)
            .map_err(|part| Failure::Usage(format!("{variable}: {part} is no section")))?;
        match Config::deserialize(changed.clone()) {
            Ok(_) => {
                *table = changed;
                return Ok(parts.join("."));
            }
            Err(error) => refusals.push(plain::words(error.message())),
        }
    }
    // What is no text says best what was expected; the list comes last.
    let why = refusals.iter().rev().nth(1).or(refusals.first()).cloned().unwrap_or_default();
    Err(Failure::Usage(format!("{variable}: {why}")))
}

/// What a variable's value may mean: a text, whatever it looks like (`12345`, `true`); a number, boolean, list or table
/// as TOML has it; a list of texts by commas.
fn readings(value: &str) -> Vec<Value> {
    let parsed = toml::from_str::<Table>(&format!("value = {value}")).ok().and_then(|mut it| it.remove("value"));
    let mut readings = match parsed {
        Some(text @ Value::String(_)) => vec![text],
        other => [Some(Value::String(value.to_owned())), other].into_iter().flatten().collect(),
    };
    let items = value.split(',').map(str::trim).filter(|item| !item.is_empty());
    readings.push(Value::Array(items.map(|item| Value::String(item.to_owned())).collect()));
    readings
}

/// Sets a key. The error is the part of it that is no section.
fn set<'a>(table: &mut Table, parts: &[&'a str], value: Value) -> Result<(), &'a str> {
    let Some((last, sections)) = parts.split_last() else { return Ok(()) };
    let mut inner = table;
    for &part in sections {
        let next = inner.entry(part).or_insert_with(|| Value::Table(Table::new()));
        inner = next.as_table_mut().ok_or(part)?;
    }
    inner.insert((*last).to_owned(), value);
    Ok(())
}

/// `crawl.toml:12:3: role.nmae: unknown key `nmae`, expected one of …`
fn located(text: &str, name: &str, error: &toml::de::Error) -> Failure {
    let offset = error.span().map_or(0, |span| span.start);
    let (line, column) = place(text, offset);
    let key = key_at(text, offset).map(|key| format!("{key}: ")).unwrap_or_default();
    let shown = text.lines().nth(line - 1).map(str::trim).unwrap_or_default();
    let shown = match shown.split_once('=') {
        // An inline table has its keys further on: `role = { external_id = "…" }`.
        Some((key, _)) if is_secret(shown) => format!("{key}= …"),
        _ => shown.to_owned(),
    };
    Failure::Usage(format!("{name}:{line}:{column}: {key}{}\n  {shown}", plain::words(error.message())))
}

/// Whether what a key holds is never shown.
fn is_secret(key: &str) -> bool {
    SECRETS.iter().any(|secret| key.contains(secret))
}

/// The line and the column of an offset, both from 1.
fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset.min(text.len())).unwrap_or_default();
    (before.matches('\n').count() + 1, before.len() - before.rfind('\n').map_or(0, |at| at + 1) + 1)
}

/// The key whose name or value an offset is in, `select.include.accounts[1]`; none if the text is no TOML.
fn key_at(text: &str, offset: usize) -> Option<String> {
    key_in_table(DeTable::parse(text).ok()?.get_ref(), "", offset)
}

fn key_in_table(table: &DeTable<'_>, outer: &str, offset: usize) -> Option<String> {
    table.iter().find_map(|(name, value)| {
        let is_here = name.span().contains(&offset);
        let name: &str = name.get_ref();
        let key = if outer.is_empty() { name.to_owned() } else { format!("{outer}.{name}") };
        key_in_value(value, &key, offset).or_else(|| is_here.then_some(key))
    })
}

fn key_in_value(value: &Spanned<DeValue<'_>>, key: &str, offset: usize) -> Option<String> {
    match value.get_ref() {
        DeValue::Table(table) => key_in_table(table, key, offset),
        DeValue::Array(items) => {
            let mut items = items.iter().enumerate();
            items.find_map(|(place, item)| key_in_value(item, &format!("{key}[{place}]"), offset))
        }
        _ => value.span().contains(&offset).then(|| key.to_owned()),
    }
}

/// Where a key stands in a text, `select.include.accounts[1]`; none if it is not there.
fn offset(text: &str, key: &str) -> Option<usize> {
    let table = DeTable::parse(text).ok()?;
    let mut parts = key.split(['.', '[']).map(|part| part.trim_end_matches(']'));
    let (name, mut value) = table.get_ref().get_key_value(parts.next()?)?;
    let mut at = name.span().start;
    for part in parts {
        (at, value) = match value.get_ref() {
            DeValue::Table(table) => {
                let (name, value) = table.get_key_value(part)?;
                (name.span().start, value)
            }
            DeValue::Array(items) => {
                let value = items.get(part.parse::<usize>().ok()?)?;
                (value.span().start, value)
            }
            _ => return None,
        };
    }
    Some(at)
}
