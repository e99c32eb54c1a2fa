//! GuardDuty: a detector in most regions of an account, and one account that sees the findings about all members.

mod findings;

use crate::access::is_unread;
use crate::account::Account;
use crate::clock::{epoch_seconds, iso_millis};
use crate::context::Context;
use crate::delegates::{is_watcher, shown_accounts, watcher_id};
use crate::dice::{Dice, some_tags};
use crate::finding_lists;
use crate::place::Place;
use crate::protocol::Refusal;
use crate::service::{Service, get, list};
use crate::truth::{At, Tally, things};
use serde_json::{Map, Value, json};

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("ListDetectors", "detectorIds", |context| {
            Ok(detector(&context.place).iter().map(|it| json!(it.id)).collect())
        }),
        get("GetDetector", |context| Ok(describe(&wanted(context)?))),
        get("GetAdministratorAccount", |context| {
            // An account that has no administrator gets an empty answer.
            let administrator = wanted(context)?.administrator;
            Ok(administrator.map_or_else(
                || json!({}),
                |id| json!({ "administrator": { "accountId": id, "relationshipStatus": "Enabled" } }),
            ))
        }),
        get("GetFindingsStatistics", statistics),
        list("ListFindings", "findingIds", findings::list),
        get("GetFindings", findings::get),
    ]],
    kinds: &[
        things(At::Region, "guardduty_detectors", |_| 1),
        things(At::Region, "security_findings", findings::open),
        things(At::Region, "guardduty_features", |place| detector(place).map_or(0, |it| it.features.len())),
        things(At::Region, "guardduty_member_findings", |place| members(place).len()),
    ],
    counts: Some((At::Region, count)),
    ..Service::named("guardduty")
};

/// The severities of findings, at both sides of each band's end.
const SEVERITIES: [f64; 8] = [10.0, 9.0, 8.9, 7.0, 6.9, 4.0, 3.9, 2.0];

const FEATURES: [&str; 7] = [
    "CLOUD_TRAIL",
    "DNS_LOGS",
    "FLOW_LOGS",
    "EKS_AUDIT_LOGS",
    "LAMBDA_NETWORK_LOGS",
    "RUNTIME_MONITORING",
    "S3_DATA_EVENTS",
];

/// The foundational features, which are on wherever there is a detector.
const FOUNDATIONAL: usize = 3;

/// A detector.
#[derive(Debug)]
struct Detector {
    id: String,
    is_enabled: bool,
    created_millis: i64,
    frequency: &'static str,
    features: Vec<(&'static str, bool)>,
    tags: Vec<(String, String)>,
    /// The account that administers it; none if it is on its own, or is the administrator.
    administrator: Option<String>,
    /// How many findings of each severity are about the account.
    findings: [i64; SEVERITIES.len()],
    /// How many more of each are archived.
    archived: [i64; SEVERITIES.len()],
}

impl Detector {
    /// How many findings there are of a band: critical, high, medium, low. The severities of each stand side by side.
    fn total(&self, band: usize) -> i64 {
        self.findings[2 * band] + self.findings[2 * band + 1]
    }
}

/// The detector of a place, if it has one.
fn detector(place: &Place<'_>) -> Option<Detector> {
    let mut dice = place.dice("guardduty");
    let is_watcher = is_watcher(place.account);
    let state = dice.weighted(&[("enabled", 6), ("suspended", 1), ("none", 2)]);
    if !place.is_settled() || (state == "none" && !is_watcher) {
        return None;
    }
    let is_member = dice.chance(0.7) && !is_watcher;
    let days = dice.between(0, 1200);
    let counts = |dice: &mut Dice| SEVERITIES.map(|_| dice.pick(&[0, 0, 0, 1, 2]));
    Some(Detector {
        id: dice.hex(32),
        is_enabled: state == "enabled" || is_watcher,
        created_millis: place.days_ago(days, &mut dice),
        frequency: dice.pick(&["FIFTEEN_MINUTES", "ONE_HOUR", "SIX_HOURS"]),
        features: (0..FEATURES.len()).map(|at| (FEATURES[at], dice.chance(0.5) || at < FOUNDATIONAL)).collect(),
        tags: some_tags(&mut dice),
        administrator: watcher_id(place.organization).filter(|_| is_member),
        findings: counts(&mut dice),
        archived: counts(&mut dice),
    })
}

/// The detector that a call names.
fn wanted(context: &Context<'_>) -> Result<Detector, Refusal> {
    let id = context.request.required("DetectorId")?;
    let message = "The request is rejected because the input detectorId is not owned by the current account.";
    let is_it = |it: &Detector| it.id == id;
    detector(&context.place).filter(is_it).ok_or_else(|| Refusal::new(400, "BadRequestException", message))
}

fn status(is_on: bool) -> &'static str {
    if is_on { "ENABLED" } else { "DISABLED" }
}

fn describe(it: &Detector) -> Value {
    let updated = epoch_seconds(it.created_millis);
    let feature = |(name, is_on): &(&str, bool)| {
        let parts = match *name {
            "RUNTIME_MONITORING" => json!([{ "name": "EKS_ADDON_MANAGEMENT", "status": status(*is_on) }]),
            _ => json!([]),
        };
        json!({ "name": name, "status": status(*is_on), "updatedAt": updated, "additionalConfiguration": parts })
    };
    let tags: Map<String, Value> = it.tags.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
    json!({
        "status": status(it.is_enabled),
        "createdAt": iso_millis(it.created_millis),
        "updatedAt": iso_millis(it.created_millis),
        "findingPublishingFrequency": it.frequency,
        "serviceRole": "arn:aws:iam::000000000000:role/AWSServiceRoleForAmazonGuardDuty",
        "features": it.features.iter().map(feature).collect::<Vec<_>>(),
        "tags": tags,
    })
}

/// The accounts whose findings a call asks for, and whether it asks for those alone that are not archived.
fn asked_for(context: &Context<'_>) -> (Vec<String>, bool) {
    finding_lists::asked_for(context, "service.archived", "equals")
}

/// The findings that a detector shows, by severity or by account: those about its account and, in the administrator,
/// about members.
fn statistics(context: &Context<'_>) -> Result<Value, Refusal> {
    wanted(context)?;
    let (account_ids, is_open_only) = asked_for(context);
    if context.request.text("groupBy") == Some("ACCOUNT") {
        let criteria = context.request.structure("findingCriteria").cloned().unwrap_or_default();
        let limit = |name: &str| criteria["criterion"]["severity"][name].as_f64();
        let (from, below) = (limit("greaterThanOrEqual"), limit("lessThan"));
        let is_asked = |severity: f64| from.is_none_or(|it| severity >= it) && below.is_none_or(|it| severity < it);
        return Ok(by_account(&context.place, is_open_only, is_asked));
    }
    let counts = shown(&context.place, &account_ids, is_open_only);
    let groups: Vec<Value> = SEVERITIES
        .iter()
        .zip(counts)
        .filter(|(_, count)| *count > 0)
        .map(|(severity, count)| json!({ "severity": severity, "totalFindings": count }))
        .collect();
    Ok(json!({ "findingStatistics": { "groupedBySeverity": groups } }))
}

/// The same by account. An answer names the hundred that have most.
fn by_account(place: &Place<'_>, is_open_only: bool, is_asked: impl Fn(f64) -> bool) -> Value {
    let mut counts: Vec<(i64, String)> = Vec::new();
    for (account, it) in seen(place, &[]) {
        let asked = (0..SEVERITIES.len()).filter(|at| is_asked(SEVERITIES[*at]));
        let count = asked.map(|at| it.findings[at] + if is_open_only { 0 } else { it.archived[at] }).sum();
        counts.push((count, account.id));
    }
    counts.retain(|(count, _)| *count > 0);
    counts.sort_by(|one, other| other.cmp(one));
    let group = |(count, id): &(i64, String)| json!({ "accountId": id, "totalFindings": count });
    let groups: Vec<Value> = counts.iter().take(100).map(group).collect();
    json!({ "findingStatistics": { "groupedByAccount": groups } })
}

/// The members that have open findings, if the detector of a place administers them.
fn members(place: &Place<'_>) -> Vec<(Account, Detector)> {
    let mut found = seen(place, &[]);
    found.retain(|(account, it)| account.id != place.account.id && it.findings.iter().any(|count| *count > 0));
    found
}

/// The detectors of some accounts whose findings the detector of a place shows; no ids mean all accounts.
fn seen(place: &Place<'_>, account_ids: &[String]) -> Vec<(Account, Detector)> {
    let organization = place.organization;
    let shown = |account: Account| {
        let it = detector(&Place { organization, account: &account, region: place.region })?;
        let is_shown = account.id == place.account.id || it.administrator.as_ref() == Some(&place.account.id);
        is_shown.then_some((account, it))
    };
    shown_accounts(place, account_ids).into_iter().filter_map(shown).collect()
}

/// How many findings of each severity the detector of a place shows about some accounts; no ids mean all of them.
fn shown(place: &Place<'_>, account_ids: &[String], is_open_only: bool) -> [i64; SEVERITIES.len()] {
    let mut counts = [0; SEVERITIES.len()];
    for (_, it) in seen(place, account_ids) {
        for (at, count) in counts.iter_mut().enumerate() {
            *count += it.findings[at] + if is_open_only { 0 } else { it.archived[at] };
        }
    }
    counts
}

/// Counts a region that has severe findings or has none, told by the account itself or by its administrator.
fn count_severe(it: &Detector, tally: &mut Tally) {
    tally.misconfigurations.one("S3", "regions_watched", "severe_findings", it.total(0) + it.total(1) > 0);
}

/// What a census must find of a place.
fn count(place: &Place<'_>, tally: &mut Tally) {
    // Those of which the administrator alone tells.
    let organization = place.organization;
    let mut unread = members(place);
    unread.retain(|(account, _)| is_unread(&Place { organization, account, region: place.region }, &SERVICE));
    let high = unread.iter().filter(|(_, it)| it.total(1) > 0).count();
    tally.cell("security_finding_counts WHERE service = 'guardduty' AND is_copy", unread.len());
    tally.cell("security_finding_counts WHERE service = 'guardduty' AND is_copy AND high_count > 0", high);
    for (_, it) in &unread {
        count_severe(it, tally);
    }
    let it = detector(place);
    let is_on = it.as_ref().is_some_and(|it| it.is_enabled);
    let managed = it.as_ref().is_some_and(|it| it.administrator.is_some());
    tally.cell("guardduty_detectors WHERE is_enabled", usize::from(is_on));
    tally.cell("guardduty_detectors WHERE NOT is_enabled", usize::from(!is_on));
    tally.cell("guardduty_detectors WHERE detector_id IS NULL", usize::from(it.is_none()));
    tally.cell("guardduty_detectors WHERE administrator_account_id IS NOT NULL", usize::from(managed));
    let Some(it) = it.filter(|it| it.is_enabled) else { return };
    count_severe(&it, tally);
    let on = it.features.iter().filter(|(_, is_on)| *is_on).count();
    tally.cell("guardduty_detectors WHERE is_enabled AND enabled_feature_count > 5", usize::from(on > 5));
    for (band, cell) in [
        (0, "guardduty_detectors WHERE critical_count > 0"),
        (1, "guardduty_detectors WHERE high_count > 0"),
        (2, "guardduty_detectors WHERE medium_count > 0"),
        (3, "guardduty_detectors WHERE low_count > 0"),
    ] {
        tally.cell(cell, usize::from(it.total(band) > 0));
    }
    tally.cell("guardduty_detectors WHERE critical_count = 2", usize::from(it.total(0) == 2));
    tally.cell("guardduty_detectors WHERE high_count = 3", usize::from(it.total(1) == 3));
    for (band, cell) in [
        (0, "security_findings WHERE service = 'guardduty' AND severity = 'CRITICAL'"),
        (1, "security_findings WHERE service = 'guardduty' AND severity = 'HIGH'"),
        (2, "security_findings WHERE service = 'guardduty' AND severity = 'MEDIUM'"),
        (3, "security_findings WHERE service = 'guardduty' AND severity = 'LOW'"),
    ] {
        tally.cell(cell, usize::try_from(it.total(band)).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::organization::Organization;
    use crate::testing::quiet;

    #[test]
    fn the_administrator_shows_the_findings_of_its_members_and_each_account_its_own() {
        let organization = Organization::new(quiet(40, 1));
        let accounts: Vec<Account> = organization.accounts().collect();
        let place = |account| Place { organization: &organization, account, region: "eu-west-1" };
        let watcher = accounts.iter().find(|it| is_watcher(it)).unwrap();
        let mut sum = [0; SEVERITIES.len()];
        for account in &accounts {
            let Some(it) = detector(&place(account)) else { continue };
            let own = shown(&place(account), std::slice::from_ref(&account.id), true);
            assert_eq!(own, it.findings);
            if it.administrator.is_some() || account.id == watcher.id {
                sum.iter_mut().zip(it.findings).for_each(|(sum, count)| *sum += count);
            }
        }
        assert_eq!(shown(&place(watcher), &[], true), sum);
        assert_eq!(
            shown(&place(watcher), std::slice::from_ref(&watcher.id), true),
            detector(&place(watcher)).unwrap().findings
        );
        let with_archived: i64 = shown(&place(watcher), &[], false).iter().sum();
        assert!(with_archived > sum.iter().sum::<i64>());
    }

    #[test]
    fn the_administrator_s_counts_by_account_are_those_of_its_members() {
        let organization = Organization::new(quiet(40, 1));
        let accounts: Vec<Account> = organization.accounts().collect();
        let place = |account| Place { organization: &organization, account, region: "eu-west-1" };
        let watcher = accounts.iter().find(|it| is_watcher(it)).unwrap();
        let severe = by_account(&place(watcher), true, |severity| severity >= 7.0);
        let severe = severe["findingStatistics"]["groupedByAccount"].as_array().unwrap();
        let of = |id: &str| severe.iter().find(|it| it["accountId"] == id).map(|it| it["totalFindings"].clone());
        let members = members(&place(watcher));
        assert!(members.len() > 2);
        for (account, it) in &members {
            let found: i64 = it.findings[..4].iter().sum();
            assert_eq!(of(&account.id), Some(json!(found)).filter(|_| found > 0), "{}", account.id);
        }
        // Who administers nobody has its own alone.
        let (member, _) = &members[0];
        let own = by_account(&place(member), true, |_| true);
        let own = own["findingStatistics"]["groupedByAccount"].as_array().unwrap();
        assert_eq!((own.len(), &own[0]["accountId"]), (1, &json!(member.id)));
    }
}
