//! What VPC Block Public Access leaves out: DescribeVpcBlockPublicAccessExclusions.

use std::collections::BTreeMap;

use orgcensus_collect::{Collector, Error, Moment, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::ec2::tags::{self, Tag};
use crate::items::Unread;

const LIST: Read<Page> = reads("ec2", "DescribeVpcBlockPublicAccessExclusions");

/// One VPC or subnet that the account's block of public access leaves out.
#[derive(Debug, Serialize, Row)]
#[row(table = "ec2_vpc_block_public_access_exclusions", key = "exclusion_id")]
pub struct VpcBlockExclusion {
    /// The exclusion's id, vpcbpa-exclude-….
    pub exclusion_id: String,
    /// The VPC or subnet, by its ARN.
    pub excluded_arn: Option<String>,
    /// allow-bidirectional, or allow-egress: it reaches the internet, and is not reached.
    pub internet_gateway_exclusion_mode: Option<String>,
    /// create-complete, update-complete, and states on the way; delete-complete shows for a while.
    pub state: Option<String>,
    /// Why its state is as it is. Null: AWS did not say.
    pub reason: Option<String>,
    /// When it was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// The exclusions of one region.
pub const VPC_BLOCK_EXCLUSIONS: Collector = Collector {
    name: "ec2_vpc_block_public_access_exclusions",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call()],
    resources: &[],
    tables: &[table::<VpcBlockExclusion>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    vpc_block_public_access_exclusion_set: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Described {
    exclusion_id: Option<String>,
    resource_arn: Option<String>,
    internet_gateway_exclusion_mode: Option<String>,
    state: Option<String>,
    reason: Option<String>,
    creation_timestamp: Option<Moment>,
    tag_set: Vec<Tag>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"MaxResults": 1000}));
    while let Some(page) = pages.next().await {
        for described in page?.vpc_block_public_access_exclusion_set {
            let mut unread = Unread::default();
            let row = exclusion(described, rows.captured_at(), &mut unread);
            unread.push(rows, &LIST.call().name(), row).await?;
        }
    }
    Ok(())
}

fn exclusion(it: Described, now: Timestamp, unread: &mut Unread) -> Option<VpcBlockExclusion> {
    let exclusion_id = unread.value("exclusionId", it.exclusion_id)?;
    let created_at = unread.moment("creationTimestamp", it.creation_timestamp.as_ref());
    Some(VpcBlockExclusion {
        exclusion_id,
        excluded_arn: it.resource_arn,
        internet_gateway_exclusion_mode: it.internet_gateway_exclusion_mode,
        state: it.state,
        reason: it.reason,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        tags: tags::by_key(it.tag_set),
    })
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::VPC_BLOCK_EXCLUSIONS;
    use crate::ec2::testing::refused;
    use crate::testing::columns;

    const FIRST: &str = "<DescribeVpcBlockPublicAccessExclusionsResponse><vpcBlockPublicAccessExclusionSet><item>
        <exclusionId>vpcbpa-exclude-1</exclusionId><resourceArn>arn:aws:ec2:eu-west-1:111122223333:vpc/vpc-1</resourceArn>
        <internetGatewayExclusionMode>allow-egress</internetGatewayExclusionMode><state>create-complete</state>
        <creationTimestamp>2025-12-22T00:00:00.000Z</creationTimestamp></item></vpcBlockPublicAccessExclusionSet>
        <nextToken>second</nextToken></DescribeVpcBlockPublicAccessExclusionsResponse>";
    const SECOND: &str = "<DescribeVpcBlockPublicAccessExclusionsResponse><vpcBlockPublicAccessExclusionSet><item>
        <exclusionId>vpcbpa-exclude-2</exclusionId><internetGatewayExclusionMode>allow-some</internetGatewayExclusionMode>
        </item><item><state>create-complete</state></item></vpcBlockPublicAccessExclusionSet>
        </DescribeVpcBlockPublicAccessExclusionsResponse>";

    #[tokio::test]
    async fn a_usual_and_an_odd_exclusion_of_two_pages() {
        let recorded = Recorded::new().answer("DescribeVpcBlockPublicAccessExclusions", FIRST).answer_to(
            "DescribeVpcBlockPublicAccessExclusions",
            "second",
            SECOND,
        );
        let collected = recorded.run(&VPC_BLOCK_EXCLUSIONS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&VPC_BLOCK_EXCLUSIONS);
        let names = ["exclusion_id", "excluded_arn", "internet_gateway_exclusion_mode", "age_days"];
        let vpc = "arn:aws:ec2:eu-west-1:111122223333:vpc/vpc-1";
        assert_eq!(
            columns(&collected, "ec2_vpc_block_public_access_exclusions", &names),
            [
                json!(["vpcbpa-exclude-1", vpc, "allow-egress", 10]),
                json!(["vpcbpa-exclude-2", null, "allow-some", null]),
            ]
        );
        assert_eq!(collected.short(), (1, vec!["ec2_vpc_block_public_access_exclusions"]), "one has no id");
    }

    #[tokio::test]
    async fn denied_is_how_the_task_ends() {
        let denied = refused("UnauthorizedOperation");
        let recorded = Recorded::new().refuse("DescribeVpcBlockPublicAccessExclusions", "", 403, &denied);
        let collected = recorded.run(&VPC_BLOCK_EXCLUSIONS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
