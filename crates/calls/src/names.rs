//! The names of the members that a type reads of an answer, found without an answer.
//!
//! A misspelt member would be null for ever. So a test holds the names of every type that reads an answer against AWS's
//! models.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde::de::value::{Error, StrDeserializer};
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

/// How deep a type may nest: a type that is deeper contains itself.
const DEPTH_MAX: usize = 24;

/// The paths that a type reads: `QueueUrls`, `QueueUrls[]`, `Attributes{}`, `Reservations[].Instances[].InstanceId`.
pub fn of<T: DeserializeOwned>() -> BTreeSet<String> {
    let paths = RefCell::default();
    // If a type refuses the tracer's values, it has already named its members.
    drop(T::deserialize(Tracer { path: String::new(), depth: 0, paths: &paths }));
    paths.into_inner()
}

#[derive(Clone)]
struct Tracer<'p> {
    path: String,
    depth: usize,
    paths: &'p RefCell<BTreeSet<String>>,
}

impl Tracer<'_> {
    fn step(&self, step: &str) -> Self {
        let separator = if self.path.is_empty() || step.starts_with(['[', '{']) { "" } else { "." };
        let path = format!("{}{separator}{step}", self.path);
        self.paths.borrow_mut().insert(path.clone());
        Self { path, depth: self.depth + 1, paths: self.paths }
    }
}

macro_rules! plain {
    ($($method:ident $visit:ident($value:expr))*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            visitor.$visit($value)
        })*
    };
}

impl<'de> Deserializer<'de> for Tracer<'_> {
    type Error = Error;

    plain! {
        deserialize_any visit_i64(0)
        deserialize_bool visit_bool(false)
        deserialize_i8 visit_i8(0) deserialize_i16 visit_i16(0) deserialize_i32 visit_i32(0) deserialize_i64 visit_i64(0)
        deserialize_u8 visit_u8(0) deserialize_u16 visit_u16(0) deserialize_u32 visit_u32(0) deserialize_u64 visit_u64(0)
        deserialize_f32 visit_f32(0.0) deserialize_f64 visit_f64(0.0)
        deserialize_str visit_str("") deserialize_string visit_str("")
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.depth > DEPTH_MAX { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(Once { key: None, value: Some(self.step("[]")) })
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(Once { key: Some(""), value: Some(self.step("{}")) })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if self.depth > DEPTH_MAX {
            return Err(Error::custom("the type holds itself"));
        }
        visitor.visit_map(Fields { tracer: self, fields: fields.iter(), current: None })
    }

    forward_to_deserialize_any! { i128 u128 char bytes byte_buf unit unit_struct tuple tuple_struct enum identifier ignored_any }
}

/// A list of one item, or a map of one entry.
struct Once<'p> {
    key: Option<&'static str>,
    value: Option<Tracer<'p>>,
}

impl<'de> SeqAccess<'de> for Once<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        self.value.take().filter(|it| it.depth <= DEPTH_MAX).map(|it| seed.deserialize(it)).transpose()
    }
}

impl<'de> MapAccess<'de> for Once<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        self.key.take().map(|key| seed.deserialize(StrDeserializer::new(key))).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        seed.deserialize(self.value.take().ok_or_else(|| Error::custom("a value before its key"))?)
    }
}

struct Fields<'p> {
    tracer: Tracer<'p>,
    fields: std::slice::Iter<'static, &'static str>,
    current: Option<&'static str>,
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        self.current = self.fields.next().copied();
        self.current.map(|name| seed.deserialize(StrDeserializer::new(name))).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        seed.deserialize(self.tracer.step(self.current.unwrap_or_default()))
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
