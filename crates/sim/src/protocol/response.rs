//! From an answer or a refusal to an HTTP response in the service's protocol.

use super::json::without_nulls;
use super::service::Protocol;
use super::{Refusal, Request, Service, xml};
use bytes::Bytes;
use http::Response;
use serde_json::{Value, json};

/// Every answer's request id. Nothing reads it, and a constant keeps answers comparable.
const REQUEST_ID: &str = "00000000-0000-4000-8000-000000000000";
const TEXT_XML: &str = "text/xml;charset=UTF-8";

/// What an operation answers.
#[derive(Debug)]
pub(crate) enum Answer {
    /// The members of the operation's output; for REST XML, under the name of the root element.
    Members(Value),
    /// The body itself, as S3 gives a bucket's policy.
    Body(String),
}

impl From<Value> for Answer {
    fn from(members: Value) -> Self {
        Self::Members(members)
    }
}

/// Writes an answer.
pub(crate) fn render(request: &Request, answer: Answer) -> Response<Bytes> {
    let mut members = match answer {
        Answer::Body(body) => return respond(200, "application/json", &[], body),
        Answer::Members(members) => members,
    };
    let operation = &request.operation;
    match request.service.protocol() {
        Protocol::Json(content_type) => {
            without_nulls(&mut members);
            respond(200, content_type, &[], members.to_string())
        }
        Protocol::RestJson => {
            without_nulls(&mut members);
            respond(200, "application/json", &[], members.to_string())
        }
        Protocol::Query(namespace) => {
            let content = json!({
                "@xmlns": namespace,
                format!("{operation}Result"): members,
                "ResponseMetadata": { "RequestId": REQUEST_ID },
            });
            respond(200, TEXT_XML, &[], document(&json!({ format!("{operation}Response"): content })))
        }
        Protocol::Ec2 => {
            let mut content = json!({ "@xmlns": "http://ec2.amazonaws.com/doc/2016-11-15/", "requestId": REQUEST_ID });
            if let (Value::Object(content), Value::Object(members)) = (&mut content, members) {
                content.extend(members);
            }
            respond(200, TEXT_XML, &[], document(&json!({ format!("{operation}Response"): content })))
        }
        Protocol::RestXml => respond(200, "application/xml", &[], document(&members)),
    }
}

/// Writes a refusal.
pub(crate) fn render_refusal(service: Service, refusal: &Refusal) -> Response<Bytes> {
    let Refusal { status, code, message, headers } = refusal;
    let mut headers = headers.clone();
    let fault = if *status < 500 { "Sender" } else { "Receiver" };
    let error = json!({ "Type": fault, "Code": code, "Message": message });
    match service.protocol() {
        Protocol::Json(content_type) => {
            if service == Service::Sqs {
                headers.push(("x-amzn-query-error", format!("{};{fault}", query_code(code))));
            }
            respond(*status, content_type, &headers, json!({ "__type": code, "message": message }).to_string())
        }
        Protocol::RestJson => {
            headers.push(("x-amzn-errortype", code.clone()));
            let body = json!({ "Type": if *status < 500 { "User" } else { "Service" }, "Message": message });
            respond(*status, "application/json", &headers, body.to_string())
        }
        Protocol::Query(namespace) => {
            let content = json!({ "@xmlns": namespace, "Error": error, "RequestId": REQUEST_ID });
            respond(*status, TEXT_XML, &headers, document(&json!({ "ErrorResponse": content })))
        }
        Protocol::Ec2 => {
            let error = json!({ "Error": { "Code": code, "Message": message } });
            let content = json!({ "Errors": error, "RequestID": REQUEST_ID });
            respond(*status, TEXT_XML, &headers, document(&json!({ "Response": content })))
        }
        Protocol::RestXml if service == Service::S3Control => {
            let content = json!({ "Error": error, "RequestId": REQUEST_ID, "HostId": "simulated" });
            respond(*status, "application/xml", &headers, document(&json!({ "ErrorResponse": content })))
        }
        Protocol::RestXml => {
            let content = json!({ "Code": code, "Message": message, "RequestId": REQUEST_ID, "HostId": "simulated" });
            respond(*status, "application/xml", &headers, document(&json!({ "Error": content })))
        }
    }
}

/// SQS once spoke awsQuery, and still gives its errors the names they had there.
fn query_code(code: &str) -> &str {
    match code {
        "AccessDeniedException" => "AccessDenied",
        "ExpiredTokenException" => "ExpiredToken",
        "InternalFailure" => "InternalError",
        "UnknownOperationException" => "InvalidAction",
        "UnrecognizedClientException" => "InvalidClientTokenId",
        "com.amazonaws.sqs#QueueDoesNotExist" => "AWS.SimpleQueueService.NonExistentQueue",
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
