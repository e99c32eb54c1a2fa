//! Says of calls what the program would send, for `tests/calls/against_botocore.py`: a JSON line in, a JSON line out.

use std::io::{BufRead, Write};

use http::{HeaderMap, HeaderName, HeaderValue};
use orgcensus_calls::{Operation, Refusal, Variant, endpoint, operation, request};
use serde_json::{Map, Value, json};

/// The account of every endpoint.
const ACCOUNT_ID: &str = "111122223333";

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let asked: Value = serde_json::from_str(&line?)?;
        let answer = answer(&asked).unwrap_or_else(|error| json!({ "error": error }));
        writeln!(out, "{answer}")?;
    }
    Ok(())
}

fn answer(asked: &Value) -> Result<Value, String> {
    match asked {
        Value::Object(kinds) if kinds.contains_key("request") => of_request(&asked["request"]),
        Value::Object(kinds) if kinds.contains_key("endpoint") => of_endpoint(&asked["endpoint"]),
        Value::Object(kinds) if kinds.contains_key("error") => of_error(&asked["error"]),
        _ => Err("neither a request, an endpoint nor an error".to_owned()),
    }
}

fn text<'v>(asked: &'v Value, name: &str) -> &'v str {
    asked[name].as_str().unwrap_or_default()
}

fn known(asked: &Value) -> Result<&'static Operation, String> {
    let (service, name) = (text(asked, "service"), text(asked, "operation"));
    operation(service, name).ok_or_else(|| format!("{service}:{name} is not in the table"))
}

fn of_request(asked: &Value) -> Result<Value, String> {
    let request = request(known(asked)?, &asked["input"]).map_err(|error| error.to_string())?;
    let headers = request.headers().iter();
    let headers: Map<String, Value> =
        headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().into())).collect();
    let body = String::from_utf8_lossy(request.body());
    Ok(json!({"method": request.method().as_str(), "uri": request.uri().to_string(), "headers": headers, "body": body}))
}

fn of_endpoint(asked: &Value) -> Result<Value, String> {
    let is = |name: &str| asked[name].as_bool().unwrap_or_default();
    let variant = Variant { is_fips: is("fips"), is_dual_stack: is("dual") };
    let found =
        endpoint(known(asked)?, ACCOUNT_ID, text(asked, "region"), variant).map_err(|error| error.to_string())?;
    Ok(json!({"url": found.url, "signing_region": found.signing_region, "signing_name": found.signing_name}))
}

fn of_error(asked: &Value) -> Result<Value, String> {
    let headers = asked["headers"].as_object().into_iter().flatten();
    let headers: HeaderMap = headers
        .filter_map(|(name, value)| {
            Some((name.parse::<HeaderName>().ok()?, HeaderValue::from_str(value.as_str()?).ok()?))
        })
        .collect();
    let service = orgcensus_calls::service(text(asked, "service")).ok_or("no such service")?;
    let refusal = Refusal::read(service.protocol.is_xml(), &headers, text(asked, "body").as_bytes());
    Ok(json!({"code": refusal.code, "message": refusal.message, "request_id": refusal.request_id}))
}
