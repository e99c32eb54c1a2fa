//! File systems of S3 Files: ListFileSystems, then GetFileSystem and GetFileSystemPolicy for each.

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::kinds::S3FILES_FILE_SYSTEM;
use orgcensus_collect::{Collector, Error, Moment, Optional, Policy, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::{Answer, Unread, details, given_if_set, is_gone, policy_text, with_policies};

const LIST: Read<Page> = reads("s3files", "ListFileSystems");
const GET: Read<Described> = reads("s3files", "GetFileSystem");
const POLICY: Read<ItsPolicy> = reads("s3files", "GetFileSystemPolicy");

/// How S3 Files says that there is no such file system, or that a file system has no policy.
const NOT_FOUND: &[&str] = &["ResourceNotFoundException"];

/// One file system of S3 Files: a bucket that is mounted.
#[derive(Debug, Serialize, Row)]
#[row(table = "s3files_file_systems", key = "arn")]
pub struct FileSystem {
    /// The file system's ARN.
    pub arn: String,
    /// The file system's id.
    pub file_system_id: String,
    /// The value of its tag Name. Null: it has none.
    pub file_system_name: Option<String>,
    /// The account that owns it.
    pub owner_account_id: Option<String>,
    /// available, creating, misconfigured, error ….
    pub status: Option<String>,
    /// The bucket that it shows, by its ARN.
    pub bucket_arn: Option<String>,
    /// The beginning of the names of the objects that it shows. Null: all, or it could not be read.
    pub object_prefix: Option<String>,
    /// The role by which it reads and writes the bucket, by its ARN.
    pub service_role_arn: Option<String>,
    /// The KMS key that encrypts what it keeps itself. Null: a key of AWS's own does, or it could not be read.
    pub kms_key_id: Option<String>,
    /// When it was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// Tags. Null: they could not be read.
    pub tags: Option<BTreeMap<String, String>>,
}

/// The file systems of one region, with their policies.
pub const FILE_SYSTEMS: Collector = Collector {
    name: "s3files_file_systems",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), GET.call(), POLICY.call()],
    resources: &[S3FILES_FILE_SYSTEM],
    tables: &[table::<FileSystem>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    file_systems: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Listed {
    file_system_id: Option<String>,
    file_system_arn: Option<String>,
    name: Option<String>,
    owner_id: Option<String>,
    status: Option<String>,
    bucket: Option<String>,
    role_arn: Option<String>,
    creation_time: Option<Moment>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Described {
    prefix: Option<String>,
    kms_key_id: Option<String>,
    tags: Vec<Tag>,
}

/// A tag as S3 Files writes it.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Tag {
    key: String,
    value: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ItsPolicy {
    policy: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"maxResults": 100}));
    while let Some(page) = pages.next().await {
        let mut systems = details(page?.file_systems, |listed| read(session, listed));
        while let Some(system) = systems.next().await {
            push(session, rows, system).await?;
        }
    }
    Ok(())
}

/// The results of the calls about one file system.
struct Details {
    listed: Listed,
    described: Answer<Described>,
    policy: Answer<Option<String>>,
}

async fn read(session: &Session, listed: Listed) -> Details {
    let input = json!({"fileSystemId": listed.file_system_id});
    let described = GET.send(session, input.clone()).await;
    let answer = POLICY.send(session, input).await.optional(NOT_FOUND);
    let policy = given_if_set(answer, |it| it.policy, &POLICY.call().name(), "policy");
    Details { listed, described, policy }
}

async fn push(session: &Session, rows: &mut Rows<'_>, details: Details) -> Result<(), Error> {
    let Details { listed, described, policy } = details;
    // Of a file system that went away, GetFileSystemPolicy says by the same code that it has no policy.
    if is_gone(NOT_FOUND, &described) && !matches!(policy, Ok(Some(_))) {
        rows.gone();
        return Ok(());
    }
    let mut unread = Unread::default();
    let made = |id: &str| session.arn("s3files", &format!("file-system/{id}"));
    let identity = unread.identity("fileSystemId", listed.file_system_id, listed.file_system_arn, made);
    let Some((arn, file_system_id)) = identity else {
        unread.lost(rows, with_policies([FileSystem::TABLE]), &LIST.call().name());
        return Ok(());
    };
    let text = policy_text(rows, policy)?;
    rows.policy(Policy::of(&arn, S3FILES_FILE_SYSTEM, text)).await?;
    let described = rows.item([FileSystem::TABLE], described)?;
    let is_read = described.is_some();
    let described = described.unwrap_or_default();
    let created = unread.value("creationTime", listed.creation_time.as_ref());
    let created_at = unread.moment("creationTime", created);
    let row = FileSystem {
        arn,
        file_system_id,
        file_system_name: listed.name.filter(|name| !name.is_empty()),
        owner_account_id: unread.value("ownerId", listed.owner_id),
        status: unread.value("status", listed.status),
        bucket_arn: unread.value("bucket", listed.bucket),
        object_prefix: described.prefix.filter(|prefix| !prefix.is_empty()),
        service_role_arn: unread.value("roleArn", listed.role_arn),
        kms_key_id: described.kms_key_id,
        created_at,
        age_days: created_at.map(|at| at.days_until(rows.captured_at())),
        tags: is_read.then(|| described.tags.into_iter().map(|tag| (tag.key, tag.value)).collect()),
    };
    unread.count(rows, FileSystem::TABLE, &LIST.call().name());
    rows.push(row).await
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::FILE_SYSTEMS;
    use crate::testing::{columns, json_error};

    const FULL: &str = r#"{"fileSystemId":"one","prefix":"in/","kmsKeyId":"arn:key","status":"available",
        "tags":[{"key":"team","value":"data"}]}"#;
    const POLICY: &str = r#"{"fileSystemId":"one","policy":"{\"Statement\":[]}"}"#;

    fn listed(id: &str) -> String {
        format!(
            r#"{{"fileSystemId":"{id}","fileSystemArn":"arn:{id}","name":"home","ownerId":"111122223333",
            "status":"resting","bucket":"arn:bucket","roleArn":"arn:role","creationTime":1735689600}}"#
        )
    }

    /// Seven file systems on two pages: a usual one, an odd one without a policy, one that went away, one of which
    /// nothing may be read but the policy, one whose policy is denied, one that does not know policies, and one without
    /// an id.
    #[tokio::test]
    async fn file_systems_of_two_pages_have_rows_and_policies() {
        let at = |id: &str| format!("/file-systems/{id}");
        let policy = |id: &str| format!("/file-systems/{id}/policy");
        let (none, denied) = (json_error("ResourceNotFoundException"), json_error("AccessDeniedException"));
        let first = format!(r#"{{"fileSystems":[{},{{"fileSystemId":"odd"}}],"nextToken":"more"}}"#, listed("one"));
        let second = ["gone", "dark", "closed", "old"].map(listed).join(",");
        let recorded = Recorded::new()
            .answer_to("ListFileSystems", "maxResults=100", &first)
            .answer_to("ListFileSystems", "nextToken=more", &format!(r#"{{"fileSystems":[{second},{{}}]}}"#))
            .answer_to("GetFileSystem", &at("one"), FULL)
            .answer_to("GetFileSystemPolicy", &policy("one"), POLICY)
            .answer_to("GetFileSystem", &at("odd"), "{}")
            .refuse("GetFileSystemPolicy", &policy("odd"), 404, &none)
            .refuse("GetFileSystem", &at("gone"), 404, &none)
            .refuse("GetFileSystemPolicy", &policy("gone"), 404, &none)
            .refuse("GetFileSystem", &at("dark"), 403, &denied)
            .answer_to("GetFileSystemPolicy", &policy("dark"), POLICY)
            .answer_to("GetFileSystem", &at("closed"), "{}")
            .refuse("GetFileSystemPolicy", &policy("closed"), 403, &denied)
            .answer_to("GetFileSystem", &at("old"), "{}")
            .refuse("GetFileSystemPolicy", &policy("old"), 404, &json_error("UnknownOperationException"));
        let collected = recorded.run(&FILE_SYSTEMS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&FILE_SYSTEMS);
        let names = ["file_system_id", "status", "object_prefix", "kms_key_id", "age_days", "tags"];
        assert_eq!(
            columns(&collected, "s3files_file_systems", &names),
            [
                json!(["one", "resting", "in/", "arn:key", 365, {"team": "data"}]),
                json!(["odd", null, null, null, null, {}]),
                json!(["dark", "resting", null, null, 365, null]),
                json!(["closed", "resting", null, null, 365, {}]),
                json!(["old", "resting", null, null, 365, {}]),
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
        // Two policies, one file system, the five values that another lacks, and one without an id.
        assert_eq!(collected.short(), (9, vec!["policy_documents", "policy_statements", "s3files_file_systems"]));
        assert_eq!(collected.gone, 1);
    }

    #[tokio::test]
    async fn a_denied_list_is_how_the_task_ends() {
        let denied = json_error("AccessDeniedException");
        let collected = Recorded::new().refuse("ListFileSystems", "", 403, &denied).run(&FILE_SYSTEMS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
