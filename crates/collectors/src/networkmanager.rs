//! Network Manager.

use orgcensus_collect::Collector;
use orgcensus_collect::kinds::NETWORKMANAGER_CORE_NETWORK;

use crate::listed::Input::Arn;
use crate::listed::{list, listed, listed_collectors, policy};

listed_collectors! {
    /// Core networks of the account, with those with whom they are shared.
    CORE_NETWORKS = listed(
        "networkmanager_core_networks",
        NETWORKMANAGER_CORE_NETWORK,
        &[list("networkmanager", "ListCoreNetworks", "CoreNetworks", &[])],
        &[policy("networkmanager", "GetResourcePolicy", &[("resourceArn", Arn)], "PolicyDocument")
            .none(&["ResourceNotFoundException"])
            .may_lack()],
    )
    .arn("CoreNetworkArn")
    .name("CoreNetworkId")
    .tags("Tags")
    .keeps(&["State", "Description", "GlobalNetworkId", "OwnerAccountId"])
    .owner("OwnerAccountId")
    .once();
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[CORE_NETWORKS];
