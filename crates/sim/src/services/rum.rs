//! CloudWatch RUM.

use crate::service::{Service, get, list};
use crate::things::{Things, kind_of, other};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("ListAppMonitors", "AppMonitorSummaries", |context| {
            APP_MONITORS.list(
                context,
                |it| json!({"Name": it.name, "Id": it.id, "Created": it.created_text(), "State": "ACTIVE"}),
            )
        }),
        get("GetResourcePolicy", |context| {
            APP_MONITORS.policy(
                context,
                "Name",
                "PolicyDocument",
                ("ResourceNotFoundException", "PolicyNotFoundException"),
            )
        }),
    ]],
    kinds: &[other(|place| APP_MONITORS.planted(place))],
    ..Service::named("rum")
};

const APP_MONITORS: Things = kind_of("rum_app_monitors", "rum", "appmonitor/{name}", &["rum:PutRumEvents"]);
