//! Redshift Serverless.

use crate::protocol::Refusal;
use crate::service::{Service, get, list};
use crate::things::{Things, kind_of, other};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("ListSnapshots", "snapshots", |context| {
            SNAPSHOTS.list(context, |it| {
                json!({
                    "snapshotArn": it.arn,
                    "snapshotName": it.name,
                    "snapshotCreateTime": it.created_text(),
                    "namespaceName": "main",
                    "ownerAccount": context.place.account.id,
                    "status": "AVAILABLE",
                    "kmsKeyId": "AWS_OWNED_KMS_KEY",
                    "accountsWithRestoreAccess": [],
                })
            })
        }),
        get("GetResourcePolicy", |context| {
            let it = SNAPSHOTS.wanted(context, "resourceArn", "ResourceNotFoundException")?;
            let none = || Refusal::new(404, "ResourceNotFoundException", format!("{} has no policy.", it.arn));
            let document = it.policy.document.as_deref().ok_or_else(none)?;
            Ok(json!({"resourcePolicy": {"policy": document, "resourceArn": it.arn}}))
        }),
    ]],
    kinds: &[other(|place| SNAPSHOTS.planted(place))],
    ..Service::named("redshiftserverless")
};

const SNAPSHOTS: Things = kind_of(
    "redshift_serverless_snapshots",
    "redshift-serverless",
    "snapshot/{id}",
    &["redshift-serverless:RestoreFromSnapshot"],
);
