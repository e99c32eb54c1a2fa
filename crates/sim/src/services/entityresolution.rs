//! Entity Resolution.

use crate::service::{Service, get, list};
use crate::things::{Things, kind_of, of_kinds_or_nothing, other};
use serde_json::json;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("ListMatchingWorkflows", "workflowSummaries", |context| {
            WORKFLOWS.list(context, |it| {
                json!({
                    "workflowName": it.name,
                    "workflowArn": it.arn,
                    "createdAt": it.created(),
                    "updatedAt": it.created(),
                    "resolutionType": "RULE_MATCHING",
                })
            })
        }),
        list("ListIdMappingWorkflows", "workflowSummaries", |context| {
            ID_MAPPING_WORKFLOWS.list(context, |it| {
                json!({
                    "workflowName": it.name,
                    "workflowArn": it.arn,
                    "createdAt": it.created(),
                    "updatedAt": it.created(),
                })
            })
        }),
        list("ListIdNamespaces", "idNamespaceSummaries", |context| {
            ID_NAMESPACES.list(context, |it| {
                json!({
                    "idNamespaceName": it.name,
                    "idNamespaceArn": it.arn,
                    "type": "SOURCE",
                    "createdAt": it.created(),
                    "updatedAt": it.created(),
                })
            })
        }),
        list("ListSchemaMappings", "schemaList", |context| {
            SCHEMA_MAPPINGS.list(context, |it| {
                json!({
                    "schemaName": it.name,
                    "schemaArn": it.arn,
                    "createdAt": it.created(),
                    "updatedAt": it.created(),
                    "hasWorkflows": it.number > 50,
                })
            })
        }),
        get("GetPolicy", |context| {
            let kinds = [&WORKFLOWS, &ID_MAPPING_WORKFLOWS, &ID_NAMESPACES, &SCHEMA_MAPPINGS];
            of_kinds_or_nothing(&kinds, context, "arn", "policy")
        }),
    ]],
    kinds: &[
        other(|place| WORKFLOWS.planted(place)),
        other(|place| ID_MAPPING_WORKFLOWS.planted(place)),
        other(|place| ID_NAMESPACES.planted(place)),
        other(|place| SCHEMA_MAPPINGS.planted(place)),
    ],
    ..Service::named("entityresolution")
};

const WORKFLOWS: Things = kind_of(
    "entityresolution_workflows",
    "entityresolution",
    "matchingworkflow/{name}",
    &["entityresolution:GetMatchId"],
);
const ID_MAPPING_WORKFLOWS: Things = kind_of(
    "entityresolution_id_mapping_workflows",
    "entityresolution",
    "idmappingworkflow/{name}",
    &["entityresolution:StartIdMappingJob"],
);
const ID_NAMESPACES: Things = kind_of(
    "entityresolution_id_namespaces",
    "entityresolution",
    "idnamespace/{name}",
    &["entityresolution:GetIdNamespace"],
);
const SCHEMA_MAPPINGS: Things = kind_of(
    "entityresolution_schema_mappings",
    "entityresolution",
    "schemamapping/{name}",
    &["entityresolution:GetSchemaMapping"],
);
