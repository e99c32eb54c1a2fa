//! EventBridge Schemas.

use orgcensus_collect::Collector;
use orgcensus_collect::kinds::SCHEMAS_REGISTRY;

use crate::listed::Input::{Of, Text};
use crate::listed::{list, listed, listed_collectors, policy};

listed_collectors! {
    /// Registries of schemas, with their policies.
    REGISTRIES = listed(
        "schemas_registries",
        SCHEMAS_REGISTRY,
        &[list("schemas", "ListRegistries", "Registries", &[("scope", Text("LOCAL"))])],
        &[policy("schemas", "GetResourcePolicy", &[("registryName", Of("RegistryName"))], "Policy")
            .none(&["NotFoundException"])],
    )
    .arn("RegistryArn")
    .name("RegistryName")
    .tags("tags");
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[REGISTRIES];
