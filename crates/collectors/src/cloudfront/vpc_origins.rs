//! VPC origins of CloudFront: ListVpcOrigins, then GetResourcePolicy for each.

use futures::StreamExt;
use orgcensus_collect::kinds::CLOUDFRONT_VPC_ORIGIN;
use orgcensus_collect::{Collector, Error, Moment, Policy, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::policy::{POLICY, is_of_other, policy_of};
use crate::items::{Answer, Unread, details, policy_text, with_policies};

const LIST: Read<Page> = reads("cloudfront", "ListVpcOrigins");

/// One VPC origin: a load balancer or an instance without a public address, which distributions of CloudFront reach.
#[derive(Debug, Serialize, Row)]
#[row(table = "cloudfront_vpc_origins", key = "arn")]
pub struct VpcOrigin {
    /// The VPC origin's ARN.
    pub arn: String,
    /// The VPC origin's id, vo_….
    pub vpc_origin_id: String,
    /// The VPC origin's name.
    pub vpc_origin_name: Option<String>,
    /// The account that owns it. Null: AWS did not say.
    pub owner_account_id: Option<String>,
    /// Whether another account owns it and shares it with this one. Its policy is read in that account.
    pub is_shared_by_other: bool,
    /// Deploying, Deployed, Failed ….
    pub status: Option<String>,
    /// The ARN of the load balancer or instance that is behind it.
    pub origin_endpoint_arn: Option<String>,
    /// ipv4 or dualstack. Null: AWS did not say.
    pub ip_address_type: Option<String>,
    /// When it was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// When it was last changed (UTC).
    pub modified_at: Option<Timestamp>,
}

/// The VPC origins of an account, with those with whom they are shared.
pub const VPC_ORIGINS: Collector = Collector {
    name: "cloudfront_vpc_origins",
    scope: Scope::Account,
    runs: Runs::Always,
    calls: &[LIST.call(), POLICY.call()],
    resources: &[CLOUDFRONT_VPC_ORIGIN],
    tables: &[table::<VpcOrigin>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Page {
    items: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Described {
    id: Option<String>,
    name: Option<String>,
    status: Option<String>,
    created_time: Option<Moment>,
    last_modified_time: Option<Moment>,
    arn: Option<String>,
    account_id: Option<String>,
    origin_endpoint_arn: Option<String>,
    ip_address_type: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"MaxItems": 100}));
    while let Some(page) = pages.next().await {
        let mut origins = details(page?.items, |described| read(session, described));
        while let Some((described, arn, policy)) = origins.next().await {
            push(session, rows, described, arn, policy).await?;
        }
    }
    Ok(())
}

async fn read(
    session: &Session,
    mut described: Described,
) -> (Described, Option<String>, Option<Answer<Option<String>>>) {
    let usual = |id: &str| format!("arn:{}:cloudfront::{}:vpcorigin/{id}", session.partition(), session.account_id());
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
        unread.lost(rows, with_policies([VpcOrigin::TABLE]), &LIST.call().name());
        return Ok(());
    };
    if let Some(policy) = policy {
        let text = policy_text(rows, policy)?;
        rows.policy(Policy::of(&arn, CLOUDFRONT_VPC_ORIGIN, text)).await?;
    }
    let row = vpc_origin(session, arn, described, rows.captured_at(), &mut unread);
    unread.count(rows, VpcOrigin::TABLE, &LIST.call().name());
    rows.push(row).await
}

fn vpc_origin(session: &Session, arn: String, it: Described, now: Timestamp, unread: &mut Unread) -> VpcOrigin {
    let created = unread.value("CreatedTime", it.created_time.as_ref());
    let created_at = unread.moment("CreatedTime", created);
    VpcOrigin {
        is_shared_by_other: is_of_other(session, &arn),
        arn,
        vpc_origin_id: it.id.unwrap_or_default(),
        vpc_origin_name: unread.value("Name", it.name),
        owner_account_id: it.account_id,
        status: unread.value("Status", it.status),
        origin_endpoint_arn: unread.value("OriginEndpointArn", it.origin_endpoint_arn),
        ip_address_type: it.ip_address_type,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        modified_at: unread.moment("LastModifiedTime", it.last_modified_time.as_ref()),
    }
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::{Collected, Recorded};
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::VPC_ORIGINS;
    use crate::testing::{columns, xml_error};

    const LIST: &str = "ListVpcOrigins";
    const GET: &str = "GetResourcePolicy";

    fn listed(account: &str, id: &str) -> String {
        format!(
            "<VpcOriginSummary><Id>{id}</Id><Name>inner</Name><Status>Resting</Status>\
             <CreatedTime>2025-12-22T00:00:00Z</CreatedTime><LastModifiedTime>2025-12-23T00:00:00Z</LastModifiedTime>\
             <Arn>arn:aws:cloudfront::{account}:vpcorigin/{id}</Arn><AccountId>{account}</AccountId>\
             <OriginEndpointArn>arn:lb</OriginEndpointArn></VpcOriginSummary>"
        )
    }

    fn page(origins: &str, rest: &str) -> String {
        format!("<VpcOriginList><Marker/><MaxItems>100</MaxItems>{rest}<Items>{origins}</Items></VpcOriginList>")
    }

    /// Six VPC origins on two pages: one that is shared, one that is another account's, one without a policy, a bare
    /// one whose policy is refused, one for which CloudFront knows no policies, and one without an id.
    async fn collected() -> Collected {
        let own = |id| listed("111122223333", id);
        let first = page(
            &[own("vo_1"), listed("444455556666", "vo_2")].concat(),
            "<IsTruncated>true</IsTruncated><NextMarker>more</NextMarker>",
        );
        let bare = "<VpcOriginSummary><Id>vo_4</Id></VpcOriginSummary>".to_owned();
        let nameless = "<VpcOriginSummary><Status>Resting</Status></VpcOriginSummary>".to_owned();
        let second = page(&[own("vo_3"), bare, own("vo_5"), nameless].concat(), "<IsTruncated>false</IsTruncated>");
        let document = "<GetResourcePolicyResult><PolicyDocument>{\"Statement\":[{\"Effect\":\"Allow\",\
                        \"Principal\":{\"AWS\":\"444455556666\"},\"Action\":\"cloudfront:GetVpcOrigin\"}]}\
                        </PolicyDocument></GetResourcePolicyResult>";
        let recorded = Recorded::new()
            .answer_to(LIST, "MaxItems=100", &first)
            .answer_to(LIST, "Marker=more", &second)
            .answer_to(GET, "vo_1", document)
            .refuse(GET, "vo_3", 404, &xml_error("EntityNotFound"))
            .refuse(GET, "vo_4", 403, &xml_error("AccessDenied"))
            .refuse(GET, "vo_5", 400, &xml_error("UnsupportedOperation"));
        let collected = recorded.run(&VPC_ORIGINS).await;
        collected.result.as_ref().unwrap();
        collected
    }

    #[tokio::test]
    async fn vpc_origins_of_two_pages_have_rows() {
        let collected = collected().await;
        collected.assert_all_calls(&VPC_ORIGINS);
        let names = ["vpc_origin_id", "status", "origin_endpoint_arn", "age_days", "is_shared_by_other"];
        assert_eq!(
            columns(&collected, "cloudfront_vpc_origins", &names),
            [
                json!(["vo_1", "Resting", "arn:lb", 10, false]),
                json!(["vo_2", "Resting", "arn:lb", 10, true]),
                json!(["vo_3", "Resting", "arn:lb", 10, false]),
                json!(["vo_4", null, null, null, false]),
                json!(["vo_5", "Resting", "arn:lb", 10, false]),
            ]
        );
        let origins = collected.table("cloudfront_vpc_origins");
        assert_eq!(origins[3]["arn"], "arn:aws:cloudfront::111122223333:vpcorigin/vo_4");
    }

    #[tokio::test]
    async fn a_policy_is_read_absent_or_unread() {
        let collected = collected().await;
        assert_eq!(
            columns(&collected, "policy_documents", &["state", "error_code"]),
            [
                json!(["read", null]),
                json!(["absent", null]),
                json!(["unread", "AccessDenied"]),
                json!(["unread", "UnsupportedOperation"]),
            ]
        );
        // Two policies, the four values that one VPC origin lacks, and one without an id.
        assert_eq!(collected.short(), (7, vec!["cloudfront_vpc_origins", "policy_documents", "policy_statements"]));
    }

    #[tokio::test]
    async fn a_denied_list_is_how_the_task_ends() {
        let collected = Recorded::new().refuse(LIST, "", 403, &xml_error("AccessDenied")).run(&VPC_ORIGINS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
