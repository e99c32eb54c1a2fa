//! Security groups: DescribeSecurityGroups. Their rules have a file of their own.

use std::collections::BTreeMap;

use orgcensus_collect::{Collector, Error, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::ec2::arns;
use crate::ec2::tags::{self, Tag};
use crate::items::Unread;

const LIST: Read<Page> = reads("ec2", "DescribeSecurityGroups");

/// One security group. What it lets pass is in its rules.
#[derive(Debug, Serialize, Row)]
#[row(table = "ec2_security_groups", key = "arn", name = "group_name")]
pub struct SecurityGroup {
    /// The group's ARN.
    pub arn: String,
    /// The group's id, sg-….
    pub security_group_id: String,
    /// The group's name, which is not the tag Name. Null: AWS did not say.
    pub group_name: Option<String>,
    /// What it is for, as its maker wrote. Null: AWS did not say.
    pub description: Option<String>,
    /// The account that owns it. Null: AWS did not say.
    pub owner_account_id: Option<String>,
    /// Whether another account owns it and shares it with this one. Null: AWS did not say who owns it.
    pub is_shared_by_other: Option<bool>,
    /// The VPC that it belongs to.
    pub vpc_id: Option<String>,
    /// Whether it is the VPC's default group, which holds what names no other. Null: AWS did not say its name.
    pub is_default: Option<bool>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// The security groups of one region.
pub const SECURITY_GROUPS: Collector = Collector {
    name: "ec2_security_groups",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call()],
    resources: &[],
    tables: &[table::<SecurityGroup>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    security_group_info: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Described {
    group_id: Option<String>,
    group_name: Option<String>,
    group_description: Option<String>,
    owner_id: Option<String>,
    vpc_id: Option<String>,
    security_group_arn: Option<String>,
    tag_set: Vec<Tag>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"MaxResults": 1000}));
    while let Some(page) = pages.next().await {
        for described in page?.security_group_info {
            let mut unread = Unread::default();
            let row = group(session, described, &mut unread);
            unread.push(rows, &LIST.call().name(), row).await?;
        }
    }
    Ok(())
}

fn group(session: &Session, it: Described, unread: &mut Unread) -> Option<SecurityGroup> {
    let owner = it.owner_id.as_deref();
    let made = |id: &str| arns::owned(session, owner, &format!("security-group/{id}"));
    let (arn, security_group_id) = unread.identity("groupId", it.group_id, it.security_group_arn, made)?;
    Some(SecurityGroup {
        arn,
        is_shared_by_other: owner.map(|owner| owner != session.account_id()),
        security_group_id,
        is_default: it.group_name.as_ref().map(|name| name == "default"),
        group_name: unread.value("groupName", it.group_name),
        description: it.group_description,
        owner_account_id: it.owner_id,
        vpc_id: it.vpc_id,
        tags: tags::by_key(it.tag_set),
    })
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::SECURITY_GROUPS;
    use crate::ec2::testing::refused;
    use crate::testing::columns;

    const FIRST: &str = "<DescribeSecurityGroupsResponse><securityGroupInfo><item><groupId>sg-0aa</groupId>
        <groupName>web</groupName><groupDescription>the web</groupDescription><ownerId>111122223333</ownerId>
        <vpcId>vpc-1</vpcId><securityGroupArn>arn:aws:ec2:eu-west-1:111122223333:security-group/sg-0aa</securityGroupArn>
        <ipPermissions/><tagSet><item><key>team</key><value>a</value></item></tagSet></item>
        <item><groupId>sg-0bb</groupId><groupName>default</groupName><ownerId>999988887777</ownerId></item>
        </securityGroupInfo><nextToken>second</nextToken></DescribeSecurityGroupsResponse>";
    const SECOND: &str = "<DescribeSecurityGroupsResponse><securityGroupInfo><item><groupId>sg-0cc</groupId></item>
        <item><groupName>nobody's</groupName></item></securityGroupInfo></DescribeSecurityGroupsResponse>";

    #[tokio::test]
    async fn own_shared_and_bare_groups_of_two_pages() {
        let recorded = Recorded::new().answer("DescribeSecurityGroups", FIRST).answer_to(
            "DescribeSecurityGroups",
            "second",
            SECOND,
        );
        let collected = recorded.run(&SECURITY_GROUPS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&SECURITY_GROUPS);
        let names = ["arn", "group_name", "is_default", "is_shared_by_other", "vpc_id"];
        assert_eq!(
            columns(&collected, "ec2_security_groups", &names),
            [
                json!(["arn:aws:ec2:eu-west-1:111122223333:security-group/sg-0aa", "web", false, false, "vpc-1"]),
                json!(["arn:aws:ec2:eu-west-1:999988887777:security-group/sg-0bb", "default", true, true, null]),
                json!(["arn:aws:ec2:eu-west-1:111122223333:security-group/sg-0cc", null, null, null, null]),
            ]
        );
        assert_eq!(collected.table("ec2_security_groups")[0]["tags"], json!({"team": "a"}));
        assert_eq!(collected.short(), (2, vec!["ec2_security_groups"]), "one has no name, and one no id");
    }

    #[tokio::test]
    async fn denied_on_the_second_page_is_how_the_task_ends() {
        let denied = refused("UnauthorizedOperation");
        let recorded = Recorded::new().answer("DescribeSecurityGroups", FIRST).refuse(
            "DescribeSecurityGroups",
            "second",
            403,
            &denied,
        );
        let collected = recorded.run(&SECURITY_GROUPS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
