//! `explain --jsonl`: one JSON object a line in, one a line out. A line that cannot be read becomes an error that says
//! why, and the other lines are still answered.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::arn::is_arn;
use crate::document::{Document, MAX_DOCUMENT_BYTES, decode};
use crate::explain::{Context, Explainer, Explanation};
use crate::flag::Flag;
use crate::function_url::url_created_at;

/// The longest line that is read: a policy of the longest kind, as an escaped string, beside ten thousands of accounts.
pub const MAX_LINE_BYTES: usize = 4 << 20;

/// Why a line has no answer.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// The line is not JSON, not an object, or too long.
    #[error("line: {0}")]
    Line(String),
    /// The policy is not there or cannot be read.
    #[error("policy: {0}")]
    Policy(String),
    /// A part of the context is not what it should be.
    #[error("{field}: expected {expected}")]
    Context {
        /// The field's name.
        field: Cow<'static, str>,
        /// What it should be.
        expected: &'static str,
    },
}

#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    policy: Option<&'a RawValue>,
    #[serde(borrow)]
    context: Option<&'a RawValue>,
}

#[derive(Serialize)]
struct Answer<'a> {
    id: Option<&'a RawValue>,
    #[serde(flatten)]
    explanation: Explanation,
}

#[derive(Serialize)]
struct Refusal<'a> {
    id: Option<&'a RawValue>,
    error: String,
}

/// Answers lines. Lines that share a context share what is made of it.
#[derive(Debug)]
pub struct Lines {
    /// For lines without a context.
    default: Explainer,
    last: Option<(String, Explainer)>,
}

impl Lines {
    /// Lines that bring no context of their own have this one.
    pub fn new(default: Context) -> Lines {
        Lines { default: Explainer::new(default), last: None }
    }

    /// The answer to one line, without a line's end.
    pub fn answer(&mut self, line: &[u8]) -> String {
        if line.len() > MAX_LINE_BYTES {
            return refusal(None, &LineError::Line(format!("longer than {MAX_LINE_BYTES} bytes")));
        }
        let text = match std::str::from_utf8(line) {
            Ok(text) => text.trim_start_matches('\u{feff}').trim(),
            Err(error) => {
                let readable = line.get(..error.valid_up_to()).and_then(|start| std::str::from_utf8(start).ok());
                return refusal(readable.and_then(leading_id), &LineError::Line("not UTF-8".to_owned()));
            }
        };
        // A list of three values would do for serde.
        if !text.starts_with('{') {
            return refusal(None, &LineError::Line("not a JSON object".to_owned()));
        }
        let line: Line = match serde_json::from_str(text) {
            Ok(line) => line,
            Err(error) => return refusal(leading_id(text), &LineError::Line(error.to_string())),
        };
        match self.explain(&line) {
            Ok(explanation) => json(&Answer { id: line.id, explanation }),
            Err(error) => refusal(line.id, &error),
        }
    }

    fn explain(&mut self, line: &Line) -> Result<Explanation, LineError> {
        let explainer = match line.context {
            None => &self.default,
            Some(raw) if self.last.as_ref().is_some_and(|(text, _)| text == raw.get()) => {
                self.last.as_ref().map_or(&self.default, |(_, explainer)| explainer)
            }
            Some(raw) => {
                let explainer = Explainer::new(context(raw)?);
                &self.last.insert((raw.get().to_owned(), explainer)).1
            }
        };
        Ok(explainer.explain(&policy(line.policy)?))
    }
}

/// Reads a policy as text, percent-encoded or not; an error if it is none.
pub fn read_policy(text: &str) -> Result<Document, LineError> {
    let document = Document::parse(&decode(text));
    if let Some(why) = document.refused() {
        return Err(LineError::Policy(why));
    }
    let why = match document.flags.iter().find(|_| !document.is_readable()) {
        None => return Ok(document),
        Some(Flag::TooLarge) => format!("longer than {MAX_DOCUMENT_BYTES} bytes"),
        Some(Flag::NotAnObject) => "not a JSON object".to_owned(),
        Some(_) => "not JSON, or nested too deeply".to_owned(),
    };
    Err(LineError::Policy(why))
}

/// A policy: an object, or a string that holds one.
pub(crate) fn policy(raw: Option<&RawValue>) -> Result<Document, LineError> {
    let text = raw.ok_or_else(|| LineError::Policy("missing".to_owned()))?.get();
    match text.as_bytes().first() {
        Some(b'{') => read_policy(text),
        Some(b'"') => {
            let text: String = serde_json::from_str(text).map_err(|error| LineError::Policy(error.to_string()))?;
            read_policy(&text)
        }
        _ => Err(LineError::Policy("expected an object or a string".to_owned())),
    }
}

/// Reads a context; keys that it does not know are not its own.
fn context(raw: &RawValue) -> Result<Context, LineError> {
    let expected = |field, expected| LineError::Context { field, expected };
    let Ok(Value::Object(mut fields)) = serde_json::from_str(raw.get()) else {
        return Err(expected("context".into(), "an object"));
    };
    let mut text = |name: &str| match fields.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(expected(format!("context.{name}").into(), "a string")),
    };
    let (resource_account, service, resource) = (text("resource_account")?, text("service")?, text("resource")?);
    if resource.as_deref().is_some_and(|arn| !arn.trim().is_empty() && !is_arn(arn.trim())) {
        return Err(expected("context.resource".into(), "an ARN"));
    }
    let function_url_created_at = match text("function_url_created_at")?.filter(|text| !text.trim().is_empty()) {
        None => None,
        Some(text) => {
            let wrong = || expected("context.function_url_created_at".into(), "a date, or a time as RFC 3339 has it");
            Some(url_created_at(text.trim()).ok_or_else(wrong)?)
        }
    };
    let mut list = |name: &str| match fields.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match serde_json::from_value::<Vec<String>>(value) {
            Ok(items) => Ok(Some(items)),
            Err(_) => Err(expected(format!("context.{name}").into(), "a list of strings")),
        },
    };
    Ok(Context {
        resource_account,
        org_ids: list("org_ids")?,
        org_accounts: list("org_accounts")?,
        trusted_accounts: list("trusted_accounts")?,
        trusted_vpcs: list("trusted_vpcs")?,
        trusted_tenants: list("trusted_tenants")?,
        service,
        function_url_created_at,
        resource,
    })
}

/// The id at the start of a line that is broken further on.
pub(crate) fn leading_id(line: &str) -> Option<&RawValue> {
    let rest = line
        .trim_start_matches('\u{feff}')
        .trim_start()
        .strip_prefix('{')?
        .trim_start()
        .strip_prefix("\"id\"")?
        .trim_start()
        .strip_prefix(':')?;
    serde_json::Deserializer::from_str(rest).into_iter::<&RawValue>().next()?.ok()
}

fn refusal(id: Option<&RawValue>, error: &LineError) -> String {
    json(&Refusal { id, error: error.to_string() })
}

pub(crate) fn json(answer: &impl Serialize) -> String {
    // Nothing in it can fail: text, lists of text and JSON that was read.
    serde_json::to_string(answer).unwrap_or_else(|error| format!(r#"{{"id":null,"error":"{error}"}}"#))
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"sqs:*"}}"#;

    fn answer(line: &str) -> Value {
        serde_json::from_str(&Lines::new(Context::default()).answer(line.as_bytes())).unwrap()
    }

    fn error(line: &str) -> String {
        answer(line)["error"].as_str().unwrap().to_owned()
    }

    #[test]
    fn a_line_is_answered_under_its_id() {
        let found = answer(&format!(r#"{{"policy":{POLICY},"id":{{"a":1e3}}}}"#));
        assert_eq!(found["id"].to_string(), r#"{"a":1000.0}"#);
        assert_eq!((&found["public"], &found["external"]), (&Value::Bool(true), &Value::Bool(true)));
        assert!(found["reasons"][0].as_str().unwrap().contains("AWS:* is public"));
        assert_eq!(answer(&format!(r#"{{"policy":{POLICY}}}"#))["id"], Value::Null);
    }

    #[test]
    fn a_policy_may_be_a_string() {
        let string = serde_json::to_string(POLICY).unwrap();
        assert_eq!(answer(&format!(r#"{{"id":1,"policy":{string},"context":null}}"#))["public"], true);
        assert_eq!(answer(r#"{"policy":"%7B%22Statement%22%3A%5B%5D%7D"}"#)["public"], false);
    }

    #[test]
    fn what_cannot_be_read_says_why_and_keeps_the_id() {
        assert!(error("").contains("not a JSON object"));
        assert!(error("[1,{},{}]").contains("not a JSON object"));
        assert!(answer(r#"{"id":"x","policy":{"#)["error"].as_str().unwrap().starts_with("line: "));
        assert_eq!(answer(r#"{"id":"x","policy":{"#)["id"], "x");
        assert_eq!(error(r#"{"id":1}"#), "policy: missing");
        assert_eq!(error(r#"{"policy":7}"#), "policy: expected an object or a string");
        assert_eq!(error(r#"{"policy":"[]"}"#), "policy: not a JSON object");
        assert_eq!(error(r#"{"policy":"nope"}"#), "policy: not JSON, or nested too deeply");
        let mut lines = Lines::new(Context::default());
        assert_eq!(lines.answer(&[b'{', 0xff]), r#"{"id":null,"error":"line: not UTF-8"}"#);
        assert_eq!(lines.answer(b" {\"id\": 7, \"x\": \"\xff\"}"), r#"{"id":7,"error":"line: not UTF-8"}"#);
        assert_eq!(lines.answer(b"{\"id\":\"\xff\"}"), r#"{"id":null,"error":"line: not UTF-8"}"#);
        assert!(lines.answer(&vec![b' '; MAX_LINE_BYTES + 1]).contains("longer than"));
    }

    #[test]
    fn an_odd_context_names_the_field() {
        let of = |context: &str| error(&format!(r#"{{"id":1,"policy":{POLICY},"context":{context}}}"#));
        assert_eq!(of("[]"), "context: expected an object");
        assert_eq!(of(r#"{"org_ids":"o-x"}"#), "context.org_ids: expected a list of strings");
        assert_eq!(of(r#"{"org_accounts":[1]}"#), "context.org_accounts: expected a list of strings");
        assert_eq!(of(r#"{"resource_account":123456789012}"#), "context.resource_account: expected a string");
        assert_eq!(of(r#"{"resource":"my-queue"}"#), "context.resource: expected an ARN");
        assert_eq!(of(r#"{"trusted_vpcs":{}}"#), "context.trusted_vpcs: expected a list of strings");
    }

    #[test]
    fn lines_do_not_share_what_they_should_not() {
        let policy = r#"{"Statement":{"Effect":"Allow","Principal":{"AWS":"999988887777"},"Action":"sqs:*"}}"#;
        let mut lines = Lines::new(Context::default());
        let mut ask = |context: &str| {
            let line = format!(r#"{{"policy":{policy},"context":{context}}}"#);
            serde_json::from_str::<Value>(&lines.answer(line.as_bytes())).unwrap()["external"].clone()
        };
        let ours = r#"{"resource_account":"111122223333","org_accounts":["999988887777"]}"#;
        assert_eq!((ask(ours), ask(ours), ask("null")), (false.into(), false.into(), Value::Null));
        assert_eq!(ask(r#"{"resource_account":"111122223333"}"#), true);
    }
}
