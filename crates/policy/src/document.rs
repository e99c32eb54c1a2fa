//! A policy document: its statements, in any of the shapes that AWS accepts.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use crate::flag::{Flag, raise};
use crate::json::Json;
use crate::reader::{self, Words, unknown};
use crate::statement::Statement;

/// The longest document that is parsed: twice the largest that any service takes.
pub const MAX_DOCUMENT_BYTES: usize = 256 << 10;

/// The language version in which `${…}` is a variable. In older documents it is plain text.
const VERSION_WITH_VARIABLES: &str = "2012-10-17";

/// A policy document as far as it could be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    /// The `Version` element.
    pub version: Option<String>,
    /// The statements, in order.
    pub statements: Vec<Statement>,
    /// What was odd about the document itself.
    pub flags: Vec<Flag>,
    /// An element that no document has.
    unknown: Option<String>,
}

impl Document {
    /// Reads a document. Never fails: what cannot be read is flagged.
    pub fn parse(text: &str) -> Document {
        let mut document = Document::default();
        if text.len() > MAX_DOCUMENT_BYTES {
            document.flags.push(Flag::TooLarge);
            return document;
        }
        match serde_json::from_str(text.trim_start_matches('\u{feff}')) {
            Ok(Json::Object(elements)) => document.read(elements),
            Ok(_) => document.flags.push(Flag::NotAnObject),
            Err(_) => document.flags.push(Flag::NotJson),
        }
        document
    }

    /// The part of the document that IAM refuses, in words that name it: `statement 1: unknown element "Principle"`.
    /// Such a document does not say for certain who may enter, because it is not known what its author meant.
    pub fn refused(&self) -> Option<String> {
        let of_statement = |it: &Statement| Some(format!("statement {}: {}", it.ordinal, it.refused.as_ref()?));
        self.unknown.clone().or_else(|| self.statements.iter().find_map(of_statement))
    }

    /// Whether it is a policy from end to end: JSON, and nothing in it that IAM refuses.
    pub fn is_understood(&self) -> bool {
        self.is_readable() && self.refused().is_none()
    }

    /// Whether the document could be read at all. If not, it says nothing about who may enter.
    pub fn is_readable(&self) -> bool {
        !self.flags.iter().any(|flag| matches!(flag, Flag::NotJson | Flag::TooLarge | Flag::NotAnObject))
    }

    fn read(&mut self, elements: Vec<(String, Json)>) {
        let mut statements = None;
        let mut words = Words::Iam;
        for (name, value) in elements {
            match name.as_str() {
                "Version" => self.version = value.into_text(),
                "Id" => {}
                // P8: the Serverless Application Repository says `Statements`.
                "Statement" | "Statements" | "statements" => {
                    words = if name == "Statement" { Words::Iam } else { Words::SharedApplication };
                    if statements.replace(value).is_some() {
                        raise(&mut self.flags, Flag::DuplicateKey);
                    }
                }
                _ => {
                    self.unknown.get_or_insert_with(|| unknown(&name));
                    raise(&mut self.flags, Flag::UnknownElement);
                }
            }
        }
        let statements = match statements {
            Some(Json::List(statements)) => statements,
            Some(Json::Null) | None => Vec::new(),
            Some(statement) => vec![statement],
        };
        if statements.is_empty() {
            raise(&mut self.flags, Flag::NoStatement);
        }
        let expands_variables = self.version.as_deref() == Some(VERSION_WITH_VARIABLES);
        let read = |(ordinal, json)| reader::read(ordinal, json, expands_variables, words);
        self.statements = statements.into_iter().enumerate().map(read).collect();
    }
}

/// Undoes the percent-encoding in which IAM returns documents. A document that is plain JSON comes back as it is,
/// even when it holds a `%`.
pub fn decode(text: &str) -> Cow<'_, str> {
    if text.trim_start().starts_with('%') {
        percent_decode_str(text).decode_utf8().unwrap_or(Cow::Borrowed(text))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p1_a_statement_may_be_an_object() {
        let document = Document::parse(r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*"}}"#);
        assert_eq!(document.statements.len(), 1);
        assert_eq!(document.flags, []);
        assert!(document.statements[0].expands_variables);
    }

    #[test]
    fn what_is_no_policy_is_flagged() {
        assert_eq!(Document::parse("").flags, [Flag::NotJson]);
        assert_eq!(Document::parse("[1]").flags, [Flag::NotAnObject]);
        assert_eq!(Document::parse("{}").flags, [Flag::NoStatement]);
        assert_eq!(Document::parse(r#"{"Statement":[],"Stuff":1}"#).flags, [Flag::UnknownElement, Flag::NoStatement]);
        assert_eq!(Document::parse(r#"{"Statement":[7]}"#).statements[0].flags, [Flag::MalformedStatement]);
        assert!(!Document::parse("nope").is_readable());
    }

    #[test]
    fn depth_and_length_are_bounded() {
        assert_eq!(Document::parse(&"[".repeat(100_000)).flags, [Flag::NotJson]);
        assert_eq!(Document::parse(&" ".repeat(MAX_DOCUMENT_BYTES + 1)).flags, [Flag::TooLarge]);
    }

    #[test]
    fn only_encoded_text_is_decoded() {
        assert_eq!(decode("%7B%22Id%22%3A%22a%20b%22%7D"), r#"{"Id":"a b"}"#);
        assert_eq!(decode(r#"{"Id":"100%25"}"#), r#"{"Id":"100%25"}"#);
        assert_eq!(decode("%ff"), "%ff");
    }
}
