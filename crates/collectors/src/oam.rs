//! CloudWatch Observability Access Manager.

use orgcensus_collect::Collector;
use orgcensus_collect::kinds::OAM_SINK;

use crate::listed::Input::Arn;
use crate::listed::{list, listed, listed_collectors, policy};

listed_collectors! {
    /// Sinks, with their policies.
    SINKS = listed(
        "oam_sinks",
        OAM_SINK,
        &[list("oam", "ListSinks", "Items", &[])],
        &[policy("oam", "GetSinkPolicy", &[("SinkIdentifier", Arn)], "Policy").none(&["ResourceNotFoundException"])],
    )
    .arn("Arn")
    .name("Name")
    .keeps(&["Id"]);
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[SINKS];
