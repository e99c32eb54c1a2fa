//! VPC Lattice.

use crate::service::{Service, get, list};
use crate::things::{Things, kind_of, of_kinds_or_nothing, other};
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
            of_kinds_or_nothing(&[&SERVICES, &SERVICE_NETWORKS], context, "resourceIdentifier", "policy")
        }),
    ]],
    kinds: &[
        other(|place| SERVICES.planted(place)),
        other(|place| SERVICE_NETWORKS.planted(place)),
        other(|place| RESOURCE_CONFIGURATIONS.planted(place)),
    ],
    ..Service::named("vpclattice")
};

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
