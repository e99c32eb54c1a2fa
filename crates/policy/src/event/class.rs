//! Classes of events, and whether rules together match every event of one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::Deserialize;

use super::fields::{Asked, Field, Within, fields, have, is_met};
use super::matcher::{Matcher, Value};
use super::pattern::{EventPattern, PatternError};
use super::samples::{are_all, samples};
use crate::json::Json;

/// The most combinations of values that are tried for one event.
const MOST_TRIED: usize = 1 << 16;

/// The classes by name. A file says which values its events have, and which other fields hold a text in all of them.
static CLASSES: LazyLock<BTreeMap<&str, EventClass>> = LazyLock::new(|| {
    let files = [
        ("access_analyzer_external", include_str!("../../data/events/access_analyzer_external.json")),
        ("access_analyzer_unused", include_str!("../../data/events/access_analyzer_unused.json")),
        ("cloudtrail_insight", include_str!("../../data/events/cloudtrail_insight.json")),
        ("guardduty_high", include_str!("../../data/events/guardduty_high.json")),
        ("inspector_high", include_str!("../../data/events/inspector_high.json")),
        ("macie_high", include_str!("../../data/events/macie_high.json")),
        ("securityhub_guardduty_high", include_str!("../../data/events/securityhub_guardduty_high.json")),
        ("securityhub_high", include_str!("../../data/events/securityhub_high.json")),
    ];
    files.into_iter().filter_map(|(name, text)| Some((name, EventClass::parse(text).ok()?))).collect()
});

/// The class of events of this name: `guardduty_high`.
pub fn event_class(name: &str) -> Option<&'static EventClass> {
    CLASSES.get(name)
}

/// Events of which some values are known, and all others may be anything.
#[derive(Debug, Clone)]
pub struct EventClass {
    events: Vec<Vec<Field>>,
    texts: BTreeSet<String>,
}

/// What rules hear of a class of events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hearing<'p> {
    /// Whether the rules together match every event of the class, whatever the fields hold that the class leaves open.
    /// None: it is not known, because a pattern is not understood, or because what they leave open is too much.
    pub is_heard: Option<bool>,
    /// If not all are heard, the patterns that match some of them.
    pub partly: Vec<&'p str>,
    /// The patterns that are not understood, and of which it is not certain that they match none of the events.
    pub unread: Vec<&'p str>,
}

/// What one way to meet a pattern still asks of an event, beyond what the class knows of it.
type Rest<'p> = Vec<Asked<'p>>;

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    texts: BTreeSet<String>,
    events: Vec<Json>,
}

impl EventClass {
    /// Reads a class: `{"events": [{"source": "aws.guardduty"}], "texts": ["account"]}`.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let odd = |why: String| PatternError::new(format!("no class of events: {why}"));
        let file: File = serde_json::from_str(text).map_err(|error| odd(error.to_string()))?;
        let events: Option<Vec<_>> = file.events.into_iter().map(fields).collect();
        let events = events.filter(|events| !events.is_empty()).ok_or_else(|| odd("no events".to_owned()))?;
        Ok(Self { events, texts: file.texts })
    }

    /// What the rules with these patterns hear.
    pub fn heard<'p>(&self, patterns: &[&'p str]) -> Hearing<'p> {
        let mut hearing = Hearing::default();
        let mut read = Vec::new();
        for text in patterns {
            match EventPattern::parse(text) {
                Ok(pattern) => read.push((*text, pattern)),
                Err(_) if self.is_others(text) => {}
                Err(_) => hearing.unread.push(*text),
            }
        }
        let mut is_heard = Some(true);
        for event in &self.events {
            let rests: Vec<Rest<'_>> = read.iter().flat_map(|(_, pattern)| self.rests(event, pattern)).collect();
            is_heard = match (is_heard, self.covers(&rests)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (None, _) | (_, None) => None,
                (Some(true), Some(true)) => Some(true),
            };
        }
        if is_heard != Some(true) {
            hearing.partly = read.iter().filter(|(_, pattern)| self.has_any(pattern)).map(|(text, _)| *text).collect();
        }
        hearing.is_heard = is_heard.filter(|is_heard| *is_heard || hearing.unread.is_empty());
        hearing
    }

    /// Whether a pattern matches no event of the class, by what is understood of it.
    fn is_others(&self, text: &str) -> bool {
        EventPattern::understood(text).is_ok_and(|pattern| !self.has_any(&pattern))
    }

    /// Whether a pattern may match an event of the class.
    fn has_any(&self, pattern: &EventPattern) -> bool {
        self.events.iter().any(|event| self.rests(event, pattern).next().is_some())
    }

    /// The ways of a pattern that an event may meet, by what is known of it.
    fn rests<'p>(&self, event: &[Field], pattern: &'p EventPattern) -> impl Iterator<Item = Rest<'p>> {
        pattern.ways().filter_map(move |way| {
            let (known, rest): (Vec<_>, Vec<_>) = way.into_iter().partition(|(path, _)| self.is_known(event, path));
            have(event, &known, &Within::new()).then_some(rest)
        })
    }

    /// Whether the class says what an event has at a path. Where it has a value, it has nothing below it, and where it
    /// has something below, it has no value.
    fn is_known(&self, event: &[Field], path: &str) -> bool {
        let is_near = |other: &str| is_below(other, path) || is_below(path, other);
        event.iter().any(|field| field.path == path || is_near(&field.path)) || self.texts.iter().any(|it| is_near(it))
    }

    /// Whether every event meets one of these, whatever its open fields hold.
    fn covers(&self, rests: &[Rest<'_>]) -> Option<bool> {
        if rests.iter().any(Vec::is_empty) {
            return Some(true);
        }
        let is_whole = |rest: &&Rest<'_>| rest.iter().all(|(_, matchers)| matchers.iter().all(are_all));
        if self.covers_samples(&rests.iter().collect::<Vec<_>>())? {
            // Of some forms the samples are examples only. What needs these forms is not shown.
            let shown: Vec<_> = rests.iter().filter(is_whole).collect();
            return self.covers_samples(&shown).filter(|is_covered| *is_covered);
        }
        Some(false)
    }

    /// The same of the samples of the open fields' values, in every combination. None: there are too many.
    fn covers_samples(&self, rests: &[&Rest<'_>]) -> Option<bool> {
        let mut matchers: BTreeMap<&str, Vec<&Matcher>> = BTreeMap::new();
        for (path, of_path) in rests.iter().flat_map(|rest| rest.iter()) {
            matchers.entry(*path).or_default().extend(of_path.iter());
        }
        let all: BTreeMap<&str, Vec<Option<Value>>> =
            matchers.iter().map(|(path, of_path)| (*path, samples(of_path, self.texts.contains(*path)))).collect();
        let mut chosen: BTreeMap<&str, usize> = all.keys().map(|path| (*path, 0)).collect();
        for _ in 0..MOST_TRIED {
            let value = |path: &str| all.get(path)?.get(*chosen.get(path)?)?.as_ref();
            let is_met_by = |rest: &&Rest<'_>| rest.iter().all(|&(path, matchers)| is_met(matchers, value(path)));
            if !rests.iter().any(is_met_by) {
                return Some(false);
            }
            if !advance(&mut chosen, &all) {
                return Some(true);
            }
        }
        None
    }
}

/// The next combination, as a counter counts. False: it was the last.
fn advance<T>(chosen: &mut BTreeMap<&str, usize>, all: &BTreeMap<&str, Vec<T>>) -> bool {
    for (path, number) in chosen.iter_mut() {
        *number += 1;
        if all.get(*path).is_some_and(|samples| *number < samples.len()) {
            return true;
        }
        *number = 0;
    }
    false
}

/// Whether a path lies below another: `detail.id` below `detail`.
fn is_below(path: &str, other: &str) -> bool {
    path.strip_prefix(other).is_some_and(|rest| rest.starts_with('.'))
}
