//! Clusters of Aurora DSQL: ListClusters, then GetCluster and GetClusterPolicy for each.

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::kinds::DSQL_CLUSTER;
use orgcensus_collect::{Collector, Error, Moment, Optional, Policy, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::{Answer, Unread, details, given_if_set, is_gone, policy_text, with_policies};

const LIST: Read<Page> = reads("dsql", "ListClusters");
const GET: Read<Described> = reads("dsql", "GetCluster");
const POLICY: Read<ItsPolicy> = reads("dsql", "GetClusterPolicy");

/// How DSQL says that there is no such cluster, or that a cluster has no policy.
const NOT_FOUND: &[&str] = &["ResourceNotFoundException"];

/// One cluster of Aurora DSQL.
#[derive(Debug, Serialize, Row)]
#[row(table = "dsql_clusters", key = "arn", name = "cluster_identifier")]
pub struct Cluster {
    /// The cluster's ARN.
    pub arn: String,
    /// The cluster's id.
    pub cluster_identifier: String,
    /// ACTIVE, IDLE, CREATING, DELETING … Null: it could not be read.
    pub status: Option<String>,
    /// The host to connect to. Null: AWS did not say, or it could not be read.
    pub endpoint_host: Option<String>,
    /// Whether it cannot be deleted as long as this is set. Null: it could not be read.
    pub is_deletion_protected: Option<bool>,
    /// AWS_OWNED_KMS_KEY or CUSTOMER_MANAGED_KMS_KEY. Null: AWS did not say, or it could not be read.
    pub encryption_type: Option<String>,
    /// The KMS key that encrypts it, by its ARN. Null: a key of AWS's own does, or it could not be read.
    pub kms_key_arn: Option<String>,
    /// ENABLED, KMS_KEY_INACCESSIBLE ….
    pub encryption_status: Option<String>,
    /// The region that is the witness of a cluster of several regions. Null: it is of one region.
    pub witness_region: Option<String>,
    /// The clusters that belong together with it, in all regions, by ARN. Null: it could not be read.
    pub linked_cluster_arns: Option<Vec<String>>,
    /// When it was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// Tags. Null: they could not be read.
    pub tags: Option<BTreeMap<String, String>>,
}

/// The clusters of one region, with their policies.
pub const CLUSTERS: Collector = Collector {
    name: "dsql_clusters",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), GET.call(), POLICY.call()],
    resources: &[DSQL_CLUSTER],
    tables: &[table::<Cluster>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Page {
    clusters: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Listed {
    identifier: Option<String>,
    arn: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Described {
    status: Option<String>,
    endpoint: Option<String>,
    deletion_protection_enabled: Option<bool>,
    encryption_details: Encryption,
    multi_region_properties: Regions,
    creation_time: Option<Moment>,
    tags: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Encryption {
    encryption_type: Option<String>,
    kms_key_arn: Option<String>,
    encryption_status: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Regions {
    witness_region: Option<String>,
    clusters: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ItsPolicy {
    policy: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"max-results": 100}));
    while let Some(page) = pages.next().await {
        let mut clusters = details(page?.clusters, |listed| read(session, listed));
        while let Some(cluster) = clusters.next().await {
            push(session, rows, cluster).await?;
        }
    }
    Ok(())
}

/// The results of the calls about one cluster.
struct Details {
    listed: Listed,
    described: Answer<Described>,
    policy: Answer<Option<String>>,
}

async fn read(session: &Session, listed: Listed) -> Details {
    let input = json!({"identifier": listed.identifier});
    let described = GET.send(session, input.clone()).await;
    let answer = POLICY.send(session, input).await.optional(NOT_FOUND);
    let policy = given_if_set(answer, |it| it.policy, &POLICY.call().name(), "policy");
    Details { listed, described, policy }
}

async fn push(session: &Session, rows: &mut Rows<'_>, details: Details) -> Result<(), Error> {
    let Details { listed, described, policy } = details;
    // Of a cluster that went away, GetClusterPolicy says by the same code that it has no policy.
    if is_gone(NOT_FOUND, &described) && !matches!(policy, Ok(Some(_))) {
        rows.gone();
        return Ok(());
    }
    let mut unread = Unread::default();
    let made = |id: &str| session.arn("dsql", &format!("cluster/{id}"));
    let Some((arn, id)) = unread.identity("identifier", listed.identifier, listed.arn, made) else {
        unread.lost(rows, with_policies([Cluster::TABLE]), &LIST.call().name());
        return Ok(());
    };
    unread.count(rows, Cluster::TABLE, &LIST.call().name());
    let text = policy_text(rows, policy)?;
    rows.policy(Policy::of(&arn, DSQL_CLUSTER, text)).await?;
    let described = rows.item([Cluster::TABLE], described)?;
    let is_read = described.is_some();
    let mut unread = Unread::default();
    let row = cluster(arn, id, described, rows.captured_at(), &mut unread);
    if is_read {
        unread.count(rows, Cluster::TABLE, &GET.call().name());
    }
    rows.push(row).await
}

fn cluster(arn: String, id: String, it: Option<Described>, now: Timestamp, unread: &mut Unread) -> Cluster {
    let is_read = it.is_some();
    let it = it.unwrap_or_default();
    let created = unread.value("creationTime", it.creation_time.as_ref());
    let created_at = unread.moment("creationTime", created);
    Cluster {
        arn,
        cluster_identifier: id,
        status: unread.value("status", it.status),
        endpoint_host: it.endpoint,
        is_deletion_protected: unread.value("deletionProtectionEnabled", it.deletion_protection_enabled),
        encryption_type: it.encryption_details.encryption_type,
        kms_key_arn: it.encryption_details.kms_key_arn,
        encryption_status: it.encryption_details.encryption_status,
        witness_region: it.multi_region_properties.witness_region,
        linked_cluster_arns: is_read.then_some(it.multi_region_properties.clusters),
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        tags: is_read.then_some(it.tags),
    }
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::CLUSTERS;
    use crate::testing::{columns, json_error};

    const FULL: &str = r#"{"identifier":"one","arn":"arn:one","status":"ACTIVE","creationTime":1735689600,
        "deletionProtectionEnabled":true,"endpoint":"one.example.com","encryptionDetails":
        {"encryptionType":"CUSTOMER_MANAGED_KMS_KEY","kmsKeyArn":"arn:key","encryptionStatus":"ENABLED"},
        "multiRegionProperties":{"witnessRegion":"us-west-2","clusters":["arn:one","arn:other"]},
        "tags":{"team":"data"}}"#;
    const POLICY: &str = r#"{"policy":"{\"Statement\":[]}","policyVersion":"1"}"#;

    /// Seven clusters on two pages: a usual one, an odd one without a policy, one that went away, one of which nothing may
    /// be read but the policy, one whose policy is denied, one that does not know policies, and one without an id.
    #[tokio::test]
    async fn clusters_of_two_pages_have_rows_and_policies() {
        let at = |id: &str| format!("/cluster/{id}");
        let policy = |id: &str| format!("/cluster/{id}/policy");
        let (none, denied) = (json_error("ResourceNotFoundException"), json_error("AccessDeniedException"));
        let plain = r#"{"status":"IDLE","creationTime":1735689600,"deletionProtectionEnabled":false}"#;
        let second = ["gone", "dark", "closed", "old"].map(|id| format!(r#"{{"identifier":"{id}"}}"#)).join(",");
        let recorded = Recorded::new()
            .answer_to(
                "ListClusters",
                "max-results=100",
                r#"{"clusters":[{"identifier":"one","arn":"arn:one"},{"identifier":"odd"}],"nextToken":"more"}"#,
            )
            .answer_to("ListClusters", "next-token=more", &format!(r#"{{"clusters":[{second},{{}}]}}"#))
            .answer_to("GetCluster", &at("one"), FULL)
            .answer_to("GetClusterPolicy", &policy("one"), POLICY)
            .answer_to("GetCluster", &at("odd"), r#"{"status":"LEVITATING"}"#)
            .refuse("GetClusterPolicy", &policy("odd"), 404, &none)
            .refuse("GetCluster", &at("gone"), 404, &none)
            .refuse("GetClusterPolicy", &policy("gone"), 404, &none)
            .refuse("GetCluster", &at("dark"), 403, &denied)
            .answer_to("GetClusterPolicy", &policy("dark"), POLICY)
            .answer_to("GetCluster", &at("closed"), plain)
            .refuse("GetClusterPolicy", &policy("closed"), 403, &denied)
            .answer_to("GetCluster", &at("old"), plain)
            .refuse("GetClusterPolicy", &policy("old"), 404, &json_error("UnknownOperationException"));
        let collected = recorded.run(&CLUSTERS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&CLUSTERS);
        let names = ["cluster_identifier", "status", "kms_key_arn", "linked_cluster_arns", "age_days", "tags"];
        assert_eq!(
            columns(&collected, "dsql_clusters", &names),
            [
                json!(["one", "ACTIVE", "arn:key", ["arn:one", "arn:other"], 365, {"team": "data"}]),
                json!(["odd", "LEVITATING", null, [], null, {}]),
                json!(["dark", null, null, null, null, null]),
                json!(["closed", "IDLE", null, [], 365, {}]),
                json!(["old", "IDLE", null, [], 365, {}]),
            ]
        );
        assert_eq!(
            columns(&collected, "policy_documents", &["state", "error_code"]),
            [
                json!(["read", null]),
                json!(["absent", null]),
                json!(["read", null]),
                json!(["unread", "AccessDeniedException"]),
                json!(["unread", "UnknownOperationException"]),
            ]
        );
        // Two policies, one cluster, the two values that another lacks, and the id of a third.
        assert_eq!(collected.short(), (6, vec!["dsql_clusters", "policy_documents", "policy_statements"]));
        assert_eq!(collected.gone, 1);
    }

    #[tokio::test]
    async fn a_denied_list_is_how_the_task_ends() {
        let denied = json_error("AccessDeniedException");
        let collected = Recorded::new().refuse("ListClusters", "", 403, &denied).run(&CLUSTERS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
