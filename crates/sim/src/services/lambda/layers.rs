//! Layers: their versions, each with a policy of its own.

use super::{not_found, policy_answer};
use crate::clock::iso_lambda;
use crate::context::Context;
use crate::dice::Dice;
use crate::place::Place;
use crate::policies::{ResourcePolicy, Subject, any_kind};
use crate::protocol::Refusal;
use crate::truth::Planted;
use serde_json::{Value, json};

/// A layer.
#[derive(Debug)]
struct Layer {
    name: String,
    arn: String,
    /// The oldest first.
    versions: Vec<Version>,
}

/// A version of a layer.
#[derive(Debug)]
pub(super) struct Version {
    arn: String,
    number: usize,
    policy: ResourcePolicy,
    created_millis: i64,
    runtime: &'static str,
}

fn layers(place: &Place<'_>) -> Vec<Layer> {
    let (mut dice, count) = place.sampled("lambda-layers", place.organization.settings.rates.other_resources);
    let layer = |number: u64| {
        let is_last = number + 1 == count;
        let name = format!("{}-{number}", dice.pick(&["tools", "certificates", "tracing"]));
        let arn = place.arn("lambda", &format!("layer:{name}"));
        let newest = dice.weighted(&[(1, 3), (2, 2), (4, 1)]);
        let newest = dice.few(newest);
        let versions = (1..=newest).map(|it| version(place, &arn, (it, is_last && it == newest), &mut dice)).collect();
        Layer { name, versions, arn }
    };
    (0..count).map(layer).collect()
}

/// A version by its number; if it is the newest of the region's last layer, it is the sample.
fn version(place: &Place<'_>, layer_arn: &str, (number, is_last): (usize, bool), dice: &mut Dice) -> Version {
    let arn = format!("{layer_arn}:{number}");
    let subject = Subject {
        place: *place,
        actions: &["lambda:GetLayerVersion"],
        resources: vec![arn.clone()],
        service: "cloudformation.amazonaws.com",
    };
    let by_chance = any_kind(dice, place.organization.settings.rates.public_other_resources);
    let kind = place.shown(by_chance, is_last);
    let days = dice.between(0, 1200);
    Version {
        policy: subject.policy(kind, dice),
        number,
        created_millis: place.days_ago(days, dice),
        runtime: dice.pick(&["python3.13", "nodejs22.x", "cobol85"]),
        arn,
    }
}

/// All versions of all layers.
pub(super) fn versions(place: &Place<'_>) -> Vec<Version> {
    layers(place).into_iter().flat_map(|layer| layer.versions).collect()
}

impl Version {
    /// The version as the truth counts it.
    pub(super) fn planted(self) -> Planted {
        Planted::by(self.arn, self.policy)
    }

    fn describe(&self) -> Value {
        json!({
            "LayerVersionArn": self.arn,
            "Version": self.number,
            "Description": "",
            "CreatedDate": iso_lambda(self.created_millis),
            "CompatibleArchitectures": ["arm64"],
            "CompatibleRuntimes": [self.runtime],
            "LicenseInfo": "MIT",
        })
    }
}

pub(super) fn list(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    let describe = |layer: &Layer| {
        let newest = layer.versions.last().map(Version::describe);
        json!({ "LayerName": layer.name, "LayerArn": layer.arn, "LatestMatchingVersion": newest })
    };
    Ok(layers(&context.place).iter().map(describe).collect())
}

pub(super) fn list_versions(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    Ok(find(context)?.versions.iter().rev().map(Version::describe).collect())
}

pub(super) fn get_policy(context: &Context<'_>) -> Result<Value, Refusal> {
    let number = context.request.number("VersionNumber");
    let version = find(context)?.versions.into_iter().find(|version| Some(version.number) == number);
    let version = version.ok_or_else(|| not_found("The resource you requested does not exist."))?;
    policy_answer(version.policy.document)
}

/// The layer that a name or an ARN names.
fn find(context: &Context<'_>) -> Result<Layer, Refusal> {
    let wanted = context.request.required("LayerName")?;
    let found = layers(&context.place).into_iter().find(|layer| layer.name == wanted || layer.arn == wanted);
    found.ok_or_else(|| not_found(&format!("Layer not found: {wanted}")))
}
