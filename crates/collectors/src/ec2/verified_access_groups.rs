//! Groups of Verified Access: DescribeVerifiedAccessGroups, then GetVerifiedAccessGroupPolicy for each.

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::kinds::EC2_VERIFIED_ACCESS_GROUP;
use orgcensus_collect::{Collector, Error, Moment, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::ec2::cedar::{ItsPolicy, hand_over};
use crate::ec2::tags::{self, Tag};
use crate::items::{Answer, Unread, details, is_gone, with_policies};

const LIST: Read<Page> = reads("ec2", "DescribeVerifiedAccessGroups");
const POLICY: Read<ItsPolicy> = reads("ec2", "GetVerifiedAccessGroupPolicy");

/// How EC2 says that there is no such group.
const GONE: &[&str] = &["InvalidVerifiedAccessGroupId.NotFound"];

/// One group of Verified Access: applications with one policy. The policy is in policy_documents, in Cedar.
#[derive(Debug, Serialize, Row)]
#[row(table = "ec2_verified_access_groups", key = "arn")]
pub struct Group {
    /// The group's ARN.
    pub arn: String,
    /// The group's id, vagr-….
    pub verified_access_group_id: String,
    /// The value of its tag Name. Null: it has none.
    pub verified_access_group_name: Option<String>,
    /// The instance of Verified Access that it belongs to, vai-….
    pub verified_access_instance_id: Option<String>,
    /// The account that owns it. Null: AWS did not say.
    pub owner_account_id: Option<String>,
    /// What its owner wrote about it. Null: nothing.
    pub description: Option<String>,
    /// Whether its policy is switched on. Null: not read, or AWS did not say.
    pub is_policy_enabled: Option<bool>,
    /// Whether a KMS key of the account's own encrypts its policy. Null: AWS did not say.
    pub has_customer_managed_key: Option<bool>,
    /// That key. Null: AWS's own encrypts it.
    pub kms_key_arn: Option<String>,
    /// When it was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// When it was last changed (UTC).
    pub last_modified_at: Option<Timestamp>,
    /// Whole days since it was last changed.
    pub last_modified_days: Option<i32>,
    /// When it was deleted (UTC): AWS shows it for a while yet. Null: it was not.
    pub deleted_at: Option<Timestamp>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// The groups of one region, with their policies.
pub const VERIFIED_ACCESS_GROUPS: Collector = Collector {
    name: "ec2_verified_access_groups",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), POLICY.call()],
    resources: &[EC2_VERIFIED_ACCESS_GROUP],
    tables: &[table::<Group>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    verified_access_group_set: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Described {
    verified_access_group_id: Option<String>,
    verified_access_group_arn: Option<String>,
    verified_access_instance_id: Option<String>,
    owner: Option<String>,
    description: Option<String>,
    sse_specification: Sse,
    creation_time: Option<Moment>,
    last_updated_time: Option<Moment>,
    deletion_time: Option<Moment>,
    tag_set: Vec<Tag>,
}

/// How a policy is encrypted.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Sse {
    pub(super) customer_managed_key_enabled: Option<bool>,
    pub(super) kms_key_arn: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"MaxResults": 1000}));
    while let Some(page) = pages.next().await {
        let mut groups = details(page?.verified_access_group_set, |described| read(session, described));
        while let Some((described, policy)) = groups.next().await {
            push(session, rows, described, policy).await?;
        }
    }
    Ok(())
}

async fn read(session: &Session, described: Described) -> (Described, Answer<ItsPolicy>) {
    let policy = POLICY.send(session, json!({"VerifiedAccessGroupId": described.verified_access_group_id})).await;
    (described, policy)
}

async fn push(
    session: &Session,
    rows: &mut Rows<'_>,
    described: Described,
    policy: Answer<ItsPolicy>,
) -> Result<(), Error> {
    if is_gone(GONE, &policy) {
        rows.gone();
        return Ok(());
    }
    let mut unread = Unread::default();
    let Some(mut row) = group(session, described, rows.captured_at(), &mut unread) else {
        unread.lost(rows, with_policies([Group::TABLE]), &LIST.call().name());
        return Ok(());
    };
    unread.count(rows, Group::TABLE, &LIST.call().name());
    row.is_policy_enabled =
        hand_over(rows, Group::TABLE, (row.arn.as_str(), EC2_VERIFIED_ACCESS_GROUP), policy).await?;
    rows.push(row).await
}

fn group(session: &Session, it: Described, now: Timestamp, unread: &mut Unread) -> Option<Group> {
    let made = |id: &str| session.arn("ec2", &format!("verified-access-group/{id}"));
    let (id, arn) = (it.verified_access_group_id, it.verified_access_group_arn);
    let (arn, id) = unread.identity("verifiedAccessGroupId", id, arn, made)?;
    let tags = tags::by_key(it.tag_set);
    let created_at = unread.moment("creationTime", it.creation_time.as_ref());
    let last_modified_at = unread.moment("lastUpdatedTime", it.last_updated_time.as_ref());
    Some(Group {
        arn,
        verified_access_group_id: id,
        verified_access_group_name: tags.get("Name").cloned(),
        verified_access_instance_id: it.verified_access_instance_id,
        owner_account_id: it.owner,
        description: it.description.filter(|text| !text.is_empty()),
        is_policy_enabled: None,
        has_customer_managed_key: it.sse_specification.customer_managed_key_enabled,
        kms_key_arn: it.sse_specification.kms_key_arn,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        last_modified_at,
        last_modified_days: last_modified_at.map(|at| at.days_until(now)),
        deleted_at: unread.moment("deletionTime", it.deletion_time.filter(|at| !at.text().is_empty()).as_ref()),
        tags,
    })
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::VERIFIED_ACCESS_GROUPS;
    use crate::ec2::testing::refused;
    use crate::testing::columns;

    const STAFF: &str = "<item><verifiedAccessGroupId>vagr-0aa</verifiedAccessGroupId>
        <verifiedAccessInstanceId>vai-0aa</verifiedAccessInstanceId><description/><owner>111122223333</owner>
        <verifiedAccessGroupArn>arn:group</verifiedAccessGroupArn><creationTime>2025-12-22T00:00:00</creationTime>
        <lastUpdatedTime>2025-12-29T00:00:00</lastUpdatedTime>
        <sseSpecification><customerManagedKeyEnabled>true</customerManagedKeyEnabled><kmsKeyArn>arn:key</kmsKeyArn>
        </sseSpecification><tagSet><item><key>Name</key><value>staff</value></item></tagSet></item>";
    const POLICY: &str = "permit(principal, action, resource) when { context.idp.groups.contains(\"staff\") };";

    fn listed(id: &str) -> String {
        format!("<item><verifiedAccessGroupId>{id}</verifiedAccessGroupId></item>")
    }

    fn page(groups: &str, token: &str) -> String {
        format!(
            "<DescribeVerifiedAccessGroupsResponse><verifiedAccessGroupSet>{groups}</verifiedAccessGroupSet>{token}
            </DescribeVerifiedAccessGroupsResponse>"
        )
    }

    fn policy(is_enabled: bool, document: &str) -> String {
        format!(
            "<GetVerifiedAccessGroupPolicyResponse><policyEnabled>{is_enabled}</policyEnabled>{document}
            </GetVerifiedAccessGroupPolicyResponse>"
        )
    }

    #[tokio::test]
    async fn groups_of_two_pages_with_policies_read_absent_and_unread() {
        let first = page(STAFF, "<nextToken>second</nextToken>");
        let rest = ["vagr-0bb", "vagr-0cc", "vagr-0dd", "vagr-0ee"].map(listed).concat();
        let rest = format!("{rest}<item><owner>111122223333</owner></item>");
        let document = format!("<policyDocument>{POLICY}</policyDocument>");
        let recorded = Recorded::new()
            .answer_to("DescribeVerifiedAccessGroups", "MaxResults=1000", &first)
            .answer_to("DescribeVerifiedAccessGroups", "NextToken=second", &page(&rest, ""))
            .answer_to("GetVerifiedAccessGroupPolicy", "vagr-0aa", &policy(true, &document))
            .answer_to("GetVerifiedAccessGroupPolicy", "vagr-0bb", &policy(false, ""))
            .refuse("GetVerifiedAccessGroupPolicy", "vagr-0cc", 400, &refused("InvalidVerifiedAccessGroupId.NotFound"))
            .refuse("GetVerifiedAccessGroupPolicy", "vagr-0dd", 403, &refused("UnauthorizedOperation"))
            .refuse("GetVerifiedAccessGroupPolicy", "vagr-0ee", 400, &refused("UnsupportedOperation"));
        let collected = recorded.run(&VERIFIED_ACCESS_GROUPS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&VERIFIED_ACCESS_GROUPS);
        let names = ["arn", "is_policy_enabled", "has_customer_managed_key", "age_days", "last_modified_days"];
        let arn = |id: &str| format!("arn:aws:ec2:eu-west-1:111122223333:verified-access-group/{id}");
        assert_eq!(
            columns(&collected, "ec2_verified_access_groups", &names),
            [
                json!(["arn:group", true, true, 10, 3]),
                json!([arn("vagr-0bb"), false, null, null, null]),
                json!([arn("vagr-0dd"), null, null, null, null]),
                json!([arn("vagr-0ee"), null, null, null, null]),
            ]
        );
        assert_eq!(collected.table("ec2_verified_access_groups")[0]["verified_access_group_name"], "staff");
        assert_eq!(
            columns(&collected, "policy_documents", &["state", "error_code", "language", "is_in_force", "document"]),
            [
                json!(["read", null, "cedar", true, POLICY]),
                json!(["absent", null, "cedar", false, null]),
                json!(["unread", "UnauthorizedOperation", "cedar", true, null]),
                json!(["unread", "UnsupportedOperation", "cedar", true, null]),
            ]
        );
        assert!(collected.table("policy_statements").is_empty(), "Cedar's are no statements");
        // Two policies, and a group without an id.
        assert_eq!(collected.short(), (3, vec!["ec2_verified_access_groups", "policy_documents", "policy_statements"]));
        assert_eq!(collected.gone, 1);
    }

    #[tokio::test]
    async fn a_denied_list_is_how_the_task_ends() {
        let denied = refused("UnauthorizedOperation");
        let recorded = Recorded::new().refuse("DescribeVerifiedAccessGroups", "", 403, &denied);
        let collected = recorded.run(&VERIFIED_ACCESS_GROUPS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
