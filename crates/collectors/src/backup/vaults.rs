//! Vaults of AWS Backup: ListBackupVaults, then GetBackupVaultAccessPolicy for each.

use futures::StreamExt;
use orgcensus_collect::kinds::BACKUP_VAULT;
use orgcensus_collect::{Collector, Error, Moment, Optional, Policy, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::{Answer, Unread, details, given_if_set, policy_text, with_policies};

const LIST: Read<Page> = reads("backup", "ListBackupVaults");
const POLICY: Read<ItsPolicy> = reads("backup", "GetBackupVaultAccessPolicy");

/// One vault of AWS Backup.
#[derive(Debug, Serialize, Row)]
#[row(table = "backup_vaults", key = "arn")]
pub struct Vault {
    /// The vault's ARN.
    pub arn: String,
    /// The vault's name.
    pub backup_vault_name: String,
    /// BACKUP_VAULT, LOGICALLY_AIR_GAPPED_BACKUP_VAULT or RESTORE_ACCESS_BACKUP_VAULT. Null: AWS did not say.
    pub vault_type: Option<String>,
    /// CREATING, AVAILABLE or FAILED. Null: AWS did not say.
    pub vault_state: Option<String>,
    /// The KMS key that encrypts the recovery points, by its ARN. Null: AWS did not say.
    pub kms_key_arn: Option<String>,
    /// Whose key it is: AWS_OWNED_KMS_KEY or CUSTOMER_MANAGED_KMS_KEY. Null: AWS did not say.
    pub encryption_key_type: Option<String>,
    /// How many recovery points it holds. Null: AWS did not say.
    pub recovery_point_count: Option<i64>,
    /// Whether a lock keeps its recovery points from being deleted early. Null: AWS did not say.
    pub is_locked: Option<bool>,
    /// From when on the lock can no longer be removed (UTC). Null: it can, or there is none.
    pub lock_fixed_at: Option<Timestamp>,
    /// How many days a recovery point is kept at least, by the lock. Null: no minimum.
    pub retention_days_min: Option<i64>,
    /// How many days a recovery point is kept at most, by the lock. Null: no maximum.
    pub retention_days_max: Option<i64>,
    /// When it was made (UTC). Null: AWS did not say.
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
}

/// The vaults of one region, with their policies.
pub const VAULTS: Collector = Collector {
    name: "backup_vaults",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), POLICY.call()],
    resources: &[BACKUP_VAULT],
    tables: &[table::<Vault>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Page {
    backup_vault_list: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Listed {
    backup_vault_name: Option<String>,
    backup_vault_arn: Option<String>,
    vault_type: Option<String>,
    vault_state: Option<String>,
    creation_date: Option<Moment>,
    encryption_key_arn: Option<String>,
    encryption_key_type: Option<String>,
    number_of_recovery_points: Option<i64>,
    locked: Option<bool>,
    min_retention_days: Option<i64>,
    max_retention_days: Option<i64>,
    lock_date: Option<Moment>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct ItsPolicy {
    policy: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"maxResults": 1000}));
    while let Some(page) = pages.next().await {
        let mut vaults = details(page?.backup_vault_list, |listed| read(session, listed));
        while let Some((listed, policy)) = vaults.next().await {
            push(session, rows, listed, policy).await?;
        }
    }
    Ok(())
}

async fn read(session: &Session, listed: Listed) -> (Listed, Answer<Option<String>>) {
    let answer = POLICY.send(session, json!({"backupVaultName": listed.backup_vault_name})).await;
    // Backup says in the same words that there is no policy and that there is no such vault any more.
    let answer = answer.optional(&["ResourceNotFoundException"]);
    let policy = given_if_set(answer, |it| it.policy, &POLICY.call().name(), "Policy");
    (listed, policy)
}

async fn push(
    session: &Session,
    rows: &mut Rows<'_>,
    mut listed: Listed,
    policy: Answer<Option<String>>,
) -> Result<(), Error> {
    let mut unread = Unread::default();
    let made = |name: &str| session.arn("backup", &format!("backup-vault:{name}"));
    let (name, arn) = (listed.backup_vault_name.take(), listed.backup_vault_arn.take());
    let Some((arn, name)) = unread.identity("BackupVaultName", name, arn, made) else {
        unread.lost(rows, with_policies([Vault::TABLE]), &LIST.call().name());
        return Ok(());
    };
    let text = policy_text(rows, policy)?;
    rows.policy(Policy::of(&arn, BACKUP_VAULT, text)).await?;
    let row = vault(arn, name, listed, rows.captured_at(), &mut unread);
    unread.count(rows, Vault::TABLE, &LIST.call().name());
    rows.push(row).await
}

fn vault(arn: String, backup_vault_name: String, it: Listed, now: Timestamp, unread: &mut Unread) -> Vault {
    let created_at = unread.moment("CreationDate", it.creation_date.as_ref());
    Vault {
        arn,
        backup_vault_name,
        vault_type: it.vault_type,
        vault_state: it.vault_state,
        kms_key_arn: it.encryption_key_arn,
        encryption_key_type: it.encryption_key_type,
        recovery_point_count: it.number_of_recovery_points,
        is_locked: it.locked,
        lock_fixed_at: unread.moment("LockDate", it.lock_date.as_ref()),
        retention_days_min: it.min_retention_days,
        retention_days_max: it.max_retention_days,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
    }
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::VAULTS;
    use crate::testing::{columns, json_error};

    const LIST: &str = "ListBackupVaults";
    const POLICY: &str = "GetBackupVaultAccessPolicy";
    const FULL: &str = r#"{"BackupVaultName":"nightly","BackupVaultArn":"arn:nightly","VaultType":"CAVE","VaultState":"AVAILABLE",
        "CreationDate":1766361600.5,"EncryptionKeyArn":"arn:key","EncryptionKeyType":"CUSTOMER_MANAGED_KMS_KEY",
        "NumberOfRecoveryPoints":12,"Locked":true,"MinRetentionDays":7,"MaxRetentionDays":30,"LockDate":1766361600}"#;
    const DOCUMENT: &str = concat!(
        r#"{"BackupVaultName":"nightly","Policy":"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\","#,
        r#"\"Action\":\"backup:CopyIntoBackupVault\",\"Resource\":\"*\"}]}"}"#
    );

    #[tokio::test]
    async fn vaults_of_two_pages_with_their_policies() {
        let first = format!(r#"{{"BackupVaultList":[{FULL},{{"BackupVaultName":"bare"}}],"NextToken":"more"}}"#);
        let names = ["empty", "secret", "odd"].map(|name| format!(r#"{{"BackupVaultName":"{name}"}}"#)).join(",");
        let recorded = Recorded::new()
            .answer_to(LIST, "maxResults=1000", &first)
            .answer_to(LIST, "more", &format!(r#"{{"BackupVaultList":[{names},{{"Locked":true}}]}}"#))
            .answer_to(POLICY, "nightly", DOCUMENT)
            .refuse(POLICY, "bare", 400, &json_error("ResourceNotFoundException"))
            .answer_to(POLICY, "empty", "{}")
            .refuse(POLICY, "secret", 403, &json_error("AccessDeniedException"))
            .refuse(POLICY, "odd", 400, &json_error("InvalidRequestException"));
        let collected = recorded.run(&VAULTS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&VAULTS);
        let names = ["arn", "vault_type", "is_locked", "recovery_point_count", "retention_days_max", "age_days"];
        let vaults = columns(&collected, "backup_vaults", &names);
        assert_eq!(vaults.len(), 5);
        assert_eq!(vaults[0], json!(["arn:nightly", "CAVE", true, 12, 30, 9]));
        let arn = "arn:aws:backup:eu-west-1:111122223333:backup-vault:bare";
        assert_eq!(vaults[1], json!([arn, null, null, null, null, null]));
        assert!(!collected.table("backup_vaults")[0]["lock_fixed_at"].is_null());
        assert_eq!(
            columns(&collected, "policy_documents", &["state", "error_code"]),
            [
                json!(["read", null]),
                json!(["absent", null]),
                json!(["unread", "ValueUnread"]),
                json!(["unread", "AccessDeniedException"]),
                json!(["unread", "InvalidRequestException"]),
            ]
        );
        // Three policies, and a vault without a name.
        assert_eq!(collected.short(), (4, vec!["backup_vaults", "policy_documents", "policy_statements"]));
    }

    #[tokio::test]
    async fn denied_is_how_the_task_ends() {
        for (code, class) in
            [("AccessDeniedException", Class::Denied), ("UnknownOperationException", Class::Unsupported)]
        {
            let collected = Recorded::new().refuse(LIST, "", 403, &json_error(code)).run(&VAULTS).await;
            assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == class), "{code}");
        }
    }
}
