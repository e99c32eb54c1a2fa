//! MediaTailor.

use crate::service::{Service, get, list};
use crate::things::{Things, kind_of, other};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("ListChannels", "Items", |context| {
            CHANNELS.list(context, |it| {
                json!({
                    "Arn": it.arn,
                    "ChannelName": it.name,
                    "ChannelState": "RUNNING",
                    "CreationTime": it.created(),
                    "Outputs": [],
                    "PlaybackMode": "LOOP",
                    "Tier": "BASIC",
                    "LogConfiguration": {},
                    "tags": it.tag_map(),
                })
            })
        }),
        get("GetChannelPolicy", |context| {
            CHANNELS.policy_or_nothing(context, "ChannelName", "Policy", "NotFoundException")
        }),
    ]],
    kinds: &[other(|place| CHANNELS.planted(place))],
    ..Service::named("mediatailor")
};

const CHANNELS: Things =
    kind_of("mediatailor_channels", "mediatailor", "channel/{name}", &["mediatailor:GetChannelSchedule"]);
