//! MediaTailor.

use orgcensus_collect::Collector;
use orgcensus_collect::kinds::MEDIATAILOR_CHANNEL;

use crate::listed::Input::Of;
use crate::listed::{list, listed, listed_collectors, policy};

listed_collectors! {
    /// Channels, with their policies.
    CHANNELS = listed(
        "mediatailor_channels",
        MEDIATAILOR_CHANNEL,
        &[list("mediatailor", "ListChannels", "Items", &[])],
        &[policy("mediatailor", "GetChannelPolicy", &[("ChannelName", Of("ChannelName"))], "Policy")
            .none(&["NotFoundException"])
            .may_lack()],
    )
    .arn("Arn")
    .name("ChannelName")
    .created("CreationTime")
    .tags("tags")
    .keeps(&["ChannelState", "PlaybackMode", "Tier"]);
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[CHANNELS];
