//! AWS Config.

use orgcensus_collect::kinds::CONFIG_AGGREGATION;
use orgcensus_collect::{Collector, PolicyKind};

use crate::listed::{in_item, list, listed, listed_collectors};

pub mod delivery_channels;
pub mod recorders;
pub mod rules;

listed_collectors! {
    /// Authorizations of other accounts to aggregate the data of this one.
    AGGREGATION_AUTHORIZATIONS = listed(
        "config_aggregation_authorizations",
        CONFIG_AGGREGATION,
        &[list("config", "DescribeAggregationAuthorizations", "AggregationAuthorizations", &[])],
        &[in_item("AuthorizedAccountId")
            .shares(PolicyKind::Share, &["config:SelectAggregateResourceConfig"])
            .always()],
    )
    .arn("AggregationAuthorizationArn")
    .created("CreationTime")
    .keeps(&["AuthorizedAccountId", "AuthorizedAwsRegion"]);
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] =
    &[AGGREGATION_AUTHORIZATIONS, recorders::RECORDERS_AND_CHANNELS, rules::RULES];
