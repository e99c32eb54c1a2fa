//! Findings one by one: as many of each severity as the statistics say.

use super::{Detector, SEVERITIES, asked_for, detector, seen, wanted};
use crate::clock::iso_millis;
use crate::context::Context;
use crate::finding_lists::{self, Finding};
use crate::place::Place;
use crate::protocol::Refusal;
use serde_json::{Value, json};

/// The most findings that one call describes.
const DESCRIBED_MAX: usize = 50;

/// All findings about a place.
fn all(place: &Place<'_>, it: &Detector) -> Vec<Finding> {
    finding_lists::all(place, "guardduty-findings", it.findings.into_iter().zip(it.archived))
}

/// The ids of the findings that a call asks for, of all that the detector shows.
pub(super) fn list(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    wanted(context)?;
    let (organization, region) = (context.organization(), context.place.region);
    let (account_ids, is_open_only) = asked_for(context);
    let mut found = Vec::new();
    for (account, it) in seen(&context.place, &account_ids) {
        let all = all(&Place { organization, account: &account, region }, &it);
        found.extend(all.into_iter().filter(|it| !is_open_only || !it.is_archived));
    }
    Ok(finding_lists::ids(context, found, "severity"))
}

/// The findings of these ids.
pub(super) fn get(context: &Context<'_>) -> Result<Value, Refusal> {
    wanted(context)?;
    let (organization, region) = (context.organization(), context.place.region);
    let ids = context.request.texts("findingIds");
    if ids.len() > DESCRIBED_MAX {
        let message = "The request is rejected because the parameter findingIds has an invalid value.";
        return Err(Refusal::new(400, "BadRequestException", message));
    }
    let mut described = Vec::new();
    for id in ids {
        let Some(account_id) = id.get(..12) else { continue };
        for (account, it) in seen(&context.place, &[account_id.to_owned()]) {
            let place = Place { organization, account: &account, region };
            described
                .extend(all(&place, &it).iter().filter(|it| it.id == id).map(|found| describe(&place, &it, found)));
        }
    }
    Ok(json!({ "findings": described }))
}

fn describe(place: &Place<'_>, detector: &Detector, it: &Finding) -> Value {
    let mut dice = place.organization.dice(&["guardduty-finding", &it.id]);
    let days = dice.between(0, 89);
    let at = iso_millis(place.days_ago(days, &mut dice));
    let (kind, resource) = dice.pick(&[
        ("UnauthorizedAccess:EC2/SSHBruteForce", "Instance"),
        ("Discovery:IAMUser/AnomalousBehavior", "AccessKey"),
        ("Discovery:S3/MaliciousIPCaller", "S3Bucket"),
    ]);
    json!({
        "schemaVersion": "2.0",
        "accountId": place.account.id,
        "region": place.region,
        "id": it.id,
        "arn": place.arn("guardduty", &format!("detector/{}/finding/{}", detector.id, it.id)),
        "type": kind,
        "title": format!("{kind} in <{}>", place.account.name),
        "description": "A finding",
        "severity": SEVERITIES[it.severity],
        "createdAt": at,
        "updatedAt": at,
        "resource": {
            "resourceType": resource,
            "accessKeyDetails": { "accessKeyId": format!("ASIA{}", dice.base32(16)), "userName": "web" },
            "instanceDetails": { "instanceId": format!("i-0{}", dice.hex(16)) },
            "s3BucketDetails": match resource {
                "S3Bucket" => json!([{ "arn": place.organization.arn("s3", "", "", &dice.lower(12)) }]),
                _ => json!([]),
            },
        },
        "service": {
            "serviceName": "guardduty",
            "detectorId": detector.id,
            "archived": it.is_archived,
            "count": 1,
            "eventFirstSeen": at,
            "eventLastSeen": at,
            "resourceRole": "TARGET",
        },
    })
}

/// The number of findings that a census lists.
pub(super) fn open(place: &Place<'_>) -> usize {
    let found = detector(place).filter(|it| it.is_enabled);
    found.map_or(0, |it| all(place, &it).iter().filter(|it| !it.is_archived).count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::Account;
    use crate::organization::Organization;
    use crate::testing::quiet;
    use std::collections::BTreeSet;

    #[test]
    fn there_are_as_many_findings_as_are_counted_and_each_has_its_own_id() {
        let organization = Organization::new(quiet(40, 1));
        let accounts: Vec<Account> = organization.accounts().collect();
        let (mut ids, mut count) = (BTreeSet::new(), 0);
        for account in &accounts {
            let place = Place { organization: &organization, account, region: "eu-west-1" };
            let Some(it) = detector(&place) else { continue };
            let found = all(&place, &it);
            for (severity, count) in it.findings.into_iter().enumerate() {
                let open = found.iter().filter(|it| !it.is_archived && it.severity == severity);
                assert_eq!(i64::try_from(open.count()).unwrap(), count);
            }
            assert!(found.iter().all(|it| it.id.starts_with(&account.id)));
            count += found.len();
            ids.extend(found.into_iter().map(|it| it.id));
        }
        assert_eq!(ids.len(), count);
        assert!(count > 0);
    }
}
