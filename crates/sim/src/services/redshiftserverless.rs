//! Redshift Serverless: snapshots, namespaces and workgroups, with their policies. Most policies of namespaces are with
//! Redshift.

use crate::context::Context;
use crate::protocol::Refusal;
use crate::service::{Service, get, list};
use crate::things::{Thing, Things, kind_of, other};
use crate::truth::{At, resources};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("ListSnapshots", "snapshots", |context| {
            SNAPSHOTS.list(context, |it| {
                json!({
                    "snapshotArn": it.arn,
                    "snapshotName": it.name,
                    "snapshotCreateTime": it.created_text(),
                    "namespaceName": "main",
                    "ownerAccount": context.place.account.id,
                    "status": "AVAILABLE",
                    "kmsKeyId": "AWS_OWNED_KMS_KEY",
                    "accountsWithRestoreAccess": [],
                })
            })
        }),
        list("ListNamespaces", "namespaces", |context| NAMESPACES.list(context, describe_namespace)),
        list("ListWorkgroups", "workgroups", |context| WORKGROUPS.list(context, describe_workgroup)),
        get("GetResourcePolicy", get_policy),
        get("ListTagsForResource", |context| {
            let found = NAMESPACES.wanted(context, ARN, NOT_FOUND);
            let it = found.or_else(|_| WORKGROUPS.wanted(context, ARN, NOT_FOUND))?;
            let tags = it.tags.iter().map(|(key, value)| json!({"key": key, "value": value}));
            Ok(json!({"tags": tags.collect::<Vec<_>>()}))
        }),
    ]],
    kinds: &[
        other(|place| SNAPSHOTS.planted(place)),
        resources(At::Region, |place| NAMESPACES.planted(place)).rows("redshift_serverless_namespaces"),
        resources(At::Region, |place| WORKGROUPS.planted(place)).rows("redshift_serverless_workgroups"),
    ],
    ..Service::named("redshiftserverless")
};

/// The input that says what a call is about, and how the service says that it is not there, or has no policy.
const ARN: &str = "resourceArn";
const NOT_FOUND: &str = "ResourceNotFoundException";

const SNAPSHOTS: Things = kind_of(
    "redshift_serverless_snapshots",
    "redshift-serverless",
    "snapshot/{id}",
    &["redshift-serverless:RestoreFromSnapshot"],
);

const NAMESPACES: Things = kind_of(
    "redshift_serverless_namespaces",
    "redshift-serverless",
    "namespace/{id}",
    &["redshift:CreateInboundIntegration"],
);

const WORKGROUPS: Things = kind_of(
    "redshift_serverless_workgroups",
    "redshift-serverless",
    "workgroup/{id}",
    &["redshift-serverless:CreateEndpointAccess", "redshift-serverless:GetEndpointAccess"],
);

/// Whether a namespace's policy was set by Redshift's own call, and not by that of Redshift Serverless.
fn is_with_redshift(it: &Thing) -> bool {
    it.number >= 30
}

/// The policy of a namespace that is with Redshift.
pub(super) fn policy_of_namespace(context: &Context<'_>, arn: &str) -> Option<String> {
    let mut namespaces = NAMESPACES.all(&context.place).into_iter();
    namespaces.find(|it| it.arn == arn && is_with_redshift(it))?.policy.document
}

fn get_policy(context: &Context<'_>) -> Result<Value, Refusal> {
    let found = SNAPSHOTS.wanted(context, ARN, NOT_FOUND).or_else(|_| WORKGROUPS.wanted(context, ARN, NOT_FOUND));
    let (it, is_elsewhere) = match found {
        Ok(it) => (it, false),
        Err(_) => {
            let it = NAMESPACES.wanted(context, ARN, NOT_FOUND)?;
            let is_elsewhere = is_with_redshift(&it);
            (it, is_elsewhere)
        }
    };
    let none = || Refusal::new(404, NOT_FOUND, format!("{} has no policy.", it.arn));
    let document = it.policy.document.as_deref().filter(|_| !is_elsewhere).ok_or_else(none)?;
    Ok(json!({"resourcePolicy": {"policy": document, "resourceArn": it.arn}}))
}

fn describe_namespace(it: &Thing) -> Value {
    json!({
        "namespaceArn": it.arn,
        "namespaceId": it.id,
        "namespaceName": it.name,
        "status": if it.number < 90 { "AVAILABLE" } else { "LEVITATING" },
        "creationDate": it.created_text(),
        "kmsKeyId": "AWS_OWNED_KMS_KEY",
        "dbName": "dev",
        "adminUsername": "admin",
        "iamRoles": [],
        "logExports": if it.number < 50 { json!(["userlog", "connectionlog"]) } else { json!([]) },
    })
}

fn describe_workgroup(it: &Thing) -> Value {
    let tls = if it.number < 50 { "true" } else { "false" };
    json!({
        "workgroupArn": it.arn,
        "workgroupId": it.id,
        "workgroupName": it.name,
        "namespaceName": "main",
        "status": if it.number < 90 { "AVAILABLE" } else { "LEVITATING" },
        "creationDate": it.created_text(),
        "publiclyAccessible": it.number < 10,
        "enhancedVpcRouting": it.number < 60,
        "baseCapacity": 8,
        "configParameters": [{"parameterKey": "require_ssl", "parameterValue": tls}],
        "endpoint": {
            "address": format!("{}.redshift-serverless.example.com", it.name),
            "port": 5439,
            "vpcEndpoints": [{"vpcEndpointId": "vpce-0123456789abcdef0", "vpcId": "vpc-0123456789abcdef0"}],
        },
        "subnetIds": ["subnet-0123456789abcdef0"],
        "securityGroupIds": ["sg-0123456789abcdef0"],
    })
}
