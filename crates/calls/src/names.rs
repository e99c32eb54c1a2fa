//! The names of the members that a type reads of an answer, found without an answer.
//!
//! A misspelt member would be null for ever. So a test holds the names of every type that reads an answer against AWS's
//! models.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde::de::DeserializeOwned;

use crate::answer::Node;

/// How deep a type may nest: a type that is deeper contains itself.
const DEPTH_MAX: usize = 24;

/// The paths that a type reads: `QueueUrls`, `QueueUrls[]`, `Attributes{}`, `Reservations[].Instances[].InstanceId`.
pub fn of<T: DeserializeOwned>() -> BTreeSet<String> {
    let paths = Paths::default();
    paths.0.borrow_mut().push(String::new());
    // If a type refuses the values that it gets here, it has already named its members.
    drop(T::deserialize(Node::Asked(Asked { paths: &paths, path: 0, depth: 0 })));
    paths.0.into_inner().into_iter().skip(1).collect()
}

/// The paths that were asked for; the first is that of the whole answer.
#[derive(Debug, Default)]
pub struct Paths(RefCell<Vec<String>>);

/// A place in an answer that is not there.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'p> {
    paths: &'p Paths,
    /// The place of its own path among them.
    path: usize,
    depth: usize,
}

impl Asked<'_> {
    /// The place that is this step further: a member, `[]` for a list's items, `{}` for a map's values.
    pub(crate) fn step(self, step: &str) -> Option<Self> {
        let mut paths = self.paths.0.borrow_mut();
        let path = paths.get(self.path)?;
        let separator = if path.is_empty() || step.starts_with(['[', '{']) { "" } else { "." };
        let further = format!("{path}{separator}{step}");
        paths.push(further);
        Some(Self { path: paths.len() - 1, depth: self.depth + 1, ..self })
    }

    /// Whether the type that asks contains itself.
    pub(crate) fn is_too_deep(self) -> bool {
        self.depth > DEPTH_MAX
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use crate::Moment;

    #[derive(Default, Deserialize)]
    #[serde(default, rename_all = "PascalCase")]
    #[allow(dead_code, reason = "read by the tracer alone")]
    struct Answer {
        things: Vec<Thing>,
        attributes: BTreeMap<String, String>,
    }

    #[derive(Default, Deserialize)]
    #[serde(default, rename_all = "PascalCase")]
    #[allow(dead_code, reason = "read by the tracer alone")]
    struct Thing {
        #[serde(rename = "ARN")]
        arn: Option<String>,
        made: Option<Moment>,
        inner: Option<Box<Thing>>,
        is_on: bool,
        count: i32,
    }

    #[test]
    fn a_type_names_its_members() {
        let names = super::of::<Answer>();
        for name in [
            "Things",
            "Things[]",
            "Things[].ARN",
            "Things[].Made",
            "Things[].Inner.Count",
            "Things[].IsOn",
            "Attributes{}",
        ] {
            assert!(names.contains(name), "{name} is missing from {names:?}");
        }
        assert!(!names.contains("Things[].Arn"));
    }
}
