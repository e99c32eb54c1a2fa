//! From an HTTP request to a service, an operation and its parameters.

use super::service::Protocol;
use super::{Refusal, Service};
use bytes::Bytes;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

/// What a request asks for.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) service: Service,
    pub(crate) operation: String,
    /// The region that the signature names.
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
    service: Service,
}

impl Signature {
    /// Reads `Credential=KEY/DATE/REGION/SERVICE/aws4_request`. The signature itself is not verified: the simulator
    /// lets everyone in.
    pub(crate) fn of<T>(request: &http::Request<T>) -> Option<Self> {
        let header = request.headers().get(http::header::AUTHORIZATION)?.to_str().ok()?;
        let scope = header.split_once("Credential=")?.1.split([',', ' ']).next()?;
        let mut parts = scope.split('/');
        let (access_key_id, _date, region, service) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        Some(Self {
            access_key_id: access_key_id.to_owned(),
            region: region.to_owned(),
            service: Service::signed_as(service, request.uri().path())?,
        })
    }

    /// The service that the signature is for.
    pub(crate) fn service(&self) -> Service {
        self.service
    }
}

impl Request {
    /// Reads a request as its service's protocol says.
    pub(crate) fn read(signature: Signature, request: &http::Request<Bytes>) -> Result<Self, Refusal> {
        let Signature { access_key_id, region, service } = signature;
        let unknown = || Refusal::unknown_operation(service, request.uri().path());
        let (operation, parameters) = match service.protocol() {
            Protocol::Json(_) => json_target(request).ok_or_else(unknown)?,
            Protocol::Query(_) | Protocol::Ec2 => {
                let form = form(&String::from_utf8_lossy(request.body()));
                let action = form.get("Action").and_then(Value::as_str).ok_or_else(unknown)?.to_owned();
                (action, form)
            }
            Protocol::RestJson => lambda_route(request).ok_or_else(unknown)?,
            Protocol::RestXml if service == Service::S3Control => s3control_route(request).ok_or_else(unknown)?,
            Protocol::RestXml => s3_route(request).ok_or_else(unknown)?,
        };
        let token = request.headers().get("x-amz-security-token").and_then(|value| value.to_str().ok());
        Ok(Self { service, operation, region, access_key_id, session_token: token.map(str::to_owned), parameters })
    }

    /// A parameter as text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).and_then(Value::as_str)
    }

    /// A parameter without which the operation makes no sense.
    pub(crate) fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.text(name).ok_or_else(|| Refusal::invalid_parameter(self.service, name))
    }

    /// A parameter that counts something, however the protocol writes it.
    pub(crate) fn number(&self, name: &str) -> Option<usize> {
        let value = self.parameters.get(name)?;
        value.as_u64().and_then(|number| usize::try_from(number).ok()).or_else(|| value.as_str()?.parse().ok())
    }

    /// A parameter that is true or false, however the protocol writes it.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.parameters.get(name).is_some_and(|value| value == &Value::Bool(true) || value == "true")
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

type Route = (String, Map<String, Value>);

/// `X-Amz-Target: Prefix.Operation`, parameters in a JSON body.
fn json_target(request: &http::Request<Bytes>) -> Option<Route> {
    let target = request.headers().get("x-amz-target")?.to_str().ok()?;
    let operation = target.rsplit('.').next()?.to_owned();
    match serde_json::from_slice(request.body()) {
        Ok(Value::Object(parameters)) => Some((operation, parameters)),
        _ => Some((operation, Map::new())),
    }
}

/// Lambda's operations are paths: `/2015-03-31/functions/NAME/policy`.
fn lambda_route(request: &http::Request<Bytes>) -> Option<Route> {
    let mut parameters = query(request);
    let path = request.uri().path().trim_end_matches('/');
    let parts: Vec<String> = path.split('/').skip(1).map(decode).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let (operation, name) = match parts.as_slice() {
        ["2015-03-31", "functions"] => ("ListFunctions", None),
        ["2015-03-31", "functions", name, "policy"] => ("GetPolicy", Some(("FunctionName", *name))),
        ["2021-10-31", "functions", name, "urls"] => ("ListFunctionUrlConfigs", Some(("FunctionName", *name))),
        ["2017-03-31", "tags", arn] => ("ListTags", Some(("Resource", *arn))),
        _ => return None,
    };
    if let Some((parameter, value)) = name {
        parameters.insert(parameter.to_owned(), json!(value));
    }
    Some((operation.to_owned(), parameters))
}

fn s3control_route(request: &http::Request<Bytes>) -> Option<Route> {
    let mut parameters = query(request);
    if let Some(account_id) = request.headers().get("x-amz-account-id").and_then(|value| value.to_str().ok()) {
        parameters.insert("AccountId".to_owned(), json!(account_id));
    }
    (request.uri().path() == "/v20180820/configuration/publicAccessBlock")
        .then(|| ("GetPublicAccessBlock".to_owned(), parameters))
}

/// S3's operations are marks in the query: `/bucket?policy`. The bucket is in the path, or before `.s3.` in the host.
fn s3_route(request: &http::Request<Bytes>) -> Option<Route> {
    let mut parameters = query(request);
    let bucket = match s3_virtual_host(request) {
        Some(bucket) => bucket,
        None => decode(request.uri().path().trim_matches('/')),
    };
    if bucket.is_empty() {
        return Some(("ListBuckets".to_owned(), parameters));
    }
    let operation = S3_MARKS.iter().find(|(mark, _)| parameters.contains_key(*mark))?.1;
    parameters.insert("Bucket".to_owned(), json!(bucket));
    Some((operation.to_owned(), parameters))
}

const S3_MARKS: [(&str, &str); 10] = [
    ("policy", "GetBucketPolicy"),
    ("policyStatus", "GetBucketPolicyStatus"),
    ("acl", "GetBucketAcl"),
    ("ownershipControls", "GetBucketOwnershipControls"),
    ("publicAccessBlock", "GetPublicAccessBlock"),
    ("location", "GetBucketLocation"),
    ("tagging", "GetBucketTagging"),
    ("encryption", "GetBucketEncryption"),
    ("versioning", "GetBucketVersioning"),
    ("logging", "GetBucketLogging"),
];

fn s3_virtual_host(request: &http::Request<Bytes>) -> Option<String> {
    let header = request.headers().get(http::header::HOST).and_then(|value| value.to_str().ok());
    let host = header.or_else(|| request.uri().host())?;
    let bucket = host.find(".s3.").or_else(|| host.find(".s3-")).map(|end| &host[..end])?;
    Some(bucket.to_owned())
}

fn query(request: &http::Request<Bytes>) -> Map<String, Value> {
    form(request.uri().query().unwrap_or_default())
}

/// `a=1&b=2`, with `+` and percent escapes.
fn form(text: &str) -> Map<String, Value> {
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
    use super::*;

    fn read(service: &str, uri: &str, headers: &[(&str, &str)], body: &str) -> Result<Request, Refusal> {
        let scope = format!("AWS4-HMAC-SHA256 Credential=KEY/20261122/eu-west-1/{service}/aws4_request, Signature=0");
        let mut builder = http::Request::builder().uri(uri).header("authorization", scope);
        for (name, value) in headers {
            builder = builder.header(*name, *value);
        }
        let request = builder.body(Bytes::copy_from_slice(body.as_bytes())).unwrap();
        Request::read(Signature::of(&request).unwrap(), &request)
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
        assert_eq!((request.service, request.text("AccountId")), (Service::S3Control, Some("123")));
    }

    #[test]
    fn lambda_decodes_names_in_paths() {
        let request = read("lambda", "http://h/2017-03-31/tags/arn%3Aaws%3Alambda", &[], "").unwrap();
        assert_eq!((request.operation.as_str(), request.text("Resource")), ("ListTags", Some("arn:aws:lambda")));
        assert_eq!(read("lambda", "http://h/other", &[], "").unwrap_err().code, "UnknownOperationException");
    }
}
