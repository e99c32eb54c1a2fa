//! Images, their launch permissions, and the block of public ones.

use super::sharing::{ORGANIZATIONS, Sharing, Sort, by_chance};
use super::vpcs::tag_set;
use crate::clock::iso_millis;
use crate::context::Context;
use crate::dice::{Dice, some_tags};
use crate::place::Place;
use crate::protocol::{Refusal, items};
use crate::service::{Operation, get, list};
use crate::truth::Planted;
use serde_json::{Value, json};

pub(super) const ANSWERS: &[Operation] = &[
    get("DescribeImageAttribute", attribute),
    list("DescribeImages", "imagesSet", |context| Ok(describe_images(context))),
    get("GetImageBlockPublicAccessState", |context| Ok(block(&context.place))),
];

/// An image.
#[derive(Debug)]
struct Image {
    id: String,
    arn: String,
    sharing: Sharing,
    name: String,
    state: &'static str,
    architecture: &'static str,
    has_imdsv2: bool,
    is_encrypted: bool,
    snapshot_id: String,
    created_millis: i64,
    deprecated_millis: Option<i64>,
    launched_millis: Option<i64>,
    tags: Vec<(String, String)>,
}

fn images(place: &Place<'_>) -> Vec<Image> {
    let (mut dice, count) = place.population("ec2-images", place.organization.settings.rates.other_resources);
    let shared = by_chance(place, count, ORGANIZATIONS, &mut dice);
    shared.into_iter().enumerate().map(|(number, sharing)| image(place, number, sharing, &mut dice)).collect()
}

fn image(place: &Place<'_>, number: usize, sharing: Sharing, dice: &mut Dice) -> Image {
    let id = format!("ami-0{}", dice.hex(16));
    let days = dice.between(0, 1500);
    // A disabled image is shared with nobody.
    let is_disabled = sharing.sort == Sort::Nobody && dice.chance(0.2);
    let organization = place.organization;
    Image {
        arn: organization.arn("ec2", place.region, "", &format!("image/{id}")),
        name: format!("{}-{number}", dice.pick(&["web", "golden", "builder"])),
        state: if is_disabled { "disabled" } else { dice.weighted(&[("available", 15), ("transient", 1)]) },
        architecture: dice.weighted(&[("x86_64", 6), ("arm64", 5), ("riscv64", 1)]),
        has_imdsv2: dice.chance(0.4),
        is_encrypted: dice.chance(0.5),
        snapshot_id: format!("snap-0{}", dice.hex(16)),
        created_millis: place.days_ago(days, dice),
        deprecated_millis: dice.chance(0.5).then(|| place.days_ago(days - 730, dice)),
        launched_millis: dice.chance(0.6).then(|| place.days_ago(days / 2, dice)),
        tags: some_tags(dice),
        sharing,
        id,
    }
}

/// The ids of the images.
pub(super) fn ids(place: &Place<'_>) -> Vec<String> {
    images(place).into_iter().map(|it| it.id).collect()
}

/// The images as the truth counts them.
pub(super) fn planted(place: &Place<'_>) -> Vec<Planted> {
    images(place).into_iter().map(|it| it.sharing.planted(place, it.arn)).collect()
}

fn describe_images(context: &Context<'_>) -> Vec<Value> {
    if context.request.text("Filter.1.Name") == Some("image-id") {
        return filtered(context);
    }
    let owners = context.request.texts("Owner");
    if !owners.contains(&"self") && !owners.contains(&context.place.account.id.as_str()) {
        return Vec::new();
    }
    let shows_disabled = context.request.flag("IncludeDisabled");
    let all = images(&context.place).into_iter().filter(|it| shows_disabled || it.state != "disabled");
    all.map(|it| describe(&context.place, &it)).collect()
}

/// The images that a filter names: own ones, and those of others that are still there.
fn filtered(context: &Context<'_>) -> Vec<Value> {
    let own = images(&context.place);
    let shown = |id: &str| match own.iter().find(|it| it.id == id) {
        Some(own) => Some(describe(&context.place, own)),
        None => foreign(&context.place, id),
    };
    context.request.texts("Filter.1.Value").into_iter().filter_map(shown).collect()
}

/// Whether what is launched from an image answers IMDSv1, where nothing else decides it. None: a census cannot know.
pub(super) fn allows_imdsv1(place: &Place<'_>, id: Option<&str>) -> Option<bool> {
    let id = id.filter(|id| id.starts_with("ami-"))?;
    let own = images(place).into_iter().find(|it| it.id == id).map(|it| it.has_imdsv2);
    let has_imdsv2 = own.or_else(|| foreign(place, id).map(|it| it["imdsSupport"] == "v2.0"));
    has_imdsv2.map(|has_imdsv2| !has_imdsv2)
}

/// An image of somebody else; none if it is gone, or no longer shared.
fn foreign(place: &Place<'_>, id: &str) -> Option<Value> {
    let mut dice = place.organization.dice(&["foreign-image", id]);
    if dice.chance(0.15) {
        return None;
    }
    let (owner_id, alias) = dice.weighted(&[
        (("137112412989", Some("amazon")), 6),
        (("679593333241", Some("aws-marketplace")), 2),
        (("099720109477", None), 2),
        (("999988887777", None), 1),
    ]);
    let days = dice.between(0, 1800);
    Some(json!({
        "imageId": id,
        "imageLocation": format!("{owner_id}/server"),
        "imageState": "available",
        "imageOwnerId": owner_id,
        "imageOwnerAlias": alias,
        "isPublic": dice.chance(0.9),
        "architecture": "x86_64",
        "imageType": "machine",
        "name": format!("server-{}", dice.between(1, 99)),
        "rootDeviceType": "ebs",
        "rootDeviceName": "/dev/xvda",
        "virtualizationType": "hvm",
        "hypervisor": "xen",
        "enaSupport": true,
        "platformDetails": "Linux/UNIX",
        "imdsSupport": dice.chance(0.4).then_some("v2.0"),
        "creationDate": iso_millis(place.days_ago(days, &mut dice)),
        "deprecationTime": dice.chance(0.7).then(|| place.days_ago(days - 730, &mut dice)).map(iso_millis),
    }))
}

fn describe(place: &Place<'_>, it: &Image) -> Value {
    let volume = json!({ "deviceName": "/dev/xvda", "ebs": {
        "snapshotId": it.snapshot_id,
        "volumeSize": 8,
        "volumeType": "gp3",
        "deleteOnTermination": true,
        "encrypted": it.is_encrypted,
    } });
    json!({
        "imageId": it.id,
        "imageLocation": format!("{}/{}", place.account.id, it.name),
        "imageState": it.state,
        "imageOwnerId": place.account.id,
        "isPublic": it.sharing.sort == Sort::Everyone,
        "architecture": it.architecture,
        "imageType": "machine",
        "name": it.name,
        "rootDeviceType": "ebs",
        "rootDeviceName": "/dev/xvda",
        "virtualizationType": "hvm",
        "hypervisor": "xen",
        "enaSupport": true,
        "platformDetails": "Linux/UNIX",
        "usageOperation": "RunInstances",
        "blockDeviceMapping": items([volume]),
        "bootMode": "uefi-preferred",
        "imdsSupport": it.has_imdsv2.then_some("v2.0"),
        "deregistrationProtection": "disabled",
        "creationDate": iso_millis(it.created_millis),
        "deprecationTime": it.deprecated_millis.map(iso_millis),
        "lastLaunchedTime": it.launched_millis.map(iso_millis),
        "tagSet": tag_set(&it.tags),
    })
}

fn attribute(context: &Context<'_>) -> Result<Value, Refusal> {
    let id = context.request.required("ImageId")?;
    let message = format!("The image id '[{id}]' does not exist");
    let image = images(&context.place).into_iter().find(|it| it.id == id);
    let image = image.ok_or_else(|| Refusal::new(400, "InvalidAMIID.NotFound", message))?;
    if context.request.required("Attribute")? != "launchPermission" {
        return Err(Refusal::invalid_parameter(context.request.service, "Attribute"));
    }
    Ok(json!({ "imageId": id, "launchPermission": image.sharing.permissions() }))
}

/// Whether further images can become public. What is public stays public.
fn block(place: &Place<'_>) -> Value {
    let mut dice = place.dice("ec2-image-block");
    let state = dice.weighted(&[("block-new-sharing", 3), ("unblocked", 1)]);
    json!({ "imageBlockPublicAccessState": state, "managedBy": "account" })
}
