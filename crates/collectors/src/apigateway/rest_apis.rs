//! REST APIs of API Gateway with their policies: GetRestApis.

use std::collections::BTreeMap;

use orgcensus_collect::kinds::APIGATEWAY_REST_API;
use orgcensus_collect::{
    Collector, Error, Gate, Moment, Policy, PolicyText, Read, Rows, Runs, Scope, Session, read as reads,
};
use orgcensus_row::{Row, Timestamp, table};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::Unread;

const LIST: Read<Page> = reads("apigateway", "GetRestApis").needs("apigateway:GET");

/// One REST API of API Gateway. An API that is not private and has no policy is reached by anyone on the internet: then
/// each method's own authorization decides, which no table has. HTTP and WebSocket APIs have no policies.
#[derive(Debug, Serialize, Row)]
#[row(table = "apigateway_rest_apis", key = "arn")]
pub struct RestApi {
    /// The ARN by which policies name the API: arn:aws:execute-api:….
    pub arn: String,
    /// The ARN by which API Gateway names the API: arn:aws:apigateway:…::/restapis/….
    pub api_arn: String,
    /// The API's id.
    pub rest_api_id: String,
    /// The API's name.
    pub api_name: Option<String>,
    /// What people wrote about it.
    pub description: Option<String>,
    /// A name for its version that people gave it. Null: none.
    pub api_version: Option<String>,
    /// REGIONAL, EDGE or PRIVATE.
    pub endpoint_types: Vec<String>,
    /// Whether it is private: reached through VPC endpoints only, whosesoever they are.
    pub is_private: Option<bool>,
    /// The VPC endpoints that have a host for it. Others may lead to it as well.
    pub vpc_endpoint_ids: Vec<String>,
    /// ipv4 or dualstack. Null: AWS did not say.
    pub ip_address_type: Option<String>,
    /// Whether it has a policy. Without one a private API is closed, and any other is open but for what its methods ask.
    pub has_policy: bool,
    /// Whether the host that API Gateway gave it is switched off. Then it is reached by the account's own domain names.
    pub is_default_endpoint_disabled: Option<bool>,
    /// The least that it asks of encrypted connections, TLS_1_2. Null: AWS did not say.
    pub security_policy: Option<String>,
    /// BASIC or STRICT: whether a connection must name the host that the request names. Null: AWS did not say.
    pub endpoint_access_mode: Option<String>,
    /// Where a caller's key of a usage plan is: HEADER or AUTHORIZER.
    pub api_key_source: Option<String>,
    /// AVAILABLE, UPDATING, PENDING or FAILED. Null: AWS did not say.
    pub api_status: Option<String>,
    /// Answers from this size on are compressed, in bytes. Null: none is.
    pub minimum_compression_bytes: Option<i32>,
    /// The types of content that are passed on byte for byte.
    pub binary_media_types: Vec<String>,
    /// When it was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// The REST APIs of one region, with their policies.
pub const REST_APIS: Collector = Collector {
    name: "apigateway_rest_apis",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call()],
    resources: &[APIGATEWAY_REST_API],
    tables: &[table::<RestApi>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Page {
    #[serde(rename = "item")]
    items: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Described {
    id: Option<String>,
    name: Option<String>,
    description: Option<String>,
    version: Option<String>,
    created_date: Option<Moment>,
    endpoint_configuration: Endpoint,
    policy: Option<String>,
    disable_execute_api_endpoint: Option<bool>,
    security_policy: Option<String>,
    endpoint_access_mode: Option<String>,
    api_key_source: Option<String>,
    api_status: Option<String>,
    minimum_compression_size: Option<i32>,
    binary_media_types: Vec<String>,
    tags: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Endpoint {
    types: Vec<String>,
    ip_address_type: Option<String>,
    vpc_endpoint_ids: Vec<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"limit": 500}));
    while let Some(page) = pages.next().await {
        for mut described in page?.items {
            let policy = described.policy.take().filter(|text| !text.is_empty()).map(plain);
            let has_policy = policy.is_some();
            let gate = is_private(&described.endpoint_configuration).filter(|is| *is).map(|_| Gate::PrivateApi);
            let mut unread = Unread::default();
            let row = rest_api(session, described, has_policy, rows.captured_at(), &mut unread);
            unread.count(rows, RestApi::TABLE, &LIST.call().name());
            let policy = Policy::of(&row.arn, APIGATEWAY_REST_API, PolicyText::read(policy));
            rows.policy(Policy { gate, ..policy }).await?;
            rows.push(row).await?;
        }
    }
    Ok(())
}

/// The document. API Gateway writes it as the inside of a JSON string, so that each quote has a backslash before it.
fn plain(text: String) -> String {
    let is_plain = serde_json::from_str::<IgnoredAny>(&text).is_ok();
    let unescaped: Option<String> = serde_json::from_str(&format!("\"{text}\"")).ok();
    unescaped.filter(|_| !is_plain).unwrap_or(text)
}

/// Not known if AWS does not say of which type the API is.
fn is_private(endpoint: &Endpoint) -> Option<bool> {
    (!endpoint.types.is_empty()).then(|| endpoint.types.iter().any(|it| it == "PRIVATE"))
}

fn rest_api(session: &Session, it: Described, has_policy: bool, now: Timestamp, unread: &mut Unread) -> RestApi {
    let rest_api_id = it.id.unwrap_or_default();
    let created = unread.value("createdDate", it.created_date.as_ref());
    let created_at = unread.moment("createdDate", created);
    let (partition, region) = (session.partition(), session.region());
    RestApi {
        arn: session.arn("execute-api", &rest_api_id),
        api_arn: format!("arn:{partition}:apigateway:{region}::/restapis/{rest_api_id}"),
        rest_api_id,
        api_name: unread.value("name", it.name),
        description: it.description.filter(|text| !text.is_empty()),
        api_version: it.version,
        is_private: unread.value("endpointConfiguration", is_private(&it.endpoint_configuration)),
        endpoint_types: it.endpoint_configuration.types,
        vpc_endpoint_ids: it.endpoint_configuration.vpc_endpoint_ids,
        ip_address_type: it.endpoint_configuration.ip_address_type,
        has_policy,
        is_default_endpoint_disabled: it.disable_execute_api_endpoint,
        security_policy: it.security_policy,
        endpoint_access_mode: it.endpoint_access_mode,
        api_key_source: it.api_key_source,
        api_status: it.api_status,
        minimum_compression_bytes: it.minimum_compression_size,
        binary_media_types: it.binary_media_types,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        tags: it.tags,
    }
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::REST_APIS;
    use crate::testing::{columns, json_error};

    /// A private API. Its policy has a backslash before each quote, once more in this answer.
    const PRIVATE: &str = concat!(
        r#"{"id":"a1","name":"orders","description":"of today","version":"v1","createdDate":1735689600,"#,
        r#""endpointConfiguration":{"types":["PRIVATE"],"ipAddressType":"dualstack","vpcEndpointIds":["vpce-0a"]},"#,
        r#""policy":"{\\\"Statement\\\":[{\\\"Effect\\\":\\\"Allow\\\",\\\"Principal\\\":\\\"*\\\","#,
        r#"\\\"Action\\\":\\\"execute-api:Invoke\\\",\\\"Resource\\\":\\\"execute-api:\\/*\\\"}]}","#,
        r#""disableExecuteApiEndpoint":true,"securityPolicy":"TLS_1_2","endpointAccessMode":"STRICT","#,
        r#""apiKeySource":"HEADER","apiStatus":"AVAILABLE","minimumCompressionSize":1024,"#,
        r#""binaryMediaTypes":["image/png"],"tags":{"team":"data"}}"#
    );
    /// Its policy is already plain.
    const PLAIN: &str = r#"{"id":"b2","name":"papers","createdDate":1735689600,"apiStatus":"LEVITATING",
        "endpointConfiguration":{"types":["REGIONAL"]},"policy":"{\"Statement\": []}"}"#;
    const OPEN: &str =
        r#"{"id":"c3","name":"open","createdDate":1735689600,"endpointConfiguration":{"types":["EDGE"]}}"#;
    const ODD: &str = r#"{"id":"d4","policy":"{\\\"Statement\\\": this is not JSON"}"#;

    #[tokio::test]
    async fn apis_of_two_pages_have_rows_and_policies() {
        let first = format!(r#"{{"item":[{PRIVATE},{PLAIN}],"position":"more"}}"#);
        let recorded = Recorded::new().answer_to("GetRestApis", "limit=500", &first).answer_to(
            "GetRestApis",
            "position=more",
            &format!(r#"{{"item":[{OPEN},{ODD}]}}"#),
        );
        let collected = recorded.run(&REST_APIS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&REST_APIS);
        let names = ["api_name", "endpoint_types", "is_private", "has_policy", "api_status", "age_days"];
        assert_eq!(
            columns(&collected, "apigateway_rest_apis", &names),
            [
                json!(["orders", ["PRIVATE"], true, true, "AVAILABLE", 365]),
                json!(["papers", ["REGIONAL"], false, true, "LEVITATING", 365]),
                json!(["open", ["EDGE"], false, false, null, 365]),
                json!([null, [], null, true, null, null]),
            ]
        );
        let names = ["arn", "api_arn", "is_default_endpoint_disabled", "security_policy", "vpc_endpoint_ids", "tags"];
        let (arn, api_arn) =
            ("arn:aws:execute-api:eu-west-1:111122223333:a1", "arn:aws:apigateway:eu-west-1::/restapis/a1");
        let rows = columns(&collected, "apigateway_rest_apis", &names);
        assert_eq!(rows[0], json!([arn, api_arn, true, "TLS_1_2", ["vpce-0a"], {"team": "data"}]));
        assert_eq!(
            columns(&collected, "policy_documents", &["state", "gate", "is_valid", "document"]),
            [
                json!([
                    "read",
                    "private_api",
                    true,
                    concat!(
                        r#"{"Statement":[{"Effect":"Allow","Principal":"*","#,
                        r#""Action":"execute-api:Invoke","Resource":"execute-api:/*"}]}"#
                    )
                ]),
                json!(["read", null, true, r#"{"Statement": []}"#]),
                json!(["absent", null, null, null]),
                json!(["read", null, false, r#"{"Statement": this is not JSON"#]),
            ]
        );
        // The name, the moment and the type of one API.
        assert_eq!(collected.short(), (3, vec!["apigateway_rest_apis"]));
    }

    #[tokio::test]
    async fn a_refused_list_is_how_the_task_ends() {
        for (code, status, class) in
            [("AccessDeniedException", 403, Class::Denied), ("UnknownOperationException", 404, Class::Unsupported)]
        {
            let recorded = Recorded::new().refuse("GetRestApis", "", status, &json_error(code));
            let collected = recorded.run(&REST_APIS).await;
            assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == class), "{code}");
        }
    }
}
