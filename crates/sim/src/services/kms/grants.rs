//! The grants of keys: to a role of the key's account, to another account of the organization, to an account outside,
//! and to services.

use crate::clock::epoch_seconds;
use crate::dice::Dice;
use crate::ids::ORGANIZATION_ROLE;
use crate::organization_policies::is_in_perimeter;
use crate::place::Place;
use crate::policies::Kind;
use crate::truth::Planted;
use serde_json::{Value, json};

/// A grant. It allows what the policies of keys allow, so that a Deny statement that takes that back takes it from the
/// grant too.
#[derive(Debug)]
pub(super) struct Grant {
    id: String,
    kind: Kind,
    /// The grantee as AWS names it: an ARN, or a service.
    principal: String,
    has_context: bool,
    created_millis: i64,
}

/// Whom grants are for, as kinds of policies: a role of the account, another account, an account outside, a service that
/// acts for one resource of the account, and a service that may act for anyone.
const GRANTEES: [(Kind, u32); 5] = [
    (Kind::SameAccount, 6),
    (Kind::InOrgAccount, 2),
    (Kind::ExternalAccount, 1),
    (Kind::ServiceScoped, 2),
    (Kind::ServiceUnscoped, 1),
];

/// The grants of a key: of most keys none, of some more than a page.
pub(super) fn grants(place: &Place<'_>, key_id: &str) -> Vec<Grant> {
    let mut dice = place.dice(&format!("kms-grants-{key_id}"));
    let count: u64 = dice.weighted(&[(0, 10), (1, 5), (2, 3), (7, 1)]);
    let count = dice.few(count);
    let any = |_| {
        let kind = dice.weighted(&GRANTEES);
        grant(place, kind, &mut dice)
    };
    (0..count).map(any).collect()
}

/// A grant for someone of this kind.
pub(super) fn grant(place: &Place<'_>, kind: Kind, dice: &mut Dice) -> Grant {
    let organization = place.organization;
    let root = |account_id: &str| organization.arn("iam", "", account_id, "root");
    let principal = match kind {
        Kind::InOrgAccount => root(&organization.other_id(place.account, dice)),
        Kind::ExternalAccount => root(&organization.outside_id(dice)),
        Kind::ServiceScoped => "logs.amazonaws.com".to_owned(),
        // A service in place of a principal, as services made grants before AWS named services apart.
        Kind::ServiceUnscoped => format!("workmail.{}.amazonaws.com", place.region),
        _ => own_role(place),
    };
    let days = dice.between(0, 900);
    Grant {
        id: dice.hex(64),
        kind,
        principal,
        has_context: dice.chance(0.3),
        created_millis: place.days_ago(days, dice),
    }
}

/// A role of the account that exists.
fn own_role(place: &Place<'_>) -> String {
    let is_management = place.account.id == place.organization.management_id();
    let role = if is_management { place.organization.settings.crawler_role.as_str() } else { ORGANIZATION_ROLE };
    place.iam_arn(&format!("role/{role}"))
}

impl Grant {
    /// Adds the grantee to the truth of its key, whose policy is of this kind, unless a Deny statement of that policy or
    /// the organization's perimeter takes back what is granted.
    pub(super) fn add_to(&self, key: &mut Planted, place: &Place<'_>, policy: Kind) {
        // If the organization has only one account, there is no other.
        let is_alone = self.kind == Kind::InOrgAccount && place.organization.settings.accounts == 1;
        if is_alone || !policy.spares(self.kind) {
            return;
        }
        let is_held = is_in_perimeter(place, "kms");
        let verdict = if is_held { self.kind.verdict_in_perimeter() } else { self.kind.verdict() };
        key.verdict = key.verdict.or(verdict);
        if verdict.is_external == Some(true) {
            key.named.outside.push(format!("AWS:{}", self.principal));
        } else if self.kind == Kind::ServiceUnscoped {
            key.named.unscoped.push(format!("Service:{}", self.principal));
        }
    }

    pub(super) fn describe(&self, place: &Place<'_>, key_arn: &str) -> Value {
        let is_service = self.kind == Kind::ServiceScoped;
        let mut constraints = serde_json::Map::new();
        if self.has_context {
            constraints.insert("EncryptionContextSubset".to_owned(), json!({ "tenant": "blue" }));
        }
        if is_service {
            constraints.insert("SourceArn".to_owned(), json!(place.arn("logs", "log-group:app")));
        }
        json!({
            "KeyId": key_arn,
            "GrantId": self.id,
            "CreationDate": epoch_seconds(self.created_millis),
            "GranteePrincipal": (!is_service).then_some(&self.principal),
            "GranteeServicePrincipal": is_service.then_some(&self.principal),
            "RetiringPrincipal": is_service.then(|| own_role(place)),
            "IssuingAccount": place.iam_arn("root"),
            "Operations": ["Decrypt", "GenerateDataKey"],
            "Constraints": (!constraints.is_empty()).then_some(constraints),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Client, quiet};
    use serde_json::{Value, json};

    /// The grants of all keys of an account, page after page.
    fn grants(client: &Client) -> Vec<Value> {
        let keys = client.json("kms", "ListKeys", &json!({})).json();
        let mut found = Vec::new();
        for key in keys["Keys"].as_array().into_iter().flatten() {
            let mut body = json!({ "KeyId": key["KeyId"], "Limit": 2 });
            loop {
                let page = client.json("kms", "ListGrants", &body).json();
                found.extend(page["Grants"].as_array().cloned().unwrap_or_default());
                if page["Truncated"] != json!(true) {
                    break;
                }
                body["Marker"] = page["NextMarker"].clone();
            }
        }
        found
    }

    #[test]
    fn every_sort_of_grantee_occurs() {
        let client = Client::new(quiet(40, 1));
        let accounts = (1..40).filter_map(|index| client.assume(index, "").ok());
        let all: Vec<Value> = accounts.flat_map(|it| grants(&it)).collect();
        let has = |is_so: &dyn Fn(&Value) -> bool| all.iter().any(is_so);
        assert!(has(&|it| it["GranteePrincipal"].as_str().is_some_and(|arn| arn.contains(":role/"))));
        assert!(has(&|it| it["GranteePrincipal"].as_str().is_some_and(|arn| arn.ends_with(":root"))));
        assert!(has(&|it| it["GranteePrincipal"].as_str().is_some_and(|arn| arn.ends_with(".amazonaws.com"))));
        assert!(has(&|it| it["GranteeServicePrincipal"] == "logs.amazonaws.com"));
        assert!(has(&|it| it["Constraints"]["EncryptionContextSubset"].is_object()));
    }

    #[test]
    fn no_such_key_has_grants() {
        let client = Client::new(quiet(4, 1));
        let refused = client.json("kms", "ListGrants", &json!({ "KeyId": "nosuch" }));
        assert_eq!((refused.status, refused.json()["__type"].as_str()), (400, Some("NotFoundException")));
    }
}
