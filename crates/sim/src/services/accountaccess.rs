//! Account access manager: one application of the organization, which lets people of Identity Center in to roles.

use super::identity_center::{groups, instance, users};
use crate::clock::epoch_seconds;
use crate::context::Context;
use crate::organization::Organization;
use crate::place::Place;
use crate::protocol::Refusal;
use crate::service::{Service, get, list};
use crate::truth::{At, things};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    answers: &[&[
        list("ListApplications", "applications", |context| {
            Ok(application(&context.place).map(|arn| describe(&context.place, &arn)).into_iter().collect())
        }),
        get("ListEntitlements", list_entitlements),
    ]],
    kinds: &[
        things(At::Region, "account_access_applications", |place| usize::from(application(place).is_some())),
        things(At::Region, "account_access_entitlements", |place| {
            application(place).map_or(0, |_| entitlements(place.organization).len())
        }),
    ],
    ..Service::named("accountaccess")
};

/// Someone who may enter a role.
#[derive(Debug)]
struct Entitlement {
    id: String,
    member: &'static str,
    principal_id: String,
    role_arn: String,
    account_id: String,
}

/// The one application, where Identity Center is.
fn application(place: &Place<'_>) -> Option<String> {
    let is_here = place.account.is_management() && instance(place.organization).region == place.region;
    is_here.then(|| place.arn("account-access", &format!("application/{}", place.dice("account-access").lower(16))))
}

/// Two groups and two users who may enter the role that is for people.
fn entitlements(organization: &Organization) -> Vec<Entitlement> {
    let Some(account) = organization.accounts().find(|account| organization.is_showcase(account)) else {
        return Vec::new();
    };
    let mut dice = organization.dice(&["entitlements"]);
    let role_arn = organization.arn("iam", "", &account.id, "role/show/for-people");
    let groups = groups(organization).into_iter().take(2).map(|it| ("groupId", it.id));
    let users = users(organization).into_iter().take(2).map(|it| ("userId", it.id));
    let entitlement = |(member, principal_id)| Entitlement {
        id: dice.uuid(),
        member,
        principal_id,
        role_arn: role_arn.clone(),
        account_id: account.id.clone(),
    };
    groups.chain(users).map(entitlement).collect()
}

fn describe(place: &Place<'_>, arn: &str) -> Value {
    let made = epoch_seconds(instance(place.organization).created_millis);
    json!({ "applicationArn": arn, "tenantId": "simulated", "createdAt": made, "updatedAt": made })
}

fn list_entitlements(context: &Context<'_>) -> Result<Value, Refusal> {
    let wanted = context.request.required("applicationArn")?;
    let gone = || Refusal::new(404, "ResourceNotFoundException", format!("{wanted} does not exist."));
    application(&context.place).filter(|arn| arn == wanted).ok_or_else(gone)?;
    let made = epoch_seconds(instance(context.organization()).created_millis);
    let page = context.page(entitlements(context.organization()))?;
    let all: Vec<Value> = page
        .elements
        .iter()
        .map(|it| {
            json!({
                "entitlementId": it.id,
                "entitlement": { "principalRole": {
                    "principal": { "identityCenter": { it.member: it.principal_id } },
                    "roleArn": it.role_arn,
                    "account": it.account_id,
                    "accountName": "simulated",
                } },
                "createdAt": made,
            })
        })
        .collect();
    Ok(json!({ "entitlements": all, "nextToken": page.next }))
}
