//! Identity Store, as the service answers. Telephone numbers and addresses hold a canary: no census keeps them.

use super::directory::{Group, Membership, User, groups, memberships, users};
use super::{Instance, instance};
use crate::CANARY;
use crate::clock::epoch_seconds;
use crate::context::Context;
use crate::organization::Organization;
use crate::protocol::Refusal;
use crate::service::{Callers, Service, list};
use crate::truth::{At, things};
use serde_json::{Value, json};

pub(crate) static SERVICE: Service = Service {
    callers: Callers::AdministratorsOf("sso.amazonaws.com"),
    page: 50,
    answers: &[&[
        list("ListGroupMemberships", "GroupMemberships", list_memberships),
        list("ListGroups", "Groups", |context| {
            let (organization, instance) = (context.organization(), asked(context)?);
            Ok(groups(organization).iter().map(|it| group(organization, &instance, it)).collect())
        }),
        list("ListUsers", "Users", |context| {
            let (organization, instance) = (context.organization(), asked(context)?);
            Ok(users(organization).iter().map(|it| user(organization, &instance, it)).collect())
        }),
    ]],
    kinds: &[
        things(At::Organization, "identity_center_groups", |place| groups(place.organization).len()),
        things(At::Organization, "identity_center_memberships", |place| memberships(place.organization).len()),
        things(At::Organization, "identity_center_users", |place| users(place.organization).len()),
    ],
    ..Service::named("identitystore")
};

/// The instance, if the call names it and is made in its region.
fn asked(context: &Context<'_>) -> Result<Instance, Refusal> {
    let instance = instance(context.organization());
    if context.place.region == instance.region && context.request.required("IdentityStoreId")? == instance.store_id {
        return Ok(instance);
    }
    Err(Refusal::new(400, "ResourceNotFoundException", "The identity store does not exist."))
}

fn list_memberships(context: &Context<'_>) -> Result<Vec<Value>, Refusal> {
    let (instance, group_id) = (asked(context)?, context.request.required("GroupId")?);
    let describe = |it: Membership| {
        json!({
            "IdentityStoreId": instance.store_id,
            "MembershipId": it.id,
            "GroupId": it.group_id,
            "MemberId": { "UserId": it.user_id },
        })
    };
    let found = memberships(context.organization()).into_iter().filter(|it| it.group_id == group_id);
    Ok(found.map(describe).collect())
}

fn group(organization: &Organization, instance: &Instance, it: &Group) -> Value {
    json!({
        "IdentityStoreId": instance.store_id,
        "GroupId": it.id,
        "GroupArn": arn(organization, instance, "group", &it.id),
        "DisplayName": it.name,
        "Description": format!("All {}", it.name),
        "CreatedAt": epoch_seconds(instance.created_millis),
    })
}

fn arn(organization: &Organization, instance: &Instance, kind: &str, id: &str) -> String {
    format!("arn:{}:identitystore:::{kind}/{id}?store={}", organization.settings.partition, instance.store_id)
}

fn user(organization: &Organization, instance: &Instance, it: &User) -> Value {
    let external = it.is_external.then(|| json!([{ "Issuer": "https://idp.example", "Id": it.name }]));
    json!({
        "IdentityStoreId": instance.store_id,
        "UserId": it.id,
        "UserArn": arn(organization, instance, "user", &it.id),
        "UserName": it.name,
        "DisplayName": it.name.replace('.', " "),
        "Name": { "FamilyName": CANARY, "GivenName": CANARY },
        "Emails": [
            { "Value": format!("{CANARY}@private.example"), "Type": "home", "Primary": false },
            { "Value": format!("{}@simulated.example", it.name), "Type": "work", "Primary": true },
        ],
        "PhoneNumbers": [{ "Value": format!("+49 {CANARY}"), "Primary": true }],
        "Addresses": [{ "StreetAddress": format!("{CANARY} street 1"), "Country": "NN" }],
        "ExternalIds": external,
        "UserStatus": if it.is_enabled { "ENABLED" } else { "DISABLED" },
        "CreatedAt": epoch_seconds(it.created_millis),
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::{Client, quiet};
    use serde_json::json;

    #[test]
    fn the_directory_is_that_of_the_instance() {
        let client = Client::new(quiet(4, 1)).in_region("eu-west-1");
        let instances = client.json("sso", "ListInstances", &json!({})).json();
        let body = json!({ "IdentityStoreId": instances["Instances"][0]["IdentityStoreId"] });
        let users = client.json("identitystore", "ListUsers", &body).json();
        assert_eq!(users["Users"].as_array().map(Vec::len), Some(9));
        let elsewhere = client.in_region("us-east-1").json("identitystore", "ListUsers", &body);
        assert_eq!(elsewhere.json()["__type"], "ResourceNotFoundException");
        let other = client.json("identitystore", "ListGroups", &json!({ "IdentityStoreId": "d-0" }));
        assert_eq!(other.json()["__type"], "ResourceNotFoundException");
    }
}
