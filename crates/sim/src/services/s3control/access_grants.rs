//! S3 Access Grants: in some regions an instance, its policy, its location, and grants for identities of IAM and
//! Identity Center.

use super::check_account;
use crate::clock::iso_millis;
use crate::context::Context;
use crate::dice::Dice;
use crate::ids::ORGANIZATION_ROLE;
use crate::organization_policies::is_in_perimeter;
use crate::place::Place;
use crate::policies::{ResourcePolicy, Subject, Verdict, any_kind};
use crate::protocol::Refusal;
use crate::samples::{Class, UNGATED};
use crate::service::{Operation, get};
use crate::services::s3;
use crate::truth::Planted;
use serde_json::{Value, json};

/// How AWS calls the location of all buckets.
const DEFAULT: &str = "default";

pub(super) const ANSWERS: &[Operation] = &[
    get("GetAccessGrantsInstanceResourcePolicy", |context| {
        let it = find(context)?;
        let message = "Access Grants Instance Resource Policy does not exist";
        let missing = || Refusal::new(404, "AccessGrantsInstanceResourcePolicyNotExists", message);
        let result = json!({
            "Policy": it.policy.document.ok_or_else(missing)?,
            "Organization": context.organization().id,
            "CreatedAt": iso_millis(it.created_millis),
        });
        Ok(json!({ "GetAccessGrantsInstanceResourcePolicyResult": result }))
    }),
    get("ListAccessGrants", |context| {
        let it = find(context)?;
        let page = context.page(it.grants.iter().map(|grant| describe(&it, grant)).collect())?;
        let list = json!({ "NextToken": page.next, "AccessGrantsList": { "AccessGrant": page.elements } });
        Ok(json!({ "ListAccessGrantsResult": list }))
    }),
    get("ListAccessGrantsLocations", |context| {
        let it = find(context)?;
        let page = context.page(vec![describe_location(&it)])?;
        let list = json!({
            "NextToken": page.next,
            "AccessGrantsLocationsList": { "AccessGrantsLocation": page.elements },
        });
        Ok(json!({ "ListAccessGrantsLocationsResult": list }))
    }),
    get("ListAccessGrantsInstances", |context| {
        check_account(context)?;
        let found = instance(&context.place).map(|it| {
            json!({
                "AccessGrantsInstanceId": "default",
                "AccessGrantsInstanceArn": it.arn,
                "CreatedAt": iso_millis(it.created_millis),
            })
        });
        let page = context.page(found.into_iter().collect())?;
        let list = json!({
            "NextToken": page.next,
            "AccessGrantsInstancesList": { "AccessGrantsInstance": page.elements },
        });
        Ok(json!({ "ListAccessGrantsInstancesResult": list }))
    }),
];

/// The instance of an account's region.
#[derive(Debug)]
pub(super) struct Instance {
    arn: String,
    policy: ResourcePolicy,
    pub(super) grants: Vec<Grant>,
    created_millis: i64,
    /// The role of its one location, which is all buckets of the account.
    location_role: String,
    /// Whether a resource control policy lets in only the organization's own identities and services.
    is_held: bool,
}

/// A grant.
#[derive(Debug)]
pub(super) struct Grant {
    id: String,
    grantee: Grantee,
    permission: &'static str,
}

/// Those who can have grants.
#[derive(Debug)]
enum Grantee {
    /// A role of the own account.
    Own(String),
    /// A role of another account of the organization.
    InOrg(String),
    /// A role of an account outside.
    Outside(String),
    /// A group of Identity Center.
    Group(String),
}

/// The instance of a region; none if the region has none.
pub(super) fn instance(place: &Place<'_>) -> Option<Instance> {
    let sample = s3::sample(place).filter(|class| !UNGATED.contains(class));
    let (mut dice, count) = place.population("s3-access-grants", 1);
    if count == 0 && sample.is_none() {
        return None;
    }
    let arn = place.arn("s3", "access-grants/default");
    let subject = Subject {
        place: *place,
        actions: &["s3:GetDataAccess", "s3:ListAccessGrants"],
        resources: vec![arn.clone()],
        service: "cloudtrail.amazonaws.com",
    };
    let by_chance = any_kind(&mut dice, place.organization.settings.rates.public_other_resources);
    let kind = Class::shown(sample, by_chance, true);
    // A sample is what its policy makes it.
    let most = if sample.is_some() { 0 } else { 5 };
    let days = dice.between(0, 800);
    Some(Instance {
        policy: subject.policy(kind, &mut dice),
        created_millis: place.days_ago(days, &mut dice),
        grants: (0..dice.some(0, most)).map(|_| grant(place, &mut dice)).collect(),
        location_role: crawler_of(place, &place.account.id),
        is_held: is_in_perimeter(place, "s3"),
        arn,
    })
}

/// The role that is in every account.
fn crawler_of(place: &Place<'_>, account_id: &str) -> String {
    let organization = place.organization;
    organization.arn("iam", "", account_id, &format!("role/{}", organization.settings.crawler_role))
}

fn grant(place: &Place<'_>, dice: &mut Dice) -> Grant {
    let organization = place.organization;
    let role = |account_id: &str, role: &str| organization.arn("iam", "", account_id, role);
    let grantee = match dice.weighted(&[(0, 4), (1, 2), (2, 1), (3, 3)]) {
        0 => Grantee::Own(crawler_of(place, &place.account.id)),
        1 => match organization.other_id(place.account, dice) {
            // If the organization has only one account, there is no other.
            own if own == place.account.id => Grantee::Own(crawler_of(place, &own)),
            // The management account has no role that Organizations made.
            other if other == organization.management_id() => Grantee::InOrg(crawler_of(place, &other)),
            other => Grantee::InOrg(role(&other, &format!("role/{ORGANIZATION_ROLE}"))),
        },
        2 => Grantee::Outside(role(&organization.outside_id(dice), "role/partner")),
        _ => Grantee::Group(dice.uuid()),
    };
    Grant { id: dice.uuid(), grantee, permission: dice.pick(&["READ", "READWRITE", "WRITE", "BORROW"]) }
}

impl Instance {
    /// The instance as the truth counts it.
    pub(super) fn planted(self) -> Planted {
        let verdict = self.grants.iter().fold(self.policy.verdict, |verdict, it| verdict.or(self.lets_in(it)));
        let mut outside: Vec<String> = self.grants.iter().filter_map(Grant::outside).collect();
        if self.is_held {
            outside.clear();
        }
        let mut planted = Planted { verdict, ..Planted::by(self.arn, self.policy) };
        planted.named.outside.append(&mut outside);
        planted
    }

    fn lets_in(&self, grant: &Grant) -> Verdict {
        match grant.grantee {
            Grantee::InOrg(_) => Verdict::IN_ORG,
            Grantee::Outside(_) if !self.is_held => Verdict::EXTERNAL,
            Grantee::Own(_) | Grantee::Outside(_) | Grantee::Group(_) => Verdict::CLOSED,
        }
    }
}

impl Grant {
    /// The role outside that has it, as a policy would write it.
    fn outside(&self) -> Option<String> {
        match &self.grantee {
            Grantee::Outside(arn) => Some(format!("AWS:{arn}")),
            Grantee::Own(_) | Grantee::InOrg(_) | Grantee::Group(_) => None,
        }
    }
}

fn find(context: &Context<'_>) -> Result<Instance, Refusal> {
    check_account(context)?;
    let missing = || Refusal::new(404, "AccessGrantsInstanceNotExistsError", "Access Grants Instance does not exist");
    instance(&context.place).ok_or_else(missing)
}

fn describe_location(instance: &Instance) -> Value {
    json!({
        "CreatedAt": iso_millis(instance.created_millis),
        "AccessGrantsLocationId": DEFAULT,
        "AccessGrantsLocationArn": format!("{}/location/{DEFAULT}", instance.arn),
        "LocationScope": "s3://",
        "IAMRoleArn": instance.location_role,
    })
}

fn describe(instance: &Instance, it: &Grant) -> Value {
    let (kind, identifier) = match &it.grantee {
        Grantee::Own(arn) | Grantee::InOrg(arn) | Grantee::Outside(arn) => ("IAM", arn),
        Grantee::Group(id) => ("DIRECTORY_GROUP", id),
    };
    json!({
        "CreatedAt": iso_millis(instance.created_millis),
        "AccessGrantId": it.id,
        "AccessGrantArn": format!("{}/grant/{}", instance.arn, it.id),
        "Grantee": { "GranteeType": kind, "GranteeIdentifier": identifier },
        "Permission": it.permission,
        "AccessGrantsLocationId": DEFAULT,
        "AccessGrantsLocationConfiguration": { "S3SubPrefix": "data/*" },
        "GrantScope": "s3://data/*",
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::{Client, Reply, quiet};

    #[test]
    fn a_region_has_one_instance_or_none() {
        let client = Client::new(quiet(1, 3));
        let account_id = client.simulation.account_id(0);
        let mut seen = (0, 0);
        for region in &client.simulation.settings().regions {
            let client = client.in_region(region);
            let ask = |path: &str| -> Reply {
                client.send("s3", &format!("/v20180820/{path}"), &[("x-amz-account-id", &account_id)], "")
            };
            let arns = ask("accessgrantsinstances").elements("AccessGrantsInstanceArn");
            let grants = ask("accessgrantsinstance/grants");
            let locations = ask("accessgrantsinstance/locations");
            if arns.is_empty() {
                seen.0 += 1;
                assert_eq!(grants.element("Code"), "AccessGrantsInstanceNotExistsError");
                assert_eq!(locations.element("Code"), "AccessGrantsInstanceNotExistsError");
            } else {
                seen.1 += 1;
                let ids = grants.elements("AccessGrantId").len();
                assert_eq!((arns.len(), ids), (1, grants.elements("GranteeIdentifier").len()));
                assert_eq!(
                    (locations.elements("IAMRoleArn").len(), locations.element("LocationScope")),
                    (1, "s3://".into())
                );
            }
        }
        assert_eq!(seen.0 + seen.1, 3);
    }
}
