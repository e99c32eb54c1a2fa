use orgcensus_collect::testing::{Collected, Recorded};
use orgcensus_collect::{Class, Error};
use serde_json::json;

use super::IMAGES_IN_USE;
use crate::ec2::testing::refused;
use crate::testing::{columns, xml_error};

const SECOND: &str = "<nextToken>second</nextToken>";

fn instances(images: &[&str], state: &str, token: &str) -> String {
    let instance = |image: &&str| {
        format!("<item><imageId>{image}</imageId><instanceState><name>{state}</name></instanceState></item>")
    };
    let items: String = images.iter().map(instance).collect();
    format!(
        "<DescribeInstancesResponse><reservationSet><item><instancesSet>{items}</instancesSet></item>
        </reservationSet>{token}</DescribeInstancesResponse>"
    )
}

fn versions(images: &[&str]) -> String {
    let version =
        |image: &&str| format!("<item><launchTemplateData><imageId>{image}</imageId></launchTemplateData></item>");
    let items: String = images.iter().map(version).collect();
    format!(
        "<DescribeLaunchTemplateVersionsResponse><launchTemplateVersionSet>{items}</launchTemplateVersionSet>
        </DescribeLaunchTemplateVersionsResponse>"
    )
}

fn configurations(images: &[&str]) -> String {
    let items: String = images.iter().map(|image| format!("<member><ImageId>{image}</ImageId></member>")).collect();
    format!(
        "<DescribeLaunchConfigurationsResponse><DescribeLaunchConfigurationsResult><LaunchConfigurations>{items}\
         </LaunchConfigurations></DescribeLaunchConfigurationsResult></DescribeLaunchConfigurationsResponse>"
    )
}

fn images(items: &str) -> String {
    format!("<DescribeImagesResponse><imagesSet>{items}</imagesSet></DescribeImagesResponse>")
}

const AMAZON: &str = "<item><imageId>ami-0a</imageId><name>al2023</name><imageOwnerId>137112412989</imageOwnerId>
    <imageOwnerAlias>amazon</imageOwnerAlias><imageState>available</imageState><isPublic>true</isPublic>
    <imageAllowed>true</imageAllowed><imdsSupport>v2.0</imdsSupport><architecture>abacus</architecture>
    <platformDetails>Linux/UNIX</platformDetails><creationDate>2025-12-22T00:00:00.000Z</creationDate>
    <deprecationTime>2026-01-06T00:00:00.000Z</deprecationTime></item>";
const OWN: &str = "<item><imageId>ami-0b</imageId><imageOwnerId>111122223333</imageOwnerId>
    <imageState>available</imageState><isPublic>false</isPublic></item>";
const BARE: &str = "<item><imageId>ami-0c</imageId></item>";
const NAMELESS: &str = "<item><isPublic>true</isPublic></item>";

/// Images of others, one of the account's own, one of which nothing is said, one that is gone, one of a terminated
/// instance, a parameter instead of an image, an instance without an image, and an image without an id.
async fn collected() -> Collected {
    let nameless = "<item><instanceId>i-1</instanceId></item></instancesSet>";
    let second = instances(&["ami-0e"], "terminated", "").replace("</instancesSet>", nameless);
    let recorded = Recorded::new()
        .answer_to(
            "DescribeInstances",
            "MaxResults=1000",
            &instances(&["ami-0a", "ami-0b", "ami-0a"], "running", SECOND),
        )
        .answer_to("DescribeInstances", "NextToken=second", &second)
        .answer("DescribeLaunchTemplateVersions", &versions(&["ami-0a", "ami-0c", "resolve:ssm:/golden"]))
        .answer("DescribeLaunchConfigurations", &configurations(&["ami-0d"]))
        .answer_to("DescribeImages", "Filter.1.Value.4=ami-0d", &images(&format!("{AMAZON}{OWN}{BARE}{NAMELESS}")));
    let collected = recorded.run(&IMAGES_IN_USE).await;
    collected.result.as_ref().unwrap();
    collected
}

#[tokio::test]
async fn images_of_others_have_a_row_each() {
    let collected = collected().await;
    collected.assert_all_calls(&IMAGES_IN_USE);
    let of = |names: &[&str]| columns(&collected, "ec2_images_in_use", names);
    let names = ["image_id", "is_found", "owner_alias", "is_public", "imds_support", "age_days", "deprecated_days"];
    assert_eq!(
        of(&names),
        [
            json!(["ami-0a", true, "amazon", true, "v2.0", 10, -5]),
            json!(["ami-0c", true, null, null, null, null, null]),
            json!(["ami-0d", false, null, null, null, null, null]),
        ]
    );
    let names = ["instance_count", "launch_template_version_count", "launch_configuration_count"];
    assert_eq!(of(&names), [json!([2, 1, 0]), json!([0, 1, 0]), json!([0, 0, 1])]);
    assert_eq!(of(&["image_name", "architecture"])[0], json!(["al2023", "abacus"]));
    // The state of the bare one, and whether it is public; the image of an instance, and the id of an image.
    assert_eq!(collected.short(), (4, vec!["ec2_images_in_use"]));
}

#[tokio::test]
async fn a_hundred_images_are_one_call() {
    let ids: Vec<String> = (0..101).map(|number| format!("ami-{number:03}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let recorded = Recorded::new()
        .answer("DescribeInstances", &instances(&ids, "stopped", ""))
        .answer("DescribeLaunchTemplateVersions", &versions(&[]))
        .answer("DescribeLaunchConfigurations", &configurations(&[]))
        .answer_to("DescribeImages", "Filter.1.Value.100=ami-099", &images(""))
        .answer_to("DescribeImages", "Filter.1.Value.1=ami-100", &images(""));
    let collected = recorded.run(&IMAGES_IN_USE).await;
    collected.result.as_ref().unwrap();
    assert_eq!(collected.table("ec2_images_in_use").len(), 101);
}

#[tokio::test]
async fn a_refused_list_leaves_the_others_and_its_own_count_null() {
    let recorded = Recorded::new()
        .answer("DescribeInstances", &instances(&["ami-0a"], "running", ""))
        .answer("DescribeLaunchTemplateVersions", &versions(&["ami-0a"]))
        .refuse("DescribeLaunchConfigurations", "", 403, &xml_error("AccessDenied"))
        .answer("DescribeImages", &images(AMAZON));
    let collected = recorded.run(&IMAGES_IN_USE).await;
    collected.result.as_ref().unwrap();
    let names = ["instance_count", "launch_template_version_count", "launch_configuration_count"];
    assert_eq!(columns(&collected, "ec2_images_in_use", &names), [json!([1, 1, null])]);
    assert_eq!(collected.short(), (1, vec!["ec2_images_in_use"]));
}

#[tokio::test]
async fn denied_is_how_the_task_ends() {
    let denied = refused("UnauthorizedOperation");
    let recorded = Recorded::new()
        .answer("DescribeInstances", &instances(&["ami-0a"], "running", ""))
        .answer("DescribeLaunchTemplateVersions", &versions(&[]))
        .answer("DescribeLaunchConfigurations", &configurations(&[]))
        .refuse("DescribeImages", "", 403, &denied);
    let collected = recorded.run(&IMAGES_IN_USE).await;
    assert!(matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied));
}
