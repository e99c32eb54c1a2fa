//! Shield Advanced: subscriptions, and what they protect.

use crate::clock::epoch_seconds;
use crate::place::Place;
use crate::protocol::Refusal;
use crate::service::{Scope, Service, get, list};
use crate::truth::{At, things};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    scope: Scope::Global,
    answers: &[&[
        get("DescribeSubscription", |context| {
            let it = subscription(&context.place.whole()).ok_or_else(none)?;
            Ok(json!({ "Subscription": describe(&context.place, &it) }))
        }),
        get("GetSubscriptionState", |context| {
            let is_active = subscription(&context.place.whole()).is_some();
            Ok(json!({ "SubscriptionState": if is_active { "ACTIVE" } else { "INACTIVE" } }))
        }),
        list("ListProtections", "Protections", |context| {
            let it = subscription(&context.place.whole()).ok_or_else(none)?;
            Ok(it.protections.iter().map(|it| describe_protection(&context.place, it)).collect())
        }),
    ]],
    kinds: &[
        things(At::Account, "shield_protections", |place| subscription(place).map_or(0, |it| it.protections.len())),
        things(At::Account, "shield_subscriptions", |_| 1),
    ],
    ..Service::named("shield")
};

/// A subscription to Shield Advanced.
#[derive(Debug)]
struct Subscription {
    started_millis: i64,
    is_renewed: bool,
    proactive: &'static str,
    protections: Vec<Protection>,
}

#[derive(Debug)]
struct Protection {
    id: String,
    resource: String,
    /// Block or Count; none if Shield writes no rules by itself.
    response: Option<&'static str>,
}

/// Whether an account has a subscription.
pub(super) fn is_subscribed(place: &Place<'_>) -> bool {
    subscription(place).is_some()
}

/// The account's subscription: of most accounts none.
fn subscription(place: &Place<'_>) -> Option<Subscription> {
    let mut dice = place.dice("shield");
    if !dice.chance(0.25) {
        return None;
    }
    let days = dice.between(10, 360);
    let count = dice.count(place.organization.settings.rates.other_resources);
    let protection = |_| Protection {
        id: dice.uuid(),
        resource: place.organization.arn(
            "cloudfront",
            "",
            &place.account.id,
            &format!("distribution/E{}", dice.base32(13)),
        ),
        response: dice.pick(&[None, Some("Block"), Some("Count")]),
    };
    let protections = (0..count).map(protection).collect();
    Some(Subscription {
        started_millis: place.days_ago(days, &mut dice),
        is_renewed: dice.chance(0.7),
        proactive: dice.pick(&["ENABLED", "DISABLED", "PENDING"]),
        protections,
    })
}

fn none() -> Refusal {
    Refusal::new(400, "ResourceNotFoundException", "The subscription does not exist.")
}

fn describe(place: &Place<'_>, it: &Subscription) -> Value {
    let started = epoch_seconds(it.started_millis);
    let subscription = format!("subscription/{}", place.account.id);
    json!({
        "StartTime": started,
        "EndTime": started + 365 * 86_400,
        "TimeCommitmentInSeconds": 365 * 86_400,
        "AutoRenew": if it.is_renewed { "ENABLED" } else { "DISABLED" },
        "ProactiveEngagementStatus": it.proactive,
        "SubscriptionLimits": {
            "ProtectionLimits": { "ProtectedResourceTypeLimits": [{ "Type": "CLOUDFRONT_DISTRIBUTION", "Max": 1000 }] },
            "ProtectionGroupLimits": {
                "MaxProtectionGroups": 100,
                "PatternTypeLimits": { "ArbitraryPatternLimits": { "MaxMembers": 10000 } },
            },
        },
        "SubscriptionArn": place.organization.arn("shield", "", &place.account.id, &subscription),
    })
}

fn describe_protection(place: &Place<'_>, it: &Protection) -> Value {
    let protection = format!("protection/{}", it.id);
    let health_checks: [&str; 0] = [];
    json!({
        "Id": it.id,
        "Name": format!("protection-of-{}", it.id),
        "ResourceArn": it.resource,
        "HealthCheckIds": health_checks,
        "ProtectionArn": place.organization.arn("shield", "", &place.account.id, &protection),
        "ApplicationLayerAutomaticResponseConfiguration":
            it.response.map(|response| json!({ "Status": "ENABLED", "Action": { response: {} } })),
    })
}
