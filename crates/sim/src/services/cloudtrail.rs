//! CloudTrail.

mod events;
mod trails;

use crate::service::{Service, get, list};
use crate::things::{Things, kind_of, of_kinds, other};
use crate::truth::{At, things};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[
        events::ANSWERS,
        trails::ANSWERS,
        &[
            list("ListChannels", "Channels", |context| {
                CHANNELS.list(context, |it| json!({"ChannelArn": it.arn, "Name": it.name}))
            }),
            list("ListEventDataStores", "EventDataStores", |context| {
                EVENT_DATA_STORES.list(context, |it| json!({"EventDataStoreArn": it.arn, "Name": it.name}))
            }),
            list("ListDashboards", "Dashboards", |context| {
                DASHBOARDS.list(context, |it| json!({"DashboardArn": it.arn, "Type": "CUSTOM"}))
            }),
            get("GetResourcePolicy", |context| {
                of_kinds(
                    &[&CHANNELS, &EVENT_DATA_STORES, &DASHBOARDS],
                    context,
                    "ResourceArn",
                    "ResourcePolicy",
                    "ResourcePolicyNotFoundException",
                )
            }),
        ],
    ],
    kinds: &[
        things(At::Region, "cloudtrail_trails", |place| trails::trails(place).len()),
        other(|place| CHANNELS.planted(place)),
        other(|place| EVENT_DATA_STORES.planted(place)),
        other(|place| DASHBOARDS.planted(place)),
    ],
    counts: Some((At::Region, trails::count)),
    ..Service::named("cloudtrail")
};

const CHANNELS: Things =
    kind_of("cloudtrail_channels", "cloudtrail", "channel/{id}", &["cloudtrail-data:PutAuditEvents"]);
const EVENT_DATA_STORES: Things = kind_of(
    "cloudtrail_event_data_stores",
    "cloudtrail",
    "eventdatastore/{id}",
    &["cloudtrail:GetEventDataStore", "cloudtrail:GetQueryResults"],
);
const DASHBOARDS: Things =
    kind_of("cloudtrail_dashboards", "cloudtrail", "dashboard/{name}", &["cloudtrail:GetDashboard"]);
