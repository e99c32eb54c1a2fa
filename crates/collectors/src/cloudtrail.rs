//! CloudTrail.

use orgcensus_collect::Collector;
use orgcensus_collect::kinds::{CLOUDTRAIL_CHANNEL, CLOUDTRAIL_DASHBOARD, CLOUDTRAIL_EVENT_DATA_STORE};

use crate::listed::Input::{Arn, Text};
use crate::listed::{list, listed, listed_collectors, policy};

pub mod activity;
pub mod trails;

listed_collectors! {
    /// Channels, with their policies.
    CHANNELS = listed(
        "cloudtrail_channels",
        CLOUDTRAIL_CHANNEL,
        &[list("cloudtrail", "ListChannels", "Channels", &[])],
        &[policy("cloudtrail", "GetResourcePolicy", &[("ResourceArn", Arn)], "ResourcePolicy")
            .none(&["ResourcePolicyNotFoundException"])],
    )
    .arn("ChannelArn")
    .name("Name")
    .gone(&["ResourceNotFoundException"]);
    /// Event data stores, with their policies.
    EVENT_DATA_STORES = listed(
        "cloudtrail_event_data_stores",
        CLOUDTRAIL_EVENT_DATA_STORE,
        &[list("cloudtrail", "ListEventDataStores", "EventDataStores", &[])],
        &[policy("cloudtrail", "GetResourcePolicy", &[("ResourceArn", Arn)], "ResourcePolicy")
            .none(&["ResourcePolicyNotFoundException"])],
    )
    .arn("EventDataStoreArn")
    .name("Name")
    .gone(&["ResourceNotFoundException"]);
    /// Dashboards, with their policies.
    DASHBOARDS = listed(
        "cloudtrail_dashboards",
        CLOUDTRAIL_DASHBOARD,
        &[list("cloudtrail", "ListDashboards", "Dashboards", &[("Type", Text("CUSTOM"))])],
        &[policy("cloudtrail", "GetResourcePolicy", &[("ResourceArn", Arn)], "ResourcePolicy")
            .none(&["ResourcePolicyNotFoundException"])],
    )
    .arn("DashboardArn")
    .keeps(&["Type"])
    .gone(&["ResourceNotFoundException"]);
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] =
    &[CHANNELS, EVENT_DATA_STORES, DASHBOARDS, activity::ACTIVITY, trails::TRAILS];
