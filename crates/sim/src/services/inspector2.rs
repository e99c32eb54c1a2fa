//! Inspector: on in some regions of an account. One account sees the findings about all members.

use crate::access::is_unread;
use crate::account::Account;
use crate::clock::epoch_seconds;
use crate::context::Context;
use crate::delegates::{is_watcher, shown_accounts, watcher_id};
use crate::place::Place;
use crate::protocol::Refusal;
use crate::service::{Service, get, list};
use crate::truth::{At, Tally, things};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        get("BatchGetAccountStatus", |context| {
            let own = &context.place.account.id;
            let asked = context.request.texts("accountIds");
            // The status of other accounts is the administrator's to ask for, and no census does.
            let is_own = asked.is_empty() || asked.contains(&own.as_str());
            let accounts: Vec<Value> = is_own.then(|| describe(&context.place)).into_iter().collect();
            Ok(json!({ "accounts": accounts, "failedAccounts": [] }))
        }),
        get("GetDelegatedAdminAccount", |context| {
            let message = "There is no delegated administrator account.";
            let none = || Refusal::new(404, "ResourceNotFoundException", message);
            let id = watcher_id(context.organization()).ok_or_else(none)?;
            Ok(json!({ "delegatedAdmin": { "accountId": id, "relationshipStatus": "ENABLED" } }))
        }),
        list("ListFindingAggregations", "responses", aggregations),
        list("ListFindings", "findings", findings),
    ]],
    kinds: &[
        things(At::Region, "inspector2_accounts", |_| 1),
        things(At::Region, "security_findings", |place| about(place).len()),
        things(At::Region, "inspector2_member_findings", |place| members(place).len()),
    ],
    counts: Some((At::Region, count)),
    ..Service::named("inspector2")
};

/// Inspector in one region of an account.
#[derive(Debug)]
struct Inspector {
    status: &'static str,
    /// Whether it scans instances, images, functions.
    scans: [bool; 3],
    /// Critical, high, medium and low findings about the account.
    findings: [i64; 4],
}

fn inspector(place: &Place<'_>) -> Inspector {
    let mut dice = place.dice("inspector2");
    let status = dice.weighted(&[("ENABLED", 5), ("SUSPENDED", 1), ("DISABLED", 3)]);
    let status = match (place.is_settled(), is_watcher(place.account)) {
        (false, _) => "DISABLED",
        (true, true) => "ENABLED",
        (true, false) => status,
    };
    let scans = [dice.chance(0.9), dice.chance(0.7), dice.chance(0.5)];
    Inspector { status, scans, findings: [0; 4].map(|_: i64| dice.pick(&[0, 0, 1, 2, 5])) }
}

fn describe(place: &Place<'_>) -> Value {
    let it = inspector(place);
    let state = |status: &str| json!({ "status": status, "errorCode": "ALREADY_ENABLED", "errorMessage": "" });
    let scan = |at: usize| state(if it.status == "ENABLED" && it.scans[at] { "ENABLED" } else { "DISABLED" });
    json!({
        "accountId": place.account.id,
        "state": state(it.status),
        "resourceState": { "ec2": scan(0), "ecr": scan(1), "lambda": scan(2), "lambdaCode": scan(2) },
    })
}

const SEVERITIES: [&str; 4] = ["CRITICAL", "HIGH", "MEDIUM", "LOW"];

/// The ids of the accounts that a filter asks for.
fn ids(filter: &[Value]) -> Vec<String> {
    filter.iter().map(|it| it["value"].as_str().unwrap_or_default().to_owned()).collect()
}

/// The accounts with findings of those whose findings a place shows and a call asks for; no ids mean all accounts.
fn seen(place: &Place<'_>, account_ids: &[String]) -> Vec<(Account, Inspector)> {
    let organization = place.organization;
    let found = |account: Account| {
        let it = inspector(&Place { organization, account: &account, region: place.region });
        (it.status == "ENABLED" && it.findings != [0; 4]).then_some((account, it))
    };
    shown_accounts(place, account_ids).into_iter().filter_map(found).collect()
}

/// The findings about the accounts that a call asks for, counted.
fn aggregations(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    let aggregation = |(account, it): (Account, Inspector)| {
        let [critical, high, medium, low] = it.findings;
        json!({ "accountAggregation": {
            "accountId": account.id,
            "severityCounts": {
                "all": critical + high + medium + low,
                "critical": critical, "high": high, "medium": medium, "low": low,
            },
        } })
    };
    let seen = seen(&context.place, &ids(context.request.structures("accountIds")));
    Ok(seen.into_iter().map(aggregation).collect())
}

/// The findings themselves, of those whose status is asked for. All of them are active.
fn findings(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    let (organization, region) = (context.organization(), context.place.region);
    let criteria = context.request.structure("filterCriteria").cloned().unwrap_or_default();
    let values = |field: &str| criteria[field].as_array().cloned().unwrap_or_default();
    let statuses = values("findingStatus");
    let mut found = Vec::new();
    for account in shown_accounts(&context.place, &ids(&values("awsAccountId"))) {
        found.extend(about(&Place { organization, account: &account, region }));
    }
    found.retain(|_| statuses.is_empty() || statuses.iter().any(|it| it["value"] == "ACTIVE"));
    let order = context.request.structure("sortCriteria").cloned().unwrap_or_default();
    if order["field"] == "SEVERITY" && order["sortOrder"] == "DESC" {
        found.sort_by_key(|it| SEVERITIES.iter().position(|severity| it["severity"] == *severity));
    }
    Ok(found)
}

/// The findings about a place, the least severe first.
fn about(place: &Place<'_>) -> Vec<Value> {
    let it = inspector(place);
    if it.status != "ENABLED" {
        return Vec::new();
    }
    let mut dice = place.dice("inspector2-findings");
    let mut found = Vec::new();
    for (severity, count) in SEVERITIES.iter().zip(it.findings).rev() {
        for number in 0..count {
            let days = dice.between(0, 400);
            let at = epoch_seconds(place.days_ago(days, &mut dice));
            let resource = match dice.chance(0.5) {
                true => json!({ "type": "AWS_EC2_INSTANCE", "id": format!("i-0{}", dice.hex(16)) }),
                false => {
                    let arn = place.arn("lambda", &format!("function:{}:$LATEST", dice.lower(8)));
                    json!({ "type": "AWS_LAMBDA_FUNCTION", "id": arn })
                }
            };
            found.push(json!({
                "findingArn": place.arn("inspector2", &format!("finding/{}", dice.hex(32))),
                "awsAccountId": place.account.id,
                "type": "PACKAGE_VULNERABILITY",
                "title": format!("CVE-2026-{number} - <openssl>"),
                "description": "A finding",
                "remediation": { "recommendation": { "text": "Update" } },
                "severity": severity,
                "inspectorScore": 7.5,
                "status": "ACTIVE",
                "firstObservedAt": at,
                "lastObservedAt": at,
                "resources": [resource],
            }));
        }
    }
    found
}

/// The members with findings that an administrator sees.
fn members(place: &Place<'_>) -> Vec<(Account, Inspector)> {
    let mut found = seen(place, &[]);
    found.retain(|(account, _)| account.id != place.account.id);
    found
}

/// Counts a region that has critical findings or has none, told by the account itself or by its administrator.
fn count_critical(it: &Inspector, tally: &mut Tally) {
    tally.misconfigurations.one("S9", "regions_watched", "critical_findings", it.findings[0] > 0);
}

/// What a census must find of a place.
fn count(place: &Place<'_>, tally: &mut Tally) {
    // Those of which the administrator alone tells.
    let organization = place.organization;
    let mut unread = members(place);
    unread.retain(|(account, _)| is_unread(&Place { organization, account, region: place.region }, &SERVICE));
    let high = unread.iter().filter(|(_, it)| it.findings[1] > 0).count();
    tally.cell("security_finding_counts WHERE service = 'inspector' AND is_copy", unread.len());
    tally.cell("security_finding_counts WHERE service = 'inspector' AND is_copy AND high_count > 0", high);
    for (_, it) in &unread {
        count_critical(it, tally);
    }
    let it = inspector(place);
    let is_on = it.status == "ENABLED";
    tally.cell("inspector2_accounts WHERE is_enabled", usize::from(is_on));
    tally.cell("inspector2_accounts WHERE NOT is_enabled", usize::from(!is_on));
    tally.cell("inspector2_accounts WHERE status = 'SUSPENDED'", usize::from(it.status == "SUSPENDED"));
    if !is_on {
        return;
    }
    count_critical(&it, tally);
    let [critical, high, medium, low] = it.findings;
    tally.cell("inspector2_accounts WHERE ec2_status = 'ENABLED'", usize::from(it.scans[0]));
    tally.cell("inspector2_accounts WHERE ecr_status = 'ENABLED'", usize::from(it.scans[1]));
    tally.cell("inspector2_accounts WHERE critical_count = 5", usize::from(critical == 5));
    tally.cell("inspector2_accounts WHERE high_count > 0", usize::from(high > 0));
    tally.cell("inspector2_accounts WHERE finding_count = 0", usize::from(critical + high + medium + low == 0));
    let is_managed = watcher_id(place.organization).is_some();
    tally.cell("inspector2_accounts WHERE administrator_account_id IS NOT NULL", usize::from(is_managed));
    let count = |found: i64| usize::try_from(found).unwrap_or_default();
    tally.cell("security_findings WHERE service = 'inspector' AND severity = 'CRITICAL'", count(critical));
    tally.cell("security_findings WHERE service = 'inspector' AND severity = 'LOW'", count(low));
}
