//! IAM Access Analyzer: analyzers of all types, archive rules, how many findings there are, and which are of unused
//! access.

mod unused;

use crate::clock::iso;
use crate::context::Context;
use crate::delegates::DELEGATED;
use crate::dice::{Dice, some_tags};
use crate::place::Place;
use crate::protocol::Refusal;
use crate::service::{Service, get, list};
use crate::truth::{At, Tally, things};
use serde_json::{Map, Value, json};

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        get("GetFindingsStatistics", |context| {
            let found = wanted(context)?;
            let at = iso(context.organization().clock.now_millis);
            Ok(json!({ "findingsStatistics": [statistics(&found)], "lastUpdatedAt": at }))
        }),
        list("ListAnalyzers", "analyzers", |context| Ok(analyzers(&context.place).iter().map(describe).collect())),
        list("ListArchiveRules", "archiveRules", archive_rules),
        list("ListFindingsV2", "findings", unused::list).needs("ListFindings"),
        get("GetFindingV2", unused::get).needs("GetFinding"),
    ]],
    kinds: &[
        things(At::Region, "accessanalyzer_analyzers", |place| analyzers(place).len()),
        things(At::Region, "accessanalyzer_archive_rules", |place| {
            analyzers(place).iter().map(|it| it.archive_rules.len()).sum()
        }),
        things(At::Region, "accessanalyzer_finding_counts", |place| {
            analyzers(place).iter().map(|it| 3 + it.by_type.len()).sum()
        }),
        things(At::Region, "accessanalyzer_unused_findings", |place| {
            analyzers(place).iter().map(|it| unused::kept(place, it).count()).sum()
        }),
    ],
    counts: Some((At::Region, count)),
    ..Service::named("accessanalyzer")
};

/// An analyzer.
#[derive(Debug)]
struct Analyzer {
    name: String,
    arn: String,
    kind: &'static str,
    status: &'static str,
    reason: Option<&'static str>,
    /// The names of its archive rules.
    archive_rules: Vec<String>,
    /// Its active findings: of each type, how many.
    by_type: Vec<(&'static str, i64)>,
    archived: i64,
    resolved: i64,
    created_millis: i64,
    tags: Vec<(String, String)>,
}

impl Analyzer {
    fn active(&self) -> i64 {
        self.by_type.iter().map(|(_, count)| count).sum()
    }
}

/// The types of resources and of unused access of which findings are made.
const RESOURCES: [&str; 3] = ["AWS::S3::Bucket", "AWS::IAM::Role", "AWS::KMS::Key"];
const UNUSED: [&str; 3] = ["UnusedIAMRole", "UnusedIAMUserAccessKey", "UnusedPermission"];

/// The analyzers of a place. The delegated administrator has those of the organization. Others have analyzers of
/// their account, or none.
fn analyzers(place: &Place<'_>) -> Vec<Analyzer> {
    let mut dice = place.dice("accessanalyzer");
    let mut all = Vec::new();
    if !place.is_settled() {
        return all;
    }
    if is_administrator(place) {
        all.push(analyzer(place, "organization", "ORGANIZATION", &mut dice));
        if place.is_first_region() {
            all.push(analyzer(place, "organization-unused", "ORGANIZATION_UNUSED_ACCESS", &mut dice));
        }
    }
    if dice.chance(0.5) {
        all.push(analyzer(place, "account", "ACCOUNT", &mut dice));
    }
    if place.is_first_region() && dice.chance(0.2) {
        all.push(analyzer(place, "account-unused", "ACCOUNT_UNUSED_ACCESS", &mut dice));
    }
    if dice.chance(0.1) {
        all.push(analyzer(place, "account-internal", "ACCOUNT_INTERNAL_ACCESS", &mut dice));
    }
    all
}

/// Whether the account administers Access Analyzer for the organization.
fn is_administrator(place: &Place<'_>) -> bool {
    let is_own = |(index, _): &&(u64, &[&str])| *index == place.account.index;
    DELEGATED.iter().filter(is_own).any(|(_, services)| services.contains(&"access-analyzer.amazonaws.com"))
}

fn analyzer(place: &Place<'_>, name: &str, kind: &'static str, dice: &mut Dice) -> Analyzer {
    let types = if kind.contains("UNUSED") { UNUSED } else { RESOURCES };
    let status = dice.weighted(&[("ACTIVE", 8), ("DISABLED", 1), ("CREATING", 1)]);
    let days = dice.between(0, 900);
    let rule_count = dice.count(1);
    let mut by_type = Vec::new();
    for of in types {
        if dice.chance(0.6) {
            by_type.push((of, dice.some(1, 40)));
        }
    }
    if kind.contains("UNUSED") {
        by_type.extend(unused::passwords(place, name).map(|count| ("UnusedIAMUserPassword", count)));
    }
    Analyzer {
        name: name.to_owned(),
        arn: place.arn("access-analyzer", &format!("analyzer/{name}")),
        kind,
        status,
        reason: (status == "DISABLED").then_some("AWS_SERVICE_ACCESS_DISABLED"),
        archive_rules: (0..rule_count).map(|number| format!("known-{number}")).collect(),
        by_type,
        archived: dice.some(0, 20),
        resolved: dice.some(0, 60),
        created_millis: place.days_ago(days, dice),
        tags: some_tags(dice),
    }
}

fn none() -> Refusal {
    Refusal::new(404, "ResourceNotFoundException", "The analyzer could not be found.")
}

/// The analyzer that a call names by its ARN.
fn wanted(context: &Context<'_>) -> Result<Analyzer, Refusal> {
    let arn = context.request.required("analyzerArn")?;
    analyzers(&context.place).into_iter().find(|it| it.arn == arn).ok_or_else(none)
}

fn archive_rules(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    let wanted = context.request.required("analyzerName")?;
    let found = analyzers(&context.place).into_iter().find(|it| it.name == wanted).ok_or_else(none)?;
    let at = iso(found.created_millis);
    let rule = |name: &String| {
        let filter = json!({ "isPublic": { "eq": ["false"] }, "principal.AWS": { "contains": ["111122223333"] } });
        json!({ "ruleName": name, "filter": filter, "createdAt": at, "updatedAt": at })
    };
    Ok(found.archive_rules.iter().map(rule).collect())
}

fn describe(it: &Analyzer) -> Value {
    let tags: Map<String, Value> = it.tags.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
    let unused = json!({ "unusedAccess": { "unusedAccessAge": 90 } });
    json!({
        "arn": it.arn,
        "name": it.name,
        "type": it.kind,
        "createdAt": iso(it.created_millis),
        "status": it.status,
        "statusReason": it.reason.map(|code| json!({ "code": code })),
        "configuration": it.kind.contains("UNUSED").then_some(unused),
        "tags": tags,
    })
}

/// As AWS counts: external access by what it lets in, internal access by status, unused access in a list.
fn statistics(it: &Analyzer) -> Value {
    let (active, archived, resolved) = (it.active(), it.archived, it.resolved);
    let of_resources = |of: fn(i64) -> Value| -> Map<String, Value> {
        it.by_type.iter().map(|(name, count)| ((*name).to_owned(), of(*count))).collect()
    };
    if it.kind.contains("UNUSED") {
        let types: Vec<Value> =
            it.by_type.iter().map(|(name, count)| json!({ "unusedAccessType": name, "total": count })).collect();
        return json!({ "unusedAccessFindingsStatistics": {
            "unusedAccessTypeStatistics": types,
            "totalActiveFindings": active,
            "totalArchivedFindings": archived,
            "totalResolvedFindings": resolved,
        } });
    }
    let is_internal = it.kind.contains("INTERNAL");
    let types = if is_internal {
        of_resources(|count| json!({ "totalActiveFindings": count }))
    } else {
        of_resources(|count| {
            json!({
                "totalActivePublic": 1,
                "totalActiveCrossAccount": count - 1,
                "totalActiveErrors": 0,
            })
        })
    };
    let name = if is_internal { "internalAccessFindingsStatistics" } else { "externalAccessFindingsStatistics" };
    json!({ name: {
        "resourceTypeStatistics": types,
        "totalActiveFindings": active,
        "totalArchivedFindings": archived,
        "totalResolvedFindings": resolved,
    } })
}

fn count(place: &Place<'_>, tally: &mut Tally) {
    let analyzers = analyzers(place);
    let all = |is_so: fn(&Analyzer) -> bool| analyzers.iter().filter(|it| is_so(it)).count();
    tally.cell("accessanalyzer_analyzers WHERE is_of_organization", all(|it| it.kind.starts_with("ORGANIZATION")));
    tally.cell("accessanalyzer_analyzers WHERE status = 'ACTIVE'", all(|it| it.status == "ACTIVE"));
    let unused = "accessanalyzer_analyzers WHERE access_kind = 'unused_access' AND unused_access_age_days = 90";
    tally.cell(unused, all(|it| it.kind.contains("UNUSED")));
    let found = "accessanalyzer_analyzers WHERE active_finding_count > 0";
    tally.cell(found, all(|it| it.active() > 0));
    let public: usize =
        analyzers.iter().filter(|it| matches!(it.kind, "ACCOUNT" | "ORGANIZATION")).map(|it| it.by_type.len()).sum();
    tally.cell("accessanalyzer_finding_counts WHERE public_count = 1", public);
    unused::count(place, &analyzers, tally);
    for it in &analyzers {
        tally.misconfigurations.one("S2", "analyzers", "not_active", it.status != "ACTIVE");
        let of = match it.kind {
            "ACCOUNT" | "ORGANIZATION" => "analyzers_of_access_from_outside",
            "ACCOUNT_UNUSED_ACCESS" | "ORGANIZATION_UNUSED_ACCESS" => "analyzers_of_unused_access",
            _ => continue,
        };
        tally.misconfigurations.one("S2", of, "active_findings", it.active() > 0);
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Client, quiet};

    #[test]
    fn the_administrator_has_analyzers_of_the_organization_each_with_its_rules() {
        let client = Client::new(quiet(8, 1));
        let administrator = client.assume(3, "").unwrap();
        let listed = administrator.get("access-analyzer", "/analyzer").json();
        let analyzers = listed["analyzers"].as_array().unwrap();
        assert!(analyzers.iter().any(|it| it["type"] == "ORGANIZATION"), "{listed}");
        for it in analyzers {
            let name = it["name"].as_str().unwrap();
            let rules = administrator.get("access-analyzer", &format!("/analyzer/{name}/archive-rule"));
            assert!(rules.json()["archiveRules"].is_array(), "{}", rules.body);
        }
        let member = client.assume(4, "").unwrap().get("access-analyzer", "/analyzer");
        assert!(!member.body.contains("ORGANIZATION"), "{}", member.body);
        assert_eq!(administrator.get("access-analyzer", "/analyzer/nobody/archive-rule").status, 404);
    }
}
