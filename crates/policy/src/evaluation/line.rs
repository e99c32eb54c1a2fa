//! `may --jsonl`: one request a line in, one answer a line out. A line that cannot be read becomes an error that says why.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::answer::Answer;
use super::line_reader::request;
use super::raw::{RawOrganization, RawQuestion};
use super::whole::evaluate;
use crate::line::{MAX_LINE_BYTES, json, leading_id};

#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    organization: Option<RawOrganization>,
    question: RawQuestion,
}

/// The members of a line.
const OWN: [&str; 3] = ["id", "organization", "question"];

/// The members of its parts.
const PARTS: [&str; 16] = [
    "accounts",
    "action",
    "at",
    "context",
    "endpoints",
    "full_aws_access_detached_from",
    "grants",
    "identities",
    "management",
    "policies",
    "principal",
    "rcps",
    "resource",
    "scps",
    "units",
    "vpcs",
];

/// A line of which only the id is read.
#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
}

#[derive(Serialize)]
struct Answered<'a> {
    id: Option<&'a RawValue>,
    #[serde(flatten)]
    answer: Answer,
}

#[derive(Serialize)]
struct Refused<'a> {
    id: Option<&'a RawValue>,
    error: String,
}

/// The answer to one line, without a line's end.
pub fn answer_line(line: &[u8]) -> String {
    if line.len() > MAX_LINE_BYTES {
        return refused(None, format!("line: longer than {MAX_LINE_BYTES} bytes"));
    }
    let text = match std::str::from_utf8(line) {
        Ok(text) => text.trim_start_matches('\u{feff}').trim(),
        Err(error) => {
            let readable = line.get(..error.valid_up_to()).and_then(|start| std::str::from_utf8(start).ok());
            return refused(readable.and_then(leading_id), "line: not UTF-8".to_owned());
        }
    };
    // A list of three values would do for serde.
    if !text.starts_with('{') {
        return refused(None, "line: not a JSON object".to_owned());
    }
    let line: Line = match serde_json::from_str(text) {
        Ok(line) => line,
        Err(error) => {
            let named = serde_json::from_str::<Named>(text).ok();
            let id = named.map_or_else(|| leading_id(text), |named| named.id);
            return refused(id, format!("line: {error}"));
        }
    };
    let Some(id) = line.id else { return refused(None, "id: missing".to_owned()) };
    if let Some(name) = misplaced(text, line.organization.is_some()) {
        return refused(Some(id), format!("line: unknown field `{name}`"));
    }
    let answer = request(line.organization, line.question)
        .and_then(|request| evaluate(&request).map_err(|error| error.to_string()));
    match answer {
        Ok(answer) => json(&Answered { id: Some(id), answer }),
        Err(error) => refused(Some(id), error),
    }
}

/// What belongs into the organization or the question, and stands beside them. Other members of the line are the
/// writer's own, such as a remark or what is expected; but without an organization one of them may be that, misspelt.
fn misplaced(text: &str, has_organization: bool) -> Option<String> {
    let members: BTreeMap<String, IgnoredAny> = serde_json::from_str(text).ok()?;
    let own = |name: &String| OWN.contains(&name.as_str());
    let is_wrong = |name: &String| !own(name) && (!has_organization || PARTS.contains(&name.as_str()));
    members.into_keys().find(is_wrong)
}

fn refused(id: Option<&RawValue>, error: String) -> String {
    json(&Refused { id, error })
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    const QUESTION: &str =
        r#"{"principal":"arn:aws:iam::111122223333:root","action":"s3:ListAllMyBuckets","resource":"*"}"#;

    fn answer(line: &str) -> Value {
        serde_json::from_str(&answer_line(line.as_bytes())).unwrap()
    }

    fn error(line: &str) -> String {
        answer(line)["error"].as_str().unwrap_or_else(|| panic!("no error: {line}")).to_owned()
    }

    #[test]
    fn a_line_is_answered_under_its_id() {
        let found = answer(&format!(r#"{{"question":{QUESTION},"id":{{"a":[1]}}}}"#));
        assert_eq!((&found["id"]["a"][0], &found["result"]), (&1.into(), &"allowed".into()));
        assert_eq!((&found["conditions"], &found["caller_must"]), (&Value::Array(vec![]), &Value::Array(vec![])));
        assert_eq!(found["decided_by"]["layer"], "root");
        assert!(found.get("error").is_none());
    }

    #[test]
    fn what_cannot_be_read_says_why_and_keeps_the_id() {
        assert!(error("").contains("not a JSON object") && error("[1,{},{}]").contains("not a JSON object"));
        assert_eq!(error(&format!(r#"{{"question":{QUESTION}}}"#)), "id: missing");
        assert_eq!(answer(r#"{"id":"x","question":{"#)["id"], "x");
        let unknown = answer(&format!(r#"{{"question":{QUESTION},"resource":{{}},"id":7}}"#));
        assert_eq!(unknown["id"], 7);
        assert!(unknown["error"].as_str().unwrap().contains("unknown field `resource`"));
        let misspelt = error(&format!(r#"{{"question":{QUESTION},"organisation":{{}},"id":7}}"#));
        assert!(misspelt.contains("unknown field `organisation`"));
        let inner = answer(&format!(r#"{{"id":7,"organization":{{"id":"o-1","scp":[]}},"question":{QUESTION}}}"#));
        assert!(inner["error"].as_str().unwrap().contains("unknown field `scp`"));
        assert!(answer_line(&vec![b' '; MAX_LINE_BYTES + 1]).contains("longer than"));
        assert_eq!(answer_line(b"{\"id\":7,\"x\":\"\xff\"}"), r#"{"id":7,"error":"line: not UTF-8"}"#);
    }

    #[test]
    fn what_a_writer_notes_beside_a_whole_request_is_no_part_of_it() {
        let with = |member: &str| format!(r#"{{"id":1,"organization":{{}},"question":{QUESTION},{member}}}"#);
        let found = answer(&with(r#""expect":{"result":"denied"},"rule":"E15""#));
        assert_eq!((&found["result"], &found["expect"]), (&"allowed".into(), &Value::Null));
        assert!(error(&with(r#""scps":[]"#)).contains("unknown field `scps`"));
    }

    #[test]
    fn a_policy_that_iam_refuses_is_an_error_that_names_it() {
        let with = |document: &str| {
            let organization = format!(r#"{{"id":"o-1","scps":[{{"target":"r-1","document":{document}}}]}}"#);
            format!(r#"{{"id":1,"organization":{organization},"question":{QUESTION}}}"#)
        };
        assert_eq!(error(&with(r#"{"Stuff":1}"#)), "scps[0]: unknown element \"Stuff\"");
        assert_eq!(error(&with("7")), "scps[0]: expected an object or a string");
        assert_eq!(answer(&with("null"))["result"], "allowed", "the caller's account is not of the organization");
        let odd = QUESTION.replace("root", "group/g");
        assert!(error(&format!(r#"{{"id":1,"question":{odd}}}"#)).starts_with("question.principal: expected"));
        let late = QUESTION.replace(r#""*"}"#, r#""*","at":"soon"}"#);
        assert!(error(&format!(r#"{{"id":1,"question":{late}}}"#)).starts_with("question.at: expected"));
    }
}
