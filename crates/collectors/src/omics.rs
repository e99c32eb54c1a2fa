//! HealthOmics.

use orgcensus_collect::kinds::OMICS_SHARE;
use orgcensus_collect::{Collector, PolicyKind};

use crate::listed::Input::Text;
use crate::listed::{in_item, list, listed, listed_collectors};

pub mod sequence_stores;

listed_collectors! {
    /// Shares of stores and workflows with other accounts.
    SHARES = listed(
        "omics_shares",
        OMICS_SHARE,
        &[list("omics", "ListShares", "shares", &[("resourceOwner", Text("SELF"))])],
        &[in_item("principalSubscriber").shares(PolicyKind::Share, &["omics:AcceptShare"]).always()],
    )
    .arn("omics:share/{shareId}")
    .name("shareName")
    .created("creationTime")
    .keeps(&["resourceArn", "principalSubscriber", "status"]);
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[sequence_stores::SEQUENCE_STORES, SHARES];
