//! Network ACLs with their entries: DescribeNetworkAcls.

use std::collections::BTreeMap;

use orgcensus_collect::{Collector, Error, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::ec2::arns;
use crate::ec2::tags::{self, Tag};
use crate::items::Unread;

const LIST: Read<Page> = reads("ec2", "DescribeNetworkAcls");

/// One network ACL: what may pass the border of its subnets, each way for itself.
#[derive(Debug, Serialize, Row)]
#[row(table = "ec2_network_acls", key = "arn")]
pub struct NetworkAcl {
    /// The ACL's ARN.
    pub arn: String,
    /// The ACL's id, acl-….
    pub network_acl_id: String,
    /// The value of its tag Name. Null: it has none.
    pub network_acl_name: Option<String>,
    /// The account that owns it. Null: AWS did not say.
    pub owner_account_id: Option<String>,
    /// The VPC that it belongs to.
    pub vpc_id: Option<String>,
    /// Whether it is the VPC's default one, which holds for every subnet that has no other.
    pub is_default: Option<bool>,
    /// The subnets that it guards.
    pub subnet_ids: Vec<String>,
    /// How many subnets it guards.
    pub subnet_count: i32,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// One entry of a network ACL. The entries of one direction are tried by their numbers, and the first that fits
/// decides.
#[derive(Debug, Serialize, Row)]
#[row(table = "ec2_network_acl_entries", key = "network_acl_id, is_egress, rule_number")]
pub struct NetworkAclEntry {
    /// The ACL that it belongs to, acl-….
    pub network_acl_id: String,
    /// Whether it is about what leaves the subnets. Null: AWS did not say.
    pub is_egress: Option<bool>,
    /// Its number; 32767 (and 32768 for IPv6) is the last one, which denies what no other fits.
    pub rule_number: Option<i32>,
    /// allow or deny.
    pub rule_action: Option<String>,
    /// The protocol's number, 6 for TCP, 17 for UDP; -1 for all.
    pub ip_protocol: Option<String>,
    /// The first port. Null: the protocol has no ports, or all are meant.
    pub from_port: Option<i32>,
    /// The last port. Null: the protocol has no ports, or all are meant.
    pub to_port: Option<i32>,
    /// ICMP's type; -1 for all. Null: another protocol.
    pub icmp_type: Option<i32>,
    /// ICMP's code; -1 for all. Null: another protocol.
    pub icmp_code: Option<i32>,
    /// The IPv4 range. Null: it is about IPv6.
    pub cidr_ipv4: Option<String>,
    /// The IPv6 range. Null: it is about IPv4.
    pub cidr_ipv6: Option<String>,
    /// Whether it allows all protocols and ports for the whole world, 0.0.0.0/0 or ::/0. Null: AWS did not say its
    /// action.
    pub allows_everything: Option<bool>,
}

/// The network ACLs of one region.
pub const NETWORK_ACLS: Collector = Collector {
    name: "ec2_network_acls",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call()],
    resources: &[],
    tables: &[table::<NetworkAcl>(), table::<NetworkAclEntry>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    network_acl_set: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Described {
    network_acl_id: Option<String>,
    owner_id: Option<String>,
    vpc_id: Option<String>,
    #[serde(rename = "default")]
    is_default: Option<bool>,
    association_set: Vec<Association>,
    entry_set: Vec<Entry>,
    tag_set: Vec<Tag>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Association {
    subnet_id: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Entry {
    egress: Option<bool>,
    rule_number: Option<i32>,
    rule_action: Option<String>,
    protocol: Option<String>,
    port_range: Option<Ports>,
    icmp_type_code: Option<Icmp>,
    cidr_block: Option<String>,
    ipv6_cidr_block: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Ports {
    from: Option<i32>,
    to: Option<i32>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Icmp {
    #[serde(rename = "type")]
    its_type: Option<i32>,
    code: Option<i32>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"MaxResults": 1000}));
    while let Some(page) = pages.next().await {
        for mut described in page?.network_acl_set {
            let mut unread = Unread::default();
            let entries = std::mem::take(&mut described.entry_set);
            let Some(row) = acl(session, described, &mut unread) else {
                unread.lost(rows, [NetworkAcl::TABLE, NetworkAclEntry::TABLE], &LIST.call().name());
                continue;
            };
            for it in entries {
                rows.push(entry(&row.network_acl_id, it, &mut unread)).await?;
            }
            unread.count(rows, NetworkAclEntry::TABLE, &LIST.call().name());
            rows.push(row).await?;
        }
    }
    Ok(())
}

fn acl(session: &Session, it: Described, unread: &mut Unread) -> Option<NetworkAcl> {
    let network_acl_id = unread.value("networkAclId", it.network_acl_id)?;
    let tags = tags::by_key(it.tag_set);
    let subnet_ids: Vec<_> = it.association_set.into_iter().filter_map(|it| it.subnet_id).collect();
    Some(NetworkAcl {
        arn: arns::owned(session, it.owner_id.as_deref(), &format!("network-acl/{network_acl_id}")),
        network_acl_id,
        network_acl_name: tags.get("Name").cloned(),
        owner_account_id: it.owner_id,
        vpc_id: it.vpc_id,
        is_default: it.is_default,
        subnet_count: i32::try_from(subnet_ids.len()).unwrap_or(i32::MAX),
        subnet_ids,
        tags,
    })
}

fn entry(network_acl_id: &str, it: Entry, unread: &mut Unread) -> NetworkAclEntry {
    let (ports, icmp) = (it.port_range.unwrap_or_default(), it.icmp_type_code.unwrap_or_default());
    let rule_action = unread.value("ruleAction", it.rule_action);
    let is_world = it.cidr_block.as_deref() == Some("0.0.0.0/0") || it.ipv6_cidr_block.as_deref() == Some("::/0");
    let is_all = is_world && it.protocol.as_deref() == Some("-1");
    NetworkAclEntry {
        network_acl_id: network_acl_id.to_owned(),
        is_egress: unread.value("egress", it.egress),
        rule_number: unread.value("ruleNumber", it.rule_number),
        allows_everything: rule_action.as_ref().map(|action| is_all && action == "allow"),
        rule_action,
        ip_protocol: unread.value("protocol", it.protocol),
        from_port: ports.from,
        to_port: ports.to,
        icmp_type: icmp.its_type,
        icmp_code: icmp.code,
        cidr_ipv4: it.cidr_block,
        cidr_ipv6: it.ipv6_cidr_block,
    }
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::NETWORK_ACLS;
    use crate::ec2::testing::refused;
    use crate::testing::columns;

    const FIRST: &str = "<DescribeNetworkAclsResponse><networkAclSet><item><networkAclId>acl-1</networkAclId>
        <ownerId>111122223333</ownerId><vpcId>vpc-1</vpcId><default>true</default><associationSet>
        <item><networkAclAssociationId>aclassoc-1</networkAclAssociationId><subnetId>subnet-1</subnetId></item></associationSet>
        <entrySet><item><ruleNumber>100</ruleNumber><protocol>-1</protocol><ruleAction>allow</ruleAction><egress>false</egress>
        <cidrBlock>0.0.0.0/0</cidrBlock></item><item><ruleNumber>110</ruleNumber><protocol>6</protocol>
        <ruleAction>deny</ruleAction><egress>true</egress><ipv6CidrBlock>::/0</ipv6CidrBlock><portRange><from>22</from><to>23</to>
        </portRange></item><item><ruleNumber>120</ruleNumber><protocol>1</protocol><ruleAction>allow</ruleAction>
        <egress>false</egress><cidrBlock>0.0.0.0/0</cidrBlock><icmpTypeCode><type>8</type><code>-1</code></icmpTypeCode></item>
        </entrySet><tagSet><item><key>Name</key><value>main</value></item></tagSet></item></networkAclSet>
        <nextToken>second</nextToken></DescribeNetworkAclsResponse>";
    const SECOND: &str = "<DescribeNetworkAclsResponse><networkAclSet><item><networkAclId>acl-2</networkAclId>
        <entrySet><item><ruleNumber>1</ruleNumber></item></entrySet></item><item><vpcId>vpc-1</vpcId><entrySet><item>
        <ruleNumber>2</ruleNumber></item></entrySet></item></networkAclSet></DescribeNetworkAclsResponse>";

    #[tokio::test]
    async fn acls_of_two_pages_with_their_entries() {
        let recorded =
            Recorded::new().answer("DescribeNetworkAcls", FIRST).answer_to("DescribeNetworkAcls", "second", SECOND);
        let collected = recorded.run(&NETWORK_ACLS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&NETWORK_ACLS);
        let acls = collected.table("ec2_network_acls");
        assert_eq!(acls[0]["arn"], "arn:aws:ec2:eu-west-1:111122223333:network-acl/acl-1");
        assert_eq!((&acls[0]["network_acl_name"], &acls[0]["is_default"]), (&json!("main"), &json!(true)));
        assert_eq!((&acls[0]["subnet_ids"], &acls[1]["subnet_count"]), (&json!(["subnet-1"]), &json!(0)));
        assert!(acls[1]["is_default"].is_null());
        let names = ["rule_number", "is_egress", "from_port", "icmp_type", "allows_everything"];
        assert_eq!(
            columns(&collected, "ec2_network_acl_entries", &names),
            [
                json!([100, false, null, null, true]),
                json!([110, true, 22, null, false]),
                json!([120, false, null, 8, false]),
                json!([1, null, null, null, null]),
            ]
        );
        // An entry that says only its number, and an ACL without an id.
        assert_eq!(collected.short(), (4, vec!["ec2_network_acl_entries", "ec2_network_acls"]));
    }

    #[tokio::test]
    async fn denied_is_how_the_task_ends() {
        let denied = refused("UnauthorizedOperation");
        let collected = Recorded::new().refuse("DescribeNetworkAcls", "", 403, &denied).run(&NETWORK_ACLS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
