//! CloudWatch Observability Access Manager.

use crate::service::{Service, get, list};
use crate::things::{Things, kind_of, other};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("ListSinks", "Items", |context| {
            SINKS.list(context, |it| json!({"Arn": it.arn, "Id": it.id, "Name": it.name}))
        }),
        get("GetSinkPolicy", |context| {
            SINKS.policy(
                context,
                "SinkIdentifier",
                "Policy",
                ("ResourceNotFoundException", "ResourceNotFoundException"),
            )
        }),
    ]],
    kinds: &[other(|place| SINKS.planted(place))],
    ..Service::named("oam")
};

const SINKS: Things = kind_of("oam_sinks", "oam", "sink/{id}", &["oam:CreateLink", "oam:UpdateLink"]);
