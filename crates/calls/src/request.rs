//! Requests: a call's input, as its protocol writes it.

use std::borrow::Cow;

use http::header::{CONTENT_TYPE, HeaderName};
use http::{HeaderValue, Request};
use percent_encoding::utf8_percent_encode;
use serde_json::{Map, Value};

use crate::form::{UNRESERVED, form, plain_text};
use crate::table::{Operation, Place, Protocol, Root};

/// Headers that no model names, and that AWS's SDKs add.
const HEADERS: &[(&str, &str, &str)] =
    &[("apigateway", "accept", "application/json"), ("glacier", "x-amz-glacier-version", "2012-06-01")];

/// An input that does not fit its call: a bug of the caller's, or an item without the id by which more is asked about
/// it. Nothing is sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    /// The call has no such input.
    #[error("{call} has no input {name}")]
    Unknown {
        /// `sqs:ListQueues`.
        call: String,
        /// The input's name.
        name: String,
    },
    /// The call needs an input that was not given.
    #[error("{call} needs the input {name}")]
    Missing {
        /// `kms:DescribeKey`.
        call: String,
        /// The input's name.
        name: String,
    },
    /// The input is no object, or a value can not stand where it goes.
    #[error("{call}: {name} can not be sent: {why}")]
    Unfit {
        /// `lambda:GetPolicy`.
        call: String,
        /// The input's name.
        name: String,
        /// What is wrong.
        why: String,
    },
}

/// The request of a call: its URI is path and query, without a host. Refuses inputs that the table does not list.
pub fn request(operation: &Operation, input: &Value) -> Result<Request<Vec<u8>>, InputError> {
    let call = || format!("{}:{}", operation.service.name, operation.name);
    let unfit = |name: &str, why: String| InputError::Unfit { call: call(), name: name.to_owned(), why };
    let Value::Object(given) = input else { return Err(unfit("the input", "it is no object".to_owned())) };
    let mut path = Path::new(operation);
    let (mut query, mut headers, mut body) = (Vec::new(), Vec::new(), Map::new());
    for (name, value) in given.iter().filter(|(_, value)| !value.is_null()) {
        if path.fill(name, value).map_err(|why| unfit(name, why))? {
            continue;
        }
        let known = operation.inputs.iter().find(|it| it.name == name);
        let known = known.ok_or_else(|| InputError::Unknown { call: call(), name: name.clone() })?;
        match known.place {
            Place::Header(header) => headers.push((header, plain_text(value))),
            Place::Query => query.push((name.as_str(), value)),
            Place::Usual if operation.method == "GET" => query.push((name.as_str(), value)),
            Place::Usual => drop(body.insert(name.clone(), without_nulls(value.clone()))),
        }
    }
    let required = operation.inputs.iter().filter(|it| it.is_required).map(|it| it.name);
    if let Some(name) = required.chain(path.open()).find(|name| given.get(*name).is_none_or(names_nothing)) {
        return Err(InputError::Missing { call: call(), name: name.to_owned() });
    }
    let body = written(operation, body);
    let mut request = Request::new(body.bytes);
    *request.method_mut() = operation.method.parse().map_err(|_| unfit("the method", operation.method.to_owned()))?;
    *request.uri_mut() =
        path.with(&query).parse().map_err(|error: http::uri::InvalidUri| unfit("the path", error.to_string()))?;
    for (name, value) in headers {
        let value = HeaderValue::from_str(&value).map_err(|error| unfit(name, error.to_string()))?;
        request.headers_mut().insert(HeaderName::from_static(name), value);
    }
    if let Some(content_type) = body.content_type {
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    add_fixed(operation, request.headers_mut());
    Ok(request)
}

/// Whether a value says as little as one that was not given. An empty id may mean to AWS what nobody asked about.
fn names_nothing(value: &Value) -> bool {
    value.is_null() || value.as_str() == Some("")
}

/// A value without its null members: AWS's SDKs never send null.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.into_iter().filter(|(_, value)| !value.is_null());
            members.map(|(name, value)| (name, without_nulls(value))).collect()
        }
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        plain => plain,
    }
}

struct Body {
    bytes: Vec<u8>,
    content_type: Option<&'static str>,
}

fn written(operation: &Operation, body: Map<String, Value>) -> Body {
    let service = operation.service;
    let is_body_possible = operation.method != "GET" && operation.inputs.iter().any(|it| it.place == Place::Usual);
    let is_given = !body.is_empty();
    let body = Value::Object(body);
    let (text, content_type) = match service.protocol {
        Protocol::Json10 => (body.to_string(), Some("application/x-amz-json-1.0")),
        Protocol::Json11 => (body.to_string(), Some("application/x-amz-json-1.1")),
        Protocol::Query | Protocol::Ec2 => {
            (form(operation.name, service.api_version, &body), Some("application/x-www-form-urlencoded"))
        }
        Protocol::RestJson if is_body_possible => (body.to_string(), Some("application/json")),
        Protocol::RestXml => match operation.body {
            // As botocore: where nothing is given, the body is empty.
            Some(root) if is_given => (xml(root, &body), Some("application/xml")),
            _ => (String::new(), None),
        },
        Protocol::RestJson => (String::new(), None),
    };
    Body { bytes: text.into_bytes(), content_type }
}

fn add_fixed(operation: &Operation, headers: &mut http::HeaderMap) {
    let service = operation.service;
    if matches!(service.protocol, Protocol::Json10 | Protocol::Json11) {
        let target = format!("{}.{}", service.target_prefix, operation.name);
        if let Ok(target) = HeaderValue::from_str(&target) {
            headers.insert(HeaderName::from_static("x-amz-target"), target);
        }
    }
    if service.had_forms {
        headers.insert(HeaderName::from_static("x-amzn-query-mode"), HeaderValue::from_static("true"));
    }
    for (_, name, value) in HEADERS.iter().filter(|(of, ..)| *of == service.name) {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
}

/// A flat XML body: members of text.
fn xml(root: Root, body: &Value) -> String {
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let members = body.as_object().into_iter().flatten();
    let members: String =
        members.map(|(name, value)| format!("<{name}>{}</{name}>", escaped(&plain_text(value)))).collect();
    format!("<{0} xmlns=\"{1}\">{members}</{0}>", root.name, root.namespace)
}

/// A path and the labels that are still open in it.
struct Path {
    template: &'static str,
    filled: Vec<(&'static str, String)>,
}

impl Path {
    fn new(operation: &Operation) -> Self {
        Self { template: operation.uri, filled: Vec::new() }
    }

    /// The names of all labels, and whether each may hold slashes: `{name+}`.
    fn labels(&self) -> impl Iterator<Item = (&'static str, bool)> + use<> {
        let inner = self.template.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(label, _)| label);
        inner.map(|label| label.strip_suffix('+').map_or((label, false), |name| (name, true)))
    }

    /// Takes a value if a label has its name. An empty one would name another path.
    fn fill(&mut self, name: &str, value: &Value) -> Result<bool, String> {
        let Some((label, is_greedy)) = self.labels().find(|(label, _)| *label == name) else { return Ok(false) };
        let text = plain_text(value);
        if text.is_empty() || value.is_array() || value.is_object() {
            return Err("it is a part of the path".to_owned());
        }
        let encode = |part: &str| utf8_percent_encode(part, UNRESERVED).to_string();
        let encoded = match is_greedy {
            true => text.split('/').map(encode).collect::<Vec<_>>().join("/"),
            false => encode(&text),
        };
        self.filled.push((label, encoded));
        Ok(true)
    }

    fn open(&self) -> impl Iterator<Item = &'static str> + use<'_> {
        self.labels().map(|(label, _)| label).filter(|label| self.filled.iter().all(|(name, _)| name != label))
    }

    fn with(&self, query: &[(&str, &Value)]) -> String {
        let mut text = Cow::Borrowed(self.template);
        for (label, value) in &self.filled {
            let greedy = format!("{{{label}+}}");
            text = text.replace(&greedy, value).replace(&format!("{{{label}}}"), value).into();
        }
        let mut text = text.into_owned();
        let pairs = query.iter().flat_map(|(name, value)| match value {
            Value::Array(items) => items.iter().map(|item| (*name, plain_text(item))).collect(),
            other => vec![(*name, plain_text(other))],
        });
        for (name, value) in pairs {
            text.push(if text.contains('?') { '&' } else { '?' });
            text.extend(utf8_percent_encode(name, UNRESERVED));
            text.push('=');
            text.extend(utf8_percent_encode(&value, UNRESERVED));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::operation;

    fn of(service: &str, name: &str, input: &Value) -> Result<Request<Vec<u8>>, InputError> {
        request(operation(service, name).unwrap(), input)
    }

    fn line(request: &Request<Vec<u8>>) -> String {
        format!("{} {} {}", request.method(), request.uri(), String::from_utf8_lossy(request.body()))
    }

    #[test]
    fn each_protocol_has_its_form() {
        let queues = of("sqs", "ListQueues", &json!({"MaxResults": 1000, "NextToken": null})).unwrap();
        assert_eq!(line(&queues), r#"POST / {"MaxResults":1000}"#);
        assert_eq!(queues.headers()["x-amz-target"], "AmazonSQS.ListQueues");
        assert_eq!(queues.headers()["x-amzn-query-mode"], "true");
        assert_eq!(queues.headers()["content-type"], "application/x-amz-json-1.0");
        let topics = of("sns", "ListTopics", &json!({})).unwrap();
        assert_eq!(line(&topics), "POST / Action=ListTopics&Version=2010-03-31");
        let policy = json!({"FunctionName": "arn:aws:lambda:eu-west-1:1:function:a/b é", "Qualifier": "1&2"});
        let policy = of("lambda", "GetPolicy", &policy).unwrap();
        assert_eq!(
            line(&policy),
            "GET /2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A1%3Afunction%3Aa%2Fb%20%C3%A9/policy?Qualifier=1%262 "
        );
        assert!(policy.headers().get("content-type").is_none());
        let point = json!({"name": "p", "AccountId": "111122223333"});
        let point = of("s3control", "GetAccessPoint", &point).unwrap();
        assert_eq!(line(&point), "GET /v20180820/accesspoint/p ");
        assert_eq!(point.headers()["x-amz-account-id"], "111122223333");
    }

    #[test]
    fn an_arn_in_a_path_is_one_part_of_it() {
        let arn = "arn:aws:s3-outposts:us-east-1:111122223333:outpost/op-1/bucket/b";
        let input = json!({"name": arn, "AccountId": "111122223333", "OutpostId": "op-1"});
        let policy = of("s3outpostscontrol", "GetBucketPolicy", &input).unwrap();
        assert_eq!(
            policy.uri().path(),
            "/v20180820/bucket/arn%3Aaws%3As3-outposts%3Aus-east-1%3A111122223333%3Aoutpost%2Fop-1%2Fbucket%2Fb/policy"
        );
        assert_eq!(policy.headers()["x-amz-outpost-id"], "op-1");
    }

    #[test]
    fn what_is_null_is_not_sent() {
        let table = json!({"DatabaseName": "d", "TableInput": {"Name": "t", "Owner": null, "Columns": [{"A": null}]}});
        let sent = of("glue", "CreateTable", &table).unwrap();
        assert_eq!(line(&sent), r#"POST / {"DatabaseName":"d","TableInput":{"Name":"t","Columns":[{}]}}"#);
    }

    #[test]
    fn an_xml_body_is_written_if_it_says_something() {
        let policy = of("cloudfront", "GetResourcePolicy", &json!({"ResourceArn": "a<&b"})).unwrap();
        let body = "<GetResourcePolicyRequest xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\">\
                    <ResourceArn>a&lt;&amp;b</ResourceArn></GetResourcePolicyRequest>";
        assert_eq!(line(&policy), format!("POST /2020-05-31/get-resource-policy {body}"));
        let stores = of("cloudfront", "ListTrustStores", &json!({})).unwrap();
        assert_eq!(line(&stores), "POST /2020-05-31/trust-stores ");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let error = |service, name, input| of(service, name, &input).unwrap_err().to_string();
        assert_eq!(error("sqs", "ListQueues", json!({"MaxResult": 1})), "sqs:ListQueues has no input MaxResult");
        assert_eq!(error("kms", "DescribeKey", json!({})), "kms:DescribeKey needs the input KeyId");
        for nothing in [json!(null), json!("")] {
            let input = json!({"KeyId": nothing});
            assert_eq!(error("kms", "DescribeKey", input), "kms:DescribeKey needs the input KeyId");
        }
        assert_eq!(error("lambda", "GetPolicy", json!({})), "lambda:GetPolicy needs the input FunctionName");
        let account = json!({"AccountId": "111122223333"});
        let of_no_outpost = error("s3outpostscontrol", "ListRegionalBuckets", account);
        assert_eq!(of_no_outpost, "s3outpostscontrol:ListRegionalBuckets needs the input OutpostId");
        assert!(error("lambda", "GetPolicy", json!({"FunctionName": ""})).contains("part of the path"));
        assert!(
            error("s3control", "GetAccessPoint", json!({"name": "p", "AccountId": "1\n2"}))
                .contains("x-amz-account-id")
        );
        assert!(error("sqs", "ListQueues", json!([])).contains("no object"));
    }
}
