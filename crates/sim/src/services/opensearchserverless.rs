//! OpenSearch Serverless.

use crate::service::{Service, get, list};
use crate::things::{Things, kind_of, other};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("ListAccessPolicies", "accessPolicySummaries", |context| {
            ACCESS_POLICIES.list(context, |it| {
                json!({
                    "type": "data",
                    "name": it.name,
                    "policyVersion": it.id,
                    "createdDate": it.created_millis,
                    "lastModifiedDate": it.created_millis,
                })
            })
        }),
        get("GetAccessPolicy", |context| {
            let it = ACCESS_POLICIES.wanted(context, "name", "ResourceNotFoundException")?;
            Ok(json!({
                "accessPolicyDetail": {
                    "type": "data",
                    "name": it.name,
                    "policyVersion": it.id,
                    "policy": [{"Rules": [{"ResourceType": "collection", "Resource": ["collection/*"], "Permission": ["aoss:*"]}], "Principal": ["*"]}],
                },
            }))
        }),
        list("ListSecurityPolicies", "securityPolicySummaries", |context| {
            NETWORK_POLICIES.list(context, |it| {
                json!({
                    "type": "network",
                    "name": it.name,
                    "policyVersion": it.id,
                    "createdDate": it.created_millis,
                    "lastModifiedDate": it.created_millis,
                })
            })
        }),
        get("GetSecurityPolicy", |context| {
            let it = NETWORK_POLICIES.wanted(context, "name", "ResourceNotFoundException")?;
            Ok(json!({
                "securityPolicyDetail": {
                    "type": "network",
                    "name": it.name,
                    "policyVersion": it.id,
                    "policy": [{"Rules": [{"ResourceType": "collection", "Resource": ["collection/*"]}], "AllowFromPublic": it.number < 20}],
                },
            }))
        }),
    ]],
    kinds: &[other(|place| ACCESS_POLICIES.planted(place)), other(|place| NETWORK_POLICIES.planted(place))],
    ..Service::named("opensearchserverless")
};

const ACCESS_POLICIES: Things =
    kind_of("aoss_access_policies", "aoss", "access-policy/data/{name}", &["aoss:APIAccessAll"]).always_foreign();
const NETWORK_POLICIES: Things =
    kind_of("aoss_network_policies", "aoss", "security-policy/network/{name}", &["aoss:APIAccessAll"]).always_foreign();
