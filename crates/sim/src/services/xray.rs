//! X-Ray.

use crate::service::{Service, get};
use crate::things::{Things, kind_of};
use crate::truth::{At, resources};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[get("ListResourcePolicies", |context| {
        let policies = RESOURCE_POLICIES
            .one(&context.place)
            .policy
            .document
            .map(|text| json!({"PolicyName": "main", "PolicyDocument": text}));
        Ok(json!({"ResourcePolicies": policies.into_iter().collect::<Vec<_>>()}))
    })]],
    kinds: &[resources(At::Region, |place| RESOURCE_POLICIES.planted_once(place))],
    ..Service::named("xray")
};

const RESOURCE_POLICIES: Things =
    kind_of("xray_resource_policies", "xray", "resource-policies", &["xray:PutTraceSegments"]);
