//! OpenSearch Ingestion.

use crate::protocol::tags;
use crate::service::{Service, get, list};
use crate::things::{Things, kind_of, other};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("ListPipelines", "Pipelines", |context| {
            PIPELINES.list(context, |it| {
                json!({
                    "PipelineName": it.name,
                    "PipelineArn": it.arn,
                    "Status": "ACTIVE",
                    "MinUnits": 1,
                    "MaxUnits": 4,
                    "CreatedAt": it.created(),
                    "Tags": tags(&it.tags),
                })
            })
        }),
        get("GetResourcePolicy", |context| {
            PIPELINES.policy_or_nothing(context, "ResourceArn", "Policy", "ResourceNotFoundException")
        }),
    ]],
    kinds: &[other(|place| PIPELINES.planted(place))],
    ..Service::named("osis")
};

const PIPELINES: Things = kind_of("osis_pipelines", "osis", "pipeline/{name}", &["osis:Ingest"]);
