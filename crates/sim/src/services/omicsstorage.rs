//! HealthOmics' stores, which are at hosts of their own: sequence stores, and the policies of the access points by which
//! S3 reads them.

use crate::context::Context;
use crate::place::Place;
use crate::protocol::Refusal;
use crate::service::{Service, get, list};
use crate::things::{Thing, Things, kind_of};
use crate::truth::{At, resources};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        get("GetS3AccessPolicy", get_policy),
        get("GetSequenceStore", |context| {
            let it = STORES.wanted(context, "id", GONE)?;
            let access = is_read_by_s3(&it).then(|| {
                json!({
                    "s3Uri": format!("s3://{}-s3alias/{}/sequenceStore/{}/", it.name, context.place.account.id, it.id),
                    "s3AccessPointArn": point(&context.place, &it),
                    "accessLogLocation": if it.number % 2 == 0 { "s3://logs-of-reads/" } else { "" },
                })
            });
            let mut described = describe(&context.place, &it);
            described["s3Access"] = json!(access);
            Ok(described)
        }),
        list("ListSequenceStores", "sequenceStores", |context| STORES.list(context, |it| describe(&context.place, it))),
    ]],
    kinds: &[resources(At::Region, |place| STORES.planted(place)).rows("omics_sequence_stores")],
    ..Service::named("omicsstorage")
};

const STORES: Things =
    kind_of("omics_sequence_stores", "omics", "sequenceStore/{id}", &["s3:GetObject", "s3:GetObjectTagging"]);

/// How HealthOmics says that a store is not there, or that it has no policy.
const GONE: &str = "ResourceNotFoundException";

/// Whether S3 reads it: of those without a policy some do not have an access point.
fn is_read_by_s3(it: &Thing) -> bool {
    it.policy.document.is_some() || it.number % 2 == 0
}

/// The access point, which is in an account of AWS's.
fn point(place: &Place<'_>, it: &Thing) -> String {
    let name = format!("{}-{}", place.account.id, it.id);
    place.organization.arn("s3", place.region, "222222222222", &format!("accesspoint/{name}"))
}

fn describe(place: &Place<'_>, it: &Thing) -> Value {
    let key = place.arn("kms", "key/00000000-0000-4000-8000-000000000000");
    json!({
        "id": it.id,
        "arn": it.arn,
        "name": it.name,
        "creationTime": it.created_text(),
        "status": if it.number % 10 == 0 { "UPDATING" } else { "ACTIVE" },
        "sseConfig": (it.number % 3 == 0).then(|| json!({ "type": "KMS", "keyArn": key })),
    })
}

fn get_policy(context: &Context<'_>) -> Result<Value, Refusal> {
    let wanted = context.request.required("s3AccessPointArn")?;
    let mut all = STORES.all(&context.place).into_iter();
    let found = all.find(|it| is_read_by_s3(it) && point(&context.place, it) == wanted);
    let none = || Refusal::new(404, GONE, "There is no such access point, or it has no policy.");
    let it = found.ok_or_else(none)?;
    Ok(json!({
        "s3AccessPolicy": it.policy.document.ok_or_else(none)?,
        "s3AccessPointArn": wanted,
        "storeId": it.id,
        "storeType": "SEQUENCE_STORE",
    }))
}
