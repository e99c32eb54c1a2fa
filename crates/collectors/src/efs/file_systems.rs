//! EFS file systems: DescribeFileSystems, then DescribeFileSystemPolicy for each.

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::kinds::EFS_FILE_SYSTEM;
use orgcensus_collect::{Collector, Error, Moment, Optional, Policy, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::{Answer, Tag, Unread, by_key, details, given, given_if_set, is_gone, policy_text, policy_text_of};

const LIST: Read<Page> = reads("efs", "DescribeFileSystems").needs("elasticfilesystem:DescribeFileSystems");
const POLICY: Read<ItsPolicy> =
    reads("efs", "DescribeFileSystemPolicy").needs("elasticfilesystem:DescribeFileSystemPolicy");

/// How EFS says that there is no such file system.
const GONE: &[&str] = &["FileSystemNotFound"];

/// How EFS says that a file system has no policy of its own.
const NO_POLICY: &[&str] = &["PolicyNotFound"];

/// One EFS file system.
#[derive(Debug, Serialize, Row)]
#[row(table = "efs_file_systems", key = "arn")]
pub struct FileSystem {
    /// The file system's ARN.
    pub arn: String,
    /// The file system's id, fs-….
    pub file_system_id: String,
    /// The value of its tag Name. Null: it has none.
    pub file_system_name: Option<String>,
    /// The account that owns it, 12 digits. Null: AWS did not say.
    pub owner_id: Option<String>,
    /// When it was made (UTC). Null: AWS did not say.
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// creating, available, updating, deleting, deleted or error.
    pub life_cycle_state: Option<String>,
    /// generalPurpose or maxIO.
    pub performance_mode: Option<String>,
    /// bursting, provisioned or elastic.
    pub throughput_mode: Option<String>,
    /// The throughput that is paid for, in MiB a second. Null: the mode is not provisioned.
    pub provisioned_throughput_mibps: Option<f64>,
    /// Whether it is encrypted at rest.
    pub is_encrypted: Option<bool>,
    /// The KMS key that encrypts it, by its ARN or id. Null: it is not encrypted.
    pub kms_key_id: Option<String>,
    /// What it holds, in bytes, as EFS last metered it.
    pub size_bytes: Option<i64>,
    /// How many mount targets it has. Without one nobody can reach it.
    pub mount_target_count: Option<i32>,
    /// The one zone that keeps it, eu-west-1a. Null: several zones keep it.
    pub availability_zone: Option<String>,
    /// Whether it is kept from being overwritten by a replication: ENABLED, DISABLED, or REPLICATING (it is a replica,
    /// which takes no writes). Null: AWS did not say.
    pub replication_overwrite_protection: Option<String>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// The file systems of one region, with their policies.
pub const FILE_SYSTEMS: Collector = Collector {
    name: "efs_file_systems",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), POLICY.call()],
    resources: &[EFS_FILE_SYSTEM],
    tables: &[table::<FileSystem>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Page {
    file_systems: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Described {
    file_system_id: Option<String>,
    file_system_arn: Option<String>,
    name: Option<String>,
    owner_id: Option<String>,
    creation_time: Option<Moment>,
    life_cycle_state: Option<String>,
    performance_mode: Option<String>,
    throughput_mode: Option<String>,
    provisioned_throughput_in_mibps: Option<f64>,
    encrypted: Option<bool>,
    kms_key_id: Option<String>,
    size_in_bytes: Size,
    number_of_mount_targets: Option<i32>,
    availability_zone_name: Option<String>,
    file_system_protection: Protection,
    tags: Vec<Tag>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Size {
    value: Option<i64>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Protection {
    replication_overwrite_protection: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct ItsPolicy {
    policy: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"MaxItems": 100}));
    while let Some(page) = pages.next().await {
        let mut systems = details(page?.file_systems, |described| read(session, described));
        while let Some((described, policy)) = systems.next().await {
            push(session, rows, described, policy).await?;
        }
    }
    Ok(())
}

async fn read(session: &Session, described: Described) -> (Described, Answer<Option<String>>) {
    let Some(id) = described.file_system_id.as_deref() else {
        return (described, given(None, &LIST.call().name(), "FileSystemId"));
    };
    let answer = POLICY.send(session, json!({"FileSystemId": id})).await.optional(NO_POLICY);
    let policy = given_if_set(answer, |it| it.policy, &POLICY.call().name(), "Policy");
    (described, policy)
}

async fn push(
    session: &Session,
    rows: &mut Rows<'_>,
    mut described: Described,
    policy: Answer<Option<String>>,
) -> Result<(), Error> {
    if is_gone(GONE, &policy) {
        rows.gone();
        return Ok(());
    }
    let mut unread = Unread::default();
    let made = |id: &str| session.arn("elasticfilesystem", &format!("file-system/{id}"));
    let (id, arn) = (described.file_system_id.take(), described.file_system_arn.take());
    let Some((arn, id)) = unread.identity("FileSystemId", id, arn, made) else {
        policy_text_of(rows, &[FileSystem::TABLE], policy)?;
        return Ok(());
    };
    let text = policy_text(rows, policy)?;
    rows.policy(Policy::of(&arn, EFS_FILE_SYSTEM, text)).await?;
    let row = file_system(arn, id, described, rows.captured_at(), &mut unread);
    unread.count(rows, FileSystem::TABLE, &LIST.call().name());
    rows.push(row).await
}

fn file_system(arn: String, file_system_id: String, it: Described, now: Timestamp, unread: &mut Unread) -> FileSystem {
    let created = unread.value("CreationTime", it.creation_time.as_ref());
    let created_at = unread.moment("CreationTime", created);
    FileSystem {
        arn,
        file_system_id,
        file_system_name: it.name.filter(|name| !name.is_empty()),
        owner_id: unread.value("OwnerId", it.owner_id),
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        life_cycle_state: unread.value("LifeCycleState", it.life_cycle_state),
        performance_mode: unread.value("PerformanceMode", it.performance_mode),
        throughput_mode: it.throughput_mode,
        provisioned_throughput_mibps: it.provisioned_throughput_in_mibps,
        is_encrypted: unread.value("Encrypted", it.encrypted),
        kms_key_id: it.kms_key_id,
        size_bytes: unread.value("SizeInBytes", it.size_in_bytes.value),
        mount_target_count: unread.value("NumberOfMountTargets", it.number_of_mount_targets),
        availability_zone: it.availability_zone_name,
        replication_overwrite_protection: it.file_system_protection.replication_overwrite_protection,
        tags: by_key(it.tags),
    }
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::{Collected, Recorded};
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::FILE_SYSTEMS;
    use crate::testing::{columns, json_error};

    const FULL: &str = r#"{"FileSystemId":"fs-0a","FileSystemArn":"arn:fs:0a","Name":"home","OwnerId":"111122223333",
        "CreationTime":1735689600.5,"LifeCycleState":"available","PerformanceMode":"generalPurpose","Encrypted":true,
        "KmsKeyId":"arn:key","ThroughputMode":"provisioned","ProvisionedThroughputInMibps":12,
        "SizeInBytes":{"Value":6144,"ValueInIA":0},"NumberOfMountTargets":2,"AvailabilityZoneName":"eu-west-1a",
        "FileSystemProtection":{"ReplicationOverwriteProtection":"ENABLED"},"Tags":[{"Key":"Name","Value":"home"}]}"#;
    const POLICY: &str = concat!(
        r#"{"FileSystemId":"fs-0a","Policy":"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\","#,
        r#"\"Action\":\"elasticfilesystem:ClientMount\"}]}"}"#
    );

    /// What EFS always says, and a state that is not known yet.
    fn listed(id: &str) -> String {
        format!(
            r#"{{"FileSystemId":"{id}","OwnerId":"111122223333","CreationTime":1735689600,"LifeCycleState":"resting",
            "PerformanceMode":"maxIO","Encrypted":false,"SizeInBytes":{{"Value":0}},"NumberOfMountTargets":0}}"#
        )
    }

    /// Six file systems on two pages: a usual one, one without a policy, one of which nothing is said, one that went
    /// away, and two whose policies are refused.
    async fn collected() -> Collected {
        let first = format!(r#"{{"FileSystems":[{FULL},{}],"NextMarker":"more"}}"#, listed("fs-0b"));
        let rest = [listed("fs-0d"), listed("fs-0e"), listed("fs-0f")].join(",");
        let second = format!(r#"{{"FileSystems":[{{"FileSystemId":"fs-0c"}},{rest}]}}"#);
        let recorded = Recorded::new()
            .answer_to("DescribeFileSystems", "MaxItems=100", &first)
            .answer_to("DescribeFileSystems", "Marker=more", &second)
            .answer_to("DescribeFileSystemPolicy", "fs-0a", POLICY)
            .refuse("DescribeFileSystemPolicy", "fs-0b", 404, &json_error("PolicyNotFound"))
            .refuse("DescribeFileSystemPolicy", "fs-0c", 404, &json_error("PolicyNotFound"))
            .refuse("DescribeFileSystemPolicy", "fs-0d", 404, &json_error("FileSystemNotFound"))
            .refuse("DescribeFileSystemPolicy", "fs-0e", 403, &json_error("AccessDeniedException"))
            .refuse("DescribeFileSystemPolicy", "fs-0f", 400, &json_error("UnsupportedOperation"));
        let collected = recorded.run(&FILE_SYSTEMS).await;
        collected.result.as_ref().unwrap();
        collected
    }

    #[tokio::test]
    async fn file_systems_of_two_pages_have_rows() {
        let collected = collected().await;
        collected.assert_all_calls(&FILE_SYSTEMS);
        let names = ["file_system_id", "life_cycle_state", "is_encrypted", "size_bytes", "age_days"];
        assert_eq!(
            columns(&collected, "efs_file_systems", &names),
            [
                json!(["fs-0a", "available", true, 6144, 364]),
                json!(["fs-0b", "resting", false, 0, 365]),
                json!(["fs-0c", null, null, null, null]),
                json!(["fs-0e", "resting", false, 0, 365]),
                json!(["fs-0f", "resting", false, 0, 365]),
            ]
        );
        let systems = collected.table("efs_file_systems");
        assert_eq!(systems[0]["provisioned_throughput_mibps"], 12.0);
        assert_eq!(systems[0]["replication_overwrite_protection"], "ENABLED");
        assert_eq!(
            (&systems[0]["availability_zone"], &systems[0]["mount_target_count"]),
            (&json!("eu-west-1a"), &json!(2))
        );
        assert_eq!(systems[0]["tags"], json!({"Name": "home"}));
        assert_eq!(systems[1]["arn"], "arn:aws:elasticfilesystem:eu-west-1:111122223333:file-system/fs-0b");
    }

    #[tokio::test]
    async fn a_policy_is_read_absent_or_unread() {
        let collected = collected().await;
        assert_eq!(
            columns(&collected, "policy_documents", &["state", "error_code"]),
            [
                json!(["read", null]),
                json!(["absent", null]),
                json!(["absent", null]),
                json!(["unread", "AccessDeniedException"]),
                json!(["unread", "UnsupportedOperation"]),
            ]
        );
        // Two policies, and the seven values that one file system lacks.
        assert_eq!(collected.short(), (9, vec!["efs_file_systems", "policy_documents", "policy_statements"]));
        assert_eq!(collected.gone, 1);
    }

    #[tokio::test]
    async fn one_without_an_id_is_counted_and_without_an_arn_it_has_no_row() {
        let bare = FULL.replace(r#""FileSystemId":"fs-0a","#, "");
        let list = format!(r#"{{"FileSystems":[{bare},{{"Encrypted":true}}]}}"#);
        let collected = Recorded::new().answer("DescribeFileSystems", &list).run(&FILE_SYSTEMS).await;
        assert_eq!(columns(&collected, "efs_file_systems", &["arn"]), [json!(["arn:fs:0a"])]);
        assert_eq!(columns(&collected, "policy_documents", &["state"]), [json!(["unread"])]);
        // Of one its id and its policy, and the other.
        assert_eq!(collected.short(), (3, vec!["efs_file_systems", "policy_documents", "policy_statements"]));
    }

    #[tokio::test]
    async fn a_denied_list_is_how_the_task_ends() {
        let denied = json_error("AccessDeniedException");
        let collected = Recorded::new().refuse("DescribeFileSystems", "", 403, &denied).run(&FILE_SYSTEMS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
