//! Security Hub, in both of its generations. One account administers all members, and one region gathers its findings.

mod findings;
mod standards;

use crate::clock::iso_millis;
use crate::context::Context;
use crate::delegates::{is_watcher, watcher_id};
use crate::place::Place;
use crate::protocol::Refusal;
use crate::service::{Service, get, list};
use crate::truth::{At, Tally, things};
use serde_json::{Value, json};
use standards::enabled;

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        get("DescribeHub", |context| Ok(describe(&context.place, &hub_of(context)?))),
        get("GetAdministratorAccount", |context| {
            let administrator = hub_of(context)?.administrator;
            Ok(administrator.map_or_else(
                || json!({}),
                |id| json!({ "Administrator": { "AccountId": id, "MemberStatus": "Enabled" } }),
            ))
        }),
        list("ListFindingAggregators", "FindingAggregators", |context| {
            let arn = aggregator(&context.place, &hub_of(context)?);
            Ok(arn.into_iter().map(|arn| json!({ "FindingAggregatorArn": arn })).collect())
        }),
        get("GetFindingAggregator", |context| {
            let (place, arn) = (&context.place, context.request.required("FindingAggregatorArn")?);
            let message = "Finding Aggregator not found";
            let own = aggregator(place, &hub_of(context)?).filter(|own| *own == arn);
            let arn = own.ok_or_else(|| Refusal::new(404, "ResourceNotFoundException", message))?;
            let regions = unlinked(place).map_or_else(Vec::new, |region| vec![region]);
            let mode = if regions.is_empty() { "ALL_REGIONS" } else { "ALL_REGIONS_EXCEPT_SPECIFIED" };
            Ok(json!({
                "FindingAggregatorArn": arn,
                "FindingAggregationRegion": place.organization.settings.regions.first(),
                "RegionLinkingMode": mode,
                "Regions": regions,
            }))
        }),
        list("ListEnabledProductsForImport", "ProductSubscriptions", |context| {
            hub_of(context)?;
            Ok(products(&context.place).into_iter().map(Value::from).collect())
        }),
        list("GetEnabledStandards", "StandardsSubscriptions", |context| {
            hub_of(context)?;
            Ok(enabled(&context.place).iter().map(|it| it.describe(&context.place)).collect())
        })
        .pages(25, 100),
        list("DescribeStandardsControls", "Controls", |context| {
            hub_of(context)?;
            standards::controls_of(context)
        })
        .pages(100, 100),
        list("GetFindings", "Findings", |context| {
            hub_of(context)?;
            Ok(findings::asked(context))
        })
        .pages(10, 100),
        get("DescribeSecurityHubV2", |context| {
            let message = "The Security Hub resource was not found.";
            let hub = v2_hub(&context.place);
            let it = hub.ok_or_else(|| Refusal::new(404, "ResourceNotFoundException", message))?;
            let status = if it.is_scanning { "ENABLED" } else { "DISABLED" };
            Ok(json!({
                "HubV2Arn": context.place.arn("securityhub", &format!("hubv2/{}", it.id)),
                "SubscribedAt": iso_millis(it.subscribed_millis),
                "Features": { "NETWORK_SCANNING": { "FeatureStatus": status } },
            }))
        }),
    ]],
    kinds: &[
        things(At::Region, "securityhub_hubs", |_| 1),
        things(At::Region, "securityhub_v2_hubs", |_| 1),
        things(At::Region, "securityhub_standards", |place| enabled(place).len()),
        things(At::Region, "securityhub_disabled_controls", |place| {
            enabled(place).iter().map(|it| it.disabled.len()).sum()
        }),
        things(At::Region, "securityhub_finding_counts", |place| usize::from(hub(place).is_some())),
        things(At::Region, "securityhub_scores", findings::scored_standards),
        things(At::Region, "security_findings", |place| hub(place).map_or(0, |_| findings::open(place).len())),
        things(At::Region, "securityhub_gathered_findings", |place| findings::gathered(place).len()),
    ],
    counts: Some((At::Region, count)),
    ..Service::named("securityhub")
};

/// A hub of Security Hub CSPM.
#[derive(Debug)]
struct Hub {
    subscribed_millis: i64,
    is_auto_enabling: bool,
    /// The account that administers it; none if it is on its own, or is the administrator.
    administrator: Option<String>,
    /// Whether findings of all regions are gathered in the first one.
    is_aggregating: bool,
}

/// The hub of the Security Hub of 2025.
#[derive(Debug)]
struct V2Hub {
    id: String,
    subscribed_millis: i64,
    is_scanning: bool,
}

/// The hub of a place, if it is on there.
fn hub(place: &Place<'_>) -> Option<Hub> {
    let mut dice = place.dice("securityhub");
    let is_watcher = is_watcher(place.account);
    let is_on = dice.chance(0.7) || is_watcher;
    if !is_on || !place.is_settled() {
        return None;
    }
    let days = dice.between(0, 1200);
    let is_member = dice.chance(0.7) && !is_watcher;
    // The setting is the account's, in all of its regions.
    let is_aggregating = is_watcher || (place.whole().dice("securityhub-aggregator").chance(0.2) && !is_member);
    Some(Hub {
        subscribed_millis: place.days_ago(days, &mut dice),
        is_auto_enabling: dice.chance(0.6),
        administrator: watcher_id(place.organization).filter(|_| is_member),
        is_aggregating,
    })
}

fn v2_hub(place: &Place<'_>) -> Option<V2Hub> {
    let mut dice = place.dice("securityhub-v2");
    if !dice.chance(0.4) || !place.is_settled() {
        return None;
    }
    let days = dice.between(0, 300);
    Some(V2Hub { id: dice.uuid(), subscribed_millis: place.days_ago(days, &mut dice), is_scanning: dice.chance(0.5) })
}

/// The caller's hub; AWS's words where it is off.
fn hub_of(context: &Context<'_>) -> Result<Hub, Refusal> {
    let place = &context.place;
    let message = format!("Account {} is not subscribed to AWS Security Hub", place.account.id);
    hub(place).ok_or_else(|| Refusal::new(401, "InvalidAccessException", message))
}

fn describe(place: &Place<'_>, it: &Hub) -> Value {
    json!({
        "HubArn": place.arn("securityhub", "hub/default"),
        "SubscribedAt": iso_millis(it.subscribed_millis),
        "AutoEnableControls": it.is_auto_enabling,
        "ControlFindingGenerator": "SECURITY_CONTROL",
    })
}

/// The ARN of what gathers findings: it names the region where they are gathered.
fn aggregator(place: &Place<'_>, it: &Hub) -> Option<String> {
    let first = place.organization.settings.regions.first()?;
    let id = place.whole().dice("securityhub-aggregator-id").uuid();
    it.is_aggregating.then(|| place.in_region(first).arn("securityhub", &format!("finding-aggregator/{id}")))
}

/// The region whose findings are not gathered with the others', in a part of the accounts that gather their own.
fn unlinked<'p>(place: &'p Place<'_>) -> Option<&'p str> {
    let last = place.organization.settings.regions.iter().skip(1).next_back().filter(|_| !is_watcher(place.account))?;
    place.whole().dice("securityhub-linked-regions").chance(0.5).then_some(last.as_str())
}

/// Whether the hub of a place, if it is on, takes what GuardDuty finds.
fn is_taking_guardduty(place: &Place<'_>) -> bool {
    place.dice("securityhub-guardduty").chance(0.6)
}

/// The ARNs of the hub's subscriptions to what others find.
fn products(place: &Place<'_>) -> Vec<String> {
    let taken = ["inspector", "guardduty"].into_iter().filter(|it| *it != "guardduty" || is_taking_guardduty(place));
    taken.map(|it| place.arn("securityhub", &format!("product-subscription/aws/{it}"))).collect()
}

/// What a census must find of a place.
fn count(place: &Place<'_>, tally: &mut Tally) {
    let hub = hub(place);
    let standards = enabled(place);
    tally.cell("securityhub_hubs WHERE is_enabled", usize::from(hub.is_some()));
    tally.cell("securityhub_hubs WHERE NOT is_enabled", usize::from(hub.is_none()));
    tally.cell("securityhub_v2_hubs WHERE is_enabled", usize::from(v2_hub(place).is_some()));
    tally.cell("securityhub_v2_hubs WHERE NOT is_enabled", usize::from(v2_hub(place).is_none()));
    let is_managed = hub.as_ref().is_some_and(|it| it.administrator.is_some());
    tally.cell("securityhub_hubs WHERE administrator_account_id IS NOT NULL", usize::from(is_managed));
    let is_aggregating = hub.as_ref().is_some_and(|it| it.is_aggregating);
    tally.cell("securityhub_hubs WHERE aggregation_region IS NOT NULL", usize::from(is_aggregating));
    let is_linked = is_aggregating && unlinked(place).is_none_or(|region| region != place.region);
    tally.cell("securityhub_hubs WHERE is_region_linked", usize::from(is_linked));
    tally.cell("securityhub_hubs WHERE NOT is_region_linked", usize::from(is_aggregating && !is_linked));
    let is_taking = is_taking_guardduty(place);
    tally.cell("securityhub_hubs WHERE is_taking_guardduty", usize::from(hub.is_some() && is_taking));
    tally.cell("securityhub_hubs WHERE NOT is_taking_guardduty", usize::from(hub.is_some() && !is_taking));
    let is_bare = hub.is_some() && standards.is_empty();
    tally.cell("securityhub_hubs WHERE standard_count = 0", usize::from(is_bare));
    let unready = standards.iter().filter(|it| !it.is_ready).count();
    tally.cell("securityhub_standards WHERE status <> 'READY'", unready);
    let reduced = standards.iter().filter(|it| !it.disabled.is_empty()).count();
    tally.cell("securityhub_standards WHERE disabled_control_count > 0", reduced);
    if hub.is_some() {
        findings::count(place, tally);
    }
}
