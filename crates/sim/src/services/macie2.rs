//! Macie: on in some regions of an account. One account sees the findings about all members.

use crate::account::Account;
use crate::clock::iso_millis;
use crate::context::Context;
use crate::delegates::{is_watcher, shown_accounts, watcher_id};
use crate::finding_lists::{self, Finding};
use crate::place::Place;
use crate::protocol::Refusal;
use crate::service::{Service, get, list};
use crate::truth::{At, Tally, things};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        get("GetMacieSession", |context| {
            let it = session_of(context)?;
            Ok(json!({
                "status": if it.is_paused { "PAUSED" } else { "ENABLED" },
                "createdAt": iso_millis(it.created_millis),
                "updatedAt": iso_millis(it.created_millis),
                "findingPublishingFrequency": it.frequency,
                "serviceRole": context.place.iam_arn("role/AWSServiceRoleForAmazonMacie"),
            }))
        }),
        get("GetAdministratorAccount", |context| {
            let administrator = session_of(context)?.administrator;
            Ok(administrator.map_or_else(
                || json!({}),
                |id| json!({ "administrator": { "accountId": id, "relationshipStatus": "Enabled" } }),
            ))
        }),
        get("GetFindingStatistics", statistics),
        list("ListFindings", "findingIds", listed).pages(25, 25),
        get("GetFindings", described),
        get("GetBucketStatistics", |context| {
            let it = session_of(context)?;
            let total = |count: i64| json!({ "totalCount": count });
            Ok(json!({
                "bucketCount": it.buckets,
                "bucketStatisticsBySensitivity": {
                    "sensitive": total(it.sensitive),
                    "notClassified": total(it.buckets - it.sensitive),
                    "notSensitive": total(0),
                },
            }))
        }),
    ]],
    kinds: &[
        things(At::Region, "macie_sessions", |_| 1),
        things(At::Region, "security_findings", |place| {
            let running = session(place).filter(|it| !it.is_paused);
            running.map_or(0, |it| all(place, &it).iter().filter(|it| !it.is_archived).count())
        }),
    ],
    counts: Some((At::Region, count)),
    ..Service::named("macie2")
};

const SEVERITIES: [&str; 3] = ["High", "Medium", "Low"];

/// A session: Macie is on.
#[derive(Debug)]
struct Session {
    is_paused: bool,
    created_millis: i64,
    frequency: &'static str,
    /// The account that administers it; none if it is on its own, or is the administrator.
    administrator: Option<String>,
    /// How many findings of each severity are about the account, and how many more are archived.
    findings: [i64; 3],
    archived: i64,
    buckets: i64,
    sensitive: i64,
}

/// The session of a place, if Macie is on there.
fn session(place: &Place<'_>) -> Option<Session> {
    let mut dice = place.dice("macie2");
    let is_watcher = is_watcher(place.account);
    let state = dice.weighted(&[("on", 4), ("paused", 1), ("off", 4)]);
    if !place.is_settled() || (state == "off" && !is_watcher) {
        return None;
    }
    let days = dice.between(0, 1200);
    let is_member = dice.chance(0.7) && !is_watcher;
    let buckets = dice.between(0, 9);
    Some(Session {
        is_paused: state == "paused" && !is_watcher,
        created_millis: place.days_ago(days, &mut dice),
        frequency: dice.pick(&["FIFTEEN_MINUTES", "ONE_HOUR", "SIX_HOURS"]),
        administrator: watcher_id(place.organization).filter(|_| is_member),
        findings: SEVERITIES.map(|_| dice.pick(&[0, 0, 1, 2, 3])),
        archived: dice.between(0, 3),
        buckets,
        sensitive: dice.between(0, buckets),
    })
}

/// The caller's session; AWS's words where Macie is off.
fn session_of(context: &Context<'_>) -> Result<Session, Refusal> {
    let off = || Refusal::new(403, "AccessDeniedException", "Macie is not enabled");
    session(&context.place).ok_or_else(off)
}

/// The accounts whose findings a call asks for, and whether it asks for those alone that are not archived.
fn asked_for(context: &Context<'_>) -> (Vec<String>, bool) {
    finding_lists::asked_for(context, "archived", "eq")
}

/// The findings that a session shows, by severity: those about its account and, in the administrator, about members.
fn statistics(context: &Context<'_>) -> Result<Value, Refusal> {
    session_of(context)?;
    let (account_ids, is_open_only) = asked_for(context);
    let counts = shown(&context.place, &account_ids, is_open_only);
    let groups: Vec<Value> = SEVERITIES
        .iter()
        .zip(counts)
        .filter(|(_, count)| *count > 0)
        .map(|(severity, count)| json!({ "groupKey": severity, "count": count }))
        .collect();
    Ok(json!({ "countsByGroup": groups }))
}

/// The sessions of some accounts whose findings the session of a place shows; no ids mean all accounts.
fn seen(place: &Place<'_>, account_ids: &[String]) -> Vec<(Account, Session)> {
    let organization = place.organization;
    let shown = |account: Account| {
        let it = session(&Place { organization, account: &account, region: place.region })?;
        let is_shown = account.id == place.account.id || it.administrator.as_ref() == Some(&place.account.id);
        is_shown.then_some((account, it))
    };
    shown_accounts(place, account_ids).into_iter().filter_map(shown).collect()
}

/// How many findings of each severity the session of a place shows about some accounts; no ids mean all of them.
fn shown(place: &Place<'_>, account_ids: &[String], is_open_only: bool) -> [i64; 3] {
    let mut counts = [0; 3];
    for (_, it) in seen(place, account_ids) {
        let archived = if is_open_only { 0 } else { it.archived };
        counts.iter_mut().zip(it.findings).for_each(|(count, more)| *count += more + archived);
    }
    counts
}

/// All findings about a place.
fn all(place: &Place<'_>, it: &Session) -> Vec<Finding> {
    finding_lists::all(place, "macie2-findings", it.findings.map(|open| (open, it.archived)))
}

/// The ids of the findings that a call asks for, of all that the session shows.
fn listed(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    session_of(context)?;
    let (organization, region) = (context.organization(), context.place.region);
    let (account_ids, is_open_only) = asked_for(context);
    let mut found = Vec::new();
    for (account, it) in seen(&context.place, &account_ids) {
        let all = all(&Place { organization, account: &account, region }, &it);
        found.extend(all.into_iter().filter(|it| !is_open_only || !it.is_archived));
    }
    Ok(finding_lists::ids(context, found, "severity.score"))
}

/// The findings of these ids.
fn described(context: &Context<'_>) -> Result<Value, Refusal> {
    session_of(context)?;
    let (organization, region) = (context.organization(), context.place.region);
    let mut described = Vec::new();
    for id in context.request.texts("findingIds") {
        let Some(account_id) = id.get(..12) else { continue };
        for (account, it) in seen(&context.place, &[account_id.to_owned()]) {
            let place = Place { organization, account: &account, region };
            described.extend(all(&place, &it).iter().filter(|it| it.id == id).map(|it| describe(&place, it)));
        }
    }
    Ok(json!({ "findings": described }))
}

fn describe(place: &Place<'_>, it: &Finding) -> Value {
    let mut dice = place.organization.dice(&["macie2-finding", &it.id]);
    let days = dice.between(0, 89);
    let at = iso_millis(place.days_ago(days, &mut dice));
    let name = dice.lower(12);
    let arn = place.organization.arn("s3", "", "", &name);
    let is_of_object = dice.chance(0.5);
    let object = is_of_object.then(|| json!({ "bucketArn": arn, "key": "a.csv", "path": format!("{name}/a.csv") }));
    json!({
        "accountId": place.account.id,
        "region": place.region,
        "id": it.id,
        "type": if is_of_object { "SensitiveData:S3Object/Personal" } else { "Policy:IAMUser/S3BucketPublic" },
        "title": format!("A finding in <{}>", place.account.name),
        "severity": { "description": SEVERITIES[it.severity], "score": 3 - it.severity },
        "archived": it.is_archived,
        "createdAt": at,
        "updatedAt": at,
        "resourcesAffected": { "s3Bucket": { "arn": arn, "name": name }, "s3Object": object },
    })
}

/// What a census must find of a place.
fn count(place: &Place<'_>, tally: &mut Tally) {
    let it = session(place);
    let is_on = it.as_ref().is_some_and(|it| !it.is_paused);
    tally.cell("macie_sessions WHERE is_enabled", usize::from(is_on));
    tally.cell("macie_sessions WHERE NOT is_enabled", usize::from(!is_on));
    tally.cell("macie_sessions WHERE status = 'PAUSED'", usize::from(it.is_some() && !is_on));
    let is_managed = it.as_ref().is_some_and(|it| it.administrator.is_some());
    tally.cell("macie_sessions WHERE administrator_account_id IS NOT NULL", usize::from(is_managed));
    let Some(it) = it.filter(|_| is_on) else { return };
    let [high, medium, low] = it.findings;
    tally.misconfigurations.one("S8", "regions_on", "severe_findings", high > 0);
    tally.cell("macie_sessions WHERE high_count = 1", usize::from(high == 1));
    tally.cell("macie_sessions WHERE medium_count > 0", usize::from(medium > 0));
    tally.cell("macie_sessions WHERE low_count = 3", usize::from(low == 3));
    tally.cell("macie_sessions WHERE sensitive_bucket_count > 0", usize::from(it.sensitive > 0));
    let count = |found: i64| usize::try_from(found).unwrap_or_default();
    tally.cell("security_findings WHERE service = 'macie' AND severity = 'HIGH'", count(high));
    tally.cell("security_findings WHERE service = 'macie' AND severity = 'MEDIUM'", count(medium));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::organization::Organization;
    use crate::testing::quiet;

    #[test]
    fn the_administrator_shows_the_findings_of_its_members_too() {
        let organization = Organization::new(quiet(40, 1));
        let accounts: Vec<Account> = organization.accounts().collect();
        let place = |account| Place { organization: &organization, account, region: "eu-west-1" };
        let watcher = accounts.iter().find(|it| is_watcher(it)).unwrap();
        let mut sum = [0; 3];
        for account in &accounts {
            let Some(it) = session(&place(account)) else { continue };
            assert_eq!(shown(&place(account), std::slice::from_ref(&account.id), true), it.findings);
            if it.administrator.is_some() || account.id == watcher.id {
                sum.iter_mut().zip(it.findings).for_each(|(sum, count)| *sum += count);
            }
        }
        assert_eq!(shown(&place(watcher), &[], true), sum);
    }
}
