//! Trust stores of load balancers: DescribeTrustStores, then GetResourcePolicy for each.

use futures::StreamExt;
use orgcensus_collect::kinds::ELBV2_TRUST_STORE;
use orgcensus_collect::{Collector, Error, Optional, Policy, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::{Answer, Unread, details, given_if_set, policy_text, with_policies};

const LIST: Read<Page> = reads("elasticloadbalancingv2", "DescribeTrustStores");
const POLICY: Read<ItsPolicy> = reads("elasticloadbalancingv2", "GetResourcePolicy");

/// How the service says that a trust store has no policy. It says the same of one that went away.
const NO_POLICY: &[&str] = &["ResourceNotFound"];

/// One trust store: the authorities whose certificates a load balancer asks of its clients.
#[derive(Debug, Serialize, Row)]
#[row(table = "elbv2_trust_stores", key = "arn")]
pub struct TrustStore {
    /// The trust store's ARN.
    pub arn: String,
    /// The trust store's name.
    pub trust_store_name: Option<String>,
    /// CREATING or ACTIVE.
    pub status: Option<String>,
    /// How many certificates of authorities it holds.
    pub ca_certificate_count: Option<i32>,
    /// How many certificates its lists of revoked ones hold.
    pub revoked_certificate_count: Option<i64>,
    /// Whether another account owns it and shares it with this one. Its policy is read in that account.
    pub is_shared_by_other: bool,
}

/// The trust stores of one region, with those with whom they are shared.
pub const TRUST_STORES: Collector = Collector {
    name: "elbv2_trust_stores",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), POLICY.call()],
    resources: &[ELBV2_TRUST_STORE],
    tables: &[table::<TrustStore>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Page {
    trust_stores: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Described {
    name: Option<String>,
    trust_store_arn: Option<String>,
    status: Option<String>,
    number_of_ca_certificates: Option<i32>,
    total_revoked_entries: Option<i64>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct ItsPolicy {
    policy: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"PageSize": 400}));
    while let Some(page) = pages.next().await {
        let mut stores = details(page?.trust_stores, |described| read(session, described));
        while let Some((described, policy)) = stores.next().await {
            push(session, rows, described, policy).await?;
        }
    }
    Ok(())
}

/// A trust store, and its policy if it is the account's own.
async fn read(session: &Session, described: Described) -> (Described, Option<Answer<Option<String>>>) {
    let arn = described.trust_store_arn.as_deref();
    if arn.is_some_and(|arn| is_of_other(session, arn)) {
        return (described, None);
    }
    let answer = POLICY.send(session, json!({"ResourceArn": arn})).await.optional(NO_POLICY);
    let policy = given_if_set(answer, |it| it.policy, &POLICY.call().name(), "Policy");
    (described, Some(policy))
}

fn is_of_other(session: &Session, arn: &str) -> bool {
    arn.split(':').nth(4).is_some_and(|owner| owner != session.account_id())
}

async fn push(
    session: &Session,
    rows: &mut Rows<'_>,
    mut described: Described,
    policy: Option<Answer<Option<String>>>,
) -> Result<(), Error> {
    let mut unread = Unread::default();
    let Some(arn) = unread.value("TrustStoreArn", described.trust_store_arn.take()) else {
        unread.lost(rows, with_policies([TrustStore::TABLE]), &LIST.call().name());
        return Ok(());
    };
    if let Some(policy) = policy {
        let text = policy_text(rows, policy)?;
        rows.policy(Policy::of(&arn, ELBV2_TRUST_STORE, text)).await?;
    }
    let row = trust_store(session, arn, described, &mut unread);
    unread.count(rows, TrustStore::TABLE, &LIST.call().name());
    rows.push(row).await
}

fn trust_store(session: &Session, arn: String, it: Described, unread: &mut Unread) -> TrustStore {
    TrustStore {
        is_shared_by_other: is_of_other(session, &arn),
        arn,
        trust_store_name: unread.value("Name", it.name),
        status: unread.value("Status", it.status),
        ca_certificate_count: unread.value("NumberOfCaCertificates", it.number_of_ca_certificates),
        revoked_certificate_count: unread.value("TotalRevokedEntries", it.total_revoked_entries),
    }
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::{Collected, Recorded};
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::TRUST_STORES;
    use crate::testing::{columns, xml_error};

    const LIST: &str = "DescribeTrustStores";
    const GET: &str = "GetResourcePolicy";

    fn listed(account: &str, name: &str) -> String {
        format!(
            "<member><Name>{name}</Name>\
             <TrustStoreArn>arn:aws:elasticloadbalancing:eu-west-1:{account}:truststore/{name}/0a</TrustStoreArn>\
             <Status>RESTING</Status><NumberOfCaCertificates>2</NumberOfCaCertificates>\
             <TotalRevokedEntries>7</TotalRevokedEntries></member>"
        )
    }

    fn page(stores: &str, rest: &str) -> String {
        format!(
            "<DescribeTrustStoresResponse><DescribeTrustStoresResult><TrustStores>{stores}</TrustStores>{rest}\
             </DescribeTrustStoresResult></DescribeTrustStoresResponse>"
        )
    }

    fn policy(content: &str) -> String {
        format!(
            "<GetResourcePolicyResponse><GetResourcePolicyResult>{content}</GetResourcePolicyResult></GetResourcePolicyResponse>"
        )
    }

    /// Seven trust stores on two pages: one that is shared, one that is another account's, one without a policy, one of
    /// which nothing but its ARN is said, two whose policies are refused, and one of which nothing is said.
    async fn collected() -> Collected {
        let own = |name| listed("111122223333", name);
        let first = page(&[own("open"), listed("444455556666", "theirs")].concat(), "<NextMarker>more</NextMarker>");
        let bare = "<member><TrustStoreArn>arn:aws:elasticloadbalancing:eu-west-1:111122223333:truststore/bare/0a\
                    </TrustStoreArn></member>";
        let rest = [own("plain"), bare.to_owned(), own("denied"), own("old"), "<member/>".to_owned()].concat();
        let document = "<Policy>{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"444455556666\"},\
                        \"Action\":\"elasticloadbalancing:CreateListener\"}]}</Policy>";
        let recorded = Recorded::new()
            .answer_to(LIST, "PageSize=400", &first)
            .answer_to(LIST, "Marker=more", &page(&rest, ""))
            .answer_to(GET, "open", &policy(document))
            .refuse(GET, "plain", 400, &xml_error("ResourceNotFound"))
            .refuse(GET, "denied", 403, &xml_error("AccessDenied"))
            .refuse(GET, "old", 400, &xml_error("InvalidAction"))
            .answer_to(GET, "bare", &policy(""));
        let collected = recorded.run(&TRUST_STORES).await;
        collected.result.as_ref().unwrap();
        collected
    }

    #[tokio::test]
    async fn trust_stores_of_two_pages_have_rows() {
        let collected = collected().await;
        collected.assert_all_calls(&TRUST_STORES);
        let names = ["trust_store_name", "status", "revoked_certificate_count", "is_shared_by_other"];
        assert_eq!(
            columns(&collected, "elbv2_trust_stores", &names),
            [
                json!(["open", "RESTING", 7, false]),
                json!(["theirs", "RESTING", 7, true]),
                json!(["plain", "RESTING", 7, false]),
                json!([null, null, null, false]),
                json!(["denied", "RESTING", 7, false]),
                json!(["old", "RESTING", 7, false]),
            ]
        );
    }

    #[tokio::test]
    async fn a_policy_is_read_absent_or_unread() {
        let collected = collected().await;
        assert_eq!(
            columns(&collected, "policy_documents", &["state", "error_code"]),
            [
                json!(["read", null]),
                json!(["absent", null]),
                json!(["unread", "ValueUnread"]),
                json!(["unread", "AccessDenied"]),
                json!(["unread", "InvalidAction"]),
            ]
        );
        // Three policies, the four values that one trust store lacks, and one without an ARN.
        assert_eq!(collected.short(), (8, vec!["elbv2_trust_stores", "policy_documents", "policy_statements"]));
    }

    #[tokio::test]
    async fn a_denied_list_is_how_the_task_ends() {
        let collected = Recorded::new().refuse(LIST, "", 403, &xml_error("AccessDenied")).run(&TRUST_STORES).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
