//! Patterns, read from the JSON of a rule.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::fields::{Asked, Within, fields, have, joined};
use super::matcher::{Form, Matcher, is_address, is_block, number};
use crate::json::Json;

/// The most ways in which one pattern may be met. AWS allows no more combinations of `$or`.
const MOST_WAYS: usize = 1000;

/// Names that mean something else, and so are no fields within `$or`.
const RESERVED: [&str; 24] = [
    "exactly",
    "equals-ignore-case",
    "prefix",
    "suffix",
    "anything-but",
    "exists",
    "wildcard",
    "numeric",
    "cidr",
    "=",
    "<",
    "<=",
    ">=",
    ">",
    "regex",
    "not-wildcard",
    "not-equals-ignore-case",
    "date-after",
    "date-on-or-after",
    "date-before",
    "date-on-or-before",
    "in-date-range",
    "ip-address-in-range",
    "ip-address-not-in-range",
];

/// Why a pattern is not understood: it is none, or it has a form that is not supported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PatternError(String);

impl PatternError {
    pub(super) fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

/// One way to meet a pattern: what is asked of each field.
type Way = BTreeMap<String, Vec<Matcher>>;

/// A rule's pattern.
#[derive(Debug, Clone)]
pub struct EventPattern {
    ways: Vec<Way>,
}

impl EventPattern {
    /// Reads the JSON of a pattern.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        Self::read(text, false)
    }

    /// The same, without the fields of which something is asked that is not understood: it matches at least as much.
    pub(super) fn understood(text: &str) -> Result<Self, PatternError> {
        Self::read(text, true)
    }

    fn read(text: &str, is_lenient: bool) -> Result<Self, PatternError> {
        let json = serde_json::from_str(text).map_err(|error| PatternError::new(error.to_string()))?;
        let Json::Object(members) = json else { return Err(PatternError::new("a pattern is an object")) };
        let mut reader = Reader { ways: vec![Way::new()], is_lenient };
        reader.object("", members, false)?;
        Ok(Self { ways: reader.ways })
    }

    /// Whether an event matches. None: the text is no event.
    pub fn matches(&self, event: &str) -> Option<bool> {
        let fields = fields(serde_json::from_str(event).ok()?)?;
        Some(self.ways().any(|asked| have(&fields, &asked, &Within::new())))
    }

    /// The ways to meet it, each by the order of the paths.
    pub(super) fn ways(&self) -> impl Iterator<Item = Vec<Asked<'_>>> {
        self.ways.iter().map(|way| way.iter().map(|(path, matchers)| (path.as_str(), matchers.as_slice())).collect())
    }
}

struct Reader {
    ways: Vec<Way>,
    is_lenient: bool,
}

impl Reader {
    fn object(&mut self, path: &str, members: Vec<(String, Json)>, is_choice: bool) -> Result<(), PatternError> {
        if members.is_empty() {
            return Err(PatternError::new("an object is empty"));
        }
        for (name, json) in members {
            if is_choice && RESERVED.contains(&name.as_str()) {
                return Err(PatternError::new(format!("{name} is no field within $or")));
            }
            match json {
                Json::List(choices) if name == "$or" && are_choices(&choices) => self.choices(path, choices)?,
                Json::List(values) => self.field(joined(path, &name), values)?,
                Json::Object(members) => self.object(&joined(path, &name), members, is_choice)?,
                _ => return Err(PatternError::new(format!("{name} is neither an object nor a list"))),
            }
        }
        Ok(())
    }

    /// The last word on a field counts.
    fn field(&mut self, path: String, values: Vec<Json>) -> Result<(), PatternError> {
        if values.is_empty() {
            return Err(PatternError::new(format!("{path} has no values")));
        }
        match values.into_iter().map(matcher).collect::<Result<Vec<_>, _>>() {
            Ok(matchers) => {
                for way in &mut self.ways {
                    way.insert(path.clone(), matchers.clone());
                }
            }
            Err(_) if self.is_lenient => {
                for way in &mut self.ways {
                    way.remove(&path);
                }
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn choices(&mut self, path: &str, choices: Vec<Json>) -> Result<(), PatternError> {
        let before = std::mem::take(&mut self.ways);
        let mut chosen = Vec::new();
        for choice in choices {
            let Json::Object(members) = choice else { return Err(PatternError::new("a choice of $or is no object")) };
            self.ways.clone_from(&before);
            self.object(path, members, true)?;
            chosen.append(&mut self.ways);
            if chosen.len() > MOST_WAYS {
                return Err(PatternError::new("$or has too many combinations"));
            }
        }
        self.ways = chosen;
        Ok(())
    }
}

/// Whether these are choices. If not, `$or` is a field like others.
fn are_choices(items: &[Json]) -> bool {
    let is_choice = |item: &Json| match item {
        Json::Object(members) => !members.iter().any(|(name, _)| RESERVED.contains(&name.as_str())),
        _ => false,
    };
    items.len() > 1 && items.iter().all(is_choice)
}

fn matcher(json: Json) -> Result<Matcher, PatternError> {
    match json {
        Json::Null => Ok(Matcher::Word("null".to_owned())),
        Json::Text(text) if is_address(&text) => Ok(Matcher::Address(text)),
        Json::Text(text) => Ok(Matcher::Text(Form::Exact(text))),
        Json::Scalar(text) if matches!(text.as_str(), "true" | "false") => Ok(Matcher::Word(text)),
        Json::Scalar(text) => exact_number(&text).map(Matcher::number),
        Json::Object(members) => only(members).and_then(|(name, json)| of_kind(&name, json)),
        Json::List(_) => Err(PatternError::new("a list within a list")),
    }
}

/// The one member of an object.
fn only(members: Vec<(String, Json)>) -> Result<(String, Json), PatternError> {
    let mut members = members.into_iter();
    match (members.next(), members.next()) {
        (Some(member), None) => Ok(member),
        _ => Err(PatternError::new("what is asked of a field has one name")),
    }
}

fn of_kind(kind: &str, json: Json) -> Result<Matcher, PatternError> {
    let unsupported = || PatternError::new(format!("{kind} is not supported so"));
    match (kind, json) {
        ("anything-but", json) => anything_but(json),
        ("numeric", Json::List(items)) => numeric(&items),
        ("cidr", Json::Text(text)) if is_block(&text) => Ok(Matcher::Address(text)),
        ("exists", Json::Scalar(text)) if text == "true" => Ok(Matcher::Exists(true)),
        ("exists", Json::Scalar(text)) if text == "false" => Ok(Matcher::Exists(false)),
        ("exactly", Json::Text(text)) => Ok(Matcher::Text(Form::Exact(text))),
        ("prefix" | "suffix", Json::Object(members)) => match only(members)? {
            (name, Json::Text(text)) if name == "equals-ignore-case" => Ok(Matcher::Text(match kind {
                "prefix" => Form::PrefixAnyCase(text),
                _ => Form::SuffixAnyCase(text),
            })),
            _ => Err(unsupported()),
        },
        (kind, Json::Text(text)) => form(kind, text).map(Matcher::Text),
        _ => Err(unsupported()),
    }
}

fn form(kind: &str, text: String) -> Result<Form, PatternError> {
    match kind {
        "prefix" => Ok(Form::Prefix(text)),
        "suffix" => Ok(Form::Suffix(text)),
        "equals-ignore-case" => Ok(Form::AnyCase(text)),
        "wildcard" => Form::wildcard(&text).ok_or_else(|| PatternError::new("a star beside a star, or a stray \\")),
        _ => Err(PatternError::new(format!("{kind} is not supported"))),
    }
}

fn anything_but(json: Json) -> Result<Matcher, PatternError> {
    let of = |json| match json {
        Json::List(items) => items,
        one => vec![one],
    };
    let odd = || PatternError::new("anything-but is not supported so");
    let (kind, items) = match json {
        Json::Object(members) => only(members).map(|(kind, json)| (Some(kind), of(json)))?,
        json => (None, of(json)),
    };
    if items.is_empty() {
        return Err(odd());
    }
    if kind.is_none() && items.iter().all(|item| matches!(item, Json::Scalar(_))) {
        let numbers = items.into_iter().filter_map(Json::into_text).map(|text| exact_number(&text));
        return numbers.collect::<Result<Vec<_>, _>>().map(Matcher::AnythingButNumbers);
    }
    let forms = items.into_iter().map(|item| match (item, kind.as_deref()) {
        (Json::Text(text), None) => Ok(Form::Exact(text)),
        (Json::Text(text), Some("prefix" | "suffix")) if text.is_empty() => Err(odd()),
        (Json::Text(text), Some(kind)) => form(kind, text),
        _ => Err(odd()),
    });
    forms.collect::<Result<Vec<_>, _>>().map(Matcher::AnythingBut)
}

/// `[">", 0, "<=", 5]`: a bound, or a lower and an upper one.
fn numeric(items: &[Json]) -> Result<Matcher, PatternError> {
    let odd = || PatternError::new("numeric is not supported so");
    let bounds = items.chunks(2).map(|pair| match pair {
        [Json::Text(operator), Json::Scalar(text)] => Ok((operator.as_str(), exact_number(text)?)),
        _ => Err(odd()),
    });
    let low = |operator: &str, at| if operator == ">" { Bound::Excluded(at) } else { Bound::Included(at) };
    let high = |operator: &str, at| if operator == "<" { Bound::Excluded(at) } else { Bound::Included(at) };
    match bounds.collect::<Result<Vec<_>, _>>()?.as_slice() {
        [("=", at)] => Ok(Matcher::number(*at)),
        [(lower @ (">" | ">="), at)] => Ok(Matcher::Number(low(lower, *at), Bound::Unbounded)),
        [(upper @ ("<" | "<="), at)] => Ok(Matcher::Number(Bound::Unbounded, high(upper, *at))),
        [(lower @ (">" | ">="), from), (upper @ ("<" | "<="), to)] if from < to => {
            Ok(Matcher::Number(low(lower, *from), high(upper, *to)))
        }
        _ => Err(odd()),
    }
}

fn exact_number(text: &str) -> Result<f64, PatternError> {
    number(text).ok_or_else(|| PatternError::new(format!("{text} is no number that can be compared")))
}
