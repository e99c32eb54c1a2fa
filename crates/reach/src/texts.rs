//! Documents, each compiled once however many identities have it, and only if it speaks of what is asked.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray};
use orgcensus_policy::Document;
use orgcensus_policy::evaluation::{pared, speaks_of};

use crate::rows::Cells;

/// What is known of a document.
#[derive(Debug, Clone)]
pub(crate) enum Text {
    /// It was read, and says nothing of the actions.
    Silent,
    /// It may say something of one of them, and this is what it says.
    Speaks(Arc<Document>),
    /// It was not read.
    Unread,
}

/// The documents that were met, by their hash. The hash has a key of its own in each process, so nobody can write two
/// documents that have the same.
pub(crate) struct Texts {
    actions: Vec<String>,
    keys: [RandomState; 2],
    known: HashMap<[u64; 2], Text>,
    /// The texts of the batch that is being read, and what each of them is.
    batch: Option<(ArrayRef, HashMap<usize, Text>)>,
}

impl Texts {
    /// Documents that speak of these actions count.
    pub(crate) fn new(actions: Vec<String>) -> Texts {
        Texts { actions, keys: [RandomState::new(), RandomState::new()], known: HashMap::new(), batch: None }
    }

    /// How many documents are kept.
    pub(crate) fn count(&self) -> usize {
        self.known.len()
    }

    /// The document of a cell; unread where it is null.
    pub(crate) fn cell(&mut self, cells: &Cells<'_>, index: usize) -> Text {
        let Some((values, key)) = cells.repeated(index) else {
            return cells.text(index).map_or(Text::Unread, |text| self.text(text));
        };
        let is_same = self.batch.as_ref().is_some_and(|(known, _)| is_same(known, values));
        if !is_same {
            self.batch = Some((Arc::clone(values), HashMap::new()));
        }
        if let Some(found) = self.batch.as_ref().and_then(|(_, known)| known.get(&key)) {
            return found.clone();
        }
        let found = cells.text(index).map_or(Text::Unread, |text| self.text(text));
        if let Some((_, known)) = &mut self.batch {
            known.insert(key, found.clone());
        }
        found
    }

    fn text(&mut self, text: &str) -> Text {
        let hash = [self.keys[0].hash_one(text), self.keys[1].hash_one(text)];
        if let Some(known) = self.known.get(&hash) {
            return known.clone();
        }
        let document = Document::parse(text);
        let actions: Vec<&str> = self.actions.iter().map(String::as_str).collect();
        let is_silent = !speaks_of(&document, &actions);
        let found = if is_silent { Text::Silent } else { Text::Speaks(Arc::new(pared(document, &actions))) };
        self.known.insert(hash, found.clone());
        found
    }
}

/// Whether these are the same texts. Each batch of a row group has an array of its own around them.
fn is_same(one: &ArrayRef, other: &ArrayRef) -> bool {
    let place = |array: &ArrayRef| {
        let texts = array.as_string_opt::<i32>()?;
        Some((texts.len(), texts.value_data().as_ptr(), texts.value_offsets().as_ptr()))
    };
    Arc::ptr_eq(one, other) || place(one).is_some_and(|place_of_one| place(other) == Some(place_of_one))
}
