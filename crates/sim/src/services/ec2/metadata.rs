//! The metadata service: the defaults of a place, and what instances and launch templates make of them.

use super::launch_templates::{self, Options};
use super::profiles::Profiles;
use super::{images, instances};
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

/// What a launch comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// It answers IMDSv1.
    Answers,
    /// It does not.
    IsSilent,
    /// It fails.
    IsRefused,
    /// A census cannot know.
    IsUnknown,
}

fn next(place: &Place<'_>, defaults: Option<Defaults>, options: Options, image_id: Option<&str>) -> Next {
    if options.endpoint.or(defaults.and_then(|it| it.endpoint)) == Some("disabled") {
        return Next::IsSilent;
    }
    let tokens = options.tokens.or(defaults.and_then(|it| it.tokens));
    let asks = tokens.map(|tokens| tokens == "optional");
    match asks.or_else(|| images::allows_imdsv1(place, image_id)) {
        None => Next::IsUnknown,
        Some(false) => Next::IsSilent,
        Some(true) if defaults.is_some_and(|it| it.is_enforced) => Next::IsRefused,
        Some(true) => Next::Answers,
    }
}

/// Counts what instances answer now, and what the next launches answer.
pub(super) fn count(place: &Place<'_>, profiles: &Profiles, tally: &mut Tally) {
    let defaults = defaults(place);
    let (mut answering, mut exposing, mut deleted) = (0, 0, 0);
    for it in instances(place).iter().filter(|it| it.exists()) {
        let is_answering = it.is_imds_optional && !it.is_imds_disabled;
        answering += usize::from(is_answering);
        let profile = it.profile(profiles);
        exposing += usize::from(is_answering && profile.is_some_and(|profile| profile.is_over_broad));
        deleted += usize::from(profile.is_some_and(|profile| profile.id.is_none()));
        let next = next(place, defaults, Options::NONE, Some(&it.image_id));
        if is_answering || matches!(next, Next::Answers | Next::IsUnknown) {
            tally.lists.add("G5", [&place.arn("ec2", &format!("instance/{}", it.id))]);
        }
    }
    tally.cell("ec2_metadata_posture WHERE subject_type = 'instance' AND is_imdsv1_answered", answering);
    tally.cell("ec2_metadata_posture WHERE subject_type = 'instance' AND exposes_administrator", exposing);
    let gone = "ec2_metadata_posture WHERE subject_type = 'instance' AND array_has(unread, 'profile_gone')";
    tally.cell(gone, deleted);
    // IAM is read in every account that is entered.
    tally.cell("ec2_metadata_posture WHERE array_has(unread, 'profile_unread')", 0);
    let launched = launch_templates::launched(place).into_iter().chain(autoscaling::launched(place));
    let launched = launched.map(|it| (next(place, defaults, it.options, it.image_id.as_deref()), it.subject));
    let launched: Vec<(Next, String)> = launched.collect();
    for (_, subject) in launched.iter().filter(|(next, _)| matches!(next, Next::Answers | Next::IsUnknown)) {
        tally.lists.add("G5", [subject]);
    }
    for (launches, counted) in [
        ("ec2_metadata_posture WHERE subject_type <> 'instance' AND is_next_imdsv1_answered", Next::Answers),
        ("ec2_metadata_posture WHERE subject_type <> 'instance' AND is_next_launch_refused", Next::IsRefused),
        ("ec2_metadata_posture WHERE subject_type <> 'instance' AND is_next_imdsv1_answered IS NULL", Next::IsUnknown),
    ] {
        tally.cell(launches, launched.iter().filter(|(next, _)| *next == counted).count());
    }
}

/// How many instances, versions and launch configurations there are that make something of the metadata service.
pub(super) fn postures(place: &Place<'_>) -> usize {
    let living = instances(place).iter().filter(|it| it.exists()).count();
    living + launch_templates::launched(place).len() + autoscaling::launched(place).len()
}
