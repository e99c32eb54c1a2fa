//! One tree for both languages, so that a type is compiled once and not for each of them.

use std::borrow::Cow;
use std::fmt::{self, Display};

use serde::de::value::{CowStrDeserializer, StrDeserializer};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Value;

/// An answer that cannot be read: what is wrong, and where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AnswerError {
    /// The steps to the value, innermost first.
    path: Vec<String>,
    message: String,
}

impl AnswerError {
    pub(super) fn new(message: impl Display) -> Self {
        Self { path: Vec::new(), message: message.to_string() }
    }

    fn within(mut self, step: impl Into<String>) -> Self {
        self.path.push(step.into());
        self
    }
}

impl Display for AnswerError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut path = String::new();
        for step in self.path.iter().rev() {
            if !path.is_empty() && !step.starts_with('[') {
                path.push('.');
            }
            path.push_str(step);
        }
        let separator = if path.is_empty() { "" } else { ": " };
        write!(formatter, "{path}{separator}{}", self.message)
    }
}

impl std::error::Error for AnswerError {}

impl Error for AnswerError {
    fn custom<T: Display>(message: T) -> Self {
        Self::new(message)
    }
}

/// A value of an answer.
#[derive(Debug, Clone, Copy)]
pub enum Node<'a, 'input> {
    /// A value of JSON.
    Json(&'a Value),
    /// An element of XML.
    Xml(roxmltree::Node<'a, 'input>),
}

impl<'a, 'input> Node<'a, 'input> {
    /// The member of a name; none if it is not there, or null.
    pub fn member(self, name: &str) -> Option<Self> {
        match self {
            Self::Json(value) => value.get(name).filter(|it| !it.is_null()).map(Self::Json),
            Self::Xml(node) => {
                node.children().find(|it| it.is_element() && it.tag_name().name() == name).map(Self::Xml)
            }
        }
    }

    /// The value as plain text; none if it has members.
    pub fn text(self) -> Option<String> {
        match self {
            Self::Json(Value::String(text)) => Some(text.clone()),
            Self::Json(value @ (Value::Bool(_) | Value::Number(_))) => Some(value.to_string()),
            Self::Json(_) => None,
            Self::Xml(node) => (!node.children().any(|it| it.is_element())).then(|| text(node).into_owned()),
        }
    }

    fn unlike<T>(self, wanted: &str) -> Result<T, AnswerError> {
        let found = match self {
            Self::Json(value) => short(&value.to_string()),
            Self::Xml(node) => format!("\"{}\"", short(&text(node))),
        };
        Err(AnswerError::new(format!("{found} is {wanted}")))
    }

    fn number<T: std::str::FromStr>(self) -> Result<T, AnswerError> {
        let parsed = match self {
            Self::Json(Value::Number(number)) => number.to_string().parse().ok(),
            Self::Json(_) => None,
            Self::Xml(node) => text(node).trim().parse().ok(),
        };
        parsed.map_or_else(|| self.unlike("no number"), Ok)
    }
}

/// So much of a value as an error says.
fn short(text: &str) -> String {
    const CHARACTERS: usize = 60;
    match text.char_indices().nth(CHARACTERS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// An element's text: of several pieces, as around a comment, all.
fn text<'a>(node: roxmltree::Node<'a, '_>) -> Cow<'a, str> {
    let mut pieces = node.children().filter(roxmltree::Node::is_text).filter_map(|it| it.text());
    let first = pieces.next().unwrap_or_default();
    match pieces.next() {
        None => Cow::Borrowed(first),
        Some(second) => Cow::Owned([first, second].into_iter().chain(pieces).collect()),
    }
}

macro_rules! numbers {
    ($($method:ident $visit:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, AnswerError> {
            visitor.$visit(self.number()?)
        })*
    };
}

impl<'de> Deserializer<'de> for Node<'de, '_> {
    type Error = AnswerError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, AnswerError> {
        match self {
            Self::Json(Value::Null) => visitor.visit_unit(),
            Self::Json(Value::Bool(value)) => visitor.visit_bool(*value),
            Self::Json(Value::Number(number)) => match (number.as_i64(), number.as_f64()) {
                (Some(whole), _) => visitor.visit_i64(whole),
                (_, number) => visitor.visit_f64(number.unwrap_or_default()),
            },
            Self::Json(Value::Array(_)) => self.deserialize_seq(visitor),
            Self::Json(Value::Object(_)) => self.deserialize_map(visitor),
            Self::Xml(node) if node.children().any(|it| it.is_element()) => {
                Members::of(self, |_| true).and_then(|members| visitor.visit_map(members))
            }
            _ => self.deserialize_str(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, AnswerError> {
        match self.text().as_deref().map(str::trim) {
            Some("true") if !matches!(self, Self::Json(Value::String(_))) => visitor.visit_bool(true),
            Some("false") if !matches!(self, Self::Json(Value::String(_))) => visitor.visit_bool(false),
            _ => self.unlike("neither true nor false"),
        }
    }

    numbers! {
        deserialize_i8 visit_i8 deserialize_i16 visit_i16 deserialize_i32 visit_i32 deserialize_i64 visit_i64
        deserialize_u8 visit_u8 deserialize_u16 visit_u16 deserialize_u32 visit_u32 deserialize_u64 visit_u64
        deserialize_f32 visit_f32 deserialize_f64 visit_f64
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, AnswerError> {
        match self {
            Self::Json(Value::String(text)) => visitor.visit_borrowed_str(text),
            Self::Xml(node) if !node.children().any(|it| it.is_element()) => visitor.visit_str(&text(node)),
            _ => self.unlike("no text"),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, AnswerError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, AnswerError> {
        match self {
            Self::Json(Value::Null) => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, AnswerError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, AnswerError> {
        let items: Vec<Self> = match self {
            Self::Json(Value::Array(items)) => items.iter().map(Node::Json).collect(),
            Self::Json(_) => return self.unlike("no list"),
            Self::Xml(node) => node.children().filter(|it| it.is_element()).map(Node::Xml).collect(),
        };
        visitor.visit_seq(Items { items: items.into_iter(), at: 0 })
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, AnswerError> {
        let members = match self {
            Self::Json(_) => Members::of(self, |_| true)?,
            Self::Xml(node) => Members::of_entries(node)?,
        };
        visitor.visit_map(members)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, AnswerError> {
        visitor.visit_map(Members::of(self, |name| fields.contains(&name))?)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, AnswerError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, AnswerError> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! { i128 u128 char bytes byte_buf unit unit_struct tuple tuple_struct enum }
}

struct Items<'a, 'input> {
    items: std::vec::IntoIter<Node<'a, 'input>>,
    at: usize,
}

impl<'de> SeqAccess<'de> for Items<'de, '_> {
    type Error = AnswerError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, AnswerError> {
        let Some(item) = self.items.next() else { return Ok(None) };
        let at = self.at;
        self.at += 1;
        seed.deserialize(item).map(Some).map_err(|error| error.within(format!("[{at}]")))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

/// The members of a struct, or the entries of a map; what is null is not there.
struct Members<'a, 'input> {
    members: std::vec::IntoIter<(Cow<'a, str>, Node<'a, 'input>)>,
    value: Option<(Cow<'a, str>, Node<'a, 'input>)>,
}

impl<'a, 'input> Members<'a, 'input> {
    fn new(members: Vec<(Cow<'a, str>, Node<'a, 'input>)>) -> Self {
        Self { members: members.into_iter(), value: None }
    }

    fn of(node: Node<'a, 'input>, is_asked: impl Fn(&str) -> bool) -> Result<Self, AnswerError> {
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
        };
        Ok(Self::new(members))
    }

    fn of_entries(map: roxmltree::Node<'a, 'input>) -> Result<Self, AnswerError> {
        let entries = map.children().filter(|it| it.is_element()).map(|entry| {
            let mut parts = entry.children().filter(|it| it.is_element());
            let pair = parts.next().zip(parts.next());
            let (key, value) = pair.ok_or_else(|| AnswerError::new("an entry of a map without a key and a value"))?;
            Ok((text(key), Node::Xml(value)))
        });
        Ok(Self::new(entries.collect::<Result<_, AnswerError>>()?))
    }
}

impl<'de> MapAccess<'de> for Members<'de, '_> {
    type Error = AnswerError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, AnswerError> {
        let Some((name, node)) = self.members.next() else { return Ok(None) };
        let key = match &name {
            Cow::Borrowed(name) => seed.deserialize(StrDeserializer::new(name))?,
            Cow::Owned(name) => seed.deserialize(CowStrDeserializer::new(Cow::Borrowed(name.as_str())))?,
        };
        self.value = Some((name, node));
        Ok(Some(key))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, AnswerError> {
        let Some((name, node)) = self.value.take() else { return Err(AnswerError::new("a value before its key")) };
        seed.deserialize(node).map_err(|error| error.within(name))
    }
}
