//! CloudWatch investigations.

use crate::service::{Service, get, list};
use crate::things::{Things, kind_of, other};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("ListInvestigationGroups", "investigationGroups", |context| {
            INVESTIGATION_GROUPS.list(context, |it| json!({"arn": it.arn, "name": it.name}))
        }),
        get("GetInvestigationGroupPolicy", |context| {
            INVESTIGATION_GROUPS.policy_or_nothing(context, "identifier", "policy", "ResourceNotFoundException")
        }),
    ]],
    kinds: &[other(|place| INVESTIGATION_GROUPS.planted(place))],
    ..Service::named("aiops")
};

const INVESTIGATION_GROUPS: Things =
    kind_of("aiops_investigation_groups", "aiops", "investigation-group/{id}", &["aiops:CreateInvestigation"]);
