//! API Gateway: REST APIs with their policies, stages and authorizers.

mod stages;

pub(super) use stages::stages;

use crate::clock::epoch_seconds;
use crate::context::Context;
use crate::dice::some_tags;
use crate::place::Place;
use crate::policies::{Kind, ResourcePolicy, Subject, Verdict, any_kind};
use crate::protocol::{Problem, Refusal};
use crate::samples::Class;
use crate::service::{Service, get, list};
use crate::services::wafv2::weak_arns;
use crate::truth::{At, Planted, Tally, resources, things};
use serde_json::{Map, Value, json};

pub(crate) static SERVICE: Service = Service {
    errors: &[Problem::InvalidToken.is("BadRequestException"), Problem::InvalidParameter.is("BadRequestException")],
    answers: &[&[
        list("GetAuthorizers", "item", |context| Ok(stages::describe_authorizers(&context.place, &find(context)?)))
            .pages(25, 500)
            .needs("GET"),
        list("GetRestApis", "item", |context| {
            Ok(rest_apis(&context.place).iter().map(|it| describe(&context.place, it)).collect())
        })
        .pages(25, 500)
        .needs("GET"),
        get("GetStages", |context| Ok(json!({ "item": stages::describe_stages(&context.place, &find(context)?) })))
            .needs("GET"),
    ]],
    counts: Some((At::Region, count)),
    kinds: &[
        resources(At::Region, |place| {
            let planted = |it: RestApi| {
                let is_gated = it.endpoint_type == "PRIVATE" && it.policy.kind == Kind::Public;
                Planted { is_gated, ..Planted::by(it.arn, it.policy) }
            };
            rest_apis(place).into_iter().map(planted).collect()
        })
        .rows("apigateway_rest_apis")
        .sampled("apigateway_rest_apis", &[]),
        things(At::Region, "apigateway_stages", |place| stages(place).len()),
        things(At::Region, "apigateway_authorizers", |place| {
            rest_apis(place).iter().map(|it| stages::authorizers(place, it).len()).sum()
        }),
    ],
    ..Service::named("apigateway")
};

/// A REST API.
#[derive(Debug)]
struct RestApi {
    id: String,
    arn: String,
    policy: ResourcePolicy,
    name: &'static str,
    endpoint_type: &'static str,
    is_disabled: bool,
    created_millis: i64,
    tags: Vec<(String, String)>,
}

fn rest_apis(place: &Place<'_>) -> Vec<RestApi> {
    let rates = &place.organization.settings.rates;
    let (mut dice, count) = place.sampled("apigateway", rates.other_resources);
    let rest_api = |number: u64| {
        let id = dice.lower(10);
        let arn = place.arn("execute-api", &id);
        let subject = Subject {
            place: *place,
            actions: &["execute-api:Invoke"],
            resources: vec![format!("{arn}/*")],
            service: "events.amazonaws.com",
        };
        let endpoint_type = dice.weighted(&[("REGIONAL", 5), ("EDGE", 3), ("PRIVATE", 3)]);
        let sample = place.sample().filter(|_| number + 1 == count);
        let is_private = endpoint_type == "PRIVATE";
        let inside = [Kind::SameAccount, Kind::InOrgAccount, Kind::InOrgCondition, Kind::ExternalAccount, Kind::Public];
        let kind = if is_private { dice.pick(&inside) } else { any_kind(&mut dice, rates.public_other_resources) };
        let endpoint_type = match sample {
            Some(Class::Gated) => "PRIVATE",
            Some(_) => "REGIONAL",
            None => endpoint_type,
        };
        let is_private = endpoint_type == "PRIVATE";
        let kind = sample.map_or(kind, Class::kind);
        let mut policy = subject.policy(kind, &mut dice);
        // Everyone who has a VPC endpoint, but not everyone.
        if is_private && kind == Kind::Public {
            policy.verdict = Verdict { is_public: Some(false), ..Verdict::PUBLIC };
        }
        let days = dice.between(0, 1500);
        RestApi {
            policy,
            name: dice.pick(&["orders", "papers", "webhooks"]),
            endpoint_type,
            is_disabled: dice.chance(0.2),
            created_millis: place.days_ago(days, &mut dice),
            tags: some_tags(&mut dice),
            id,
            arn,
        }
    };
    (0..count).map(rest_api).collect()
}

/// Counts stages without access logs, and those without a web ACL that fits.
fn count(place: &Place<'_>, tally: &mut Tally) {
    let weak = weak_arns(place);
    for stage in stages(place) {
        tally.misconfigurations.one("E18", "api_stages", "lake", !stage.has_access_logs);
        tally.misconfigurations.one("E12", "apigateway_stage", "no_web_acl", stage.web_acl_arn.is_none());
        let is_without = stage.web_acl_arn.is_none_or(|arn| weak.contains(&arn));
        tally.misconfigurations.one("E12", "apigateway_stage", "lake", is_without);
    }
}

/// The API that a call is about.
fn find(context: &Context<'_>) -> Result<RestApi, Refusal> {
    let id = context.request.required("restapi_id")?;
    let found = rest_apis(&context.place).into_iter().find(|it| it.id == id);
    found.ok_or_else(|| Refusal::new(404, "NotFoundException", "Invalid API identifier specified"))
}

fn tag_map(tags: &[(String, String)]) -> Map<String, Value> {
    tags.iter().map(|(key, value)| (key.clone(), json!(value))).collect()
}

fn describe(place: &Place<'_>, it: &RestApi) -> Value {
    let endpoints = (it.endpoint_type == "PRIVATE").then_some(["vpce-0123456789abcdef0"]);
    json!({
        "id": it.id,
        "name": it.name,
        "description": format!("{} of {}", it.name, place.region),
        "createdDate": epoch_seconds(it.created_millis),
        "apiKeySource": "HEADER",
        "apiStatus": "AVAILABLE",
        "endpointConfiguration": {
            "types": [it.endpoint_type],
            "ipAddressType": "ipv4",
            "vpcEndpointIds": endpoints,
        },
        "policy": it.policy.document.as_deref().map(escaped),
        "tags": tag_map(&it.tags),
        "disableExecuteApiEndpoint": it.is_disabled,
        "rootResourceId": "a1b2c3d4e5",
        "securityPolicy": "TLS_1_2",
    })
}

/// API Gateway writes a policy as the inside of a JSON string.
fn escaped(document: &str) -> String {
    let quoted = Value::from(document).to_string();
    quoted.trim_start_matches('"').strip_suffix('"').unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    #[test]
    fn each_quote_of_a_policy_has_a_backslash() {
        assert_eq!(super::escaped(r#"{"a":"b"}"#), r#"{\"a\":\"b\"}"#);
    }
}
