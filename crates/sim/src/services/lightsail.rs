//! Lightsail.

use crate::service::{Service, list};
use crate::things::{Things, kind_of, other};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[list("GetBuckets", "buckets", |context| {
        BUCKETS.list(context, |it| {
            json!({
                "resourceType": "Bucket",
                "arn": it.arn,
                "name": it.name,
                "createdAt": it.created(),
                "accessRules": {
                    "getObject": if it.is_shared_with_all() { "public" } else { "private" },
                    "allowPublicOverrides": false,
                },
                "readonlyAccessAccounts": it.accounts(),
                "state": {"code": "OK"},
            })
        })
    })]],
    kinds: &[other(|place| BUCKETS.planted(place))],
    ..Service::named("lightsail")
};

const BUCKETS: Things = kind_of("lightsail_buckets", "lightsail", "Bucket/{id}", &["lightsail:GetBuckets"]).shared();
