//! Findings: what each control comes to is planted, and the findings about it follow.

use super::standards::{Enabled, enabled};
use super::{SERVICE, hub, unlinked};
use crate::access::is_unread;
use crate::account::Account;
use crate::context::Context;
use crate::delegates::{is_watcher, shown_accounts, shown_ids};
use crate::dice::Dice;
use crate::place::Place;
use crate::truth::Tally;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What a control comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Passed,
    Failed,
    Unknown,
    /// No finding is active and not suppressed.
    NoData,
}

/// A finding.
#[derive(Debug, Clone)]
pub(super) struct Finding {
    severity: &'static str,
    workflow: &'static str,
    record_state: &'static str,
    /// Of a check: what it found, and its control. None if another service found something.
    check: Option<(&'static str, &'static str)>,
}

/// The other service.
const OTHER: &str = "prowler/prowler";

const SEVERITIES: [&str; 5] = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL"];

/// The controls that are on, each with what it comes to and the findings about it.
fn controls(place: &Place<'_>, standards: &[Enabled]) -> BTreeMap<&'static str, (State, Vec<Finding>)> {
    let mut controls = BTreeMap::new();
    for standard in standards {
        for control in standard.kind.controls.iter().copied().filter(|it| !standard.disabled.contains(it)) {
            // Every control has dice of its own, so that it comes to the same in all standards.
            controls.entry(control).or_insert_with(|| control_of(place, control));
        }
    }
    controls
}

fn control_of(place: &Place<'_>, control: &'static str) -> (State, Vec<Finding>) {
    let mut dice = place.dice(&format!("securityhub-control-{control}"));
    let states = [(State::Passed, 5), (State::Failed, 4), (State::Unknown, 2), (State::NoData, 1)];
    let state = dice.weighted(&states);
    let open = |status: &'static str, dice: &mut Dice| {
        let severity = if status == "PASSED" { "INFORMATIONAL" } else { dice.pick(&SEVERITIES) };
        let workflow = dice.pick(&["NEW", "NEW", "NOTIFIED", "RESOLVED"]);
        Finding { severity, workflow, record_state: "ACTIVE", check: Some((status, control)) }
    };
    let mut findings = Vec::new();
    match state {
        State::Passed => findings.push(open("PASSED", &mut dice)),
        State::Failed => findings.extend([open("PASSED", &mut dice), open("FAILED", &mut dice)]),
        State::Unknown => findings.extend([open("WARNING", &mut dice), open("PASSED", &mut dice)]),
        State::NoData => {}
    }
    // What was suppressed or is archived says nothing about a control.
    let failed = Finding { workflow: "SUPPRESSED", ..open("FAILED", &mut dice) };
    let archived = Finding { record_state: "ARCHIVED", ..open("FAILED", &mut dice) };
    findings.extend([failed, archived].into_iter().filter(|_| dice.chance(0.4)));
    (state, findings)
}

/// All findings about a place: those of controls, and some of other services.
fn about(place: &Place<'_>) -> Vec<Finding> {
    let mut dice = place.dice("securityhub-findings");
    let others = (0..dice.count(2)).map(|_| Finding {
        severity: dice.pick(&SEVERITIES),
        workflow: dice.pick(&["NEW", "RESOLVED"]),
        record_state: "ACTIVE",
        check: None,
    });
    let mut findings: Vec<Finding> = others.collect();
    findings.extend(controls(place, &enabled(place)).into_values().flat_map(|(_, findings)| findings));
    findings
}

/// The findings that a call asks for, of all that the place shows: those about itself; in the administrator, those
/// about members too; in the region where findings are gathered, those of other regions too.
pub(super) fn asked(context: &Context<'_>) -> Vec<Value> {
    let filters = context.request.structure("Filters").cloned().unwrap_or_default();
    let fits = |name: &str, value: &str| {
        let listed = filters[name].as_array().cloned().unwrap_or_default();
        listed.iter().all(|it| (it["Value"] == value) == (it["Comparison"] == "EQUALS"))
    };
    let organization = context.organization();
    let own = context.place;
    let mut found = Vec::new();
    for region in shown_regions(&own).into_iter().filter(|region| fits("Region", region)) {
        let wanted = shown_ids(&own).into_iter().filter(|id| fits("AwsAccountId", id));
        let accounts: Vec<Account> = wanted.filter_map(|id| organization.find(&id)).collect();
        for account in &accounts {
            let place = Place { organization, account, region };
            if !is_shown(&own, &place) {
                continue;
            }
            let standards = enabled(&place);
            let is_asked = |it: &Finding| {
                let is_severe = fits("SeverityLabel", it.severity);
                is_severe && fits("RecordState", it.record_state) && fits("WorkflowStatus", it.workflow)
            };
            let listed = about(&place).into_iter().enumerate().filter(|(_, it)| is_asked(it));
            found.extend(listed.map(|(number, it)| describe(&place, &standards, number, &it)));
        }
    }
    let order = context.request.structures("SortCriteria").first().cloned().unwrap_or_default();
    if order["Field"] == "SeverityNormalized" && order["SortOrder"] == "desc" {
        found.sort_by_key(|it| std::cmp::Reverse(it["Severity"]["Normalized"].as_u64()));
    }
    found
}

/// The other places whose findings a census reads at this one, each with the severities of those that are open. What is
/// gathered elsewhere is read there.
pub(super) fn gathered<'a>(place: &Place<'a>) -> Vec<(Account, &'a str, Vec<&'static str>)> {
    let Some(it) = hub(place) else { return Vec::new() };
    let is_linked = it.is_aggregating && unlinked(place) != Some(place.region);
    if is_linked && !place.is_first_region() {
        return Vec::new();
    }
    let organization = place.organization;
    let mut found = Vec::new();
    for region in shown_regions(place) {
        for account in shown_accounts(place, &[]) {
            let other = Place { organization, account: &account, region };
            let is_own = account.id == place.account.id && region == place.region;
            let mut open = if is_own || !is_shown(place, &other) { Vec::new() } else { open(&other) };
            open.retain(|it| it.severity != "INFORMATIONAL");
            if !open.is_empty() {
                found.push((account, region, open.iter().map(|it| it.severity).collect()));
            }
        }
    }
    found
}

/// Whether it is active, nobody has dealt with it, and it is of no check that passed.
fn is_open(it: &Finding) -> bool {
    let is_seen = it.record_state == "ACTIVE" && !["SUPPRESSED", "RESOLVED"].contains(&it.workflow);
    is_seen && it.check.is_none_or(|(status, _)| status != "PASSED")
}

/// The regions whose findings a place shows.
fn shown_regions<'a>(place: &Place<'a>) -> Vec<&'a str> {
    let gathers = place.is_first_region() && hub(place).is_some_and(|it| it.is_aggregating);
    match gathers {
        true => {
            let regions = place.organization.settings.regions.iter().map(String::as_str);
            regions.filter(|region| unlinked(place) != Some(*region)).collect()
        }
        false => vec![place.region],
    }
}

/// Whether findings about a place are shown in the hub of another.
fn is_shown(own: &Place<'_>, about: &Place<'_>) -> bool {
    let Some(it) = hub(about) else { return false };
    about.account.id == own.account.id || it.administrator.as_ref() == Some(&own.account.id)
}

fn describe(place: &Place<'_>, standards: &[Enabled], number: usize, it: &Finding) -> Value {
    let product = if it.check.is_some() { "aws/securityhub" } else { OTHER };
    let mut described = json!({
        "SchemaVersion": "2018-10-08",
        "Id": place.arn("securityhub", &format!("finding/{number}")),
        "ProductArn": place.organization.arn("securityhub", place.region, "", &format!("product/{product}")),
        "GeneratorId": "simulated",
        "AwsAccountId": place.account.id,
        "Region": place.region,
        "CreatedAt": "2026-01-01T00:00:00.000Z",
        "UpdatedAt": "2026-01-01T00:00:00.000Z",
        "Title": "A finding",
        "Description": "A finding",
        "Resources": [{ "Type": "AwsAccount", "Id": format!("AWS::::Account:{}", place.account.id) }],
        "Severity": { "Label": it.severity, "Normalized": normalized(it.severity) },
        "Workflow": { "Status": it.workflow },
        "RecordState": it.record_state,
    });
    if let Some((status, control)) = it.check {
        let has =
            |standard: &&Enabled| standard.kind.controls.contains(&control) && !standard.disabled.contains(&control);
        let of: Vec<Value> =
            standards.iter().filter(has).map(|standard| json!({ "StandardsId": standard.kind.id })).collect();
        described["Compliance"] = json!({ "Status": status, "SecurityControlId": control, "AssociatedStandards": of });
    }
    described
}

/// The number that Security Hub makes of a label.
fn normalized(severity: &str) -> u64 {
    match severity {
        "CRITICAL" => 90,
        "HIGH" => 70,
        "MEDIUM" => 40,
        "LOW" => 1,
        _ => 0,
    }
}

/// How many of a standard's controls passed, and how many have data.
fn score(place: &Place<'_>, standards: &[Enabled], standard: &Enabled) -> (usize, usize) {
    let all = controls(place, standards);
    let own = standard.kind.controls.iter().filter(|it| !standard.disabled.contains(it));
    let states: Vec<State> = own.filter_map(|it| all.get(it)).map(|(state, _)| *state).collect();
    let of = |is_so: fn(&State) -> bool| states.iter().filter(|it| is_so(it)).count();
    (of(|it| *it == State::Passed), of(|it| *it != State::NoData))
}

/// The number of standards that have a score.
pub(super) fn scored_standards(place: &Place<'_>) -> usize {
    let standards = enabled(place);
    standards.iter().filter(|it| score(place, &standards, it).1 > 0).count()
}

/// The findings about a place that a census lists.
pub(super) fn open(place: &Place<'_>) -> Vec<Finding> {
    about(place).into_iter().filter(is_open).collect()
}

/// What a census must find of the findings about a place.
pub(super) fn count(place: &Place<'_>, tally: &mut Tally) {
    let standards = enabled(place);
    for standard in &standards {
        let (passed, all) = score(place, &standards, standard);
        tally.cell("securityhub_scores WHERE score_percent = 100", usize::from(all > 0 && passed == all));
        tally.cell("securityhub_scores WHERE score_percent >= 50", usize::from(all > 0 && 2 * passed >= all));
    }
    // Those of which another place alone tells: the administrator, and where it has none the account's first region.
    let organization = place.organization;
    let mut unread = gathered(place);
    unread.retain(|(account, region, _)| {
        let other = Place { organization, account, region };
        let is_told_here = is_watcher(place.account) || hub(&other).is_some_and(|it| it.administrator.is_none());
        is_told_here && is_unread(&other, &SERVICE)
    });
    let high = unread.iter().filter(|(_, _, open)| open.contains(&"HIGH")).count();
    tally.cell("security_finding_counts WHERE service = 'security_hub_cspm' AND is_copy", unread.len());
    tally.cell("security_finding_counts WHERE service = 'security_hub_cspm' AND is_copy AND high_count > 0", high);
    let found = open(place);
    let open: Vec<&str> = found.iter().map(|it| it.severity).collect();
    for (severity, any) in [
        ("CRITICAL", "securityhub_finding_counts WHERE critical_count > 0"),
        ("HIGH", "securityhub_finding_counts WHERE high_count > 0"),
        ("MEDIUM", "securityhub_finding_counts WHERE medium_count > 0"),
        ("LOW", "securityhub_finding_counts WHERE low_count > 0"),
        ("INFORMATIONAL", "securityhub_finding_counts WHERE informational_count > 0"),
    ] {
        let found = open.iter().filter(|it| **it == severity).count();
        tally.cell(any, usize::from(found > 0));
    }
    let high = open.iter().filter(|it| **it == "HIGH").count();
    tally.cell("securityhub_finding_counts WHERE high_count = 2", usize::from(high == 2));
    let of_hub = "security_findings WHERE service = 'security_hub_cspm' AND severity = 'HIGH'";
    tally.cell(of_hub, high);
    let others = found.iter().filter(|it| it.check.is_none()).count();
    tally.cell("security_findings WHERE product = 'prowler/prowler' AND control_id IS NULL", others);
}
