//! Entity Resolution.

use orgcensus_collect::Collector;
use orgcensus_collect::kinds::{
    ENTITYRESOLUTION_ID_MAPPING_WORKFLOW, ENTITYRESOLUTION_ID_NAMESPACE, ENTITYRESOLUTION_SCHEMA_MAPPING,
    ENTITYRESOLUTION_WORKFLOW,
};

use crate::listed::Input::Arn;
use crate::listed::{list, listed, listed_collectors, policy};

listed_collectors! {
    /// Matching workflows, with their policies.
    WORKFLOWS = listed(
        "entityresolution_workflows",
        ENTITYRESOLUTION_WORKFLOW,
        &[list("entityresolution", "ListMatchingWorkflows", "workflowSummaries", &[])],
        &[policy("entityresolution", "GetPolicy", &[("arn", Arn)], "policy")
            .none(&["ResourceNotFoundException"])
            .may_lack()],
    )
    .arn("workflowArn")
    .name("workflowName")
    .created("createdAt")
    .keeps(&["resolutionType"]);
    /// Workflows that map ids, with their policies.
    ID_MAPPING_WORKFLOWS = listed(
        "entityresolution_id_mapping_workflows",
        ENTITYRESOLUTION_ID_MAPPING_WORKFLOW,
        &[list("entityresolution", "ListIdMappingWorkflows", "workflowSummaries", &[])],
        &[policy("entityresolution", "GetPolicy", &[("arn", Arn)], "policy")
            .none(&["ResourceNotFoundException"])
            .may_lack()],
    )
    .arn("workflowArn")
    .name("workflowName")
    .created("createdAt");
    /// Namespaces of ids, with their policies.
    ID_NAMESPACES = listed(
        "entityresolution_id_namespaces",
        ENTITYRESOLUTION_ID_NAMESPACE,
        &[list("entityresolution", "ListIdNamespaces", "idNamespaceSummaries", &[])],
        &[policy("entityresolution", "GetPolicy", &[("arn", Arn)], "policy")
            .none(&["ResourceNotFoundException"])
            .may_lack()],
    )
    .arn("idNamespaceArn")
    .name("idNamespaceName")
    .created("createdAt")
    .keeps(&["type", "description"]);
    /// Schema mappings, with their policies.
    SCHEMA_MAPPINGS = listed(
        "entityresolution_schema_mappings",
        ENTITYRESOLUTION_SCHEMA_MAPPING,
        &[list("entityresolution", "ListSchemaMappings", "schemaList", &[])],
        &[policy("entityresolution", "GetPolicy", &[("arn", Arn)], "policy")
            .none(&["ResourceNotFoundException"])
            .may_lack()],
    )
    .arn("schemaArn")
    .name("schemaName")
    .created("createdAt")
    .keeps(&["hasWorkflows"]);
}

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[ID_MAPPING_WORKFLOWS, ID_NAMESPACES, SCHEMA_MAPPINGS, WORKFLOWS];
