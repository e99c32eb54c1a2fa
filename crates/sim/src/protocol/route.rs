//! Finds the operation and the parameters of an HTTP request: by a header, or by the paths in the table of calls.

use crate::service::Service;
use bytes::Bytes;
use orgcensus_calls::{Operation, Place, Protocol, operation};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

type Parameters = Map<String, Value>;

/// `X-Amz-Target: Prefix.Operation`, parameters in a JSON body.
pub(super) fn json_target(request: &http::Request<Bytes>) -> Option<(String, Parameters)> {
    let target = request.headers().get("x-amz-target")?.to_str().ok()?;
    Some((target.rsplit('.').next()?.to_owned(), json_body(request)))
}

/// The operation of the service whose path and query fit the request. If several fit, it is the one with the most parts
/// in its query.
pub(super) fn rest_route(service: &Service, request: &http::Request<Bytes>) -> Option<(String, Parameters)> {
    let path = path(service, request);
    let mut parameters = form(request.uri().query().unwrap_or_default());
    let known = service.operations().filter_map(|it| operation(service.in_table(), it.name));
    let fitting = known.filter(|it| it.method == request.method().as_str());
    let fitting = fitting.filter_map(|it| Some((it, fit(it, &path, &parameters)?)));
    let (operation, labels) = fitting.reduce(|best, it| if marks(it.0) > marks(best.0) { it } else { best })?;
    match service.protocol() {
        Protocol::RestJson => parameters.extend(json_body(request)),
        Protocol::RestXml => parameters.extend(xml_body(request)),
        _ => {}
    }
    parameters.extend(labels);
    for input in &operation.inputs {
        let Place::Header(header) = input.place else { continue };
        if let Some(value) = request.headers().get(header).and_then(|value| value.to_str().ok()) {
            parameters.insert(input.name.to_owned(), json!(value));
        }
    }
    Some((operation.name.to_owned(), parameters))
}

/// The path, beginning with the bucket. For S3 the bucket may be in the host instead.
fn path(service: &Service, request: &http::Request<Bytes>) -> String {
    let path = request.uri().path();
    match bucket_in_host(request).filter(|_| service.speaks_as_s3) {
        Some(bucket) => format!("/{bucket}{path}"),
        None => path.to_owned(),
    }
}

fn bucket_in_host(request: &http::Request<Bytes>) -> Option<String> {
    let header = request.headers().get(http::header::HOST).and_then(|value| value.to_str().ok());
    let host = header.or_else(|| request.uri().host())?;
    let bucket = host.find(".s3.").or_else(|| host.find(".s3-")).map(|end| &host[..end])?;
    Some(bucket.to_owned())
}

/// How many parts the operation's query has: `/{Bucket}?policy` has one.
fn marks(operation: &Operation) -> usize {
    operation.uri.split_once('?').map_or(0, |(_, query)| query.split('&').count())
}

/// The values of the path's labels, if path and query fit the operation.
fn fit(operation: &Operation, path: &str, parameters: &Parameters) -> Option<Parameters> {
    let (template, query) = operation.uri.split_once('?').unwrap_or((operation.uri, ""));
    let has_mark = |mark: &str| {
        let (name, value) = mark.split_once('=').unwrap_or((mark, ""));
        parameters.get(name).is_some_and(|given| value.is_empty() || given == value)
    };
    if !query.split('&').filter(|mark| !mark.is_empty()).all(has_mark) {
        return None;
    }
    labels(template.trim_matches('/'), path.trim_matches('/'))
}

/// `/functions/{FunctionName}/policy`: a label stands for one part of the path; a label with a plus may stand for
/// several.
fn labels(template: &str, path: &str) -> Option<Parameters> {
    let mut labels = Map::new();
    let (mut wanted, mut given) = (template.split('/'), path.split('/'));
    while let Some(part) = wanted.next() {
        let label = part.strip_prefix('{').and_then(|it| it.strip_suffix('}'));
        let value = match label {
            None if given.next()? == part => continue,
            None => return None,
            Some(label) if label.ends_with('+') => {
                let after = wanted.clone().count();
                let parts: Vec<&str> = given.clone().collect();
                let own = parts.len().checked_sub(after)?;
                given.by_ref().take(own).for_each(drop);
                parts[..own].join("/")
            }
            Some(_) => given.next()?.to_owned(),
        };
        if value.is_empty() {
            return None;
        }
        labels.insert(label.unwrap_or_default().trim_end_matches('+').to_owned(), json!(decode(&value)));
    }
    given.next().is_none().then_some(labels)
}

/// The members of a JSON body; none if the body is not JSON.
fn json_body(request: &http::Request<Bytes>) -> Parameters {
    match serde_json::from_slice(request.body()) {
        Ok(Value::Object(parameters)) => parameters,
        _ => Map::new(),
    }
}

/// The members of a flat XML body, as text; none if the body is not XML.
fn xml_body(request: &http::Request<Bytes>) -> Parameters {
    let text = String::from_utf8_lossy(request.body());
    let Ok(document) = roxmltree::Document::parse(&text) else { return Map::new() };
    let members = document.root_element().children().filter(roxmltree::Node::is_element);
    members.map(|it| (it.tag_name().name().to_owned(), json!(it.text().unwrap_or_default()))).collect()
}

/// `a=1&b=2`, with `+` and percent escapes.
pub(super) fn form(text: &str) -> Parameters {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(key, value)| (decode(&key.replace('+', " ")), json!(decode(&value.replace('+', " ")))))
        .collect()
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::labels;

    #[test]
    fn labels_are_parts_of_the_path_and_greedy_ones_many() {
        let of = |template, path| labels(template, path).map(|it| serde_json::Value::Object(it).to_string());
        assert_eq!(of("a/{B}/c", "a/x%2Fy/c").as_deref(), Some(r#"{"B":"x/y"}"#));
        assert_eq!(of("a/{B+}/c", "a/x/y/c").as_deref(), Some(r#"{"B":"x/y"}"#));
        assert_eq!(of("a/{B+}", "a/x/y").as_deref(), Some(r#"{"B":"x/y"}"#));
        assert_eq!(of("", "").as_deref(), Some("{}"));
        for (template, path) in [("a/{B}", "a"), ("a/{B}", "a/x/y"), ("a", "b"), ("", "b"), ("{B}", "")] {
            assert_eq!(of(template, path), None, "{template} {path}");
        }
    }
}
