//! What a list's or a struct's value gives one after the other.

use std::borrow::Cow;

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, MapAccess, SeqAccess};
use serde_json::Value;

use super::tree::{AnswerError, Node, text};

/// The items of a list.
pub(super) struct Items<'a, 'input> {
    items: std::vec::IntoIter<Node<'a, 'input>>,
    at: usize,
}

impl<'a, 'input> Items<'a, 'input> {
    pub(super) fn of(node: Node<'a, 'input>) -> Result<Self, AnswerError> {
        let items: Vec<_> = match node {
            Node::Json(Value::Array(items)) => items.iter().map(Node::Json).collect(),
            Node::Json(_) => return node.unlike("no list"),
            Node::Xml(node) => node.children().filter(|it| it.is_element()).map(Node::Xml).collect(),
            Node::Asked(asked) => {
                asked.step("[]").filter(|it| !it.is_too_deep()).map(Node::Asked).into_iter().collect()
            }
        };
        Ok(Self { items: items.into_iter(), at: 0 })
    }
}

impl<'de> SeqAccess<'de> for Items<'de, '_> {
    type Error = AnswerError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, AnswerError> {
        let Some(item) = self.items.next() else { return Ok(None) };
        let at = self.at;
        self.at += 1;
        match seed.deserialize(item) {
            Ok(value) => Ok(Some(value)),
            Err(error) => Err(error.within(format!("[{at}]"))),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

/// The members of a struct, or the entries of a map; what is null is not there.
pub(super) struct Members<'a, 'input> {
    members: std::vec::IntoIter<(Cow<'a, str>, Node<'a, 'input>)>,
    value: Option<(Cow<'a, str>, Node<'a, 'input>)>,
}

impl<'a, 'input> Members<'a, 'input> {
    fn new(members: Vec<(Cow<'a, str>, Node<'a, 'input>)>) -> Self {
        Self { members: members.into_iter(), value: None }
    }

    /// The members of these names; of all, where none are given.
    pub(super) fn of(node: Node<'a, 'input>, names: Option<&'static [&'static str]>) -> Result<Self, AnswerError> {
        let is_asked = |name: &str| names.is_none_or(|names| names.contains(&name));
        let members = match node {
            Node::Json(Value::Object(members)) => {
                let members = members.iter().filter(|(name, value)| is_asked(name) && !value.is_null());
                members.map(|(name, value)| (Cow::Borrowed(name.as_str()), Node::Json(value))).collect()
            }
            Node::Json(_) => return node.unlike("not what was asked for"),
            Node::Xml(node) => {
                let members = node.children().filter(|it| it.is_element() && is_asked(it.tag_name().name()));
                members.map(|it| (Cow::Borrowed(it.tag_name().name()), Node::Xml(it))).collect()
            }
            Node::Asked(asked) if asked.is_too_deep() => return Err(AnswerError::new("the type holds itself")),
            Node::Asked(asked) => {
                let members = names.unwrap_or_default().iter();
                members.filter_map(|name| Some((Cow::Borrowed(*name), Node::Asked(asked.step(name)?)))).collect()
            }
        };
        Ok(Self::new(members))
    }

    pub(super) fn of_entries(map: Node<'a, 'input>) -> Result<Self, AnswerError> {
        let entries = match map {
            Node::Json(_) => return Self::of(map, None),
            Node::Asked(asked) => asked.step("{}").map(|it| (Cow::Borrowed(""), Node::Asked(it))).into_iter().collect(),
            Node::Xml(map) => {
                let entries = map.children().filter(|it| it.is_element()).map(|entry| {
                    let mut parts = entry.children().filter(|it| it.is_element());
                    let pair = parts.next().zip(parts.next());
                    let without = || AnswerError::new("an entry of a map without a key and a value");
                    let (key, value) = pair.ok_or_else(without)?;
                    Ok((text(key), Node::Xml(value)))
                });
                entries.collect::<Result<_, AnswerError>>()?
            }
        };
        Ok(Self::new(entries))
    }
}

impl<'de> MapAccess<'de> for Members<'de, '_> {
    type Error = AnswerError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, AnswerError> {
        let Some((name, node)) = self.members.next() else { return Ok(None) };
        let key = seed.deserialize(StrDeserializer::new(&name))?;
        self.value = Some((name, node));
        Ok(Some(key))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, AnswerError> {
        let Some((name, node)) = self.value.take() else { return Err(AnswerError::new("a value before its key")) };
        match seed.deserialize(node) {
            Ok(value) => Ok(value),
            Err(error) => Err(error.within(name.into_owned())),
        }
    }
}
