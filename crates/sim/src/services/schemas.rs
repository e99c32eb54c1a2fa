//! EventBridge Schemas.

use crate::service::{Service, get, list};
use crate::things::{Things, kind_of, other};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("ListRegistries", "Registries", |context| {
            REGISTRIES.list(context, |it| json!({"RegistryArn": it.arn, "RegistryName": it.name, "tags": it.tag_map()}))
        }),
        get("GetResourcePolicy", |context| {
            REGISTRIES.policy(context, "registryName", "Policy", ("ResourceNotFoundException", "NotFoundException"))
        }),
    ]],
    kinds: &[other(|place| REGISTRIES.planted(place))],
    ..Service::named("schemas")
};

const REGISTRIES: Things =
    kind_of("schemas_registries", "schemas", "registry/{name}", &["schemas:DescribeRegistry", "schemas:ListSchemas"]);
