//! `json_extract_scalar(text, '$.name')`: one text, number or boolean of a JSON text, as text. Null for a list or an
//! object, where there is nothing, and where the text is no JSON, as in Trino.

use std::sync::Arc;

use arrow::array::{AsArray, StringArray};
use arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};
use serde_json::Value;

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct JsonExtractScalar {
    signature: Signature,
}

impl JsonExtractScalar {
    pub(super) fn new() -> Self {
        Self { signature: Signature::exact(vec![DataType::Utf8, DataType::Utf8], Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for JsonExtractScalar {
    fn name(&self) -> &'static str {
        "json_extract_scalar"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [text, path] = args.args.as_slice() else {
            return exec_err!("json_extract_scalar takes a text and a path");
        };
        let (texts, paths) = (text.to_array(args.number_rows)?, path.to_array(args.number_rows)?);
        let mut found = Vec::with_capacity(args.number_rows);
        let mut last: Option<(&str, Vec<Step>)> = None;
        for (text, path) in texts.as_string::<i32>().iter().zip(paths.as_string::<i32>().iter()) {
            let (Some(text), Some(path)) = (text, path) else {
                found.push(None);
                continue;
            };
            if last.as_ref().is_none_or(|(known, _)| *known != path) {
                let Some(steps) = steps(path) else {
                    return exec_err!("json_extract_scalar does not understand the path {path:?}: '$.name[0]'");
                };
                last = Some((path, steps));
            }
            let steps = last.as_ref().map(|(_, steps)| steps.as_slice()).unwrap_or_default();
            found.push(scalar(text, steps));
        }
        Ok(ColumnarValue::Array(Arc::new(StringArray::from(found))))
    }
}

/// One step of a path.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    Member(String),
    Element(usize),
}

/// The steps of `$.name`, `$["name"]`, `$[0]`, one behind the other.
pub(super) fn steps(path: &str) -> Option<Vec<Step>> {
    let mut rest = path.trim().strip_prefix('$')?;
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if let Some(name) = rest.strip_prefix('.') {
            let end = name.find(['.', '[']).unwrap_or(name.len());
            let (name, behind) = name.split_at(end);
            if name.is_empty() || name == "*" {
                return None;
            }
            steps.push(Step::Member(name.to_owned()));
            rest = behind;
            continue;
        }
        let inner = rest.strip_prefix('[')?;
        if let Some(quote) = inner.chars().next().filter(|it| matches!(it, '"' | '\'')) {
            let (name, behind) = inner[1..].split_once(quote)?;
            steps.push(Step::Member(name.to_owned()));
            rest = behind.strip_prefix(']')?;
        } else {
            let (number, behind) = inner.split_once(']')?;
            steps.push(Step::Element(number.parse().ok()?));
            rest = behind;
        }
    }
    Some(steps)
}

fn scalar(text: &str, steps: &[Step]) -> Option<String> {
    let whole: Value = serde_json::from_str(text).ok()?;
    let mut value = &whole;
    for step in steps {
        value = match step {
            Step::Member(name) => value.get(name)?,
            Step::Element(place) => value.get(place)?,
        };
    }
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(it) => Some(it.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
