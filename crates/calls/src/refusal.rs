//! Refusals: the code, message and request id of an answer that is an error, in any protocol.

use http::HeaderMap;
use roxmltree::Document;
use serde_json::Value;

/// What an error says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refusal {
    /// `AccessDeniedException`; none if the answer has no code, or cannot be read.
    pub code: Option<String>,
    /// What AWS says of it.
    pub message: Option<String>,
    /// The id that AWS's support asks for.
    pub request_id: Option<String>,
}

impl Refusal {
    /// Reads an answer that is an error. A part that cannot be read is none.
    pub fn read(is_xml: bool, headers: &HeaderMap, body: &[u8]) -> Self {
        let text = std::str::from_utf8(body).unwrap_or_default().trim_start_matches('\u{feff}').trim();
        let header = |name: &str| headers.get(name).and_then(|it| it.to_str().ok());
        let told = if is_xml { of_xml(text) } else { of_json(text, header) };
        let id = header("x-amzn-requestid").or_else(|| header("x-amz-request-id")).map(str::to_owned);
        Self { request_id: told.request_id.or(id), ..told }
    }
}

/// The first element of each name, anywhere: `<ErrorResponse><Error>`, `<Response><Errors><Error>`, `<Error>` …
fn of_xml(text: &str) -> Refusal {
    let Ok(document) = Document::parse(text) else { return Refusal::default() };
    let first = |names: &[&str]| {
        let found = document.descendants().find(|it| it.is_element() && names.contains(&it.tag_name().name()))?;
        found.text().map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned)
    };
    Refusal {
        code: first(&["Code"]),
        message: first(&["Message", "message"]),
        request_id: first(&["RequestId", "RequestID", "requestId"]),
    }
}

fn of_json<'h>(text: &str, header: impl Fn(&str) -> Option<&'h str>) -> Refusal {
    let body: Value = serde_json::from_str(text).unwrap_or_default();
    let member = |names: &[&str]| names.iter().find_map(|name| body.get(*name)?.as_str()).filter(|it| !it.is_empty());
    // Services that once used forms still give the error code of that time:
    // `AWS.SimpleQueueService.NonExistentQueue;Sender`.
    let of_forms = header("x-amzn-query-error").and_then(|it| it.split(';').next()).filter(|it| !it.is_empty());
    let code = of_forms.or_else(|| header("x-amzn-errortype")).or_else(|| member(&["__type", "code", "Code"]));
    Refusal {
        code: code.map(plain_code).filter(|it| !it.is_empty()).map(str::to_owned),
        message: member(&["message", "Message", "errorMessage"]).map(str::to_owned),
        request_id: None,
    }
}

/// `com.amazonaws.sqs#QueueDoesNotExist:http://internal…` is `QueueDoesNotExist`.
fn plain_code(code: &str) -> &str {
    let code = code.split(':').next().unwrap_or_default();
    code.rsplit('#').next().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::Refusal;

    fn read(is_xml: bool, headers: &[(&'static str, &'static str)], body: &str) -> [String; 3] {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        let Refusal { code, message, request_id } = Refusal::read(is_xml, &headers, body.as_bytes());
        [code, message, request_id].map(Option::unwrap_or_default)
    }

    #[test]
    fn each_protocol_refuses_in_its_way() {
        let json = r#"{"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "no such queue"}"#;
        assert_eq!(read(false, &[], json), ["QueueDoesNotExist", "no such queue", ""]);
        let headers =
            [("x-amzn-query-error", "AWS.SimpleQueueService.NonExistentQueue;Sender"), ("x-amzn-requestid", "r")];
        assert_eq!(read(false, &headers, json), ["AWS.SimpleQueueService.NonExistentQueue", "no such queue", "r"]);
        let headers = [("x-amzn-errortype", "ResourceNotFoundException:http://internal.amazon.com/coral/")];
        assert_eq!(read(false, &headers, r#"{"Message": "none"}"#), ["ResourceNotFoundException", "none", ""]);
        let query = "<ErrorResponse xmlns=\"x\"><Error><Type>Sender</Type><Code>NotFound</Code><Message>a &amp; b</Message>\
            </Error><RequestId>r</RequestId></ErrorResponse>";
        assert_eq!(read(true, &[], query), ["NotFound", "a & b", "r"]);
        let ec2 = "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors>\
            <RequestID>r</RequestID></Response>";
        assert_eq!(read(true, &[], ec2), ["UnauthorizedOperation", "no", "r"]);
    }

    #[test]
    fn what_cannot_be_read_has_no_code() {
        for (is_xml, body) in
            [(true, "<Error><Code>"), (true, ""), (true, "{}"), (false, "<Error/>"), (false, ""), (false, "[1]")]
        {
            assert_eq!(read(is_xml, &[], body), ["", "", ""], "{body}");
        }
        assert_eq!(read(false, &[], r#"{"__type": "", "message": ""}"#), ["", "", ""]);
    }
}
