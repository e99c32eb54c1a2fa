//! Rules of security groups: DescribeSecurityGroupRules.

use std::collections::BTreeMap;

use orgcensus_collect::{Collector, Error, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::ec2::arns;
use crate::ec2::tags::{self, Tag};
use crate::items::Unread;

const LIST: Read<Page> = reads("ec2", "DescribeSecurityGroupRules");

/// One rule of a security group: it lets some traffic pass, to or from one range, list or group.
#[derive(Debug, Serialize, Row)]
#[row(table = "ec2_security_group_rules", key = "arn", resource = "none")]
pub struct SecurityGroupRule {
    /// The rule's ARN.
    pub arn: String,
    /// The rule's id, sgr-….
    pub security_group_rule_id: String,
    /// The group that it belongs to, sg-….
    pub security_group_id: Option<String>,
    /// The account that owns the group. Null: AWS did not say.
    pub group_account_id: Option<String>,
    /// ingress or egress. Null: AWS did not say.
    pub direction: Option<String>,
    /// tcp, udp, icmp, icmpv6, the number of another protocol, or -1 for all.
    pub ip_protocol: Option<String>,
    /// The first port, or ICMP's type; -1 for all. Null: AWS did not say.
    pub from_port: Option<i32>,
    /// The last port, or ICMP's code; -1 for all. Null: AWS did not say.
    pub to_port: Option<i32>,
    /// The IPv4 range. Null: it names something else.
    pub cidr_ipv4: Option<String>,
    /// The IPv6 range. Null: it names something else.
    pub cidr_ipv6: Option<String>,
    /// The prefix list, pl-…. Null: it names something else.
    pub prefix_list_id: Option<String>,
    /// The group whose members it means, sg-…. Null: it names something else.
    pub referenced_group_id: Option<String>,
    /// The account that owns that group. Null: none, or AWS did not say.
    pub referenced_group_account_id: Option<String>,
    /// The VPC of that group. Null: none, or AWS did not say.
    pub referenced_vpc_id: Option<String>,
    /// The peering connection by which that group is reached, pcx-…. Null: none.
    pub vpc_peering_connection_id: Option<String>,
    /// The state of that peering connection. Null: none.
    pub peering_status: Option<String>,
    /// Whether it names the whole world, 0.0.0.0/0 or ::/0. What a prefix list holds is not weighed here.
    pub is_open_to_world: bool,
    /// What it is for, as its maker wrote. Null: nothing.
    pub description: Option<String>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// The rules of one region.
pub const SECURITY_GROUP_RULES: Collector = Collector {
    name: "ec2_security_group_rules",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call()],
    resources: &[],
    tables: &[table::<SecurityGroupRule>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    security_group_rule_set: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Described {
    security_group_rule_id: Option<String>,
    security_group_rule_arn: Option<String>,
    group_id: Option<String>,
    group_owner_id: Option<String>,
    is_egress: Option<bool>,
    ip_protocol: Option<String>,
    from_port: Option<i32>,
    to_port: Option<i32>,
    cidr_ipv4: Option<String>,
    cidr_ipv6: Option<String>,
    prefix_list_id: Option<String>,
    referenced_group_info: Option<Referenced>,
    description: Option<String>,
    tag_set: Vec<Tag>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Referenced {
    group_id: Option<String>,
    user_id: Option<String>,
    vpc_id: Option<String>,
    vpc_peering_connection_id: Option<String>,
    peering_status: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"MaxResults": 1000}));
    while let Some(page) = pages.next().await {
        for described in page?.security_group_rule_set {
            let mut unread = Unread::default();
            let row = rule(session, described, &mut unread);
            unread.push(rows, &LIST.call().name(), row).await?;
        }
    }
    Ok(())
}

fn rule(session: &Session, it: Described, unread: &mut Unread) -> Option<SecurityGroupRule> {
    let referenced = it.referenced_group_info.unwrap_or_default();
    let (id, arn, owner) = (it.security_group_rule_id, it.security_group_rule_arn, it.group_owner_id.as_deref());
    let made = |id: &str| arns::owned(session, owner, &format!("security-group-rule/{id}"));
    let (arn, security_group_rule_id) = unread.identity("securityGroupRuleId", id, arn, made)?;
    let is_egress = unread.value("isEgress", it.is_egress);
    let is_world = it.cidr_ipv4.as_deref() == Some("0.0.0.0/0") || it.cidr_ipv6.as_deref() == Some("::/0");
    Some(SecurityGroupRule {
        arn,
        security_group_rule_id,
        security_group_id: unread.value("groupId", it.group_id),
        group_account_id: it.group_owner_id,
        direction: is_egress.map(|it| if it { "egress" } else { "ingress" }.to_owned()),
        ip_protocol: unread.value("ipProtocol", it.ip_protocol),
        from_port: it.from_port,
        to_port: it.to_port,
        is_open_to_world: is_world,
        cidr_ipv4: it.cidr_ipv4,
        cidr_ipv6: it.cidr_ipv6,
        prefix_list_id: it.prefix_list_id,
        referenced_group_id: referenced.group_id,
        referenced_group_account_id: referenced.user_id,
        referenced_vpc_id: referenced.vpc_id,
        vpc_peering_connection_id: referenced.vpc_peering_connection_id,
        peering_status: referenced.peering_status,
        description: it.description.filter(|text| !text.is_empty()),
        tags: tags::by_key(it.tag_set),
    })
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::SECURITY_GROUP_RULES;
    use crate::ec2::testing::refused;
    use crate::testing::columns;

    const FIRST: &str = "<DescribeSecurityGroupRulesResponse><securityGroupRuleSet>
        <item><securityGroupRuleId>sgr-1</securityGroupRuleId><groupId>sg-1</groupId><groupOwnerId>111122223333</groupOwnerId>
        <isEgress>false</isEgress><ipProtocol>tcp</ipProtocol><fromPort>22</fromPort><toPort>22</toPort>
        <cidrIpv4>0.0.0.0/0</cidrIpv4><description>ssh</description></item>
        <item><securityGroupRuleId>sgr-2</securityGroupRuleId><groupId>sg-1</groupId><groupOwnerId>111122223333</groupOwnerId>
        <isEgress>true</isEgress><ipProtocol>-1</ipProtocol><fromPort>-1</fromPort><toPort>-1</toPort>
        <cidrIpv6>::/0</cidrIpv6></item>
        <item><securityGroupRuleId>sgr-3</securityGroupRuleId><groupId>sg-1</groupId><isEgress>false</isEgress>
        <ipProtocol>udp</ipProtocol><cidrIpv4>10.0.0.0/8</cidrIpv4></item></securityGroupRuleSet>
        <nextToken>second</nextToken></DescribeSecurityGroupRulesResponse>";
    const SECOND: &str = "<DescribeSecurityGroupRulesResponse><securityGroupRuleSet>
        <item><securityGroupRuleId>sgr-4</securityGroupRuleId><groupId>sg-1</groupId><isEgress>false</isEgress>
        <ipProtocol>tcp</ipProtocol><prefixListId>pl-1</prefixListId></item>
        <item><securityGroupRuleId>sgr-5</securityGroupRuleId><groupId>sg-1</groupId><isEgress>false</isEgress>
        <ipProtocol>tcp</ipProtocol><referencedGroupInfo><groupId>sg-2</groupId><userId>999988887777</userId>
        <vpcPeeringConnectionId>pcx-1</vpcPeeringConnectionId><peeringStatus>active</peeringStatus></referencedGroupInfo></item>
        <item><securityGroupRuleId>sgr-6</securityGroupRuleId></item><item><groupId>sg-1</groupId></item>
        </securityGroupRuleSet></DescribeSecurityGroupRulesResponse>";

    #[tokio::test]
    async fn rules_of_every_sort_on_two_pages() {
        let recorded = Recorded::new().answer("DescribeSecurityGroupRules", FIRST).answer_to(
            "DescribeSecurityGroupRules",
            "second",
            SECOND,
        );
        let collected = recorded.run(&SECURITY_GROUP_RULES).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&SECURITY_GROUP_RULES);
        let names = ["security_group_rule_id", "direction", "from_port", "is_open_to_world"];
        assert_eq!(
            columns(&collected, "ec2_security_group_rules", &names),
            [
                json!(["sgr-1", "ingress", 22, true]),
                json!(["sgr-2", "egress", -1, true]),
                json!(["sgr-3", "ingress", null, false]),
                json!(["sgr-4", "ingress", null, false]),
                json!(["sgr-5", "ingress", null, false]),
                json!(["sgr-6", null, null, false]),
            ]
        );
        let rules = collected.table("ec2_security_group_rules");
        assert_eq!(rules[0]["arn"], "arn:aws:ec2:eu-west-1:111122223333:security-group-rule/sgr-1");
        assert_eq!((&rules[3]["prefix_list_id"], &rules[4]["referenced_group_id"]), (&json!("pl-1"), &json!("sg-2")));
        assert_eq!(rules[4]["vpc_peering_connection_id"], "pcx-1");
        assert_eq!(
            collected.short(),
            (4, vec!["ec2_security_group_rules"]),
            "one says nothing but its id, and one not its id"
        );
    }

    #[tokio::test]
    async fn denied_is_how_the_task_ends() {
        let denied = refused("UnauthorizedOperation");
        let recorded = Recorded::new().refuse("DescribeSecurityGroupRules", "", 403, &denied);
        let collected = recorded.run(&SECURITY_GROUP_RULES).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
