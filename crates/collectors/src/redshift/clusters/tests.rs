//! Recorded answers: clusters of two pages, one odd, and policies that are refused.

use orgcensus_collect::testing::{Collected, Recorded};
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::CLUSTERS;
use crate::testing::{columns, xml_error};

const FULL: &str = "<Cluster><ClusterIdentifier>lake</ClusterIdentifier>
    <ClusterNamespaceArn>arn:namespace:0a</ClusterNamespaceArn><ClusterStatus>available</ClusterStatus>
    <ClusterAvailabilityStatus>Available</ClusterAvailabilityStatus><PubliclyAccessible>true</PubliclyAccessible>
    <ElasticIpStatus><ElasticIp>203.0.113.7</ElasticIp></ElasticIpStatus>
    <ClusterNodes><member><NodeRole>LEADER</NodeRole><PrivateIPAddress>10.0.0.7</PrivateIPAddress>
    <PublicIPAddress>203.0.113.7</PublicIPAddress></member><member><NodeRole>COMPUTE-0</NodeRole></member></ClusterNodes>
    <Endpoint><Address>lake.example.com</Address><Port>5439</Port></Endpoint><VpcId>vpc-0a</VpcId>
    <ClusterSubnetGroupName>private</ClusterSubnetGroupName><VpcSecurityGroups><VpcSecurityGroup>
    <VpcSecurityGroupId>sg-0a</VpcSecurityGroupId></VpcSecurityGroup></VpcSecurityGroups>
    <EnhancedVpcRouting>false</EnhancedVpcRouting><MultiAZ>Disabled</MultiAZ><Encrypted>true</Encrypted>
    <KmsKeyId>arn:key</KmsKeyId><MasterUsername>awsuser</MasterUsername>
    <MasterPasswordSecretArn>arn:secret</MasterPasswordSecretArn><DBName>dev</DBName>
    <IamRoles><ClusterIamRole><IamRoleArn>arn:role</IamRoleArn></ClusterIamRole></IamRoles>
    <ClusterParameterGroups><ClusterParameterGroup><ParameterGroupName>strict</ParameterGroupName>
    </ClusterParameterGroup></ClusterParameterGroups><NodeType>ra3.large</NodeType><NumberOfNodes>2</NumberOfNodes>
    <ClusterVersion>1.0</ClusterVersion><AllowVersionUpgrade>true</AllowVersionUpgrade>
    <AutomatedSnapshotRetentionPeriod>1</AutomatedSnapshotRetentionPeriod>
    <ManualSnapshotRetentionPeriod>-1</ManualSnapshotRetentionPeriod><ClusterSnapshotCopyStatus>
    <DestinationRegion>us-east-1</DestinationRegion></ClusterSnapshotCopyStatus>
    <ClusterCreateTime>2025-12-22T00:00:00.000Z</ClusterCreateTime>
    <Tags><Tag><Key>team</Key><Value>data</Value></Tag></Tags></Cluster>";
const POLICY: &str = "<GetResourcePolicyResponse><GetResourcePolicyResult><ResourcePolicy>
    <ResourceArn>arn:namespace:0a</ResourceArn><Policy>{\"Statement\":[]}</Policy></ResourcePolicy>
    </GetResourcePolicyResult></GetResourcePolicyResponse>";

/// What Redshift always says.
fn listed(name: &str) -> String {
    format!(
        "<Cluster><ClusterIdentifier>{name}</ClusterIdentifier>\
         <ClusterNamespaceArn>arn:namespace:{name}</ClusterNamespaceArn><ClusterStatus>levitating</ClusterStatus>\
         <PubliclyAccessible>false</PubliclyAccessible><EnhancedVpcRouting>false</EnhancedVpcRouting>\
         <Encrypted>false</Encrypted><NumberOfNodes>1</NumberOfNodes><AllowVersionUpgrade>false</AllowVersionUpgrade>\
         <AutomatedSnapshotRetentionPeriod>0</AutomatedSnapshotRetentionPeriod></Cluster>"
    )
}

fn page(clusters: &str, marker: &str) -> String {
    format!(
        "<DescribeClustersResponse><DescribeClustersResult><Clusters>{clusters}</Clusters>{marker}\
         </DescribeClustersResult></DescribeClustersResponse>"
    )
}

/// Six clusters on two pages: a usual one, one without a policy, one of which nothing but its name is said, two whose
/// policies are refused, and one without a name.
async fn collected() -> Collected {
    let odd = "<Cluster><ClusterIdentifier>odd</ClusterIdentifier></Cluster>".to_owned();
    let second = [odd, listed("closed"), listed("old"), "<Cluster/>".to_owned()].concat();
    let of = |name: &str| format!("ResourceArn=arn%3Anamespace%3A{name}");
    let first = page(&[FULL.to_owned(), listed("plain")].concat(), "<Marker>second</Marker>");
    let recorded = Recorded::new()
        .answer_to("DescribeClusters", "MaxRecords=100", &first)
        .answer_to("DescribeClusters", "Marker=second", &page(&second, ""))
        .answer_to("GetResourcePolicy", &of("0a"), POLICY)
        .refuse("GetResourcePolicy", &of("plain"), 404, &xml_error("ResourceNotFoundFault"))
        .refuse("GetResourcePolicy", &of("closed"), 403, &xml_error("AccessDenied"))
        .refuse("GetResourcePolicy", &of("old"), 400, &xml_error("UnsupportedOperation"));
    let collected = recorded.run(&CLUSTERS).await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn clusters_of_two_pages_have_rows() {
    let collected = collected().await;
    collected.assert_all_calls(&CLUSTERS);
    let names = ["cluster_identifier", "status", "is_publicly_accessible", "is_encrypted", "age_days"];
    assert_eq!(
        columns(&collected, "redshift_clusters", &names),
        [
            json!(["lake", "available", true, true, 10]),
            json!(["plain", "levitating", false, false, null]),
            json!(["odd", null, null, null, null]),
            json!(["closed", "levitating", false, false, null]),
            json!(["old", "levitating", false, false, null]),
        ]
    );
    let names = ["endpoint_port", "security_group_ids", "elastic_ip", "iam_role_arns", "snapshot_copy_region", "tags"];
    let rows = columns(&collected, "redshift_clusters", &names);
    let (groups, roles) = (["sg-0a"], ["arn:role"]);
    assert_eq!(rows[0], json!([5439, groups, "203.0.113.7", roles, "us-east-1", {"team": "data"}]));
    let nodes = columns(&collected, "redshift_clusters", &["node_public_ip_addresses"]);
    assert_eq!(nodes[..2], [json!([["203.0.113.7"]]), json!([[]])]);
    let arn = "arn:aws:redshift:eu-west-1:111122223333:cluster:lake";
    let names = ["arn", "namespace_arn", "parameter_group_names", "manual_snapshot_retention_days", "multi_az"];
    let rows = columns(&collected, "redshift_clusters", &names);
    assert_eq!(rows[0], json!([arn, "arn:namespace:0a", ["strict"], -1, "Disabled"]));
}

#[tokio::test]
async fn a_policy_is_read_absent_or_unread() {
    let collected = collected().await;
    let of = |name: &str| format!("arn:aws:redshift:eu-west-1:111122223333:cluster:{name}");
    assert_eq!(
        columns(&collected, "policy_documents", &["resource_arn", "state", "error_code"]),
        [
            json!([of("lake"), "read", null]),
            json!([of("plain"), "absent", null]),
            json!([of("odd"), "unread", "ValueUnread"]),
            json!([of("closed"), "unread", "AccessDenied"]),
            json!([of("old"), "unread", "UnsupportedOperation"]),
        ]
    );
    // Three policies, the seven values that one cluster lacks, and a cluster without a name.
    assert_eq!(collected.short(), (11, vec!["policy_documents", "policy_statements", "redshift_clusters"]));
}

#[tokio::test]
async fn a_denied_list_is_how_the_task_ends() {
    let recorded = Recorded::new().refuse("DescribeClusters", "", 403, &xml_error("AccessDenied"));
    let collected = recorded.run(&CLUSTERS).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
}
