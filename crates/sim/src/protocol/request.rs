//! Reads an HTTP request: its service, its operation and its parameters.

use super::route::{form, json_target, rest_route};
use super::{Problem, Refusal};
use crate::service::Service;
use bytes::Bytes;
use orgcensus_calls::{Operation, Protocol, operation};
use serde_json::{Map, Value};

/// What a request asks for.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) service: &'static Service,
    pub(crate) operation: String,
    /// The region in the signature.
    pub(crate) region: String,
    pub(crate) access_key_id: String,
    pub(crate) session_token: Option<String>,
    parameters: Map<String, Value>,
}

/// The credential scope of a request's signature: the key that signs, the region and the service.
#[derive(Debug)]
pub(crate) struct Signature {
    access_key_id: String,
    region: String,
    service: &'static Service,
}

impl Signature {
    /// Reads `Credential=KEY/DATE/REGION/SERVICE/aws4_request`. The simulator does not verify the signature itself, so
    /// it lets every caller in. The signature must name one of these services.
    pub(crate) fn of<T>(services: &[&'static Service], request: &http::Request<T>) -> Option<Self> {
        let header = request.headers().get(http::header::AUTHORIZATION)?.to_str().ok()?;
        let scope = header.split_once("Credential=")?.1.split([',', ' ']).next()?;
        let mut parts = scope.split('/');
        let (access_key_id, _date, region, service) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        Some(Self {
            access_key_id: access_key_id.to_owned(),
            region: region.to_owned(),
            service: Service::signed_as(services, service, request.uri().path())?,
        })
    }

    /// The service that the signature is for.
    pub(crate) fn service(&self) -> &'static Service {
        self.service
    }
}

impl Request {
    /// Reads a request in its service's protocol.
    pub(crate) fn read(signature: Signature, request: &http::Request<Bytes>) -> Result<Self, Refusal> {
        let Signature { access_key_id, region, service } = signature;
        let route = match service.protocol() {
            Protocol::Json10 | Protocol::Json11 => json_target(request),
            Protocol::Query | Protocol::Ec2 => form_action(request),
            Protocol::RestJson | Protocol::RestXml => rest_route(service, request),
        };
        let unknown = || Refusal::of(service, Problem::UnknownOperation, request.uri().path());
        let (operation, parameters) = route.ok_or_else(unknown)?;
        let token = request.headers().get("x-amz-security-token").and_then(|value| value.to_str().ok());
        Ok(Self { service, operation, region, access_key_id, session_token: token.map(str::to_owned), parameters })
    }

    /// The operation in the table of calls.
    pub(crate) fn wire(&self) -> Option<&'static Operation> {
        operation(self.service.in_table(), &self.operation)
    }

    /// A parameter as text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).and_then(Value::as_str)
    }

    /// A parameter that the operation must have.
    pub(crate) fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.text(name).ok_or_else(|| Refusal::invalid_parameter(self.service, name))
    }

    /// A parameter that is a number, in the form of any protocol.
    pub(crate) fn number(&self, name: &str) -> Option<usize> {
        let value = self.parameters.get(name)?;
        value.as_u64().and_then(|number| usize::try_from(number).ok()).or_else(|| value.as_str()?.parse().ok())
    }

    /// A parameter that is true or false, in the form of any protocol.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.parameters.get(name).is_some_and(|value| value == &Value::Bool(true) || value == "true")
    }

    /// A parameter of the JSON protocols that is a list of structures: filters.
    pub(crate) fn structures(&self, name: &str) -> &[Value] {
        self.parameters.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
    }

    /// A parameter of the JSON protocols that is a structure.
    pub(crate) fn structure(&self, name: &str) -> Option<&Value> {
        self.parameters.get(name).filter(|value| value.is_object())
    }

    /// A parameter with many values: a JSON list, or `Name.member.1`, `Name.1` of a form.
    pub(crate) fn texts(&self, name: &str) -> Vec<&str> {
        if let Some(list) = self.parameters.get(name).and_then(Value::as_array) {
            return list.iter().filter_map(Value::as_str).collect();
        }
        let number_of = |key: &str| {
            let rest = key.strip_prefix(name)?.strip_prefix('.')?;
            rest.strip_prefix("member.").unwrap_or(rest).parse::<u32>().ok()
        };
        let mut found: Vec<_> =
            self.parameters.iter().filter_map(|(key, value)| Some((number_of(key)?, value.as_str()?))).collect();
        found.sort_unstable();
        found.into_iter().map(|(_, value)| value).collect()
    }
}

/// Reads the operation and its parameters from the form in the body.
fn form_action(request: &http::Request<Bytes>) -> Option<(String, Map<String, Value>)> {
    let form = form(&String::from_utf8_lossy(request.body()));
    let action = form.get("Action")?.as_str()?.to_owned();
    Some((action, form))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::SERVICES;

    fn read(service: &str, uri: &str, headers: &[(&str, &str)], body: &str) -> Result<Request, Refusal> {
        let scope = format!("AWS4-HMAC-SHA256 Credential=KEY/20261122/eu-west-1/{service}/aws4_request, Signature=0");
        let mut builder = http::Request::builder().uri(uri).header("authorization", scope);
        for (name, value) in headers {
            builder = builder.header(*name, *value);
        }
        let request = builder.body(Bytes::copy_from_slice(body.as_bytes())).unwrap();
        Request::read(Signature::of(SERVICES, &request).unwrap(), &request)
    }

    #[test]
    fn a_form_carries_its_action_and_lists() {
        let body = "Action=GetAccountAuthorizationDetails&Filter.member.2=Role&Filter.member.1=User&Marker=a%2Bb+c";
        let request = read("iam", "http://h/", &[], body).unwrap();
        assert_eq!(request.operation, "GetAccountAuthorizationDetails");
        assert_eq!(request.texts("Filter"), ["User", "Role"]);
        assert_eq!(request.text("Marker"), Some("a+b c"));
        assert_eq!((request.region.as_str(), request.access_key_id.as_str()), ("eu-west-1", "KEY"));
    }

    #[test]
    fn a_json_target_carries_its_body() {
        let target = [("x-amz-target", "AmazonSQS.ListQueues")];
        let request = read("sqs", "http://h/", &target, r#"{"MaxResults":7,"AttributeNames":["All"]}"#).unwrap();
        assert_eq!((request.operation.as_str(), request.number("MaxResults")), ("ListQueues", Some(7)));
        assert_eq!(request.texts("AttributeNames"), ["All"]);
    }

    #[test]
    fn s3_takes_the_bucket_from_path_or_host_and_tells_its_control_plane_apart() {
        for (uri, host) in [("http://h/b-1?policy", "h"), ("http://h/?policy", "b-1.s3.eu-west-1.amazonaws.com")] {
            let request = read("s3", uri, &[("host", host)], "").unwrap();
            assert_eq!((request.operation.as_str(), request.text("Bucket")), ("GetBucketPolicy", Some("b-1")));
        }
        assert_eq!(read("s3", "http://h/?x-id=ListBuckets", &[], "").unwrap().operation, "ListBuckets");
        let uri = "http://123.h/v20180820/configuration/publicAccessBlock";
        let request = read("s3", uri, &[("x-amz-account-id", "123")], "").unwrap();
        assert_eq!((request.service.name, request.text("AccountId")), ("s3control", Some("123")));
    }

    #[test]
    fn lambda_decodes_names_in_paths() {
        let request = read("lambda", "http://h/2017-03-31/tags/arn%3Aaws%3Alambda", &[], "").unwrap();
        assert_eq!((request.operation.as_str(), request.text("Resource")), ("ListTags", Some("arn:aws:lambda")));
        assert_eq!(read("lambda", "http://h/other", &[], "").unwrap_err().code, "UnknownOperationException");
    }
}
