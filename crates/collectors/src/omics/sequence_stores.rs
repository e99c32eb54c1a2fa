//! Sequence stores of HealthOmics: ListSequenceStores, GetSequenceStore for each, and GetS3AccessPolicy for the access
//! point by which S3 reads it. That access point is in an account of AWS's, so that S3 lists it nowhere.

use futures::StreamExt;
use orgcensus_collect::kinds::OMICS_SEQUENCE_STORE;
use orgcensus_collect::{Collector, Error, Moment, Optional, Policy, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::{Answer, Unread, details, given_if_set, is_gone, policy_text, with_policies};

const LIST: Read<Page> = reads("omicsstorage", "ListSequenceStores").needs("omics:ListSequenceStores");
const GET: Read<Described> = reads("omicsstorage", "GetSequenceStore").needs("omics:GetSequenceStore");
const POLICY: Read<ItsPolicy> = reads("omicsstorage", "GetS3AccessPolicy").needs("omics:GetS3AccessPolicy");

/// How HealthOmics says that there is no such store, or that a store has no policy.
const NOT_FOUND: &[&str] = &["ResourceNotFoundException"];

/// One sequence store of HealthOmics: genomic data, which is read by S3 as well.
#[derive(Debug, Serialize, Row)]
#[row(table = "omics_sequence_stores", key = "arn")]
pub struct SequenceStore {
    /// The store's ARN.
    pub arn: String,
    /// The store's id.
    pub sequence_store_id: String,
    /// The store's name. Null: none.
    pub sequence_store_name: Option<String>,
    /// What people wrote about it. Null: nothing.
    pub description: Option<String>,
    /// CREATING, ACTIVE, UPDATING, DELETING or FAILED. Null: AWS did not say.
    pub status: Option<String>,
    /// The access point by which S3 reads it, by its ARN. Null: none, or it could not be read.
    pub s3_access_point_arn: Option<String>,
    /// Where it is in S3. Null: nowhere, or it could not be read.
    pub s3_uri: Option<String>,
    /// Where reads by S3 are logged. Null: nowhere, or it could not be read.
    pub access_log_location: Option<String>,
    /// KMS where a key of the account's encrypts it. Null: a key of AWS's own does.
    pub encryption_type: Option<String>,
    /// The KMS key that encrypts it, by its ARN. Null: a key of AWS's own does.
    pub kms_key_arn: Option<String>,
    /// Where files go that could not be taken in. Null: nowhere.
    pub fallback_location: Option<String>,
    /// When it was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
}

/// The sequence stores of one region, with the policies of their access points.
pub const SEQUENCE_STORES: Collector = Collector {
    name: "omics_sequence_stores",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), GET.call(), POLICY.call()],
    resources: &[OMICS_SEQUENCE_STORE],
    tables: &[table::<SequenceStore>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    sequence_stores: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Listed {
    arn: Option<String>,
    id: Option<String>,
    name: Option<String>,
    description: Option<String>,
    sse_config: Encryption,
    creation_time: Option<Moment>,
    fallback_location: Option<String>,
    status: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Encryption {
    #[serde(rename = "type")]
    encryption_type: Option<String>,
    key_arn: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Described {
    s3_access: S3Access,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct S3Access {
    s3_uri: Option<String>,
    s3_access_point_arn: Option<String>,
    access_log_location: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ItsPolicy {
    s3_access_policy: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"maxResults": 100}));
    while let Some(page) = pages.next().await {
        let mut stores = details(page?.sequence_stores, |listed| read(session, listed));
        while let Some(store) = stores.next().await {
            push(session, rows, store).await?;
        }
    }
    Ok(())
}

/// The results of the calls about one store.
struct Details {
    listed: Listed,
    described: Answer<Described>,
    policy: Answer<Option<String>>,
}

async fn read(session: &Session, listed: Listed) -> Details {
    let described = GET.send(session, json!({"id": listed.id})).await;
    let point = described.as_ref().map(|it| it.s3_access.s3_access_point_arn.clone());
    let policy = match point {
        Ok(Some(arn)) => {
            let answer = POLICY.send(session, json!({"s3AccessPointArn": arn})).await.optional(NOT_FOUND);
            given_if_set(answer, |it| it.s3_access_policy, &POLICY.call().name(), "s3AccessPolicy")
        }
        // S3 does not read it.
        Ok(None) => Ok(None),
        Err(error) => Err(error.clone()),
    };
    Details { listed, described, policy }
}

async fn push(session: &Session, rows: &mut Rows<'_>, details: Details) -> Result<(), Error> {
    let Details { listed, described, policy } = details;
    if is_gone(NOT_FOUND, &described) {
        rows.gone();
        return Ok(());
    }
    let mut unread = Unread::default();
    let made = |id: &str| session.arn("omics", &format!("sequenceStore/{id}"));
    let Some((arn, id)) = unread.identity("id", listed.id.clone(), listed.arn.clone(), made) else {
        unread.lost(rows, with_policies([SequenceStore::TABLE]), &LIST.call().name());
        return Ok(());
    };
    let text = policy_text(rows, policy)?;
    rows.policy(Policy::of(&arn, OMICS_SEQUENCE_STORE, text)).await?;
    let access = rows.item([SequenceStore::TABLE], described)?.unwrap_or_default().s3_access;
    let row = store((arn, id), listed, access, rows.captured_at(), &mut unread);
    unread.push(rows, &LIST.call().name(), Some(row)).await
}

fn store(
    (arn, id): (String, String),
    it: Listed,
    access: S3Access,
    now: Timestamp,
    unread: &mut Unread,
) -> SequenceStore {
    let created = unread.value("creationTime", it.creation_time.as_ref());
    let created_at = unread.moment("creationTime", created);
    let said = |text: Option<String>| text.filter(|text| !text.is_empty());
    SequenceStore {
        arn,
        sequence_store_id: id,
        sequence_store_name: it.name,
        description: it.description,
        status: it.status,
        s3_access_point_arn: access.s3_access_point_arn,
        s3_uri: access.s3_uri,
        access_log_location: said(access.access_log_location),
        encryption_type: it.sse_config.encryption_type,
        kms_key_arn: it.sse_config.key_arn,
        fallback_location: said(it.fallback_location),
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
    }
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::SEQUENCE_STORES;
    use crate::testing::{columns, json_error};

    const FULL: &str = r#"{"id":"1000000001","arn":"arn:one","name":"reads","status":"ASLEEP",
        "sseConfig":{"type":"KMS","keyArn":"arn:key"},"creationTime":"2025-01-01T00:00:00Z","fallbackLocation":""}"#;
    const POLICY: &str = concat!(
        r#"{"storeType":"SEQUENCE_STORE","s3AccessPolicy":"{\"Statement\":[{\"Effect\":\"Allow\","#,
        r#"\"Principal\":{\"AWS\":\"222233334444\"},\"Action\":\"s3:GetObject\",\"Resource\":\"*\"}]}"}"#,
    );

    /// Seven stores on two pages: a usual one, one without a policy, one that S3 does not read, one that went away, one of
    /// which nothing may be read, one whose policy is denied, and one without an id.
    #[tokio::test]
    async fn stores_of_two_pages_have_rows_and_policies() {
        let point = |id: &str| format!(r#"{{"id":"{id}","s3Access":{{"s3AccessPointArn":"arn:s3:{id}"}}}}"#);
        let at = |id: &str| format!("/sequencestore/{id}");
        let (none, denied) = (json_error("ResourceNotFoundException"), json_error("AccessDeniedException"));
        let listed = |ids: &[&str]| ids.iter().map(|id| format!(r#"{{"id":"{id}"}}"#)).collect::<Vec<_>>().join(",");
        let first = format!(r#"{{"sequenceStores":[{FULL},{}],"nextToken":"more"}}"#, listed(&["2", "3"]));
        let second = format!(r#"{{"sequenceStores":[{},{{}}]}}"#, listed(&["4", "5", "6"]));
        let recorded = Recorded::new()
            .answer_to("ListSequenceStores", "maxResults=100", &first)
            .answer_to("ListSequenceStores", "nextToken=more", &second)
            .answer_to("GetSequenceStore", &at("1000000001"), &point("one"))
            .answer_to("GetS3AccessPolicy", "one", POLICY)
            .answer_to("GetSequenceStore", &at("2"), &point("bare"))
            .refuse("GetS3AccessPolicy", "bare", 404, &none)
            .answer_to("GetSequenceStore", &at("3"), "{}")
            .refuse("GetSequenceStore", &at("4"), 404, &none)
            .refuse("GetSequenceStore", &at("5"), 403, &denied)
            .answer_to("GetSequenceStore", &at("6"), &point("closed"))
            .refuse("GetS3AccessPolicy", "closed", 403, &denied);
        let collected = recorded.run(&SEQUENCE_STORES).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&SEQUENCE_STORES);
        let names =
            ["sequence_store_id", "status", "s3_access_point_arn", "kms_key_arn", "age_days", "fallback_location"];
        assert_eq!(
            columns(&collected, "omics_sequence_stores", &names),
            [
                json!(["1000000001", "ASLEEP", "arn:s3:one", "arn:key", 365, null]),
                json!(["2", null, "arn:s3:bare", null, null, null]),
                json!(["3", null, null, null, null, null]),
                json!(["5", null, null, null, null, null]),
                json!(["6", null, "arn:s3:closed", null, null, null]),
            ]
        );
        assert_eq!(
            collected.table("omics_sequence_stores")[1]["arn"],
            "arn:aws:omics:eu-west-1:111122223333:sequenceStore/2"
        );
        assert_eq!(
            columns(&collected, "policy_documents", &["state", "error_code"]),
            [
                json!(["read", null]),
                json!(["absent", null]),
                json!(["absent", null]),
                json!(["unread", "AccessDeniedException"]),
                json!(["unread", "AccessDeniedException"]),
            ]
        );
        assert_eq!(collected.table("policy_statements")[0]["principals"], json!(["AWS:222233334444"]));
        // Two policies, one store, the moments of four, and the id of one.
        assert_eq!(collected.short(), (8, vec!["omics_sequence_stores", "policy_documents", "policy_statements"]));
        assert_eq!(collected.gone, 1);
    }

    #[tokio::test]
    async fn a_denied_list_is_how_the_task_ends() {
        let denied = json_error("AccessDeniedException");
        let collected = Recorded::new().refuse("ListSequenceStores", "", 403, &denied).run(&SEQUENCE_STORES).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
