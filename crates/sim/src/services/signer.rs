//! Signer.

use crate::service::{Service, get, list};
use crate::things::{Things, kind_of, other};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("ListSigningProfiles", "profiles", |context| {
            PROFILES.list(context, |it| {
                json!({
                    "profileName": it.name,
                    "profileVersion": it.id,
                    "arn": it.arn,
                    "platformId": "AWSLambda-SHA384-ECDSA",
                    "status": "Active",
                    "tags": it.tag_map(),
                })
            })
        }),
        get("ListProfilePermissions", |context| {
            let it = PROFILES.wanted(context, "profileName", "ResourceNotFoundException")?;
            let shared: Vec<_> = it
                .accounts()
                .into_iter()
                .map(|one| json!({"action": "signer:StartSigningJob", "principal": one, "statementId": it.id}))
                .collect();
            Ok(json!({"permissions": shared}))
        }),
    ]],
    kinds: &[other(|place| PROFILES.planted(place))],
    ..Service::named("signer")
};

const PROFILES: Things = kind_of("signer_profiles", "signer", "/signing-profiles/{name}", &["signer:StartSigningJob"])
    .shared()
    .never_public();
