use orgcensus_collect::testing::Recorded;
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::VERIFIED_ACCESS_ENDPOINTS;
use crate::ec2::testing::refused;
use crate::testing::columns;

const WIKI: &str = "<item><verifiedAccessEndpointId>vae-0aa</verifiedAccessEndpointId>
    <verifiedAccessGroupId>vagr-0aa</verifiedAccessGroupId><verifiedAccessInstanceId>vai-0aa</verifiedAccessInstanceId>
    <applicationDomain>wiki.example.com</applicationDomain><endpointType>load-balancer</endpointType>
    <attachmentType>vpc</attachmentType><domainCertificateArn>arn:certificate</domainCertificateArn>
    <securityGroupIdSet><item>sg-1</item></securityGroupIdSet><loadBalancerOptions><protocol>https</protocol>
    <port>443</port><loadBalancerArn>arn:balancer</loadBalancerArn><subnetIdSet><item>subnet-1</item></subnetIdSet>
    </loadBalancerOptions><status><code>active</code></status><creationTime>2025-12-22T00:00:00</creationTime>
    <lastUpdatedTime>2025-12-29T00:00:00</lastUpdatedTime><deletionTime/>
    <sseSpecification><customerManagedKeyEnabled>false</customerManagedKeyEnabled></sseSpecification>
    <tagSet><item><key>Name</key><value>wiki</value></item></tagSet></item>";
const NETWORK: &str =
    "<item><verifiedAccessEndpointId>vae-0bb</verifiedAccessEndpointId><endpointType>cidr</endpointType>
    <cidrOptions><cidr>10.0.0.0/24</cidr><protocol>tcp</protocol><portRangeSet><item><fromPort>22</fromPort>
    <toPort>23</toPort></item></portRangeSet><subnetIdSet><item>subnet-2</item></subnetIdSet></cidrOptions>
    <status><code>resting</code></status></item>";
const POLICY: &str = "permit(principal, action, resource) when { true };";

/// One of which only its state is said.
fn listed(id: &str) -> String {
    format!(
        "<item><verifiedAccessEndpointId>{id}</verifiedAccessEndpointId><status><code>active</code></status>
        <rdsOptions><rdsDbClusterArn>arn:cluster</rdsDbClusterArn><port>5432</port></rdsOptions></item>"
    )
}

fn page(endpoints: &str, token: &str) -> String {
    format!(
        "<DescribeVerifiedAccessEndpointsResponse><verifiedAccessEndpointSet>{endpoints}</verifiedAccessEndpointSet>
        {token}</DescribeVerifiedAccessEndpointsResponse>"
    )
}

fn policy(is_enabled: bool, document: &str) -> String {
    format!(
        "<GetVerifiedAccessEndpointPolicyResponse><policyEnabled>{is_enabled}</policyEnabled>{document}
        </GetVerifiedAccessEndpointPolicyResponse>"
    )
}

#[tokio::test]
async fn endpoints_of_two_pages_with_policies_read_absent_and_unread() {
    let first = page(&format!("{WIKI}{NETWORK}"), "<nextToken>second</nextToken>");
    let rest = ["vae-0cc", "vae-0dd", "vae-0ee"].map(listed).concat();
    let bare = "<item><verifiedAccessEndpointId>vae-0ff</verifiedAccessEndpointId></item>";
    let nameless = "<item><status><code>active</code></status></item>";
    let second = page(&format!("{rest}{bare}{nameless}"), "");
    let document = format!("<policyDocument>{POLICY}</policyDocument>");
    let recorded = Recorded::new()
        .answer_to("DescribeVerifiedAccessEndpoints", "MaxResults=1000", &first)
        .answer_to("DescribeVerifiedAccessEndpoints", "NextToken=second", &second)
        .answer_to("GetVerifiedAccessEndpointPolicy", "vae-0aa", &policy(true, &document))
        .answer_to("GetVerifiedAccessEndpointPolicy", "vae-0bb", &policy(false, "<policyDocument/>"))
        .refuse("GetVerifiedAccessEndpointPolicy", "vae-0cc", 400, &refused("InvalidVerifiedAccessEndpointId.NotFound"))
        .refuse("GetVerifiedAccessEndpointPolicy", "vae-0dd", 403, &refused("UnauthorizedOperation"))
        .refuse("GetVerifiedAccessEndpointPolicy", "vae-0ee", 400, &refused("UnsupportedOperation"))
        .answer_to("GetVerifiedAccessEndpointPolicy", "vae-0ff", &policy(true, ""));
    let collected = recorded.run(&VERIFIED_ACCESS_ENDPOINTS).await;
    collected.result.as_ref().unwrap();
    collected.assert_all_calls(&VERIFIED_ACCESS_ENDPOINTS);
    let names = ["state", "is_policy_enabled", "target", "protocol", "port", "port_ranges", "subnet_ids", "age_days"];
    assert_eq!(
        columns(&collected, "ec2_verified_access_endpoints", &names),
        [
            json!(["active", true, "arn:balancer", "https", 443, [], ["subnet-1"], 10]),
            json!(["resting", false, "10.0.0.0/24", "tcp", null, ["22-23"], ["subnet-2"], null]),
            json!(["active", null, "arn:cluster", null, 5432, [], [], null]),
            json!(["active", null, "arn:cluster", null, 5432, [], [], null]),
            json!([null, true, null, null, null, [], [], null]),
        ]
    );
    let wiki = &collected.table("ec2_verified_access_endpoints")[0];
    assert_eq!(wiki["arn"], "arn:aws:ec2:eu-west-1:111122223333:verified-access-endpoint/vae-0aa");
    assert_eq!((&wiki["verified_access_endpoint_name"], &wiki["deleted_at"]), (&json!("wiki"), &json!(null)));
    assert_eq!((&wiki["application_domain"], &wiki["last_modified_days"]), (&json!("wiki.example.com"), &json!(3)));
    assert_eq!(
        columns(&collected, "policy_documents", &["state", "error_code", "language", "is_in_force"]),
        [
            json!(["read", null, "cedar", true]),
            json!(["absent", null, "cedar", false]),
            json!(["unread", "UnauthorizedOperation", "cedar", true]),
            json!(["unread", "UnsupportedOperation", "cedar", true]),
            json!(["absent", null, "cedar", true]),
        ]
    );
    // Two policies, the state of one endpoint, and one without an id.
    assert_eq!(collected.short(), (4, vec!["ec2_verified_access_endpoints", "policy_documents", "policy_statements"]));
    assert_eq!(collected.gone, 1);
}

#[tokio::test]
async fn a_denied_list_is_how_the_task_ends() {
    let denied = refused("UnauthorizedOperation");
    let recorded = Recorded::new().refuse("DescribeVerifiedAccessEndpoints", "", 403, &denied);
    let collected = recorded.run(&VERIFIED_ACCESS_ENDPOINTS).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
}
