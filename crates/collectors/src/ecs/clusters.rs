//! Clusters of ECS: ListClusters, then DescribeClusters for a hundred at a time.

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::{Collector, Error, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::parts::{CLUSTERS as LIST, Failure, Tag, by_arn, by_key, cluster_arns, name_in, some};
use crate::items::{Answer, details};

const DESCRIBE: Read<Clusters> = reads("ecs", "DescribeClusters");

/// How many clusters one call describes.
const AT_ONCE: usize = 100;

/// One cluster of ECS.
#[derive(Debug, Serialize, Row)]
#[row(table = "ecs_clusters", key = "arn")]
pub struct Cluster {
    /// The cluster's ARN.
    pub arn: String,
    /// The cluster's name.
    pub cluster_name: String,
    /// ACTIVE, PROVISIONING, DEPROVISIONING, FAILED or INACTIVE. Null: it was not read.
    pub status: Option<String>,
    /// Container Insights: enhanced, enabled or disabled. Null: AWS did not say.
    pub container_insights: Option<String>,
    /// Where sessions of commands within containers are logged: NONE, DEFAULT (as the container's own log) or OVERRIDE.
    /// Null: AWS did not say.
    pub exec_logging: Option<String>,
    /// The KMS key that encrypts these sessions. Null: none is set.
    pub exec_kms_key_id: Option<String>,
    /// The log group of these sessions. Null: none is set.
    pub exec_log_group_name: Option<String>,
    /// The bucket of these sessions. Null: none is set.
    pub exec_log_bucket: Option<String>,
    /// The KMS key that encrypts volumes which ECS manages. Null: none is set.
    pub storage_kms_key_id: Option<String>,
    /// The KMS key that encrypts the storage of tasks on Fargate. Null: none is set.
    pub fargate_storage_kms_key_id: Option<String>,
    /// How many instances are registered in it. Null: it was not read.
    pub container_instance_count: Option<i32>,
    /// How many services it has. Null: it was not read.
    pub active_service_count: Option<i32>,
    /// How many tasks run in it. Null: it was not read.
    pub running_task_count: Option<i32>,
    /// How many tasks are about to run. Null: it was not read.
    pub pending_task_count: Option<i32>,
    /// What gives it machines: FARGATE, FARGATE_SPOT, or a group of instances. Null: it was not read.
    pub capacity_providers: Option<Vec<String>>,
    /// The namespace by which its services find each other, an ARN. Null: none is set.
    pub service_connect_namespace: Option<String>,
    /// Tags. Null: they were not read.
    pub tags: Option<BTreeMap<String, String>>,
}

/// The clusters of one region.
pub const CLUSTERS: Collector = Collector {
    name: "ecs_clusters",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), DESCRIBE.call()],
    resources: &[],
    tables: &[table::<Cluster>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Clusters {
    clusters: Vec<Described>,
    failures: Vec<Failure>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Described {
    cluster_arn: Option<String>,
    cluster_name: Option<String>,
    status: Option<String>,
    settings: Vec<Setting>,
    configuration: Configuration,
    registered_container_instances_count: Option<i32>,
    active_services_count: Option<i32>,
    running_tasks_count: Option<i32>,
    pending_tasks_count: Option<i32>,
    capacity_providers: Vec<String>,
    service_connect_defaults: ServiceConnect,
    tags: Vec<Tag>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Setting {
    name: Option<String>,
    value: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Configuration {
    execute_command_configuration: Exec,
    managed_storage_configuration: Storage,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Exec {
    kms_key_id: Option<String>,
    logging: Option<String>,
    log_configuration: ExecLog,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ExecLog {
    cloud_watch_log_group_name: Option<String>,
    s3_bucket_name: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Storage {
    kms_key_id: Option<String>,
    fargate_ephemeral_storage_kms_key_id: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ServiceConnect {
    namespace: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let arns = cluster_arns(session).await?;
    let mut answers = details(some(&arns, AT_ONCE), |arns| describe(session, arns));
    while let Some(clusters) = answers.next().await {
        for (arn, answer) in clusters {
            push(rows, arn, answer).await?;
        }
    }
    Ok(())
}

async fn describe(session: &Session, arns: Vec<String>) -> Vec<(String, Answer<Option<Described>>)> {
    let input = json!({"clusters": arns, "include": ["CONFIGURATIONS", "SETTINGS", "TAGS"]});
    let answer = DESCRIBE.send(session, input).await.map(|it| (it.clusters, it.failures));
    by_arn(arns, answer, |it| it.cluster_arn.as_ref(), &DESCRIBE.call().name(), "clusterArn")
}

async fn push(rows: &mut Rows<'_>, arn: String, answer: Answer<Option<Described>>) -> Result<(), Error> {
    if matches!(answer, Ok(None)) {
        rows.gone();
        return Ok(());
    }
    let described = rows.item([Cluster::TABLE], answer)?.flatten();
    rows.push(cluster(arn, described)).await
}

fn cluster(arn: String, described: Option<Described>) -> Cluster {
    let is_read = described.is_some();
    let it = described.unwrap_or_default();
    let insights = it.settings.into_iter().find(|setting| setting.name.as_deref() == Some("containerInsights"));
    let exec = it.configuration.execute_command_configuration;
    let storage = it.configuration.managed_storage_configuration;
    Cluster {
        cluster_name: it.cluster_name.unwrap_or_else(|| name_in(&arn)),
        arn,
        status: it.status,
        container_insights: insights.and_then(|setting| setting.value),
        exec_logging: exec.logging,
        exec_kms_key_id: exec.kms_key_id,
        exec_log_group_name: exec.log_configuration.cloud_watch_log_group_name,
        exec_log_bucket: exec.log_configuration.s3_bucket_name,
        storage_kms_key_id: storage.kms_key_id,
        fargate_storage_kms_key_id: storage.fargate_ephemeral_storage_kms_key_id,
        container_instance_count: it.registered_container_instances_count,
        active_service_count: it.active_services_count,
        running_task_count: it.running_tasks_count,
        pending_task_count: it.pending_tasks_count,
        capacity_providers: is_read.then_some(it.capacity_providers),
        service_connect_namespace: it.service_connect_defaults.namespace,
        tags: is_read.then(|| by_key(it.tags)),
    }
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::CLUSTERS;
    use crate::testing::{columns, json_error};

    const FULL: &str = r#"{"clusterArn":"arn:cluster/shop","clusterName":"shop","status":"ACTIVE",
        "settings":[{"name":"containerInsights","value":"enhanced"}],"configuration":{"executeCommandConfiguration":
        {"kmsKeyId":"arn:key","logging":"OVERRIDE","logConfiguration":{"cloudWatchLogGroupName":"/exec","s3BucketName":"b"}},
        "managedStorageConfiguration":{"kmsKeyId":"arn:k1","fargateEphemeralStorageKmsKeyId":"arn:k2"}},
        "registeredContainerInstancesCount":3,"activeServicesCount":2,"runningTasksCount":5,"pendingTasksCount":1,
        "capacityProviders":["FARGATE"],"serviceConnectDefaults":{"namespace":"arn:ns"},
        "tags":[{"key":"team","value":"search"}]}"#;

    #[tokio::test]
    async fn clusters_of_two_pages_one_odd_one_gone_and_one_that_failed() {
        let described = format!(
            r#"{{"clusters":[{FULL},{{"clusterArn":"arn:cluster/bare","status":"RESTING"}},{{"status":"ACTIVE"}}],
            "failures":[
            {{"arn":"arn:cluster/gone","reason":"MISSING"}},{{"arn":"arn:cluster/shut","reason":"ACCESS"}}]}}"#
        );
        let recorded = Recorded::new()
            .answer("ListClusters", r#"{"clusterArns":["arn:cluster/shop","arn:cluster/bare"],"nextToken":"more"}"#)
            .answer_to(
                "ListClusters",
                "more",
                r#"{"clusterArns":["arn:cluster/gone","arn:cluster/shut","arn:cluster/dim"]}"#,
            )
            .answer_to("DescribeClusters", "arn:cluster/shut", &described);
        let collected = recorded.run(&CLUSTERS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&CLUSTERS);
        let names = ["cluster_name", "status", "container_insights", "exec_logging", "capacity_providers", "tags"];
        assert_eq!(
            columns(&collected, "ecs_clusters", &names),
            [
                json!(["shop", "ACTIVE", "enhanced", "OVERRIDE", ["FARGATE"], {"team": "search"}]),
                json!(["bare", "RESTING", null, null, [], {}]),
                json!(["shut", null, null, null, null, null]),
                json!(["dim", null, null, null, null, null]),
            ]
        );
        let names = ["exec_kms_key_id", "exec_log_group_name", "fargate_storage_kms_key_id", "running_task_count"];
        assert_eq!(columns(&collected, "ecs_clusters", &names)[0], json!(["arn:key", "/exec", "arn:k2", 5]));
        // One that failed, and one of which nothing is said by its ARN.
        assert_eq!((collected.short(), collected.gone), ((2, vec!["ecs_clusters"]), 1));
    }

    #[tokio::test]
    async fn without_details_rows_have_nulls() {
        let denied = json_error("AccessDeniedException");
        let recorded = Recorded::new()
            .answer("ListClusters", r#"{"clusterArns":["arn:cluster/one","arn:cluster/two"]}"#)
            .refuse("DescribeClusters", "", 400, &denied);
        let collected = recorded.run(&CLUSTERS).await;
        let names = columns(&collected, "ecs_clusters", &["cluster_name", "status"]);
        assert_eq!(names, [json!(["one", null]), json!(["two", null])]);
        assert_eq!(collected.short(), (2, vec!["ecs_clusters"]));
    }

    #[tokio::test]
    async fn refused_is_how_the_task_ends() {
        for (code, class) in
            [("AccessDeniedException", Class::Denied), ("UnknownOperationException", Class::Unsupported)]
        {
            let collected = Recorded::new().refuse("ListClusters", "", 400, &json_error(code)).run(&CLUSTERS).await;
            assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == class), "{code}");
        }
    }
}
