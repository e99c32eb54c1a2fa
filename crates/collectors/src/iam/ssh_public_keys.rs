//! SSH public keys of users, for CodeCommit: ListUsers, then ListSSHPublicKeys for each.
//!
//! Calls for each account: one for each 1000 users, and one for each user, since no list or report says who has such keys.

use aws_sdk_iam::Client;
use aws_sdk_iam::types::{SshPublicKeyMetadata, User};
use futures::StreamExt;
use orgcensus_collect::{Collector, Error, Rows, Runs, Scope, Session, call, client};
use orgcensus_row::{Row, Timestamp, table};
use serde::Serialize;

use super::detail::GONE;
use crate::items::{Answer, Unread, details, given, is_gone, made_at, word};

/// One SSH public key of an IAM user, with which it may reach CodeCommit.
#[derive(Debug, Serialize, Row)]
#[row(table = "iam_ssh_public_keys", key = "ssh_public_key_id")]
pub struct SshPublicKey {
    /// The key's id, APKA….
    pub ssh_public_key_id: String,
    /// The user's name.
    pub user_name: String,
    /// The user's ARN.
    pub user_arn: String,
    /// Active, Inactive or Expired, as AWS says it; null when it does not.
    pub status: Option<String>,
    /// Whether the key is active; null when AWS does not say.
    pub is_active: Option<bool>,
    /// When the key was uploaded (UTC).
    pub uploaded_at: Option<Timestamp>,
    /// Days since then.
    pub age_days: Option<i32>,
}

/// SSH public keys of an account's users.
pub const SSH_PUBLIC_KEYS: Collector = Collector {
    name: "iam_ssh_public_keys",
    scope: Scope::Account,
    runs: Runs::Always,
    calls: &[call("iam", "ListSSHPublicKeys"), call("iam", "ListUsers")],
    resources: &[],
    tables: &[table::<SshPublicKey>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let iam = client!(session, aws_sdk_iam);
    let mut pages = iam.list_users().max_items(1000).into_paginator().send();
    while let Some(page) = pages.next().await {
        let mut told = details(page?.users, |user| ask(&iam, user));
        while let Some((user, keys)) = told.next().await {
            if is_gone(GONE, &keys) {
                rows.gone();
                continue;
            }
            for key in rows.item([SshPublicKey::TABLE], keys)?.unwrap_or_default() {
                let mut unread = Unread::default();
                let row = ssh_public_key(&user, key, rows.captured_at(), &mut unread);
                unread.push(rows, "iam:ListSSHPublicKeys", row).await?;
            }
        }
    }
    Ok(())
}

async fn ask(iam: &Client, user: User) -> (User, Answer<Vec<SshPublicKeyMetadata>>) {
    // Without a name IAM would answer of the user that asks.
    let name = match given(word(&user.user_name), "iam:ListUsers", "UserName") {
        Ok(name) => name,
        Err(error) => return (user, Err(error)),
    };
    let list = iam.list_ssh_public_keys().user_name(name).max_items(1000).into_paginator().items();
    let keys = list.send().try_collect().await;
    (user, keys.map_err(Into::into))
}

fn ssh_public_key(user: &User, key: SshPublicKeyMetadata, now: Timestamp, unread: &mut Unread) -> Option<SshPublicKey> {
    let ssh_public_key_id = unread.value("SSHPublicKeyId", word(&key.ssh_public_key_id))?;
    let uploaded_at = unread.value("UploadDate", made_at(&key.upload_date));
    let status = unread.value("Status", word(key.status.as_str()));
    Some(SshPublicKey {
        ssh_public_key_id,
        user_name: user.user_name.clone(),
        user_arn: user.arn.clone(),
        is_active: status.as_ref().map(|status| status == "Active"),
        status,
        uploaded_at,
        age_days: uploaded_at.map(|at| at.days_until(now)),
    })
}

#[cfg(test)]
mod tests {
    use orgcensus_aws::Class;
    use orgcensus_collect::testing::Recorded;
    use serde_json::json;

    use super::*;
    use crate::testing::{columns, xml_error};

    const USERS: &str = "ListUsers";
    const KEYS: &str = "ListSSHPublicKeys";

    fn users(names: &[&str], rest: &str) -> String {
        let user = |name: &&str| {
            format!(
                "<member><Path>/</Path><UserName>{name}</UserName><UserId>AIDA1</UserId>\
                 <Arn>arn:aws:iam::111122223333:user/{name}</Arn><CreateDate>2025-01-01T00:00:00Z</CreateDate></member>"
            )
        };
        let users: String = names.iter().map(user).collect();
        format!(
            "<ListUsersResponse><ListUsersResult><Users>{users}</Users>{rest}</ListUsersResult></ListUsersResponse>"
        )
    }

    fn keys(keys: &[(&str, &str)]) -> String {
        let key = |(id, status): &(&str, &str)| {
            format!(
                "<member><SSHPublicKeyId>{id}</SSHPublicKeyId><Status>{status}</Status><UserName>x</UserName>\
                 <UploadDate>2025-12-01T00:00:00Z</UploadDate></member>"
            )
        };
        let keys: String = keys.iter().map(key).collect();
        format!(
            "<ListSSHPublicKeysResponse><ListSSHPublicKeysResult><SSHPublicKeys>{keys}</SSHPublicKeys>\
             <IsTruncated>false</IsTruncated></ListSSHPublicKeysResult></ListSSHPublicKeysResponse>"
        )
    }

    #[tokio::test]
    async fn every_user_is_asked() {
        let first = users(&["ana", "gone"], "<IsTruncated>true</IsTruncated><Marker>next</Marker>");
        let recorded = Recorded::new()
            .answer_to(USERS, "MaxItems=1000", &first)
            .answer_to(USERS, "Marker=next", &users(&["hidden", "bo", ""], "<IsTruncated>false</IsTruncated>"))
            .answer_to(KEYS, "UserName=ana", &keys(&[("APKA1", "Active"), ("APKA2", "Retired"), ("", "Active")]))
            .refuse(KEYS, "UserName=gone", 404, &xml_error("NoSuchEntity"))
            .refuse(KEYS, "UserName=hidden", 403, &xml_error("AccessDenied"))
            .answer_to(KEYS, "UserName=bo", &keys(&[]));
        let collected = recorded.run(&SSH_PUBLIC_KEYS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&SSH_PUBLIC_KEYS);
        let names = ["ssh_public_key_id", "user_name", "status", "is_active", "age_days"];
        assert_eq!(
            columns(&collected, "iam_ssh_public_keys", &names),
            [json!(["APKA1", "ana", "Active", true, 31]), json!(["APKA2", "ana", "Retired", false, 31])]
        );
        let missed = collected.missed.unwrap();
        // The keys of one user, those of a user without a name, and a key without an id.
        assert_eq!((missed.items, missed.first.operation.as_deref()), (3, Some("iam:ListSSHPublicKeys")));
    }

    #[tokio::test]
    async fn a_refused_list_ends_the_task() {
        let denied = xml_error("AccessDenied");
        let collected = Recorded::new().refuse(USERS, "", 403, &denied).run(&SSH_PUBLIC_KEYS).await;
        let Err(Error::Aws(error)) = &collected.result else { panic!("{collected:?}") };
        assert_eq!(error.class, Class::Denied);
    }
}
