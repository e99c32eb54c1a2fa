//! The metadata service: the defaults of a place, and what instances and launch templates make of them.

use super::{Instance, images, instances, launch_templates};
use crate::organization_policies;
use crate::place::Place;
use crate::services::autoscaling;
use crate::truth::Tally;
use serde_json::{Value, json};

/// The defaults of new instances in a place.
#[derive(Debug, Clone, Copy)]
struct Defaults {
    tokens: Option<&'static str>,
    endpoint: Option<&'static str>,
    hop_limit: i64,
    is_enforced: bool,
    managed_by: &'static str,
}

/// Most accounts have not set any. The account with the declarative policy has its.
fn defaults(place: &Place<'_>) -> Option<Defaults> {
    let mut dice = place.dice("ec2-defaults");
    let level = dice.chance(0.2).then(|| dice.pick(&[1, 2]));
    let mut more = place.dice("ec2-defaults-more");
    let tokens = more.weighted(&[(Some("required"), 6), (Some("optional"), 1), (None, 1)]);
    let endpoint = more.weighted(&[(None, 4), (Some("enabled"), 2), (Some("disabled"), 1)]);
    let is_enforced = tokens == Some("required") && more.chance(0.4);
    let set = |hop_limit, managed_by| Defaults { tokens, endpoint, hop_limit, is_enforced, managed_by };
    match organization_policies::has_metadata_policy(place) {
        true => Some(set(2, "declarative-policy")),
        false => level.map(|hop_limit| set(hop_limit, "account")),
    }
}

pub(super) fn describe_defaults(place: &Place<'_>) -> Value {
    let level = defaults(place).map(|it| {
        json!({
            "httpTokens": it.tokens,
            "httpTokensEnforced": it.is_enforced.then_some("enabled"),
            "httpPutResponseHopLimit": it.hop_limit,
            "httpEndpoint": it.endpoint,
            "instanceMetadataTags": it.is_enforced.then_some("disabled"),
            "managedBy": it.managed_by,
        })
    });
    json!({ "accountLevel": level.unwrap_or_else(|| json!({})) })
}

/// Counts what instances answer now, and what the next launch of a version answers.
pub(super) fn count(place: &Place<'_>, tally: &mut Tally) {
    let instances = instances(place);
    let answer = |it: &&Instance| it.exists() && it.is_imds_optional && !it.is_imds_disabled;
    let answering = instances.iter().filter(answer).count();
    tally.cell("ec2_metadata_posture WHERE subject_type = 'instance' AND is_imdsv1_answered", answering);
    let defaults = defaults(place);
    let (mut answered, mut refused, mut unknown) = (0, 0, 0);
    for (image_id, options) in launch_templates::versions_read(place) {
        let endpoint = options.endpoint.or(defaults.and_then(|it| it.endpoint));
        let said = options.tokens.or(defaults.and_then(|it| it.tokens));
        let tokens = said.map(|tokens| Some(tokens == "optional"));
        let is_asked = tokens.unwrap_or_else(|| images::allows_imdsv1(place, image_id.as_deref()));
        let is_enforced = defaults.is_some_and(|it| it.is_enforced);
        match is_asked {
            _ if endpoint == Some("disabled") => {}
            None => unknown += 1,
            Some(true) if is_enforced => refused += 1,
            Some(true) => answered += 1,
            Some(false) => {}
        }
    }
    for (versions, count) in [
        ("ec2_metadata_posture WHERE version_number > 0 AND is_next_imdsv1_answered", answered),
        ("ec2_metadata_posture WHERE version_number > 0 AND is_next_launch_refused", refused),
        ("ec2_metadata_posture WHERE version_number > 0 AND is_next_imdsv1_answered IS NULL", unknown),
    ] {
        tally.cell(versions, count);
    }
}

/// How many instances, versions and launch configurations there are that make something of the metadata service.
pub(super) fn postures(place: &Place<'_>) -> usize {
    let living = instances(place).iter().filter(|it| it.exists()).count();
    living + launch_templates::versions_read(place).len() + autoscaling::image_ids(place).len()
}
