//! Settings of an account in a region, but for the blocks of public images and snapshots, which are with those.

use crate::clock::iso_millis;
use crate::dice::Dice;
use crate::place::Place;
use crate::protocol::items;
use crate::service::{Operation, get};
use serde_json::{Value, json};

pub(super) const ANSWERS: &[Operation] = &[
    get("DescribeVpcBlockPublicAccessOptions", |context| Ok(vpc_block(&context.place))),
    get("GetAllowedImagesSettings", |context| Ok(allowed_images(&context.place))),
    get("GetEbsDefaultKmsKeyId", |context| {
        let mut dice = context.place.dice("ec2-ebs-key");
        let own = dice.chance(0.3).then(|| context.place.arn("kms", "key/00000000-0000-4000-8000-000000000000"));
        Ok(json!({ "kmsKeyId": own.unwrap_or_else(|| "alias/aws/ebs".to_owned()) }))
    }),
    get("GetEbsEncryptionByDefault", |context| {
        let is_on = context.place.dice("ec2-ebs-encryption").chance(0.5);
        Ok(json!({ "ebsEncryptionByDefault": is_on, "sseType": if is_on { "sse-kms" } else { "none" } }))
    }),
    get("GetSerialConsoleAccessStatus", |context| {
        let is_on = context.place.dice("ec2-serial-console").chance(0.2);
        Ok(json!({ "serialConsoleAccessEnabled": is_on, "managedBy": "account" }))
    }),
];

/// How VPC Block Public Access is set, with the dice that go on.
fn rolled_block(place: &Place<'_>) -> (&'static str, Dice) {
    let mut dice = place.dice("ec2-vpc-block");
    (dice.weighted(&[("off", 6), ("block-ingress", 2), ("block-bidirectional", 1)]), dice)
}

/// What VPC Block Public Access keeps from internet gateways.
pub(super) fn block_mode(place: &Place<'_>) -> &'static str {
    rolled_block(place).0
}

fn vpc_block(place: &Place<'_>) -> Value {
    let (mode, mut dice) = rolled_block(place);
    let is_changed = mode != "off";
    let days = dice.between(0, 300);
    let changed_millis = place.days_ago(days, &mut dice);
    json!({ "vpcBlockPublicAccessOptions": {
        "awsAccountId": place.account.id,
        "awsRegion": place.region,
        "state": if is_changed { "update-complete" } else { "default-state" },
        "internetGatewayBlockMode": mode,
        "lastUpdateTimestamp": is_changed.then(|| iso_millis(changed_millis)),
        "managedBy": "account",
        "exclusionsAllowed": "allowed",
    } })
}

fn allowed_images(place: &Place<'_>) -> Value {
    let mut dice = place.dice("ec2-allowed-images");
    let state = dice.weighted(&[("disabled", 6), ("audit-mode", 2), ("enabled", 1)]);
    let providers = ["amazon", place.account.id.as_str()].map(Value::from);
    let criterion = (state != "disabled").then(|| json!({ "imageProviderSet": items(providers) }));
    json!({ "state": state, "imageCriterionSet": items(criterion), "managedBy": "account" })
}
