//! Load balancers of the second generation: trust stores and their policies.

use crate::protocol::Problem;
use crate::service::{Service, get, list};
use crate::things::{Things, kind_of};
use crate::truth::{At, resources};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    errors: &[Problem::InvalidParameter.is("ValidationError"), Problem::Internal.is("InternalFailure")],
    answers: &[&[
        list("DescribeTrustStores", "TrustStores", |context| {
            TRUST_STORES.list(context, |it| {
                json!({
                    "Name": it.name,
                    "TrustStoreArn": it.arn,
                    "Status": "ACTIVE",
                    "NumberOfCaCertificates": it.number,
                    "TotalRevokedEntries": 0,
                })
            })
        })
        .pages(400, 400),
        get("GetResourcePolicy", |context| {
            TRUST_STORES.policy(context, "ResourceArn", "Policy", ("ResourceNotFound", "ResourceNotFound"))
        }),
    ]],
    kinds: &[resources(At::Region, |place| TRUST_STORES.planted(place)).rows("elbv2_trust_stores")],
    ..Service::named("elasticloadbalancingv2")
};

const TRUST_STORES: Things = kind_of(
    "elbv2_trust_stores",
    "elasticloadbalancing",
    "truststore/{name}/{id}",
    &["elasticloadbalancing:CreateListener", "elasticloadbalancing:ModifyListener"],
);
