//! Vaults of Glacier: ListVaults, then GetVaultAccessPolicy and GetVaultLock for each.

use futures::StreamExt;
use orgcensus_collect::kinds::GLACIER_VAULT;
use orgcensus_collect::{Collector, Error, Moment, Optional, Policy, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::{Answer, Unread, details, given, given_if_set, policy_text, policy_text_of, with_policies};

const LIST: Read<Page> = reads("glacier", "ListVaults");
const POLICY: Read<ItsPolicy> = reads("glacier", "GetVaultAccessPolicy");
const LOCK: Read<ItsLock> = reads("glacier", "GetVaultLock");

/// How Glacier says that a vault has no policy or no lock. By the same code it says that there is no such vault.
const NOT_FOUND: &[&str] = &["ResourceNotFoundException"];

/// How Glacier says that an account holds nothing in it: it takes no new customers.
const NO_CUSTOMER: &[&str] = &["NoLongerSupportedException"];

/// How the message begins where the vault itself is not there.
const NO_VAULT: &str = "Vault not found";

/// One vault of Glacier. Buckets whose objects are archived are none of them.
#[derive(Debug, Serialize, Row)]
#[row(table = "glacier_vaults", key = "arn")]
pub struct Vault {
    /// The vault's ARN.
    pub arn: String,
    /// The vault's name.
    pub vault_name: String,
    /// How many archives it holds, as of the last inventory.
    pub archive_count: Option<i64>,
    /// What it holds, in bytes, as of the last inventory.
    pub size_bytes: Option<i64>,
    /// When its inventory was last taken (UTC). Null: never.
    pub last_inventory_at: Option<Timestamp>,
    /// InProgress or Locked. Null: it has no lock, or the lock could not be read.
    pub lock_state: Option<String>,
    /// When the lock was put on it (UTC). Null: it has none, or the lock could not be read.
    pub lock_created_at: Option<Timestamp>,
    /// When a lock that is in progress ends, if nobody completes it (UTC). Null: there is none such.
    pub lock_expires_at: Option<Timestamp>,
    /// When the vault was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since then.
    pub age_days: Option<i32>,
}

/// The vaults of one region, with their policies and the policies of their locks.
pub const VAULTS: Collector = Collector {
    name: "glacier_vaults",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), POLICY.call(), LOCK.call()],
    resources: &[GLACIER_VAULT],
    tables: &[table::<Vault>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Page {
    vault_list: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Listed {
    #[serde(rename = "VaultARN")]
    arn: Option<String>,
    vault_name: Option<String>,
    creation_date: Option<Moment>,
    last_inventory_date: Option<Moment>,
    number_of_archives: Option<i64>,
    size_in_bytes: Option<i64>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct ItsPolicy {
    policy: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct ItsLock {
    policy: Option<String>,
    state: Option<String>,
    creation_date: Option<Moment>,
    expiration_date: Option<Moment>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"accountId": "-", "limit": "50"}));
    while let Some(page) = pages.next().await {
        let Some(page) = page.optional(NO_CUSTOMER)? else { return Ok(()) };
        let mut vaults = details(page.vault_list, |listed| read(session, listed));
        while let Some(vault) = vaults.next().await {
            push(session, rows, vault).await?;
        }
    }
    Ok(())
}

/// The results of the calls about one vault.
struct Details {
    listed: Listed,
    policy: Answer<Option<ItsPolicy>>,
    lock: Answer<Option<ItsLock>>,
}

async fn read(session: &Session, listed: Listed) -> Details {
    let input = json!({"accountId": "-", "vaultName": listed.vault_name});
    let policy = set(POLICY.send(session, input.clone()).await);
    let lock = set(LOCK.send(session, input).await);
    Details { listed, policy, lock }
}

/// What is set on a vault. `None`: nothing is. That the vault itself is not there stays an error.
fn set<T>(answer: Answer<T>) -> Answer<Option<T>> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.is(NOT_FOUND) && !error.message.starts_with(NO_VAULT) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether the vault went away.
fn is_gone<T>(answer: &Answer<T>) -> bool {
    answer.as_ref().is_err_and(|error| error.is(NOT_FOUND))
}

async fn push(session: &Session, rows: &mut Rows<'_>, details: Details) -> Result<(), Error> {
    let Details { mut listed, policy, lock } = details;
    if (is_gone(&policy) || is_gone(&lock)) && policy.is_err() && lock.is_err() {
        rows.gone();
        return Ok(());
    }
    let mut unread = Unread::default();
    let made = |name: &str| session.arn("glacier", &format!("vaults/{name}"));
    let Some((arn, name)) = unread.identity("VaultName", listed.vault_name.take(), listed.arn.take(), made) else {
        unread.lost(rows, with_policies([Vault::TABLE]), &LIST.call().name());
        return Ok(());
    };
    let policy = given_if_set(policy, |it| it.policy, &POLICY.call().name(), "Policy");
    let text = policy_text(rows, policy)?;
    rows.policy(Policy::of(&arn, GLACIER_VAULT, text)).await?;
    let (lock, its_policy) = match lock {
        Ok(None) => (None, Ok(None)),
        Ok(Some(mut lock)) => {
            let its_policy = given(lock.policy.take(), &LOCK.call().name(), "Policy").map(Some);
            (Some(lock), its_policy)
        }
        Err(error) => (None, Err(error)),
    };
    let text = policy_text_of(rows, &[Vault::TABLE], its_policy)?;
    rows.policy(Policy { name: "lock", ..Policy::of(&arn, GLACIER_VAULT, text) }).await?;
    let row = vault(arn, name, listed, lock, rows.captured_at(), &mut unread);
    unread.count(rows, Vault::TABLE, &LIST.call().name());
    rows.push(row).await
}

fn vault(
    arn: String,
    vault_name: String,
    it: Listed,
    lock: Option<ItsLock>,
    now: Timestamp,
    unread: &mut Unread,
) -> Vault {
    let created = unread.value("CreationDate", it.creation_date.as_ref());
    let created_at = unread.moment("CreationDate", created);
    let lock = lock.unwrap_or_default();
    Vault {
        arn,
        vault_name,
        archive_count: it.number_of_archives,
        size_bytes: it.size_in_bytes,
        last_inventory_at: unread.moment("LastInventoryDate", it.last_inventory_date.as_ref()),
        lock_state: lock.state,
        lock_created_at: unread.moment("CreationDate of the lock", lock.creation_date.as_ref()),
        lock_expires_at: unread.moment("ExpirationDate", lock.expiration_date.as_ref()),
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
    }
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::{Collected, Recorded};
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::VAULTS;
    use crate::testing::{columns, json_error};

    const FULL: &str = r#"{"VaultARN":"arn:vaults/tapes","VaultName":"tapes","CreationDate":"2025-12-22T00:00:00.000Z",
        "LastInventoryDate":"2025-12-23T00:00:00.000Z","NumberOfArchives":7,"SizeInBytes":1024}"#;
    const POLICY: &str =
        r#"{"Policy":"{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"*\"}]}"}"#;
    const LOCK: &str = r#"{"Policy":"{\"Statement\":[]}","State":"InProgress",
        "CreationDate":"2025-12-31T00:00:00.000Z","ExpirationDate":"2026-01-02T00:00:00.000Z"}"#;
    const NO_VAULT: &str =
        r#"{"__type":"ResourceNotFoundException","message":"Vault not found for ARN: arn:aws:glacier:x"}"#;

    fn listed(name: &str) -> String {
        format!(r#"{{"VaultName":"{name}","CreationDate":"2025-12-22T00:00:00.000Z","SizeInBytes":0}}"#)
    }

    /// Six vaults on two pages: a usual one, one of which nothing is said, one that went away, one whose policy is
    /// denied, one whose lock is refused, and one without a name.
    async fn collected() -> Collected {
        let path = |name: &str| format!("/-/vaults/{name}/");
        let none = json_error("ResourceNotFoundException");
        let rest = [listed("gone"), listed("closed"), listed("odd"), "{}".to_owned()].join(",");
        let recorded = Recorded::new()
            .answer_to(
                "ListVaults",
                "limit=50",
                &format!(r#"{{"VaultList":[{FULL},{{"VaultName":"bare"}}],"Marker":"m"}}"#),
            )
            .answer_to("ListVaults", "marker=m", &format!(r#"{{"VaultList":[{rest}],"Marker":null}}"#))
            .answer_to("GetVaultAccessPolicy", &path("tapes"), POLICY)
            .answer_to("GetVaultLock", &path("tapes"), LOCK)
            .refuse("GetVaultAccessPolicy", &path("bare"), 404, &none)
            .refuse("GetVaultLock", &path("bare"), 404, &none)
            .refuse("GetVaultAccessPolicy", &path("gone"), 404, NO_VAULT)
            .refuse("GetVaultLock", &path("gone"), 404, NO_VAULT)
            .refuse("GetVaultAccessPolicy", &path("closed"), 403, &json_error("AccessDeniedException"))
            .refuse("GetVaultLock", &path("closed"), 404, &none)
            .refuse("GetVaultAccessPolicy", &path("odd"), 404, &none)
            .refuse("GetVaultLock", &path("odd"), 400, &json_error("UnsupportedOperation"));
        let collected = recorded.run(&VAULTS).await;
        collected.result.as_ref().unwrap();
        collected
    }

    #[tokio::test]
    async fn vaults_of_two_pages_have_rows() {
        let collected = collected().await;
        collected.assert_all_calls(&VAULTS);
        assert_eq!(
            columns(
                &collected,
                "glacier_vaults",
                &["vault_name", "archive_count", "size_bytes", "lock_state", "age_days"]
            ),
            [
                json!(["tapes", 7, 1024, "InProgress", 10]),
                json!(["bare", null, null, null, null]),
                json!(["closed", null, 0, null, 10]),
                json!(["odd", null, 0, null, 10]),
            ]
        );
        let vaults = collected.table("glacier_vaults");
        assert!(vaults[0]["lock_expires_at"].is_string() && vaults[0]["last_inventory_at"].is_string());
        assert_eq!(vaults[1]["arn"], "arn:aws:glacier:eu-west-1:111122223333:vaults/bare");
    }

    #[tokio::test]
    async fn the_policy_and_that_of_the_lock_are_read_absent_or_unread() {
        let collected = collected().await;
        assert_eq!(
            columns(&collected, "policy_documents", &["policy_name", "state", "error_code"]),
            [
                json!(["", "read", null]),
                json!(["lock", "read", null]),
                json!(["", "absent", null]),
                json!(["lock", "absent", null]),
                json!(["", "unread", "AccessDeniedException"]),
                json!(["lock", "absent", null]),
                json!(["", "absent", null]),
                json!(["lock", "unread", "UnsupportedOperation"]),
            ]
        );
        // A policy, a lock, the moment that one vault lacks, and a vault without a name.
        assert_eq!(collected.short(), (4, vec!["glacier_vaults", "policy_documents", "policy_statements"]));
        assert_eq!(collected.gone, 1);
    }

    #[tokio::test]
    async fn an_account_that_is_no_customer_has_no_vaults() {
        let refused = json_error("NoLongerSupportedException");
        let collected = Recorded::new().refuse("ListVaults", "", 400, &refused).run(&VAULTS).await;
        collected.result.as_ref().unwrap();
        assert!(collected.rows.is_empty() && collected.missed.is_none());
    }

    #[tokio::test]
    async fn a_denied_list_is_how_the_task_ends() {
        let denied = json_error("AccessDeniedException");
        let collected = Recorded::new().refuse("ListVaults", "", 403, &denied).run(&VAULTS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
