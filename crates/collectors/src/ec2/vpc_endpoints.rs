//! VPC endpoints with their policies: DescribeVpcEndpoints.

use std::collections::BTreeMap;

use orgcensus_collect::kinds::EC2_VPC_ENDPOINT;
use orgcensus_collect::{
    Collector, Error, Moment, Policy, PolicyText, Read, Rows, Runs, Scope, Session, read as reads,
};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::ec2::tags::{self, Tag};
use crate::items::{Unread, with_policies};

const LIST: Read<Page> = reads("ec2", "DescribeVpcEndpoints");

/// One VPC endpoint: a way from a VPC to a service. Its policy says what may pass, and lets nobody in.
#[derive(Debug, Serialize, Row)]
#[row(table = "ec2_vpc_endpoints", key = "arn")]
pub struct VpcEndpoint {
    /// The endpoint's ARN.
    pub arn: String,
    /// The endpoint's id, vpce-….
    pub vpc_endpoint_id: String,
    /// The value of its tag Name. Null: it has none.
    pub vpc_endpoint_name: Option<String>,
    /// The account that owns it. Null: AWS did not say.
    pub owner_account_id: Option<String>,
    /// Gateway, Interface, GatewayLoadBalancer, Resource or ServiceNetwork.
    pub endpoint_type: Option<String>,
    /// The VPC that it is in.
    pub vpc_id: Option<String>,
    /// The service that it leads to, com.amazonaws.eu-west-1.s3.
    pub service_name: Option<String>,
    /// The region of the service. Null: AWS did not say, so it is this one.
    pub service_region: Option<String>,
    /// Available, PendingAcceptance, Deleting … in whatever case AWS wrote it.
    pub state: Option<String>,
    /// Whether it has a policy; without one everything passes.
    pub has_policy: bool,
    /// Whether the service's own host names lead to it.
    pub is_private_dns_enabled: Option<bool>,
    /// Whether a service made it and manages it.
    pub is_requester_managed: Option<bool>,
    /// ipv4, ipv6 or dualstack.
    pub ip_address_type: Option<String>,
    /// The route tables of a gateway endpoint.
    pub route_table_ids: Vec<String>,
    /// The subnets of an interface endpoint.
    pub subnet_ids: Vec<String>,
    /// The security groups of an interface endpoint, by id.
    pub security_group_ids: Vec<String>,
    /// Its network interfaces.
    pub network_interface_ids: Vec<String>,
    /// The code of what went wrong last. Null: nothing.
    pub last_error_code: Option<String>,
    /// When it was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// The VPC endpoints of one region.
pub const VPC_ENDPOINTS: Collector = Collector {
    name: "ec2_vpc_endpoints",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call()],
    resources: &[EC2_VPC_ENDPOINT],
    tables: &[table::<VpcEndpoint>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    vpc_endpoint_set: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Described {
    vpc_endpoint_id: Option<String>,
    owner_id: Option<String>,
    vpc_endpoint_type: Option<String>,
    vpc_id: Option<String>,
    service_name: Option<String>,
    service_region: Option<String>,
    state: Option<String>,
    policy_document: Option<String>,
    private_dns_enabled: Option<bool>,
    requester_managed: Option<bool>,
    ip_address_type: Option<String>,
    route_table_id_set: Vec<String>,
    subnet_id_set: Vec<String>,
    group_set: Vec<Group>,
    network_interface_id_set: Vec<String>,
    last_error: Option<LastError>,
    creation_timestamp: Option<Moment>,
    tag_set: Vec<Tag>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Group {
    group_id: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct LastError {
    code: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"MaxResults": 1000}));
    while let Some(page) = pages.next().await {
        for mut described in page?.vpc_endpoint_set {
            let text = PolicyText::read(described.policy_document.take());
            let has_policy = matches!(text, PolicyText::Document(_));
            let mut unread = Unread::default();
            let Some(row) = endpoint(session, described, has_policy, rows.captured_at(), &mut unread) else {
                unread.lost(rows, with_policies([VpcEndpoint::TABLE]), &LIST.call().name());
                continue;
            };
            unread.count(rows, VpcEndpoint::TABLE, "ec2:DescribeVpcEndpoints");
            rows.policy(Policy::of(&row.arn, EC2_VPC_ENDPOINT, text)).await?;
            rows.push(row).await?;
        }
    }
    Ok(())
}

fn endpoint(
    session: &Session,
    it: Described,
    has_policy: bool,
    now: Timestamp,
    unread: &mut Unread,
) -> Option<VpcEndpoint> {
    let vpc_endpoint_id = unread.value("vpcEndpointId", it.vpc_endpoint_id)?;
    let tags = tags::by_key(it.tag_set);
    let created_at = unread.moment("creationTimestamp", it.creation_timestamp.as_ref());
    Some(VpcEndpoint {
        arn: session.arn("ec2", &format!("vpc-endpoint/{vpc_endpoint_id}")),
        vpc_endpoint_id,
        vpc_endpoint_name: tags.get("Name").cloned(),
        owner_account_id: it.owner_id,
        endpoint_type: it.vpc_endpoint_type,
        vpc_id: it.vpc_id.filter(|id| !id.is_empty()),
        service_name: it.service_name,
        service_region: it.service_region,
        state: it.state,
        has_policy,
        is_private_dns_enabled: it.private_dns_enabled,
        is_requester_managed: it.requester_managed,
        ip_address_type: it.ip_address_type,
        route_table_ids: it.route_table_id_set,
        subnet_ids: it.subnet_id_set,
        security_group_ids: unread.each("groupId", it.group_set.into_iter().map(|group| group.group_id)),
        network_interface_ids: it.network_interface_id_set,
        last_error_code: it.last_error.and_then(|error| error.code),
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        tags,
    })
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;
    use orgcensus_collect::{Class, Error};
    use serde_json::json;

    use super::VPC_ENDPOINTS;

    const FIRST: &str = "<DescribeVpcEndpointsResponse><vpcEndpointSet><item><vpcEndpointId>vpce-0aa</vpcEndpointId>
        <vpcEndpointType>Gateway</vpcEndpointType><vpcId>vpc-0aa</vpcId><ownerId>111122223333</ownerId>
        <serviceName>com.amazonaws.eu-west-1.s3</serviceName><state>available</state>
        <policyDocument>{\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"*\",\"Resource\":\"*\"}]}</policyDocument>
        <routeTableIdSet><item>rtb-1</item></routeTableIdSet><privateDnsEnabled>false</privateDnsEnabled>
        <requesterManaged>false</requesterManaged><creationTimestamp>2025-12-22T00:00:00.000Z</creationTimestamp>
        <tagSet><item><key>Name</key><value>s3</value></item></tagSet></item></vpcEndpointSet>
        <nextToken>second</nextToken></DescribeVpcEndpointsResponse>";
    const SECOND: &str = "<DescribeVpcEndpointsResponse><vpcEndpointSet><item><vpcEndpointId>vpce-0bb</vpcEndpointId>
        <vpcEndpointType>Wormhole</vpcEndpointType><state>failed</state><groupSet><item><groupId>sg-1</groupId></item></groupSet>
        <lastError><code>InvalidServiceName</code></lastError></item><item><vpcId>vpc-0aa</vpcId></item></vpcEndpointSet>
        </DescribeVpcEndpointsResponse>";
    const DENIED: &str = "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error>
        </Errors></Response>";

    #[tokio::test]
    async fn a_gateway_with_its_policy_and_an_odd_one_without() {
        let recorded =
            Recorded::new().answer("DescribeVpcEndpoints", FIRST).answer_to("DescribeVpcEndpoints", "second", SECOND);
        let collected = recorded.run(&VPC_ENDPOINTS).await;
        collected.result.as_ref().unwrap();
        collected.assert_all_calls(&VPC_ENDPOINTS);
        let endpoints = collected.table("ec2_vpc_endpoints");
        assert_eq!(endpoints.len(), 2);
        assert_eq!(endpoints[0]["arn"], "arn:aws:ec2:eu-west-1:111122223333:vpc-endpoint/vpce-0aa");
        assert_eq!((&endpoints[0]["vpc_endpoint_name"], &endpoints[0]["age_days"]), (&"s3".into(), &10.into()));
        assert_eq!((&endpoints[0]["has_policy"], &endpoints[0]["route_table_ids"]), (&true.into(), &json!(["rtb-1"])));
        assert_eq!((&endpoints[1]["endpoint_type"], &endpoints[1]["has_policy"]), (&"Wormhole".into(), &false.into()));
        assert_eq!(endpoints[1]["last_error_code"], "InvalidServiceName");
        assert!(endpoints[1]["vpc_id"].is_null() && endpoints[1]["created_at"].is_null());
        let documents = collected.table("policy_documents");
        assert_eq!((&documents[0]["policy_kind"], &documents[0]["state"]), (&"endpoint".into(), &"read".into()));
        assert_eq!(documents[1]["state"], "absent");
        assert_eq!(collected.table("policy_statements")[0]["allows_everything"], true);
        let short = (1, vec!["ec2_vpc_endpoints", "policy_documents", "policy_statements"]);
        assert_eq!((documents.len(), collected.short()), (2, short), "one has no id");
    }

    #[tokio::test]
    async fn denied_is_how_the_task_ends() {
        let recorded = Recorded::new().refuse("DescribeVpcEndpoints", "", 403, DENIED);
        let collected = recorded.run(&VPC_ENDPOINTS).await;
        assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
    }
}
