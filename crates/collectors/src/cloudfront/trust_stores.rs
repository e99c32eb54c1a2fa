//! Trust stores of CloudFront: ListTrustStores, then GetResourcePolicy for each.

use futures::StreamExt;
use orgcensus_collect::kinds::CLOUDFRONT_TRUST_STORE;
use orgcensus_collect::{Collector, Error, Moment, Policy, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::policy::{POLICY, is_of_other, policy_of};
use crate::items::{Answer, Unread, details, policy_text, with_policies};

const LIST: Read<Page> = reads("cloudfront", "ListTrustStores");

/// One trust store of CloudFront: the authorities whose certificates a distribution asks of its clients.
#[derive(Debug, Serialize, Row)]
#[row(table = "cloudfront_trust_stores", key = "arn")]
pub struct TrustStore {
    /// The trust store's ARN.
    pub arn: String,
    /// The trust store's id.
    pub trust_store_id: String,
    /// The trust store's name.
    pub trust_store_name: Option<String>,
    /// Whether another account owns it and shares it with this one. Its policy is read in that account.
    pub is_shared_by_other: bool,
    /// pending, active or failed.
    pub status: Option<String>,
    /// Why it is in this state, in AWS's words. Null: AWS did not say.
    pub status_reason: Option<String>,
    /// How many certificates of authorities it holds.
    pub ca_certificate_count: Option<i32>,
    /// When it was last changed (UTC).
    pub modified_at: Option<Timestamp>,
}

/// The trust stores of an account, with those with whom they are shared.
pub const TRUST_STORES: Collector = Collector {
    name: "cloudfront_trust_stores",
    scope: Scope::Account,
    runs: Runs::Always,
    calls: &[LIST.call(), POLICY.call()],
    resources: &[CLOUDFRONT_TRUST_STORE],
    tables: &[table::<TrustStore>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Page {
    trust_store_list: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Described {
    id: Option<String>,
    arn: Option<String>,
    name: Option<String>,
    status: Option<String>,
    reason: Option<String>,
    number_of_ca_certificates: Option<i32>,
    last_modified_time: Option<Moment>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"MaxItems": 100}));
    while let Some(page) = pages.next().await {
        let mut stores = details(page?.trust_store_list, |described| read(session, described));
        while let Some((described, arn, policy)) = stores.next().await {
            push(session, rows, described, arn, policy).await?;
        }
    }
    Ok(())
}

async fn read(
    session: &Session,
    mut described: Described,
) -> (Described, Option<String>, Option<Answer<Option<String>>>) {
    let usual = |id: &str| format!("arn:{}:cloudfront::{}:trust-store/{id}", session.partition(), session.account_id());
    let arn = described.arn.take().or_else(|| described.id.as_deref().map(usual));
    let policy = policy_of(session, arn.as_deref()).await;
    (described, arn, policy)
}

async fn push(
    session: &Session,
    rows: &mut Rows<'_>,
    described: Described,
    arn: Option<String>,
    policy: Option<Answer<Option<String>>>,
) -> Result<(), Error> {
    let mut unread = Unread::default();
    unread.value("Id", described.id.as_ref());
    let Some(arn) = arn else {
        unread.lost(rows, with_policies([TrustStore::TABLE]), &LIST.call().name());
        return Ok(());
    };
    if let Some(policy) = policy {
        let text = policy_text(rows, policy)?;
        rows.policy(Policy::of(&arn, CLOUDFRONT_TRUST_STORE, text)).await?;
    }
    let row = trust_store(session, arn, described, &mut unread);
    unread.count(rows, TrustStore::TABLE, &LIST.call().name());
    rows.push(row).await
}

fn trust_store(session: &Session, arn: String, it: Described, unread: &mut Unread) -> TrustStore {
    let modified = unread.value("LastModifiedTime", it.last_modified_time.as_ref());
    TrustStore {
        is_shared_by_other: is_of_other(session, &arn),
        arn,
        trust_store_id: it.id.unwrap_or_default(),
        trust_store_name: unread.value("Name", it.name),
        status: unread.value("Status", it.status),
        status_reason: it.reason,
        ca_certificate_count: unread.value("NumberOfCaCertificates", it.number_of_ca_certificates),
        modified_at: unread.moment("LastModifiedTime", modified),
    }
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::TRUST_STORES;
    use crate::testing::{columns, xml_error};

    const LIST: &str = "ListTrustStores";
    const GET: &str = "GetResourcePolicy";

    fn listed(account: &str, id: &str) -> String {
        format!(
            "<TrustStoreSummary><Id>{id}</Id><Arn>arn:aws:cloudfront::{account}:trust-store/{id}</Arn><Name>ours</Name>\
             <Status>resting</Status><Reason>tired</Reason><NumberOfCaCertificates>3</NumberOfCaCertificates>\
             <LastModifiedTime>2025-12-22T00:00:00Z</LastModifiedTime><ETag>E1</ETag></TrustStoreSummary>"
        )
    }

    fn page(stores: &str, rest: &str) -> String {
        format!("<ListTrustStoresResult>{rest}<TrustStoreList>{stores}</TrustStoreList></ListTrustStoresResult>")
    }

    #[tokio::test]
    async fn trust_stores_of_two_pages_with_their_policies() {
        let own = |id| listed("111122223333", id);
        let bare = "<TrustStoreSummary><Id>ts_4</Id></TrustStoreSummary>".to_owned();
        let first = page(&[own("ts_1"), listed("444455556666", "ts_2")].concat(), "<NextMarker>more</NextMarker>");
        let nameless = "<TrustStoreSummary><Status>active</Status></TrustStoreSummary>".to_owned();
        let second = page(&[own("ts_3"), bare, own("ts_5"), nameless].concat(), "");
        let document =
            "<GetResourcePolicyResult><PolicyDocument>{\"Statement\":[]}</PolicyDocument></GetResourcePolicyResult>";
        let recorded = Recorded::new()
            .answer_to(LIST, "<MaxItems>100</MaxItems>", &first)
            .answer_to(LIST, "<Marker>more</Marker>", &second)
            .answer_to(GET, "ts_1", document)
            .refuse(GET, "ts_3", 404, &xml_error("EntityNotFound"))
            .refuse(GET, "ts_4", 403, &xml_error("AccessDenied"))
            .refuse(GET, "ts_5", 400, &xml_error("UnsupportedOperation"));
        let collected = recorded.run(&TRUST_STORES).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&TRUST_STORES);
        let names = ["trust_store_id", "status", "status_reason", "ca_certificate_count", "is_shared_by_other"];
        assert_eq!(
            columns(&collected, "cloudfront_trust_stores", &names),
            [
                json!(["ts_1", "resting", "tired", 3, false]),
                json!(["ts_2", "resting", "tired", 3, true]),
                json!(["ts_3", "resting", "tired", 3, false]),
                json!(["ts_4", null, null, null, false]),
                json!(["ts_5", "resting", "tired", 3, false]),
            ]
        );
        assert_eq!(
            columns(&collected, "policy_documents", &["state", "error_code"]),
            [
                json!(["read", null]),
                json!(["absent", null]),
                json!(["unread", "AccessDenied"]),
                json!(["unread", "UnsupportedOperation"]),
            ]
        );
        // Two policies, the four values that one trust store lacks, and one without an id.
        assert_eq!(collected.short(), (7, vec!["cloudfront_trust_stores", "policy_documents", "policy_statements"]));
    }

    #[tokio::test]
    async fn a_denied_list_is_how_the_task_ends() {
        let collected = Recorded::new().refuse(LIST, "", 403, &xml_error("AccessDenied")).run(&TRUST_STORES).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
