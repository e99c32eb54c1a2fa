//! Trails: one of the whole organization in the management account, and others of accounts.

use crate::clock::epoch_seconds;
use crate::context::Context;
use crate::dice::Dice;
use crate::place::Place;
use crate::protocol::Refusal;
use crate::service::{Operation, get};
use crate::truth::Tally;
use serde_json::{Value, json};

/// The insights that trails log, and how often.
const INSIGHTS: [(&[&str], u32); 3] =
    [(&[], 6), (&["ApiCallRateInsight"], 2), (&["ApiCallRateInsight", "ApiErrorRateInsight"], 2)];

pub(super) const ANSWERS: &[Operation] = &[
    get("DescribeTrails", |context| {
        let trails: Vec<Value> = trails(&context.place).iter().map(|it| describe(&context.place, it)).collect();
        Ok(json!({ "trailList": trails }))
    }),
    get("GetEventSelectors", |context| {
        let found = named(context, "TrailName")?;
        Ok(event_selectors(&found))
    }),
    get("GetInsightSelectors", |context| {
        let found = named(context, "TrailName")?;
        if found.insights.is_empty() {
            let message = format!("Trail {} does not have Insights enabled.", found.arn);
            return Err(Refusal::new(400, "InsightNotEnabledException", message));
        }
        let selectors: Vec<Value> = found.insights.iter().map(|kind| json!({ "InsightType": kind })).collect();
        Ok(json!({ "TrailARN": found.arn, "InsightSelectors": selectors }))
    }),
    get("GetTrailStatus", |context| {
        let found = named(context, "Name")?;
        let at = epoch_seconds(found.created_millis);
        Ok(json!({
            "IsLogging": found.is_logging,
            "StartLoggingTime": at,
            "StopLoggingTime": (!found.is_logging).then_some(at),
            "LatestDeliveryTime": found.is_delivered.then_some(at),
            "LatestDeliveryError": (!found.is_delivered).then_some("AccessDenied"),
        }))
    }),
];

/// A trail.
#[derive(Debug)]
pub(super) struct Trail {
    name: String,
    arn: String,
    is_multi_region: bool,
    is_of_organization: bool,
    is_validated: bool,
    is_encrypted: bool,
    is_logging: bool,
    is_delivered: bool,
    /// Which events it logs: the words of a basic selector, or advanced, or none.
    selector: &'static str,
    /// The insights that it logs.
    insights: &'static [&'static str],
    created_millis: i64,
}

/// Counts what the trails of a place are like.
pub(super) fn count(place: &Place<'_>, tally: &mut Tally) {
    let trails = trails(place);
    let all = |is_so: fn(&Trail) -> bool| trails.iter().filter(|it| is_so(it)).count();
    tally.cell("cloudtrail_trails WHERE is_logging", all(|it| it.is_logging));
    tally.cell("cloudtrail_trails WHERE is_organization_trail", all(|it| it.is_of_organization));
    tally.cell("cloudtrail_trails WHERE is_multi_region", all(|it| it.is_multi_region));
    tally.cell("cloudtrail_trails WHERE is_log_file_validated", all(|it| it.is_validated));
    tally.cell("cloudtrail_trails WHERE latest_delivery_error IS NOT NULL", all(|it| !it.is_delivered));
    tally.cell("cloudtrail_trails WHERE has_insight_selectors", all(|it| !it.insights.is_empty()));
    tally.cell("cloudtrail_trails WHERE array_length(insight_types) = 2", all(|it| it.insights.len() == 2));
    for it in &trails {
        let mut one = |definition, is_so| tally.misconfigurations.one("S1", "trails", definition, is_so);
        one("off", !it.is_logging || !it.is_delivered);
        one("not_validated", !it.is_validated);
        one("no_kms_key", !it.is_encrypted);
        one("no_log_group", true);
        one("no_insights", it.insights.is_empty());
        one("no_data_events", it.selector != "advanced");
    }
}

/// The trails whose home is this place.
pub(super) fn trails(place: &Place<'_>) -> Vec<Trail> {
    let mut dice = place.dice("cloudtrail-trails");
    let mut all = Vec::new();
    if place.is_first_region() && place.account.is_management() {
        all.push(Trail { is_multi_region: true, is_of_organization: true, ..trail(place, "organization", &mut dice) });
    }
    let count = if place.is_settled() { dice.pick(&[0, 0, 0, 1, 2]) } else { 0 };
    all.extend((0..count).map(|number| trail(place, &format!("audit-{number}"), &mut dice)));
    all
}

fn trail(place: &Place<'_>, name: &str, dice: &mut Dice) -> Trail {
    let days = dice.between(0, 1500);
    Trail {
        name: name.to_owned(),
        arn: place.arn("cloudtrail", &format!("trail/{name}")),
        is_multi_region: dice.chance(0.5),
        is_of_organization: false,
        is_validated: dice.chance(0.6),
        is_encrypted: dice.chance(0.5),
        is_logging: dice.chance(0.8),
        is_delivered: dice.chance(0.8),
        selector: dice.weighted(&[("All", 4), ("WriteOnly", 2), ("ReadOnly", 1), ("advanced", 2), ("none", 1)]),
        insights: place.dice(&format!("cloudtrail-insights-{name}")).weighted(&INSIGHTS),
        created_millis: place.days_ago(days, dice),
    }
}

/// The trail that a call names, by its ARN or its name.
fn named(context: &Context<'_>, input: &str) -> Result<Trail, Refusal> {
    let wanted = context.request.required(input)?;
    let found = trails(&context.place).into_iter().find(|it| it.arn == wanted || it.name == wanted);
    let message = format!("Unknown trail: {wanted} for the user: {}", context.place.account.id);
    found.ok_or_else(|| Refusal::new(400, "TrailNotFoundException", message))
}

fn event_selectors(it: &Trail) -> Value {
    let field = |name: &str, value: &str| json!({ "Field": name, "Equals": [value] });
    match it.selector {
        "none" => json!({ "TrailARN": it.arn, "EventSelectors": [] }),
        "advanced" => {
            let management = json!({ "Name": "Management", "FieldSelectors": [field("eventCategory", "Management")] });
            let data = [field("eventCategory", "Data"), field("resources.type", "AWS::S3::Object")];
            let data = json!({ "Name": "Objects", "FieldSelectors": data });
            json!({ "TrailARN": it.arn, "AdvancedEventSelectors": [management, data] })
        }
        words => {
            let selector = json!({
                "ReadWriteType": words,
                "IncludeManagementEvents": true,
                "DataResources": [],
                "ExcludeManagementEventSources": [],
            });
            json!({ "TrailARN": it.arn, "EventSelectors": [selector] })
        }
    }
}

fn describe(place: &Place<'_>, it: &Trail) -> Value {
    json!({
        "Name": it.name,
        "S3BucketName": format!("trails-of-{}", place.account.id),
        "IncludeGlobalServiceEvents": it.is_multi_region,
        "IsMultiRegionTrail": it.is_multi_region,
        "HomeRegion": place.region,
        "TrailARN": it.arn,
        "LogFileValidationEnabled": it.is_validated,
        "KmsKeyId": it.is_encrypted.then(|| place.arn("kms", "key/00000000-0000-4000-8000-000000000000")),
        "HasCustomEventSelectors": it.selector != "All",
        "HasInsightSelectors": !it.insights.is_empty(),
        "IsOrganizationTrail": it.is_of_organization,
    })
}
