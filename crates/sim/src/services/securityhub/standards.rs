//! Standards, and their controls.

use super::hub;
use crate::clock::epoch_seconds;
use crate::context::Context;
use crate::place::Place;
use crate::protocol::Refusal;
use serde_json::{Value, json};

/// A standard: how findings name it, its name in ARNs, and its controls.
#[derive(Debug)]
pub(super) struct Kind {
    pub(super) id: &'static str,
    name: &'static str,
    pub(super) controls: &'static [&'static str],
}

static KINDS: [Kind; 2] = [
    Kind {
        id: "standards/aws-foundational-security-best-practices/v/1.0.0",
        name: "aws-foundational-security-best-practices/v/1.0.0",
        controls: &["Config.1", "EC2.2", "GuardDuty.1", "IAM.1", "IAM.6", "Macie.1", "S3.1"],
    },
    Kind {
        id: "standards/cis-aws-foundations-benchmark/v/3.0.0",
        name: "cis-aws-foundations-benchmark/v/3.0.0",
        controls: &["CloudTrail.1", "Config.1", "IAM.1", "IAM.6"],
    },
];

/// A standard that is on.
#[derive(Debug)]
pub(super) struct Enabled {
    pub(super) kind: &'static Kind,
    pub(super) is_ready: bool,
    /// The controls that are off in it.
    pub(super) disabled: Vec<&'static str>,
    switched_millis: i64,
}

/// The standards that are on at a place.
pub(super) fn enabled(place: &Place<'_>) -> Vec<Enabled> {
    if hub(place).is_none() {
        return Vec::new();
    }
    let mut dice = place.dice("securityhub-standards");
    let mut all = Vec::new();
    for (kind, share) in KINDS.iter().zip(SHARES) {
        let (is_on, is_ready, days) = (dice.chance(share), dice.chance(0.8), dice.between(1, 400));
        let disabled = kind.controls.iter().copied().filter(|_| dice.chance(0.1)).collect();
        let switched_millis = place.days_ago(days, &mut dice);
        if is_on {
            all.push(Enabled { kind, is_ready, disabled, switched_millis });
        }
    }
    all
}

/// The shares of hubs in which the standards are on.
const SHARES: [f64; 2] = [0.8, 0.4];

impl Enabled {
    fn arn(&self, place: &Place<'_>) -> String {
        place.arn("securityhub", &format!("subscription/{}", self.kind.name))
    }

    pub(super) fn describe(&self, place: &Place<'_>) -> Value {
        let partition = &place.organization.settings.partition;
        let mut described = json!({
            "StandardsSubscriptionArn": self.arn(place),
            "StandardsArn": format!("arn:{partition}:securityhub:{}::{}", place.region, self.kind.id),
            "StandardsInput": {},
            "StandardsStatus": if self.is_ready { "READY" } else { "INCOMPLETE" },
        });
        if !self.is_ready {
            described["StandardsStatusReason"] = json!({ "StatusReasonCode": "NO_AVAILABLE_CONFIGURATION_RECORDER" });
        }
        described
    }

    fn control(&self, place: &Place<'_>, id: &str) -> Value {
        let is_off = self.disabled.contains(&id);
        json!({
            "StandardsControlArn": place.arn("securityhub", &format!("control/{}/{id}", self.kind.name)),
            "ControlStatus": if is_off { "DISABLED" } else { "ENABLED" },
            "DisabledReason": is_off.then_some("Another tool checks it"),
            "ControlStatusUpdatedAt": epoch_seconds(self.switched_millis),
            "ControlId": id,
            "Title": format!("What {id} asks for"),
            "SeverityRating": "HIGH",
        })
    }
}

/// The controls of the standard that a call names.
pub(super) fn controls_of(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    let (place, arn) = (&context.place, context.request.required("StandardsSubscriptionArn")?);
    let found = enabled(place).into_iter().find(|it| it.arn(place) == arn);
    let message = format!("{arn} is not enabled");
    let it = found.ok_or_else(|| Refusal::new(404, "ResourceNotFoundException", message))?;
    Ok(it.kind.controls.iter().map(|id| it.control(place, id)).collect())
}
