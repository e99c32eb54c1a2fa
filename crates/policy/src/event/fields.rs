//! The fields of an event, each by its path, and the elements of arrays in which they are.

use std::collections::BTreeMap;

use super::matcher::{Matcher, Value, number};
use crate::json::Json;

/// For each array, by its number, the element in which something is.
pub(super) type Within = BTreeMap<usize, usize>;

/// One value of an event.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) path: String,
    pub(super) value: Value,
    within: Within,
}

/// A field's path and what is asked of it.
pub(super) type Asked<'p> = (&'p str, &'p [Matcher]);

/// The fields of an event. None: it is no object.
pub(super) fn fields(event: Json) -> Option<Vec<Field>> {
    let Json::Object(_) = &event else { return None };
    let mut reading = Reading::default();
    reading.read("", event);
    Some(reading.fields)
}

#[derive(Default)]
struct Reading {
    fields: Vec<Field>,
    within: Within,
    arrays: usize,
}

impl Reading {
    fn read(&mut self, path: &str, json: Json) {
        let value = match json {
            Json::Object(members) => {
                for (name, json) in members {
                    self.read(&joined(path, &name), json);
                }
                return;
            }
            Json::List(items) => {
                self.read_list(path, items);
                return;
            }
            Json::Text(text) => Value::Text(text),
            Json::Null => Value::Word("null".to_owned()),
            Json::Scalar(text) => number(&text).map_or(Value::Word(text), Value::Number),
        };
        self.fields.push(Field { path: path.to_owned(), value, within: self.within.clone() });
    }

    /// Plain elements are values of the field itself. Objects and arrays are each within their element.
    fn read_list(&mut self, path: &str, items: Vec<Json>) {
        let array = self.arrays;
        self.arrays += 1;
        for (element, item) in items.into_iter().enumerate() {
            if matches!(item, Json::Object(_) | Json::List(_)) {
                self.within.insert(array, element);
                self.read(path, item);
                self.within.remove(&array);
            } else {
                self.read(path, item);
            }
        }
    }
}

/// The path of a member. A name with a dot is no other than two names: so it is in AWS's engine.
pub(super) fn joined(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// Whether the fields have all that is asked, in the order of the paths. What is taken from one array is taken from one
/// element of it. A field that is only in other elements is not there.
pub(super) fn have(fields: &[Field], asked: &[Asked<'_>], within: &Within) -> bool {
    let Some((&(path, matchers), rest)) = asked.split_first() else { return true };
    let mut is_there = false;
    for field in fields.iter().filter(|field| field.path == path) {
        let Some(within) = both(within, &field.within) else { continue };
        is_there = true;
        if is_met(matchers, Some(&field.value)) && have(fields, rest, &within) {
            return true;
        }
    }
    !is_there && is_met(matchers, None) && have(fields, rest, within)
}

/// Whether a value, or the absence of one, meets one of the matchers.
pub(super) fn is_met(matchers: &[Matcher], value: Option<&Value>) -> bool {
    matchers.iter().any(|matcher| matcher.meets(value))
}

/// The elements of both. None: they are different elements of one array.
fn both(left: &Within, right: &Within) -> Option<Within> {
    let is_same = right.iter().all(|(array, element)| left.get(array).is_none_or(|it| it == element));
    is_same.then(|| left.iter().chain(right).map(|(array, element)| (*array, *element)).collect())
}
