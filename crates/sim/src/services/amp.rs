//! Managed Prometheus.

use crate::service::{Service, get, list};
use crate::things::{Things, kind_of, other};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("ListWorkspaces", "workspaces", |context| {
            WORKSPACES.list(context, |it| {
                json!({
                    "workspaceId": it.id,
                    "alias": it.name,
                    "arn": it.arn,
                    "status": {"statusCode": "ACTIVE"},
                    "createdAt": it.created(),
                    "tags": it.tag_map(),
                })
            })
        }),
        get("DescribeResourcePolicy", |context| {
            WORKSPACES.policy(
                context,
                "workspaceId",
                "policyDocument",
                ("ResourceNotFoundException", "ResourceNotFoundException"),
            )
        }),
    ]],
    kinds: &[other(|place| WORKSPACES.planted(place))],
    ..Service::named("amp")
};

const WORKSPACES: Things = kind_of("amp_workspaces", "aps", "workspace/{id}", &["aps:RemoteWrite", "aps:QueryMetrics"]);
