//! EC2 images: DescribeImages, then DescribeImageAttribute for the launch permissions of each.

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::kinds::EC2_IMAGE;
use orgcensus_collect::{
    Collector, Error, Gate, Optional, POLICY_TABLE_NAMES, PolicyKind, Read, Rows, Runs, Scope, Session, Share, Sharee,
    read as reads,
};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::ec2::tags;
use crate::items::{Answer, Unread, details, given, is_gone, with_policies};
use crate::shares::{counted, named};

mod described;

use described::{Described, Page, Volume};

const LIST: Read<Page> = reads("ec2", "DescribeImages");
const PERMISSIONS: Read<Attribute> = reads("ec2", "DescribeImageAttribute");
const BLOCK: Read<Block> = reads("ec2", "GetImageBlockPublicAccessState");

/// How EC2 says that there is no such image.
const GONE: &[&str] = &["InvalidAMIID.NotFound"];

/// How EC2 says that nobody can launch it: it is disabled, or was deregistered.
const UNAVAILABLE: &[&str] = &["InvalidAMIID.Unavailable"];

/// One image of EC2 that the account owns, also one that is deprecated or disabled. Who else may launch it is in
/// policy_documents, as its launch permission.
#[derive(Debug, Serialize, Row)]
#[row(table = "ec2_images", key = "arn")]
pub struct Image {
    /// The image's ARN. It names no account.
    pub arn: String,
    /// The image's id, ami-….
    pub image_id: String,
    /// The image's name. Null: it has none.
    pub image_name: Option<String>,
    /// What its owner wrote about it. Null: nothing.
    pub description: Option<String>,
    /// The account that owns it. Null: AWS did not say.
    pub owner_account_id: Option<String>,
    /// pending, available, invalid, deregistered, transient, failed, error or disabled.
    pub state: Option<String>,
    /// The code of why it failed. Null: it did not.
    pub state_reason_code: Option<String>,
    /// Whether everyone may launch it.
    pub is_public: Option<bool>,
    /// Whether the account's own setting for allowed images lets it be launched. Null: the setting is off.
    pub is_allowed: Option<bool>,
    /// machine, kernel or ramdisk.
    pub image_type: Option<String>,
    /// i386, x86_64, arm64, x86_64_mac or arm64_mac.
    pub architecture: Option<String>,
    /// Windows. Null: another system.
    pub platform: Option<String>,
    /// The operating system as billed, Linux/UNIX.
    pub platform_details: Option<String>,
    /// The operation as billed, RunInstances:0002.
    pub usage_operation: Option<String>,
    /// hvm or paravirtual.
    pub virtualization_type: Option<String>,
    /// legacy-bios, uefi or uefi-preferred. Null: none is set.
    pub boot_mode: Option<String>,
    /// v2.0: what is launched from it takes IMDSv2 only, unless the launch says otherwise. Null: it does not ask for
    /// that.
    pub imds_support: Option<String>,
    /// The version of the TPM that it supports, v2.0. Null: none.
    pub tpm_support: Option<String>,
    /// Whether it supports enhanced networking with ENA.
    pub has_ena_support: Option<bool>,
    /// ebs or instance-store.
    pub root_device_type: Option<String>,
    /// The name of the root device, /dev/xvda.
    pub root_device_name: Option<String>,
    /// The EBS snapshots that it is made of.
    pub snapshot_ids: Vec<String>,
    /// Whether all of these are encrypted. Null: there are none, or AWS did not say it of one.
    pub is_encrypted: Option<bool>,
    /// The KMS keys of its volumes, as far as the image names them.
    pub kms_key_ids: Vec<String>,
    /// Where it is, with the owner's account: 111122223333/web.
    pub image_location: Option<String>,
    /// The image that it was copied from, or whose instance it was made of. Null: none, or AWS does not know.
    pub source_image_id: Option<String>,
    /// The region of that image. Null: there is none.
    pub source_image_region: Option<String>,
    /// The instance that it was made of. Null: it was made otherwise.
    pub source_instance_id: Option<String>,
    /// Whether it can be deregistered: disabled (it can), enabled-with-cooldown or enabled-without-cooldown.
    pub deregistration_protection: Option<String>,
    /// The product codes of AWS Marketplace.
    pub product_codes: Vec<String>,
    /// The keys of the watermarks that it carries.
    pub watermark_keys: Vec<String>,
    /// The highest severity that a scan found in it: informational, low, medium, high or critical. Null: no finding, or
    /// no scan.
    pub highest_finding_severity: Option<String>,
    /// When it was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// When it becomes deprecated, or became so (UTC). Null: no date is set.
    pub deprecated_at: Option<Timestamp>,
    /// Whole days since then; negative where it is still to come.
    pub deprecated_days: Option<i32>,
    /// When an instance was last launched from it (UTC), a day late. Null: never, as far as AWS knows.
    pub last_launched_at: Option<Timestamp>,
    /// Whole days since then.
    pub last_launched_days: Option<i32>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// The images of one region that the account owns, with their launch permissions.
pub const IMAGES: Collector = Collector {
    name: "ec2_images",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), PERMISSIONS.call(), BLOCK.call()],
    resources: &[EC2_IMAGE],
    tables: &[table::<Image>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Attribute {
    launch_permission: Option<Vec<LaunchPermission>>,
}

/// One permission: an account, the group `all`, an organization, or an organizational unit.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct LaunchPermission {
    user_id: Option<String>,
    group: Option<String>,
    organization_arn: Option<String>,
    organizational_unit_arn: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Block {
    image_block_public_access_state: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"Owner": ["self"], "IncludeDisabled": true, "MaxResults": 1000}));
    let mut block = None;
    while let Some(page) = pages.next().await {
        let images = page?.images_set;
        if images.is_empty() {
            continue;
        }
        if block.is_none() {
            block = Some(block_of(session, rows).await?);
        }
        let gate = block.flatten();
        let mut images = details(images, |described| read(session, described));
        while let Some((described, sharees)) = images.next().await {
            push(session, rows, described, sharees, gate).await?;
        }
    }
    Ok(())
}

/// Whether the region lets no further image become public. It is asked where there are images.
async fn block_of(session: &Session, rows: &mut Rows<'_>) -> Result<Option<Gate>, Error> {
    let answer = BLOCK.send(session, json!({})).await;
    let state = answer
        .and_then(|it| given(it.image_block_public_access_state, &BLOCK.call().name(), "imageBlockPublicAccessState"));
    let state = rows.item(POLICY_TABLE_NAMES, state)?;
    Ok((state.as_deref() == Some("block-new-sharing")).then_some(Gate::ImageBlockPublicAccess))
}

async fn read(session: &Session, described: Described) -> (Described, Answer<Vec<Sharee>>) {
    let input = json!({"Attribute": "launchPermission", "ImageId": described.image_id});
    let answer = PERMISSIONS.send(session, input).await.optional(UNAVAILABLE);
    let sharees = answer.and_then(|answer| match answer {
        Some(answer) => {
            given(answer.launch_permission, &PERMISSIONS.call().name(), "launchPermission").and_then(sharees)
        }
        None => Ok(Vec::new()),
    });
    (described, sharees)
}

fn sharees(permissions: Vec<LaunchPermission>) -> Answer<Vec<Sharee>> {
    let name = |it: LaunchPermission| it.user_id.or(it.group).or(it.organization_arn).or(it.organizational_unit_arn);
    named(permissions.into_iter().map(name), &PERMISSIONS.call().name(), "launchPermission")
}

async fn push(
    session: &Session,
    rows: &mut Rows<'_>,
    described: Described,
    sharees: Answer<Vec<Sharee>>,
    gate: Option<Gate>,
) -> Result<(), Error> {
    if is_gone(GONE, &sharees) {
        rows.gone();
        return Ok(());
    }
    let mut unread = Unread::default();
    let Some(row) = image(session, described, rows.captured_at(), &mut unread) else {
        unread.lost(rows, with_policies([Image::TABLE]), &LIST.call().name());
        return Ok(());
    };
    let mut sharees = counted(rows, sharees)?;
    if row.is_public == Some(true) {
        // The list says so, whatever else was not read.
        sharees = Ok(sharees.into_iter().flatten().chain([Sharee::Everyone]).collect());
    }
    unread.count(rows, Image::TABLE, &LIST.call().name());
    let share = Share {
        resource_arn: &row.arn,
        resource: EC2_IMAGE,
        origin: PolicyKind::LaunchPermission,
        name: "",
        actions: &["ec2:RunInstances"],
        gate,
    };
    rows.share(share, sharees).await?;
    rows.push(row).await
}

fn image(session: &Session, it: Described, now: Timestamp, unread: &mut Unread) -> Option<Image> {
    let image_id = unread.value("imageId", it.image_id)?;
    let volumes: Vec<Volume> = it.block_device_mapping.into_iter().filter_map(|device| device.ebs).collect();
    let created_at = unread.moment("creationDate", it.creation_date.as_ref());
    let deprecated_at = unread.moment("deprecationTime", it.deprecation_time.as_ref());
    let last_launched_at = unread.moment("lastLaunchedTime", it.last_launched_time.as_ref());
    Some(Image {
        arn: format!("arn:{}:ec2:{}::image/{image_id}", session.partition(), session.region()),
        image_id,
        image_name: it.name,
        description: it.description.filter(|text| !text.is_empty()),
        owner_account_id: it.image_owner_id,
        state: unread.value("imageState", it.image_state),
        state_reason_code: it.state_reason.code,
        is_public: unread.value("isPublic", it.is_public),
        is_allowed: it.image_allowed,
        image_type: it.image_type,
        architecture: it.architecture,
        platform: it.platform,
        platform_details: it.platform_details,
        usage_operation: it.usage_operation,
        virtualization_type: it.virtualization_type,
        boot_mode: it.boot_mode,
        imds_support: it.imds_support,
        tpm_support: it.tpm_support,
        has_ena_support: it.ena_support,
        root_device_type: it.root_device_type,
        root_device_name: it.root_device_name,
        is_encrypted: are_encrypted(&volumes),
        kms_key_ids: volumes.iter().filter_map(|volume| volume.kms_key_id.clone()).collect(),
        snapshot_ids: volumes.into_iter().filter_map(|volume| volume.snapshot_id).collect(),
        image_location: it.image_location,
        source_image_id: it.source_image_id,
        source_image_region: it.source_image_region,
        source_instance_id: it.source_instance_id,
        deregistration_protection: it.deregistration_protection,
        product_codes: it.product_codes.into_iter().filter_map(|code| code.product_code).collect(),
        watermark_keys: it.image_watermark_set.into_iter().filter_map(|mark| mark.watermark_key).collect(),
        highest_finding_severity: it.scan_results.highest_finding_severity_label,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        deprecated_at,
        deprecated_days: deprecated_at.map(|at| at.days_until(now)),
        last_launched_at,
        last_launched_days: last_launched_at.map(|at| at.days_until(now)),
        tags: tags::by_key(it.tag_set),
    })
}

/// Whether all snapshots among the volumes are encrypted.
fn are_encrypted(volumes: &[Volume]) -> Option<bool> {
    let of_snapshots: Vec<_> =
        volumes.iter().filter(|volume| volume.snapshot_id.is_some()).map(|volume| volume.encrypted).collect();
    if of_snapshots.contains(&Some(false)) {
        return Some(false);
    }
    (!of_snapshots.is_empty() && !of_snapshots.contains(&None)).then_some(true)
}

#[cfg(test)]
mod tests;
