//! Trust stores of load balancers, and their policies.

use crate::service::{Operation, get, list};
use crate::things::{Things, kind_of};
use serde_json::json;

pub(super) const ANSWERS: &[Operation] = &[
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
];

pub(super) const TRUST_STORES: Things = kind_of(
    "elbv2_trust_stores",
    "elasticloadbalancing",
    "truststore/{name}/{id}",
    &["elasticloadbalancing:CreateListener", "elasticloadbalancing:ModifyListener"],
);
