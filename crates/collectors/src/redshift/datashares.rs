//! Datashares of Redshift, with those who may use their data: DescribeDataShares.

use orgcensus_collect::kinds::REDSHIFT_DATASHARE;
use orgcensus_collect::{Collector, Error, PolicyKind, Read, Rows, Runs, Scope, Session, Share, Sharee, read as reads};
use orgcensus_row::{Row, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::{Unread, given, with_policies};
use crate::shares::counted;

const LIST: Read<Page> = reads("redshift", "DescribeDataShares");

/// The states of a consumer who may not use the data: not yet, or no longer.
const CLOSED: &[&str] = &["PENDING_AUTHORIZATION", "DEAUTHORIZED", "REJECTED"];

/// Who may use the data. Where one is not said, it is not known who may.
const CONSUMER: &str = "ConsumerIdentifier";

/// One datashare of Redshift: data of one namespace that others use. An account sees its own, and those that others
/// share with it.
#[derive(Debug, Serialize, Row)]
#[row(table = "redshift_datashares", key = "arn")]
pub struct Datashare {
    /// The datashare's ARN. It names the account that shares the data.
    pub arn: String,
    /// The datashare's name.
    pub datashare_name: Option<String>,
    /// The namespace that shares the data, by its ARN.
    pub producer_arn: Option<String>,
    /// Whether another account shares it with this one. Such a datashare has no policy here.
    pub is_inbound: bool,
    /// Whether clusters that are publicly accessible may use it.
    pub is_open_to_public_clusters: Option<bool>,
    /// The service that manages it: ADX is Data Exchange. Null: none does.
    pub managed_by: Option<String>,
    /// INTERNAL. Null: AWS did not say.
    pub datashare_type: Option<String>,
    /// Those who may use the data: accounts, or namespaces by their ARN.
    pub consumer_identifiers: Vec<String>,
    /// The regions of those who may use the data, each once.
    pub consumer_regions: Vec<String>,
    /// Those who wait for an authorization, or have lost it, or declined.
    pub other_consumer_identifiers: Vec<String>,
    /// Whether someone may write the data as well.
    pub has_writing_consumer: bool,
}

/// The datashares of one region, with those who may use their data.
pub const DATASHARES: Collector = Collector {
    name: "redshift_datashares",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call()],
    resources: &[REDSHIFT_DATASHARE],
    tables: &[table::<Datashare>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Page {
    data_shares: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Described {
    data_share_arn: Option<String>,
    producer_arn: Option<String>,
    allow_publicly_accessible_consumers: Option<bool>,
    managed_by: Option<String>,
    data_share_type: Option<String>,
    data_share_associations: Vec<Association>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Association {
    consumer_identifier: Option<String>,
    status: Option<String>,
    consumer_region: Option<String>,
    producer_allowed_writes: Option<bool>,
}

impl Association {
    /// Whether the consumer may use the data. A state that is not known does not say that it may not.
    fn is_open(&self) -> bool {
        !self.status.as_deref().is_some_and(|status| CLOSED.contains(&status))
    }
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"MaxRecords": 100}));
    while let Some(page) = pages.next().await {
        for described in page?.data_shares {
            let mut unread = Unread::default();
            let call = LIST.call().name();
            let Some(row) = datashare(session, described, &mut unread) else {
                unread.lost(rows, with_policies([Datashare::TABLE]), &call);
                continue;
            };
            let is_whole = !unread.has(CONSUMER);
            unread.count(rows, Datashare::TABLE, &call);
            if !row.is_inbound {
                let share = Share {
                    resource_arn: &row.arn,
                    resource: REDSHIFT_DATASHARE,
                    origin: PolicyKind::Share,
                    name: "",
                    actions: &["redshift:AssociateDataShareConsumer"],
                    gate: None,
                };
                let sharees = row.consumer_identifiers.iter().map(|consumer| sharee(consumer)).collect();
                let sharees = counted(rows, given(is_whole.then_some(sharees), &call, CONSUMER))?;
                rows.share(share, sharees).await?;
            }
            rows.push(row).await?;
        }
    }
    Ok(())
}

/// The account of a consumer, who may be a namespace or a catalogue with an ARN.
fn sharee(consumer: &str) -> Sharee {
    let account = consumer.strip_prefix("arn:").and_then(|rest| rest.split(':').nth(3));
    Sharee::named(account.filter(|id| !id.is_empty()).unwrap_or(consumer))
}

fn datashare(session: &Session, it: Described, unread: &mut Unread) -> Option<Datashare> {
    let arn = unread.value("DataShareArn", it.data_share_arn)?;
    let owner = arn.split(':').nth(4).unwrap_or_default();
    let (open, closed): (Vec<Association>, Vec<Association>) =
        it.data_share_associations.into_iter().partition(Association::is_open);
    let mut consumer_regions: Vec<String> = open.iter().filter_map(|it| it.consumer_region.clone()).collect();
    consumer_regions.sort();
    consumer_regions.dedup();
    let has_writing_consumer = open.iter().any(|it| it.producer_allowed_writes == Some(true));
    let mut names = |some: Vec<Association>| {
        some.into_iter().filter_map(|it| unread.value(CONSUMER, it.consumer_identifier)).collect()
    };
    let (consumer_identifiers, other_consumer_identifiers) = (names(open), names(closed));
    Some(Datashare {
        has_writing_consumer,
        consumer_identifiers,
        consumer_regions,
        other_consumer_identifiers,
        is_inbound: !owner.is_empty() && owner != session.account_id(),
        datashare_name: arn.rsplit_once('/').map(|(_, name)| name.to_owned()),
        producer_arn: it.producer_arn,
        is_open_to_public_clusters: unread
            .value("AllowPubliclyAccessibleConsumers", it.allow_publicly_accessible_consumers),
        managed_by: it.managed_by.filter(|name| !name.is_empty()),
        datashare_type: it.data_share_type,
        arn,
    })
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::DATASHARES;
    use crate::testing::{columns, xml_error};

    const PREFIX: &str = "arn:aws:redshift:eu-west-1";

    fn association(consumer: &str, status: &str) -> String {
        format!(
            "<member><ConsumerIdentifier>{consumer}</ConsumerIdentifier><Status>{status}</Status>\
             <ConsumerRegion>us-east-1</ConsumerRegion><ProducerAllowedWrites>true</ProducerAllowedWrites></member>"
        )
    }

    fn share(owner: &str, name: &str, inner: &str) -> String {
        format!(
            "<member><DataShareArn>{PREFIX}:{owner}:datashare:0a/{name}</DataShareArn>\
             <ProducerArn>{PREFIX}:{owner}:namespace:0a</ProducerArn>{inner}</member>"
        )
    }

    fn page(shares: &str, marker: &str) -> String {
        format!(
            "<DescribeDataSharesResponse><DescribeDataSharesResult><DataShares>{shares}</DataShares>{marker}\
             </DescribeDataSharesResult></DescribeDataSharesResponse>"
        )
    }

    #[tokio::test]
    async fn datashares_of_two_pages_name_those_who_may_use_them() {
        let consumers = [
            association("222233334444", "ACTIVE"),
            association(&format!("{PREFIX}:333344445555:namespace:0b"), "ORBITING"),
            association("444455556666", "PENDING_AUTHORIZATION"),
        ];
        let own = format!(
            "<AllowPubliclyAccessibleConsumers>true</AllowPubliclyAccessibleConsumers><ManagedBy>ADX</ManagedBy>\
             <DataShareType>INTERNAL</DataShareType><DataShareAssociations>{}</DataShareAssociations>",
            consumers.concat()
        );
        let dim = "<DataShareAssociations><member><Status>ACTIVE</Status></member></DataShareAssociations>";
        let first = [share("111122223333", "sales", &own), share("111122223333", "unused", "")].concat();
        let second = [share("999988887777", "theirs", ""), share("111122223333", "dim", dim), "<member/>".to_owned()];
        let recorded = Recorded::new()
            .answer_to("DescribeDataShares", "MaxRecords=100", &page(&first, "<Marker>second</Marker>"))
            .answer_to("DescribeDataShares", "Marker=second", &page(&second.concat(), ""));
        let collected = recorded.run(&DATASHARES).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&DATASHARES);
        let names = ["datashare_name", "is_inbound", "is_open_to_public_clusters", "other_consumer_identifiers"];
        assert_eq!(
            columns(&collected, "redshift_datashares", &names),
            [
                json!(["sales", false, true, ["444455556666"]]),
                json!(["unused", false, null, []]),
                json!(["theirs", true, null, []]),
                json!(["dim", false, null, []]),
            ]
        );
        let sales = &collected.table("redshift_datashares")[0];
        assert_eq!((&sales["managed_by"], &sales["consumer_regions"]), (&json!("ADX"), &json!(["us-east-1"])));
        assert_eq!(sales["has_writing_consumer"], true);
        assert_eq!(
            columns(&collected, "policy_documents", &["policy_kind", "state"]),
            [json!(["share", "read"]), json!(["share", "absent"]), json!(["share", "unread"])]
        );
        let statements = columns(&collected, "policy_statements", &["principals"]);
        assert_eq!(statements, [json!([["AWS:arn:aws:iam::222233334444:root", "AWS:arn:aws:iam::333344445555:root"]])]);
        // Three do not say whether public clusters may use them, one of these not who may (a value and the share), and
        // one has no ARN.
        assert_eq!(collected.short(), (6, vec!["policy_documents", "policy_statements", "redshift_datashares"]));
    }

    #[tokio::test]
    async fn a_refused_list_is_how_the_task_ends() {
        for (code, class) in [("AccessDenied", Class::Denied), ("UnsupportedOperation", Class::Unsupported)] {
            let recorded = Recorded::new().refuse("DescribeDataShares", "", 400, &xml_error(code));
            let collected = recorded.run(&DATASHARES).await;
            assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == class), "{code}");
        }
    }
}
