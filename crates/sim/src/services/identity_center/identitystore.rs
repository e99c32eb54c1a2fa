//! Identity Store, as the service answers. Telephone numbers and addresses hold a canary: no census keeps them.

use super::directory::User;
use super::{Instance, PAGE, groups, instance, memberships, users};
use crate::CANARY;
use crate::clock::epoch_seconds;
use crate::organization::Organization;
use crate::protocol::{Answer, Refusal};
use crate::services::Context;
use serde_json::{Value, json};

pub(crate) fn answer(context: &Context<'_>) -> Result<Answer, Refusal> {
    let organization = context.organization;
    let instance = instance(organization);
    if context.region() != instance.region || context.request.required("IdentityStoreId")? != instance.store_id {
        return Err(Refusal::new(400, "ResourceNotFoundException", "The identity store does not exist."));
    }
    let members = match context.request.operation.as_str() {
        "ListUsers" => {
            let users = users(organization).into_iter().map(|it| user(organization, &instance, &it));
            let page = context.page(&PAGE, users.collect())?;
            json!({ "Users": page.elements, "NextToken": page.next })
        }
        "ListGroups" => {
            let groups = groups(organization).into_iter().map(|it| {
                json!({
                    "IdentityStoreId": instance.store_id,
                    "GroupId": it.id,
                    "GroupArn": arn(organization, &instance, "group", &it.id),
                    "DisplayName": it.name,
                    "Description": format!("All {}", it.name),
                    "CreatedAt": epoch_seconds(instance.created_millis),
                })
            });
            let page = context.page(&PAGE, groups.collect())?;
            json!({ "Groups": page.elements, "NextToken": page.next })
        }
        "ListGroupMemberships" => {
            let group_id = context.request.required("GroupId")?;
            let found = memberships(organization).into_iter().filter(|it| it.group_id == group_id).map(|it| {
                json!({
                    "IdentityStoreId": instance.store_id,
                    "MembershipId": it.id,
                    "GroupId": it.group_id,
                    "MemberId": { "UserId": it.user_id },
                })
            });
            let page = context.page(&PAGE, found.collect())?;
            json!({ "GroupMemberships": page.elements, "NextToken": page.next })
        }
        _ => return Err(context.unknown_operation()),
    };
    Ok(members.into())
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
