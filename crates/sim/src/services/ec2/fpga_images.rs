//! Images for FPGAs, and who may load them.

use super::sharing::{ACCOUNTS, Sharing, Sort, by_chance};
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
    get("DescribeFpgaImageAttribute", attribute),
    list("DescribeFpgaImages", "fpgaImageSet", |context| Ok(describe_images(context))),
];

/// An image for FPGAs.
#[derive(Debug)]
struct FpgaImage {
    id: String,
    arn: String,
    sharing: Sharing,
    state: &'static str,
    created_millis: i64,
    tags: Vec<(String, String)>,
}

/// The images of a place. Most accounts have none.
fn images(place: &Place<'_>) -> Vec<FpgaImage> {
    let (mut dice, most) = place.population("ec2-fpga-images", place.organization.settings.rates.other_resources);
    let count = if dice.chance(0.2) { most } else { 0 };
    let shared = by_chance(place, count, ACCOUNTS, &mut dice);
    shared.into_iter().map(|sharing| image(place, sharing, &mut dice)).collect()
}

fn image(place: &Place<'_>, sharing: Sharing, dice: &mut Dice) -> FpgaImage {
    let id = format!("afi-0{}", dice.hex(16));
    let days = dice.between(0, 900);
    FpgaImage {
        arn: place.organization.arn("ec2", place.region, "", &format!("fpga-image/{id}")),
        state: dice.weighted(&[("available", 8), ("failed", 1), ("baking", 1)]),
        created_millis: place.days_ago(days, dice),
        tags: some_tags(dice),
        sharing,
        id,
    }
}

/// The images as the truth counts them.
pub(super) fn planted(place: &Place<'_>) -> Vec<Planted> {
    images(place).into_iter().map(|it| it.sharing.planted(place, it.arn)).collect()
}

fn describe_images(context: &Context<'_>) -> Vec<Value> {
    if !context.request.texts("Owner").contains(&"self") {
        return Vec::new();
    }
    let describe = |it: FpgaImage| {
        json!({
            "fpgaImageId": it.id,
            "fpgaImageGlobalId": it.id.replace("afi-", "agfi-"),
            "name": "filter",
            "shellVersion": "0x04261818",
            "state": { "code": it.state },
            "createTime": iso_millis(it.created_millis),
            "updateTime": iso_millis(it.created_millis),
            "ownerId": context.place.account.id,
            "public": it.sharing.sort == Sort::Everyone,
            "dataRetentionSupport": true,
            "instanceTypes": items([json!("f2.6xlarge")]),
            "tags": tag_set(&it.tags),
        })
    };
    images(&context.place).into_iter().map(describe).collect()
}

fn attribute(context: &Context<'_>) -> Result<Value, Refusal> {
    let id = context.request.required("FpgaImageId")?;
    let message = format!("The fpga image ID '{id}' does not exist");
    let image = images(&context.place).into_iter().find(|it| it.id == id);
    let image = image.ok_or_else(|| Refusal::new(400, "InvalidFpgaImageID.NotFound", message))?;
    if context.request.required("Attribute")? != "loadPermission" {
        return Err(Refusal::invalid_parameter(context.request.service, "Attribute"));
    }
    Ok(json!({ "fpgaImageAttribute": { "fpgaImageId": id, "loadPermissions": image.sharing.permissions() } }))
}
