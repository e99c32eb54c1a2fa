//! Writes an answer or a refusal as an HTTP response in the service's protocol.

use super::json::without_nulls;
use super::{Refusal, Request, xml};
use crate::service::Service;
use bytes::Bytes;
use http::Response;
use orgcensus_calls::Protocol;
use serde_json::{Value, json};

/// The request id of every answer. Nothing reads it, and with a constant equal answers stay equal.
const REQUEST_ID: &str = "00000000-0000-4000-8000-000000000000";

/// What an operation answers.
#[derive(Debug)]
pub(crate) enum Answer {
    /// The members of the operation's output; for REST XML, under the name of the root element.
    Members(Value),
    /// The body itself, as S3 gives a bucket's policy.
    Body(String),
}

/// Writes an answer.
pub(crate) fn render(request: &Request, answer: Answer) -> Response<Bytes> {
    let mut members = match answer {
        Answer::Body(body) => return respond(200, "application/json", &[], body),
        Answer::Members(members) => members,
    };
    let (service, operation) = (request.service, &request.operation);
    let content_type = content_type(service);
    match service.protocol() {
        Protocol::Json10 | Protocol::Json11 | Protocol::RestJson => {
            without_nulls(&mut members);
            respond(200, content_type, &[], members.to_string())
        }
        Protocol::Query => {
            let content = json!({
                "@xmlns": namespace(service),
                format!("{operation}Result"): members,
                "ResponseMetadata": { "RequestId": REQUEST_ID },
            });
            respond(200, content_type, &[], document(&json!({ format!("{operation}Response"): content })))
        }
        Protocol::Ec2 => {
            let mut content = json!({ "@xmlns": namespace(service), "requestId": REQUEST_ID });
            if let (Value::Object(content), Value::Object(members)) = (&mut content, members) {
                content.extend(members);
            }
            respond(200, content_type, &[], document(&json!({ format!("{operation}Response"): content })))
        }
        Protocol::RestXml => respond(200, content_type, &[], document(&members)),
    }
}

/// Writes a refusal.
pub(crate) fn render_refusal(service: &Service, refusal: &Refusal) -> Response<Bytes> {
    let Refusal { status, code, message, headers } = refusal;
    let mut headers = headers.clone();
    let fault = if *status < 500 { "Sender" } else { "Receiver" };
    let error = json!({ "Type": fault, "Code": code, "Message": message });
    let body = match service.protocol() {
        Protocol::Json10 | Protocol::Json11 => {
            let had_forms = service.wire().is_some_and(|wire| wire.had_forms);
            if had_forms && !headers.iter().any(|(name, _)| *name == QUERY_ERROR) {
                headers.push((QUERY_ERROR, format!("{};{fault}", query_code(code))));
            }
            json!({ "__type": code, "message": message }).to_string()
        }
        Protocol::RestJson => {
            headers.push(("x-amzn-errortype", code.clone()));
            json!({ "Type": if *status < 500 { "User" } else { "Service" }, "Message": message }).to_string()
        }
        Protocol::Query => {
            let content = json!({ "@xmlns": namespace(service), "Error": error, "RequestId": REQUEST_ID });
            document(&json!({ "ErrorResponse": content }))
        }
        Protocol::Ec2 => {
            let error = json!({ "Error": { "Code": code, "Message": message } });
            document(&json!({ "Response": { "Errors": error, "RequestID": REQUEST_ID } }))
        }
        Protocol::RestXml if service.speaks_as_s3 => {
            let content = json!({ "Code": code, "Message": message, "RequestId": REQUEST_ID, "HostId": "simulated" });
            document(&json!({ "Error": content }))
        }
        Protocol::RestXml => {
            let content = json!({ "Error": error, "RequestId": REQUEST_ID, "HostId": "simulated" });
            document(&json!({ "ErrorResponse": content }))
        }
    };
    respond(*status, content_type(service), &headers, body)
}

fn content_type(service: &Service) -> &'static str {
    match service.protocol() {
        Protocol::Json10 => "application/x-amz-json-1.0",
        Protocol::Json11 => "application/x-amz-json-1.1",
        Protocol::RestJson => "application/json",
        Protocol::Query | Protocol::Ec2 => "text/xml;charset=UTF-8",
        Protocol::RestXml => "application/xml",
    }
}

/// The namespace of a service with a query protocol. Nothing reads it.
fn namespace(service: &Service) -> String {
    let scheme = if service.is_global() { "https" } else { "http" };
    let (host, version) = service.wire().map_or((service.name, ""), |wire| (wire.host, wire.api_version));
    format!("{scheme}://{host}.amazonaws.com/doc/{version}/")
}

/// Services that once had the query protocol also give their errors the names from that protocol, in this header.
const QUERY_ERROR: &str = "x-amzn-query-error";

fn query_code(code: &str) -> &str {
    match code {
        "AccessDeniedException" => "AccessDenied",
        "ExpiredTokenException" => "ExpiredToken",
        "InternalFailure" => "InternalError",
        "UnknownOperationException" => "InvalidAction",
        "UnrecognizedClientException" => "InvalidClientTokenId",
        other => other,
    }
}

fn document(root: &Value) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    xml::write(&mut out, root);
    out
}

fn respond(status: u16, content_type: &str, headers: &[(&'static str, String)], body: String) -> Response<Bytes> {
    let mut builder = Response::builder()
        .status(status)
        .header("content-type", content_type)
        .header("x-amzn-requestid", REQUEST_ID)
        .header("x-amz-request-id", REQUEST_ID);
    for (name, value) in headers {
        builder = builder.header(*name, value);
    }
    // Only a header that is not ASCII could fail here, and all headers are ASCII.
    builder.body(Bytes::from(body)).unwrap_or_default()
}
