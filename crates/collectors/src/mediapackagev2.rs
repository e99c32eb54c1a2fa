//! MediaPackage.

use orgcensus_collect::Collector;
use orgcensus_collect::kinds::{MEDIAPACKAGEV2_CHANNEL, MEDIAPACKAGEV2_ORIGIN_ENDPOINT};

use crate::listed::Input::Of;
use crate::listed::{list, listed, listed_collectors, policy};

listed_collectors! {
    /// Channels, with their policies.
    CHANNELS = listed(
        "mediapackagev2_channels",
        MEDIAPACKAGEV2_CHANNEL,
        &[
            list("mediapackagev2", "ListChannelGroups", "Items", &[]),
            list("mediapackagev2", "ListChannels", "Items", &[("ChannelGroupName", Of("ChannelGroupName"))]),
        ],
        &[policy(
            "mediapackagev2",
            "GetChannelPolicy",
            &[("ChannelGroupName", Of("ChannelGroupName")), ("ChannelName", Of("ChannelName"))],
            "Policy",
        )
        .none(&["ResourceNotFoundException"])],
    )
    .arn("Arn")
    .name("ChannelName")
    .created("CreatedAt")
    .keeps(&["ChannelGroupName", "InputType", "Description"]);
    /// Endpoints of channels, with their policies.
    ORIGIN_ENDPOINTS = listed(
        "mediapackagev2_origin_endpoints",
        MEDIAPACKAGEV2_ORIGIN_ENDPOINT,
        &[
            list("mediapackagev2", "ListChannelGroups", "Items", &[]),
            list("mediapackagev2", "ListChannels", "Items", &[("ChannelGroupName", Of("ChannelGroupName"))]),
            list(
                "mediapackagev2",
                "ListOriginEndpoints",
                "Items",
                &[("ChannelGroupName", Of("ChannelGroupName")), ("ChannelName", Of("ChannelName"))],
            ),
        ],
        &[policy(
            "mediapackagev2",
            "GetOriginEndpointPolicy",
            &[
                ("ChannelGroupName", Of("ChannelGroupName")),
                ("ChannelName", Of("ChannelName")),
                ("OriginEndpointName", Of("OriginEndpointName")),
            ],
            "Policy",
        )
        .none(&["ResourceNotFoundException"])],
    )
    .arn("Arn")
    .name("OriginEndpointName")
    .created("CreatedAt")
    .keeps(&["ChannelGroupName", "ChannelName", "ContainerType", "Description"]);
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[CHANNELS, ORIGIN_ENDPOINTS];
