use orgcensus_collect::testing::{Collected, Recorded};
use orgcensus_collect::{Class, Error};
use serde_json::{Value, json};

use super::IMAGES;
use crate::ec2::testing::refused;
use crate::testing::columns;

const WEB: &str = "<item><imageId>ami-0aa</imageId><name>web</name><imageOwnerId>111122223333</imageOwnerId>
    <imageState>available</imageState><isPublic>false</isPublic><imageAllowed>true</imageAllowed>
    <architecture>arm64</architecture><imageType>machine</imageType><platformDetails>Linux/UNIX</platformDetails>
    <imdsSupport>v2.0</imdsSupport><bootMode>uefi</bootMode><rootDeviceType>ebs</rootDeviceType>
    <blockDeviceMapping><item><deviceName>/dev/xvda</deviceName><ebs><snapshotId>snap-0a</snapshotId>
    <encrypted>true</encrypted><kmsKeyId>arn:key</kmsKeyId></ebs></item>
    <item><deviceName>/dev/xvdb</deviceName><virtualName>ephemeral0</virtualName></item></blockDeviceMapping>
    <sourceImageId>ami-0bb</sourceImageId><sourceImageRegion>us-east-1</sourceImageRegion>
    <creationDate>2025-12-22T00:00:00.000Z</creationDate><deprecationTime>2026-01-06T00:00:00.000Z</deprecationTime>
    <lastLaunchedTime>2025-12-29T00:00:00Z</lastLaunchedTime>
    <tagSet><item><key>team</key><value>web</value></item></tagSet></item>";

/// What EC2 always says, and an architecture that is not known yet.
fn listed(id: &str, is_public: bool) -> String {
    format!(
        "<item><imageId>{id}</imageId><imageState>disabled</imageState><isPublic>{is_public}</isPublic>
        <architecture>abacus</architecture><creationDate>2025-12-31T00:00:00.000Z</creationDate></item>"
    )
}

fn page(images: &str, token: &str) -> String {
    format!("<DescribeImagesResponse><imagesSet>{images}</imagesSet>{token}</DescribeImagesResponse>")
}

fn permissions(items: &str) -> String {
    format!(
        "<DescribeImageAttributeResponse><launchPermission>{items}</launchPermission></DescribeImageAttributeResponse>"
    )
}

fn block(state: &str) -> String {
    format!(
        "<GetImageBlockPublicAccessStateResponse><imageBlockPublicAccessState>{state}</imageBlockPublicAccessState>
        </GetImageBlockPublicAccessStateResponse>"
    )
}

/// Nine images on two pages: one that is shared with an account, an organization and a unit, one of which nothing is
/// said, one that went away, one whose permission is refused, a public one with the same, one that is unavailable, one
/// whose answer lacks the permission, one whose permission is not supported, and one without an id.
async fn collected() -> Collected {
    let first = page(&format!("{WEB}<item><imageId>ami-0c</imageId></item>"), "<nextToken>second</nextToken>");
    let rest = [("ami-0d", false), ("ami-0e", false), ("ami-0f", true), ("ami-01", false), ("ami-02", false)];
    let rest: String = rest.iter().map(|(id, is_public)| listed(id, *is_public)).collect();
    let nameless = "<item><isPublic>true</isPublic></item>";
    let second = page(&format!("{rest}{}{nameless}", listed("ami-03", false)), "");
    let web = "<item><userId>999988887777</userId></item>
        <item><organizationArn>arn:aws:organizations::111122223333:organization/o-abc</organizationArn></item>
        <item><organizationalUnitArn>arn:aws:organizations::111122223333:ou/o-abc/ou-1</organizationalUnitArn></item>";
    let recorded = Recorded::new()
        .answer_to("DescribeImages", "Owner.1=self", &first)
        .answer_to("DescribeImages", "NextToken=second", &second)
        .answer("GetImageBlockPublicAccessState", &block("block-new-sharing"))
        .answer_to("DescribeImageAttribute", "ami-0aa", &permissions(web))
        .answer_to("DescribeImageAttribute", "ami-0c", &permissions(""))
        .refuse("DescribeImageAttribute", "ami-0d", 400, &refused("InvalidAMIID.NotFound"))
        .refuse("DescribeImageAttribute", "ami-0e", 403, &refused("UnauthorizedOperation"))
        .refuse("DescribeImageAttribute", "ami-0f", 403, &refused("UnauthorizedOperation"))
        .refuse("DescribeImageAttribute", "ami-01", 400, &refused("InvalidAMIID.Unavailable"))
        .answer_to("DescribeImageAttribute", "ami-02", "<DescribeImageAttributeResponse/>")
        .refuse("DescribeImageAttribute", "ami-03", 400, &refused("UnsupportedOperation"));
    let collected = recorded.run(&IMAGES).await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn images_of_two_pages_have_rows() {
    let collected = collected().await;
    collected.assert_all_calls(&IMAGES);
    let names = ["image_id", "state", "is_public", "architecture", "age_days", "is_encrypted"];
    assert_eq!(
        columns(&collected, "ec2_images", &names),
        [
            json!(["ami-0aa", "available", false, "arm64", 10, true]),
            json!(["ami-0c", null, null, null, null, null]),
            json!(["ami-0e", "disabled", false, "abacus", 1, null]),
            json!(["ami-0f", "disabled", true, "abacus", 1, null]),
            json!(["ami-01", "disabled", false, "abacus", 1, null]),
            json!(["ami-02", "disabled", false, "abacus", 1, null]),
            json!(["ami-03", "disabled", false, "abacus", 1, null]),
        ]
    );
    let web = &collected.table("ec2_images")[0];
    assert_eq!(web["arn"], "arn:aws:ec2:eu-west-1::image/ami-0aa");
    assert_eq!((&web["image_name"], &web["imds_support"]), (&json!("web"), &json!("v2.0")));
    assert_eq!((&web["deprecated_days"], &web["last_launched_days"]), (&json!(-5), &json!(3)));
    assert_eq!((&web["snapshot_ids"], &web["kms_key_ids"]), (&json!(["snap-0a"]), &json!(["arn:key"])));
    assert_eq!((&web["source_image_id"], &web["source_image_region"]), (&json!("ami-0bb"), &json!("us-east-1")));
    assert_eq!((&web["is_allowed"], &web["tags"]), (&json!(true), &json!({"team": "web"})));
}

#[tokio::test]
async fn a_launch_permission_is_read_absent_or_unread() {
    let collected = collected().await;
    assert_eq!(
        columns(&collected, "policy_documents", &["policy_kind", "state", "error_code", "gate"]),
        [
            json!(["launch_permission", "read", null, "image_block_public_access"]),
            json!(["launch_permission", "absent", null, "image_block_public_access"]),
            json!(["launch_permission", "unread", "UnauthorizedOperation", "image_block_public_access"]),
            json!(["launch_permission", "read", null, "image_block_public_access"]),
            json!(["launch_permission", "absent", null, "image_block_public_access"]),
            json!(["launch_permission", "unread", "ValueUnread", "image_block_public_access"]),
            json!(["launch_permission", "unread", "UnsupportedOperation", "image_block_public_access"]),
        ]
    );
    let statements = columns(&collected, "policy_statements", &["principals", "condition_keys", "actions"]);
    let launch = ["ec2:RunInstances"];
    assert_eq!(
        statements,
        [
            json!([["AWS:arn:aws:iam::999988887777:root"], [], launch]),
            json!([["AWS:*"], ["aws:principalorgid"], launch]),
            json!([["AWS:*"], ["aws:principalorgpaths"], launch]),
            json!([["AWS:*"], [], launch]),
        ]
    );
    // Four permissions, two values that one image lacks, and an image without an id.
    assert_eq!(collected.short(), (7, vec!["ec2_images", "policy_documents", "policy_statements"]));
    assert_eq!(collected.gone, 1);
}

#[tokio::test]
async fn a_refused_block_costs_the_gate_alone() {
    let recorded = Recorded::new()
        .answer("DescribeImages", &page(WEB, ""))
        .refuse("GetImageBlockPublicAccessState", "", 403, &refused("UnauthorizedOperation"))
        .answer("DescribeImageAttribute", &permissions("<item><group>all</group></item>"));
    let collected = recorded.run(&IMAGES).await;
    collected.result.as_ref().unwrap();
    let document = &collected.table("policy_documents")[0];
    assert_eq!((&document["state"], &document["gate"]), (&json!("read"), &Value::Null));
    assert_eq!(collected.table("policy_statements")[0]["has_wildcard_principal"], true);
    assert_eq!(collected.short(), (1, vec!["policy_documents", "policy_statements"]));
}

#[tokio::test]
async fn a_region_without_images_costs_one_call() {
    let collected = Recorded::new().answer("DescribeImages", &page("", "")).run(&IMAGES).await;
    collected.result.as_ref().unwrap();
    assert_eq!((collected.calls.len(), collected.short()), (1, (0, vec![])));
}

#[tokio::test]
async fn a_denied_list_is_how_the_task_ends() {
    let recorded = Recorded::new().refuse("DescribeImages", "", 403, &refused("UnauthorizedOperation"));
    let collected = recorded.run(&IMAGES).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
}
