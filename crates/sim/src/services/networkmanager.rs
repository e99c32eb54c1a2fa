//! Network Manager.

use crate::protocol::tags;
use crate::service::{Scope, Service, get, list};
use crate::things::{Things, kind_of, other_of_account};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("ListCoreNetworks", "CoreNetworks", |context| {
            CORE_NETWORKS.list(context, |it| {
                json!({
                    "CoreNetworkId": it.id,
                    "CoreNetworkArn": it.arn,
                    "OwnerAccountId": context.place.account.id,
                    "State": "AVAILABLE",
                    "Tags": tags(&it.tags),
                })
            })
        }),
        get("GetResourcePolicy", |context| {
            CORE_NETWORKS.policy_or_nothing(context, "resourceArn", "PolicyDocument", "ResourceNotFoundException")
        }),
    ]],
    kinds: &[other_of_account(|place| CORE_NETWORKS.planted(place))],
    scope: Scope::Global,
    ..Service::named("networkmanager")
};

const CORE_NETWORKS: Things = kind_of(
    "networkmanager_core_networks",
    "networkmanager",
    "core-network/core-network-{id}",
    &["networkmanager:GetCoreNetwork"],
);
