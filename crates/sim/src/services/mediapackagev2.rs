//! MediaPackage.

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
                    "ChannelGroupName": "live",
                    "CreatedAt": it.created(),
                    "ModifiedAt": it.created(),
                    "InputType": "CMAF",
                })
            })
        }),
        list("ListChannelGroups", "Items", |context| {
            Ok(vec![json!({
                "ChannelGroupName": "live",
                "Arn": context.place.arn("mediapackagev2", "channelGroup/live"),
                "CreatedAt": 1_735_689_600,
                "ModifiedAt": 1_735_689_600,
            })])
        }),
        get("GetChannelPolicy", |context| {
            CHANNELS.policy(
                context,
                "ChannelName",
                "Policy",
                ("ResourceNotFoundException", "ResourceNotFoundException"),
            )
        }),
        list("ListOriginEndpoints", "Items", |context| {
            let above = CHANNELS.wanted(context, "ChannelName", "ResourceNotFoundException")?;
            Ok(ORIGIN_ENDPOINTS
                .all(&context.place)
                .iter()
                .filter(|it| it.name == above.name)
                .map(|it| {
                    json!({
                        "Arn": it.arn,
                        "OriginEndpointName": "hls",
                        "ChannelName": it.name,
                        "ChannelGroupName": "live",
                        "ContainerType": "TS",
                        "CreatedAt": it.created(),
                    })
                })
                .collect())
        }),
        get("GetOriginEndpointPolicy", |context| {
            ORIGIN_ENDPOINTS.policy(
                context,
                "ChannelName",
                "Policy",
                ("ResourceNotFoundException", "ResourceNotFoundException"),
            )
        }),
    ]],
    kinds: &[other(|place| CHANNELS.planted(place)), other(|place| ORIGIN_ENDPOINTS.planted(place))],
    ..Service::named("mediapackagev2")
};

const CHANNELS: Things = kind_of(
    "mediapackagev2_channels",
    "mediapackagev2",
    "channelGroup/live/channel/{name}",
    &["mediapackagev2:PutObject"],
);
const ORIGIN_ENDPOINTS: Things = kind_of(
    "mediapackagev2_origin_endpoints",
    "mediapackagev2",
    "channelGroup/live/channel/{name}/originEndpoint/hls",
    &["mediapackagev2:GetObject"],
)
.below(&CHANNELS);
