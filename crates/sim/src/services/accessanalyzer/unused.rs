//! Findings of unused access: a list, of which each finding tells more by itself. Those of an organization's analyzer are
//! about identities of its members.

use super::{Analyzer, wanted};
use crate::clock::{DAY_MILLIS, iso};
use crate::context::Context;
use crate::place::Place;
use crate::protocol::Refusal;
use crate::truth::Tally;
use serde_json::{Value, json};

const ROLE: &str = "UnusedIAMRole";
const KEY: &str = "UnusedIAMUserAccessKey";
const PERMISSION: &str = "UnusedPermission";

/// A finding of unused access.
pub(super) struct Finding {
    number: u64,
    of: &'static str,
    status: &'static str,
    account_id: String,
    /// The moment of the last use; none if there was none, or if it is about permissions.
    used_millis: Option<i64>,
}

/// How many passwords an analyzer finds unused; none if it finds none.
pub(super) fn passwords(place: &Place<'_>, analyzer: &str) -> Option<i64> {
    let mut dice = place.dice(&format!("unused passwords of {analyzer}"));
    dice.chance(0.6).then(|| dice.some(1, 10))
}

/// All findings of an analyzer. Those that are archived or resolved are about roles.
fn all(place: &Place<'_>, analyzer: &Analyzer) -> Vec<Finding> {
    if !analyzer.kind.contains("UNUSED") {
        return Vec::new();
    }
    let (organization, is_own) = (place.organization, analyzer.kind.starts_with("ACCOUNT"));
    let active = analyzer.by_type.iter().flat_map(|(of, count)| (0..*count).map(move |_| (*of, "ACTIVE")));
    let archived = (0..analyzer.archived).map(|_| (ROLE, "ARCHIVED"));
    let resolved = (0..analyzer.resolved).map(|_| (ROLE, "RESOLVED"));
    let finding = |(number, (of, status)): (u64, (&'static str, &'static str))| {
        let index = if is_own { place.account.index } else { number % organization.settings.accounts };
        let days = 91 + i64::try_from(number % 300).unwrap_or_default();
        let is_used = number % 3 != 0 && of != PERMISSION;
        Finding {
            number,
            of,
            status,
            account_id: organization.account_id(index),
            used_millis: is_used.then(|| organization.clock.now_millis - days * DAY_MILLIS),
        }
    };
    (0_u64..).zip(active.chain(archived).chain(resolved)).map(finding).collect()
}

/// The findings that a census lists: the resolved ones are over.
pub(super) fn kept(place: &Place<'_>, analyzer: &Analyzer) -> impl Iterator<Item = Finding> + use<> {
    all(place, analyzer).into_iter().filter(|it| it.status != "RESOLVED")
}

pub(super) fn list(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    let analyzer = wanted(context)?;
    let statuses = context.request.structure("filter").and_then(|it| it["status"]["eq"].as_array()).cloned();
    let is_wanted = |it: &Finding| statuses.as_ref().is_none_or(|statuses| statuses.contains(&json!(it.status)));
    let found = all(&context.place, &analyzer).into_iter().filter(is_wanted);
    Ok(found.map(|it| describe(&context.place, &analyzer, &it)).collect())
}

pub(super) fn get(context: &Context<'_>) -> Result<Value, Refusal> {
    let (analyzer, id) = (wanted(context)?, context.request.required("id")?);
    let found = all(&context.place, &analyzer).into_iter().find(|it| it.id(&analyzer) == id);
    let none = || Refusal::new(404, "ResourceNotFoundException", "The finding could not be found.");
    let found = found.ok_or_else(none)?;
    let mut answer = describe(&context.place, &analyzer, &found);
    answer["findingDetails"] = found.details();
    Ok(answer)
}

fn describe(place: &Place<'_>, analyzer: &Analyzer, it: &Finding) -> Value {
    let at = iso(analyzer.created_millis);
    let kind = if it.of.contains("User") { "user" } else { "role" };
    json!({
        "id": it.id(analyzer),
        "findingType": it.of,
        "resource": place.organization.arn("iam", "", &it.account_id, &format!("{kind}/{}", it.id(analyzer))),
        "resourceType": if kind == "user" { "AWS::IAM::User" } else { "AWS::IAM::Role" },
        "resourceOwnerAccount": it.account_id,
        "status": it.status,
        "createdAt": at,
        "updatedAt": at,
        "analyzedAt": at,
    })
}

impl Finding {
    fn id(&self, analyzer: &Analyzer) -> String {
        format!("{}-{}", analyzer.name, self.number)
    }

    /// One detail, or one for each service: of s3 some actions are unused, of sqs all.
    fn details(&self) -> Value {
        let used = self.used_millis.map(iso);
        match self.of {
            ROLE => json!([{ "unusedIamRoleDetails": { "lastAccessed": used } }]),
            KEY => {
                let id = format!("AKIA{:016}", self.number);
                json!([{ "unusedIamUserAccessKeyDetails": { "accessKeyId": id, "lastAccessed": used } }])
            }
            PERMISSION => json!([
                { "unusedPermissionDetails": {
                    "serviceNamespace": "s3",
                    "actions": [{ "action": "s3:PutObject" }, { "action": "s3:DeleteObject" }],
                } },
                { "unusedPermissionDetails": { "serviceNamespace": "sqs", "actions": [] } },
            ]),
            _ => json!([{ "unusedIamUserPasswordDetails": { "lastAccessed": used } }]),
        }
    }
}

/// Counts the findings that a census lists, by what it knows of them.
pub(super) fn count(place: &Place<'_>, analyzers: &[Analyzer], tally: &mut Tally) {
    let found: Vec<Finding> = analyzers.iter().flat_map(|it| kept(place, it)).collect();
    let many = |is_so: &dyn Fn(&Finding) -> bool| found.iter().filter(|it| is_so(it)).count();
    let is_active = |it: &Finding| it.status == "ACTIVE";
    let own = &place.account.id;
    tally.cell("accessanalyzer_unused_findings WHERE is_detail_asked", many(&is_active));
    tally.cell(
        "accessanalyzer_unused_findings WHERE resource_account_id <> account_id",
        many(&|it| it.account_id != *own),
    );
    tally.cell(
        "accessanalyzer_unused_findings WHERE access_key_id IS NOT NULL",
        many(&|it| is_active(it) && it.of == KEY),
    );
    let permissions = many(&|it| is_active(it) && it.of == PERMISSION);
    tally.cell("accessanalyzer_unused_findings WHERE unused_actions IS NOT NULL", permissions);
    let used = many(&|it| is_active(it) && it.used_millis.is_some());
    tally.cell("accessanalyzer_unused_findings WHERE last_accessed_days > 90", used);
    for it in &found {
        tally.misconfigurations.one("S10", "unused_access_findings", "active", is_active(it));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::testing::{Client, quiet};

    #[test]
    fn the_organization_s_analyzer_tells_what_identities_of_all_members_do_not_use() {
        let client = Client::new(quiet(8, 1));
        let administrator = client.assume(3, "").unwrap();
        let listed = administrator.get("access-analyzer", "/analyzer").json();
        let mut analyzers = listed["analyzers"].as_array().unwrap().iter();
        let arn = analyzers.find(|it| it["type"] == "ORGANIZATION_UNUSED_ACCESS").unwrap()["arn"].as_str().unwrap();
        let one = |number: u32| {
            let path = format!("/findingv2/organization-unused-{number}?analyzerArn={arn}");
            administrator.get("access-analyzer", &path)
        };
        let all = (0..).map(one).take_while(|it| it.status == 200).map(|it| it.json());
        let (mut statuses, mut owners, mut count) = (BTreeSet::new(), BTreeSet::new(), 0);
        for finding in all {
            let of = finding["findingType"].as_str().unwrap().replacen("IAM", "Iam", 1);
            let member = format!("u{}Details", of.strip_prefix('U').unwrap());
            assert!(finding["findingDetails"][0][member.as_str()].is_object(), "{finding}");
            statuses.insert(finding["status"].to_string());
            owners.insert(finding["resourceOwnerAccount"].to_string());
            count += 1;
        }
        assert!(statuses.contains("\"ACTIVE\"") && statuses.len() > 1, "{statuses:?}");
        assert_eq!(owners.len(), count.min(8), "{owners:?}");
        assert_eq!(one(u32::MAX).status, 404);
    }
}
