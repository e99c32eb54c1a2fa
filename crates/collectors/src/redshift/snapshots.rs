//! Snapshots of Redshift clusters, with those who may restore them: DescribeClusterSnapshots.

use std::collections::BTreeMap;

use orgcensus_collect::kinds::REDSHIFT_SNAPSHOT;
use orgcensus_collect::{
    Collector, Error, Moment, PolicyKind, Read, Rows, Runs, Scope, Session, Share, Sharee, read as reads,
};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::{Tag, Unread, by_key, given, with_policies};
use crate::shares::counted;

const LIST: Read<Page> = reads("redshift", "DescribeClusterSnapshots");

/// Who may restore a snapshot. Where one is not said, it is not known who may.
const ACCOUNT: &str = "AccountId";

/// One snapshot of a Redshift cluster that someone took. Automated snapshots are no rows, since they cannot be shared.
#[derive(Debug, Serialize, Row)]
#[row(table = "redshift_snapshots", key = "arn", name = "snapshot_identifier")]
pub struct Snapshot {
    /// The snapshot's ARN.
    pub arn: String,
    /// The snapshot's name.
    pub snapshot_identifier: String,
    /// The name of the cluster that it was taken of. The cluster may no longer be there.
    pub cluster_identifier: Option<String>,
    /// manual. Null: AWS did not say.
    pub snapshot_type: Option<String>,
    /// available, creating, final snapshot, failed ….
    pub status: Option<String>,
    /// The accounts that may restore it besides its own, 12 digits each; amazon-redshift-support is AWS's support.
    pub shared_account_ids: Vec<String>,
    /// The account that took or copied it.
    pub owner_account_id: Option<String>,
    /// Whether it is encrypted. Whoever restores it must be able to use the key.
    pub is_encrypted: Option<bool>,
    /// The KMS key that encrypts it. Null: none does.
    pub kms_key_id: Option<String>,
    /// Whether a hardware security module encrypts it.
    pub is_encrypted_with_hsm: Option<bool>,
    /// The name of the cluster's first database.
    pub database_name: Option<String>,
    /// The type of the cluster's machines, ra3.large.
    pub node_type: Option<String>,
    /// How many machines the cluster had.
    pub node_count: Option<i32>,
    /// The version of the cluster's engine.
    pub cluster_version: Option<String>,
    /// The VPC of the cluster. Null: AWS did not say.
    pub vpc_id: Option<String>,
    /// The zone of the cluster, eu-west-1a.
    pub availability_zone: Option<String>,
    /// What the whole snapshot holds, in megabytes.
    pub total_size_mb: Option<f64>,
    /// The region that it was copied from. Null: it is no copy.
    pub source_region: Option<String>,
    /// How many days it is kept. -1: for ever. Null: AWS did not say.
    pub retention_days: Option<i32>,
    /// When it was taken (UTC). Null: it is not ready yet.
    pub created_at: Option<Timestamp>,
    /// Whole days since then.
    pub age_days: Option<i32>,
    /// When the cluster was made (UTC).
    pub cluster_created_at: Option<Timestamp>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// The snapshots of one region, with those who may restore them.
pub const SNAPSHOTS: Collector = Collector {
    name: "redshift_snapshots",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call()],
    resources: &[REDSHIFT_SNAPSHOT],
    tables: &[table::<Snapshot>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Page {
    snapshots: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Described {
    snapshot_arn: Option<String>,
    snapshot_identifier: Option<String>,
    cluster_identifier: Option<String>,
    snapshot_type: Option<String>,
    status: Option<String>,
    accounts_with_restore_access: Vec<Restorer>,
    owner_account: Option<String>,
    encrypted: Option<bool>,
    kms_key_id: Option<String>,
    #[serde(rename = "EncryptedWithHSM")]
    encrypted_with_hsm: Option<bool>,
    #[serde(rename = "DBName")]
    database_name: Option<String>,
    node_type: Option<String>,
    number_of_nodes: Option<i32>,
    cluster_version: Option<String>,
    vpc_id: Option<String>,
    availability_zone: Option<String>,
    total_backup_size_in_mega_bytes: Option<f64>,
    source_region: Option<String>,
    manual_snapshot_retention_period: Option<i32>,
    snapshot_create_time: Option<Moment>,
    cluster_create_time: Option<Moment>,
    tags: Vec<Tag>,
}

/// An account that may restore a snapshot; AWS's support has an alias.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Restorer {
    account_id: Option<String>,
    account_alias: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"SnapshotType": "manual", "MaxRecords": 100}));
    while let Some(page) = pages.next().await {
        for described in page?.snapshots {
            let mut unread = Unread::default();
            let call = LIST.call().name();
            let Some(row) = snapshot(session, described, rows.captured_at(), &mut unread) else {
                unread.lost(rows, with_policies([Snapshot::TABLE]), &call);
                continue;
            };
            let is_whole = !unread.has(ACCOUNT);
            unread.count(rows, Snapshot::TABLE, &call);
            let share = Share {
                resource_arn: &row.arn,
                resource: REDSHIFT_SNAPSHOT,
                origin: PolicyKind::SnapshotAttribute,
                name: "",
                actions: &["redshift:RestoreFromClusterSnapshot"],
                gate: None,
            };
            let sharees = row.shared_account_ids.iter().map(|id| Sharee::named(id)).collect();
            let sharees = counted(rows, given(is_whole.then_some(sharees), &call, ACCOUNT))?;
            rows.share(share, sharees).await?;
            rows.push(row).await?;
        }
    }
    Ok(())
}

fn snapshot(session: &Session, it: Described, now: Timestamp, unread: &mut Unread) -> Option<Snapshot> {
    let name = unread.value("SnapshotIdentifier", it.snapshot_identifier);
    let usual = name.as_deref().zip(it.cluster_identifier.as_deref());
    let made = |(name, cluster): (&str, &str)| session.arn("redshift", &format!("snapshot:{cluster}/{name}"));
    let arn = it.snapshot_arn.filter(|arn| !arn.is_empty()).or_else(|| usual.map(made));
    let arn = unread.value("SnapshotArn", arn)?;
    let created_at = unread.moment("SnapshotCreateTime", it.snapshot_create_time.as_ref());
    let accounts = it.accounts_with_restore_access.into_iter();
    let accounts = accounts.map(|it| it.account_id.filter(|id| !id.is_empty()).or(it.account_alias));
    Some(Snapshot {
        arn,
        snapshot_identifier: name.unwrap_or_default(),
        cluster_identifier: it.cluster_identifier,
        snapshot_type: it.snapshot_type,
        status: unread.value("Status", it.status),
        shared_account_ids: accounts.filter_map(|account| unread.value(ACCOUNT, account)).collect(),
        owner_account_id: it.owner_account,
        is_encrypted: unread.value("Encrypted", it.encrypted),
        kms_key_id: it.kms_key_id,
        is_encrypted_with_hsm: unread.value("EncryptedWithHSM", it.encrypted_with_hsm),
        database_name: it.database_name,
        node_type: it.node_type,
        node_count: unread.value("NumberOfNodes", it.number_of_nodes),
        cluster_version: it.cluster_version,
        vpc_id: it.vpc_id,
        availability_zone: it.availability_zone,
        total_size_mb: it.total_backup_size_in_mega_bytes,
        source_region: it.source_region,
        retention_days: it.manual_snapshot_retention_period,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        cluster_created_at: unread.moment("ClusterCreateTime", it.cluster_create_time.as_ref()),
        tags: by_key(it.tags),
    })
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::SNAPSHOTS;
    use crate::testing::{columns, xml_error};

    const FULL: &str = "<Snapshot><SnapshotArn>arn:aws:snapshot:lake/one</SnapshotArn>
        <SnapshotIdentifier>one</SnapshotIdentifier><ClusterIdentifier>lake</ClusterIdentifier>
        <SnapshotType>manual</SnapshotType><Status>available</Status><AccountsWithRestoreAccess>
        <AccountWithRestoreAccess><AccountId>222233334444</AccountId></AccountWithRestoreAccess>
        <AccountWithRestoreAccess><AccountAlias>amazon-redshift-support</AccountAlias></AccountWithRestoreAccess>
        </AccountsWithRestoreAccess><OwnerAccount>111122223333</OwnerAccount><Encrypted>true</Encrypted>
        <KmsKeyId>arn:key</KmsKeyId><EncryptedWithHSM>false</EncryptedWithHSM><DBName>dev</DBName>
        <NodeType>ra3.large</NodeType><NumberOfNodes>2</NumberOfNodes><ClusterVersion>1.0</ClusterVersion>
        <VpcId>vpc-0a</VpcId><AvailabilityZone>eu-west-1a</AvailabilityZone>
        <TotalBackupSizeInMegaBytes>10.5</TotalBackupSizeInMegaBytes><SourceRegion>us-east-1</SourceRegion>
        <ManualSnapshotRetentionPeriod>-1</ManualSnapshotRetentionPeriod>
        <SnapshotCreateTime>2025-12-22T00:00:00.000Z</SnapshotCreateTime>
        <ClusterCreateTime>2025-12-01T00:00:00.000Z</ClusterCreateTime>
        <Tags><Tag><Key>team</Key><Value>data</Value></Tag></Tags></Snapshot>";
    const ODD: &str =
        "<Snapshot><SnapshotIdentifier>two</SnapshotIdentifier><ClusterIdentifier>lake</ClusterIdentifier>
        <Status>levitating</Status><SnapshotCreateTime>soon</SnapshotCreateTime><AccountsWithRestoreAccess>
        <AccountWithRestoreAccess/></AccountsWithRestoreAccess></Snapshot><Snapshot/>";

    fn page(snapshots: &str, marker: &str) -> String {
        format!(
            "<DescribeClusterSnapshotsResponse><DescribeClusterSnapshotsResult><Snapshots>{snapshots}</Snapshots>\
             {marker}</DescribeClusterSnapshotsResult></DescribeClusterSnapshotsResponse>"
        )
    }

    #[tokio::test]
    async fn snapshots_of_two_pages_have_rows_and_shares() {
        let first = page(FULL, "<Marker>second</Marker>");
        let recorded = Recorded::new().answer_to("DescribeClusterSnapshots", "SnapshotType=manual", &first).answer_to(
            "DescribeClusterSnapshots",
            "Marker=second",
            &page(ODD, ""),
        );
        let collected = recorded.run(&SNAPSHOTS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&SNAPSHOTS);
        let names = ["arn", "status", "shared_account_ids", "is_encrypted", "total_size_mb", "age_days"];
        let accounts = ["222233334444", "amazon-redshift-support"];
        let second = "arn:aws:redshift:eu-west-1:111122223333:snapshot:lake/two";
        assert_eq!(
            columns(&collected, "redshift_snapshots", &names),
            [
                json!(["arn:aws:snapshot:lake/one", "available", accounts, true, 10.5, 10]),
                json!([second, "levitating", [], null, null, null]),
            ]
        );
        let names = ["kms_key_id", "retention_days", "source_region", "tags"];
        let rows = columns(&collected, "redshift_snapshots", &names);
        assert_eq!(rows[0], json!(["arn:key", -1, "us-east-1", {"team": "data"}]));
        assert_eq!(
            columns(&collected, "policy_documents", &["policy_kind", "state"]),
            [json!(["snapshot_attribute", "read"]), json!(["snapshot_attribute", "unread"])]
        );
        let statement = &collected.table("policy_statements")[0];
        assert_eq!(
            statement["principals"],
            json!(["AWS:arn:aws:iam::222233334444:root", "AWS:amazon-redshift-support"])
        );
        assert_eq!(statement["actions"], json!(["redshift:RestoreFromClusterSnapshot"]));
        // Three values that Redshift always gives, a moment that is none, an account (the row and the share lack it), and
        // a snapshot without a name.
        assert_eq!(collected.short(), (7, vec!["policy_documents", "policy_statements", "redshift_snapshots"]));
    }

    #[tokio::test]
    async fn a_refused_list_is_how_the_task_ends() {
        for (code, class) in [("AccessDenied", Class::Denied), ("UnsupportedOperation", Class::Unsupported)] {
            let recorded = Recorded::new().refuse("DescribeClusterSnapshots", "", 400, &xml_error(code));
            let collected = recorded.run(&SNAPSHOTS).await;
            assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == class), "{code}");
        }
    }
}
