use orgcensus_collect::testing::Recorded;
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::LAUNCH_TEMPLATES;
use crate::ec2::testing::refused;
use crate::testing::columns;

const WEB: &str = "<item><launchTemplateId>lt-0a</launchTemplateId><launchTemplateName>web</launchTemplateName>
    <createTime>2025-12-22T00:00:00.000Z</createTime><createdBy>arn:aws:iam::111122223333:user/ana</createdBy>
    <defaultVersionNumber>1</defaultVersionNumber><latestVersionNumber>3</latestVersionNumber>
    <operator><managed>true</managed><principal>eks.amazonaws.com</principal></operator>
    <tagSet><item><key>team</key><value>web</value></item></tagSet></item>";
const FIRST: &str = "<item><launchTemplateId>lt-0a</launchTemplateId><launchTemplateName>web</launchTemplateName>
    <versionNumber>1</versionNumber><createTime>2025-12-22T00:00:00.000Z</createTime>
    <defaultVersion>true</defaultVersion><launchTemplateData/></item>";
const LATEST: &str = "<item><launchTemplateId>lt-0a</launchTemplateId><launchTemplateName>web</launchTemplateName>
    <versionNumber>3</versionNumber><versionDescription>no v1</versionDescription>
    <createTime>2025-12-29T00:00:00.000Z</createTime><defaultVersion>false</defaultVersion><launchTemplateData>
    <iamInstanceProfile><name>app</name></iamInstanceProfile><imageId>ami-0a</imageId><keyName>ops</keyName>
    <instanceType>z9.huge</instanceType><userData>c2VjcmV0</userData>
    <metadataOptions><state>applied</state><httpTokens>required</httpTokens><httpEndpoint>moody</httpEndpoint>
    <httpPutResponseHopLimit>2</httpPutResponseHopLimit><httpProtocolIpv6>enabled</httpProtocolIpv6>
    <instanceMetadataTags>enabled</instanceMetadataTags></metadataOptions>
    <networkInterfaceSet><item><associatePublicIpAddress>false</associatePublicIpAddress>
    <subnetId>subnet-0a</subnetId><groupSet><groupId>sg-0b</groupId></groupSet></item>
    <item><associatePublicIpAddress>true</associatePublicIpAddress></item></networkInterfaceSet>
    <securityGroupIdSet><item>sg-0a</item></securityGroupIdSet>
    <instanceMarketOptions><marketType>spot</marketType></instanceMarketOptions>
    <monitoring><enabled>true</enabled></monitoring><placement><tenancy>dedicated</tenancy></placement>
    </launchTemplateData></item>";

fn templates(items: &str, token: &str) -> String {
    format!(
        "<DescribeLaunchTemplatesResponse><launchTemplates>{items}</launchTemplates>{token}
        </DescribeLaunchTemplatesResponse>"
    )
}

fn versions(items: &str, token: &str) -> String {
    format!(
        "<DescribeLaunchTemplateVersionsResponse><launchTemplateVersionSet>{items}</launchTemplateVersionSet>{token}
        </DescribeLaunchTemplateVersionsResponse>"
    )
}

const BARE: &str = "<item><launchTemplateId>lt-0b</launchTemplateId></item>";
const NAMELESS: &str = "<item><createdBy>arn:aws:iam::111122223333:user/ana</createdBy></item>";
const SECOND: &str = "<nextToken>second</nextToken>";

#[tokio::test]
async fn templates_and_versions_of_two_pages_one_whole_and_one_bare() {
    let of_bare = format!("{LATEST}{BARE}{NAMELESS}");
    let recorded = Recorded::new()
        .answer_to("DescribeLaunchTemplates", "MaxResults=200", &templates(WEB, SECOND))
        .answer_to("DescribeLaunchTemplates", "NextToken=second", &templates(&format!("{BARE}{NAMELESS}"), ""))
        .answer_to("DescribeLaunchTemplateVersions", "LaunchTemplateVersion.1=%24Default", &versions(FIRST, SECOND))
        .answer_to("DescribeLaunchTemplateVersions", "NextToken=second", &versions(&of_bare, ""));
    let collected = recorded.run(&LAUNCH_TEMPLATES).await;
    collected.result.as_ref().unwrap();
    collected.assert_all_calls(&LAUNCH_TEMPLATES);
    let names = ["arn", "launch_template_name", "latest_version_number", "is_latest_default", "managed_by", "age_days"];
    let arn = "arn:aws:ec2:eu-west-1:111122223333:launch-template/lt-0a";
    assert_eq!(
        columns(&collected, "ec2_launch_templates", &names),
        [
            json!([arn, "web", 3, false, "eks.amazonaws.com", 10]),
            json!(["arn:aws:ec2:eu-west-1:111122223333:launch-template/lt-0b", null, null, null, null, null]),
        ]
    );
    assert_eq!(collected.table("ec2_launch_templates")[0]["tags"], json!({"team": "web"}));
    let names = ["launch_template_id", "version_number", "is_default", "is_latest", "http_tokens", "age_days"];
    assert_eq!(
        columns(&collected, "ec2_launch_template_versions", &names),
        [
            json!(["lt-0a", 1, true, false, null, 10]),
            json!(["lt-0a", 3, false, true, "required", 3]),
            json!(["lt-0b", 0, null, null, null, null]),
        ]
    );
    // Three values that AWS always gives: the numbers of a template and of a version. And one of each without an id.
    assert_eq!(collected.short(), (5, vec!["ec2_launch_template_versions", "ec2_launch_templates"]));
}

#[tokio::test]
async fn a_version_says_what_it_would_launch_and_never_its_user_data() {
    let recorded = Recorded::new()
        .answer("DescribeLaunchTemplates", &templates(WEB, ""))
        .answer("DescribeLaunchTemplateVersions", &versions(&format!("{FIRST}{LATEST}"), ""));
    let collected = recorded.run(&LAUNCH_TEMPLATES).await;
    collected.result.as_ref().unwrap();
    let names = ["http_endpoint", "http_put_response_hop_limit", "http_protocol_ipv6", "instance_metadata_tags"];
    let of = |names: &[&str]| columns(&collected, "ec2_launch_template_versions", names);
    assert_eq!(of(&names), [json!([null, null, null, null]), json!(["moody", 2, "enabled", "enabled"])]);
    let names = ["associates_public_ip_address", "subnet_ids", "security_group_ids", "market_type", "tenancy"];
    let latest = json!([true, ["subnet-0a"], ["sg-0a", "sg-0b"], "spot", "dedicated"]);
    assert_eq!(of(&names), [json!([null, [], [], null, null]), latest]);
    let names = ["image_id", "instance_type", "key_name", "instance_profile_name", "is_monitored"];
    assert_eq!(of(&names)[1], json!(["ami-0a", "z9.huge", "ops", "app", true]));
    assert!(!format!("{:?}", collected.rows).contains("c2VjcmV0"));
}

#[tokio::test]
async fn a_refused_list_costs_its_own_table() {
    let denied = refused("UnauthorizedOperation");
    let recorded = Recorded::new().answer("DescribeLaunchTemplates", &templates(WEB, "")).refuse(
        "DescribeLaunchTemplateVersions",
        "",
        403,
        &denied,
    );
    let collected = recorded.run(&LAUNCH_TEMPLATES).await;
    collected.result.as_ref().unwrap();
    assert_eq!(collected.table("ec2_launch_templates").len(), 1);
    assert_eq!(collected.short(), (1, vec!["ec2_launch_template_versions"]));

    let recorded = Recorded::new()
        .refuse("DescribeLaunchTemplates", "", 400, &refused("UnsupportedOperation"))
        .answer("DescribeLaunchTemplateVersions", &versions(FIRST, ""));
    let collected = recorded.run(&LAUNCH_TEMPLATES).await;
    collected.result.as_ref().unwrap();
    let names = ["version_number", "is_default", "is_latest"];
    assert_eq!(columns(&collected, "ec2_launch_template_versions", &names), [json!([1, true, null])]);
    assert_eq!(collected.short(), (1, vec!["ec2_launch_templates"]));
}

#[tokio::test]
async fn a_region_without_templates_costs_one_call() {
    let collected = Recorded::new().answer("DescribeLaunchTemplates", &templates("", "")).run(&LAUNCH_TEMPLATES).await;
    collected.result.as_ref().unwrap();
    assert_eq!((collected.calls.len(), collected.short()), (1, (0, vec![])));
}

#[tokio::test]
async fn denied_is_how_the_task_ends() {
    let denied = refused("UnauthorizedOperation");
    let recorded = Recorded::new().refuse("DescribeLaunchTemplates", "", 403, &denied).refuse(
        "DescribeLaunchTemplateVersions",
        "",
        403,
        &denied,
    );
    let collected = recorded.run(&LAUNCH_TEMPLATES).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
}
