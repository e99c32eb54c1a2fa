//! VPC Lattice.

use crate::place::Place;
use crate::policies::{Named, Verdict};
use crate::service::{Service, get, list};
use crate::things::{Thing, Things, kind_of, of_kinds_or_nothing, other, wanted_of};
use crate::truth::Planted;
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("ListServices", "items", |context| {
            SERVICES.list(context, |it| {
                json!({
                    "id": it.id,
                    "name": it.name,
                    "arn": it.arn,
                    "createdAt": it.created_text(),
                    "status": "ACTIVE",
                })
            })
        }),
        list("ListServiceNetworks", "items", |context| {
            SERVICE_NETWORKS.list(context, |it| {
                json!({
                    "id": it.id,
                    "name": it.name,
                    "arn": it.arn,
                    "createdAt": it.created_text(),
                    "numberOfAssociatedVPCs": it.number % 3,
                    "numberOfAssociatedServices": it.number % 5,
                })
            })
        }),
        list("ListResourceConfigurations", "items", |context| {
            RESOURCE_CONFIGURATIONS.list(context, |it| {
                json!({
                    "id": it.id,
                    "name": it.name,
                    "arn": it.arn,
                    "createdAt": it.created_text(),
                    "type": "SINGLE",
                    "status": "ACTIVE",
                    "amazonManaged": false,
                })
            })
        }),
        get("GetResourcePolicy", |context| {
            let of = |kinds: &[&Things]| of_kinds_or_nothing(kinds, context, "resourceArn", "policy");
            // No service and no network is shared.
            of(&[&RESOURCE_CONFIGURATIONS]).or_else(|_| of(&[&SERVICES, &SERVICE_NETWORKS]).map(|_| json!({})))
        }),
        get("GetAuthPolicy", |context| {
            let it = wanted_of(&[&SERVICES, &SERVICE_NETWORKS], context, "resourceIdentifier")?;
            let state = if is_off(&context.place, &it) { "Inactive" } else { "Active" };
            Ok(json!({ "policy": it.policy.document, "state": state }))
        }),
    ]],
    kinds: &[
        other(|place| with_switches(&SERVICES, place)),
        other(|place| with_switches(&SERVICE_NETWORKS, place)),
        other(|place| RESOURCE_CONFIGURATIONS.planted(place)),
    ],
    ..Service::named("vpclattice")
};

/// Whether its authentication is off, so that its policy is inactive. A sample's policy counts.
fn is_off(place: &Place<'_>, it: &Thing) -> bool {
    it.number % 3 == 0 && place.sample().is_none()
}

/// A policy that is inactive lets nobody in, whatever it says. Those whom it names and who are gone are still named.
fn with_switches(kind: &Things, place: &Place<'_>) -> Vec<Planted> {
    let planted = |it: Thing| {
        let is_off = is_off(place, &it) && it.policy.document.is_some();
        let planted = kind.planted_as(it);
        if !is_off {
            return planted;
        }
        let named = Named { dead: planted.named.dead, ..Named::default() };
        Planted { verdict: Verdict::CLOSED, named, rests_on_networks: false, is_study_public: false, ..planted }
    };
    kind.all(place).into_iter().map(planted).collect()
}

const SERVICES: Things =
    kind_of("vpc_lattice_services", "vpc-lattice", "service/svc-{id}", &["vpc-lattice-svcs:Invoke"]);
const SERVICE_NETWORKS: Things =
    kind_of("vpc_lattice_service_networks", "vpc-lattice", "servicenetwork/sn-{id}", &["vpc-lattice-svcs:Invoke"]);
const RESOURCE_CONFIGURATIONS: Things = kind_of(
    "vpc_lattice_resource_configurations",
    "vpc-lattice",
    "resourceconfiguration/rcfg-{id}",
    &["vpc-lattice:GetResourceConfiguration"],
);
