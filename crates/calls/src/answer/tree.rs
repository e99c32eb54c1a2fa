//! One tree for both languages and for a type's names, so that a type is compiled once and not for each of them.

use std::borrow::Cow;
use std::fmt::{self, Display};

use serde::de::{Deserializer, Error, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Value;

use super::members::{Items, Members};
use crate::names::Asked;

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

    pub(super) fn within(mut self, step: String) -> Self {
        self.path.push(step);
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
    /// No value of an answer, but the place of one: it takes down what a type asks for there, and is 0, false or empty.
    Asked(Asked<'a>),
}

impl<'a, 'input> Node<'a, 'input> {
    /// The member of a name; none if it is not there, or null.
    pub fn member(self, name: &str) -> Option<Self> {
        match self {
            Self::Json(value) => value.get(name).filter(|it| !it.is_null()).map(Self::Json),
            Self::Xml(node) => {
                node.children().find(|it| it.is_element() && it.tag_name().name() == name).map(Self::Xml)
            }
            Self::Asked(_) => None,
        }
    }

    /// The value as plain text; none if it has members.
    pub fn text(self) -> Option<String> {
        match self {
            Self::Json(Value::String(text)) => Some(text.clone()),
            Self::Json(value @ (Value::Bool(_) | Value::Number(_))) => Some(value.to_string()),
            Self::Json(_) => None,
            Self::Xml(node) => (!node.children().any(|it| it.is_element())).then(|| text(node).into_owned()),
            Self::Asked(_) => None,
        }
    }

    pub(super) fn unlike<T>(self, wanted: &str) -> Result<T, AnswerError> {
        Err(self.is_unlike(wanted))
    }

    fn is_unlike(self, wanted: &str) -> AnswerError {
        let found = match self {
            Self::Json(value) => short(&value.to_string()),
            Self::Xml(node) => format!("\"{}\"", short(&text(node))),
            Self::Asked(_) => "what is asked for".to_owned(),
        };
        AnswerError::new(format!("{found} is {wanted}"))
    }

    fn is_true(self) -> Result<bool, AnswerError> {
        match (self, self.text().as_deref().map(str::trim)) {
            (Self::Asked(_), _) => Ok(false),
            (Self::Json(Value::String(_)), _) => self.unlike("neither true nor false"),
            (_, Some("true")) => Ok(true),
            (_, Some("false")) => Ok(false),
            _ => self.unlike("neither true nor false"),
        }
    }

    fn is_none(self) -> bool {
        match self {
            Self::Json(value) => value.is_null(),
            Self::Xml(_) => false,
            Self::Asked(asked) => asked.is_too_deep(),
        }
    }

    fn number<T: std::str::FromStr>(self) -> Result<T, AnswerError> {
        let parsed = match self {
            Self::Json(Value::Number(number)) => number.to_string().parse().ok(),
            Self::Json(_) => None,
            Self::Xml(node) => text(node).trim().parse().ok(),
            Self::Asked(_) => "0".parse().ok(),
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
pub(super) fn text<'a>(node: roxmltree::Node<'a, '_>) -> Cow<'a, str> {
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
            Self::Xml(node) if node.children().any(|it| it.is_element()) => visitor.visit_map(Members::of(self, None)?),
            Self::Asked(_) => visitor.visit_i64(0),
            _ => self.deserialize_str(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, AnswerError> {
        visitor.visit_bool(self.is_true()?)
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
            Self::Asked(_) => visitor.visit_borrowed_str(""),
            _ => self.unlike("no text"),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, AnswerError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, AnswerError> {
        if self.is_none() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, AnswerError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, AnswerError> {
        visitor.visit_seq(Items::of(self)?)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, AnswerError> {
        visitor.visit_map(Members::of_entries(self)?)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, AnswerError> {
        visitor.visit_map(Members::of(self, Some(fields))?)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, AnswerError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, AnswerError> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! { i128 u128 char bytes byte_buf unit unit_struct tuple tuple_struct enum }
}
