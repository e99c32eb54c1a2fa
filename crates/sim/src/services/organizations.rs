//! Organizations: the tree, the accounts, the policies, and the rights over the whole organization.

mod delegation;
mod policies;
mod tree;

use crate::delegates::delegated;
use crate::organization_policies::{self, ENABLED_TYPES};
use crate::protocol::Problem;
use crate::quota::each;
use crate::service::{Callers, Scope, Service, get, list};
use crate::truth::{At, Planted, resources, things};
use delegation::TRUSTED_SERVICES;
use serde_json::json;
use tree::{
    describe_account, describe_organization, list_accounts, list_accounts_for_parent, list_parents, list_tags,
    list_units, member, root,
};

pub(crate) static SERVICE: Service = Service {
    scope: Scope::Global,
    callers: Callers::Administrators,
    errors: &[
        Problem::InvalidToken.is("InvalidInputException"),
        Problem::InvalidParameter.is("InvalidInputException"),
        Problem::Throttled
            .is("TooManyRequestsException")
            .says("AWS Organizations can't complete your request because another request is already in progress."),
    ],
    // From AWS's page `orgs_reference_limits`, for each account.
    quotas: &[
        each(&["ListAccounts"], 12.0, 8.0),
        each(&["ListTagsForResource"], 15.0, 10.0),
        each(
            &[
                "ListAccountsForParent",
                "ListDelegatedAdministrators",
                "ListOrganizationalUnitsForParent",
                "ListPolicies",
                "ListTargetsForPolicy",
            ],
            8.0,
            5.0,
        ),
        each(&["DescribePolicy"], 2.0, 2.0),
        each(&["ListAWSServiceAccessForOrganization", "ListDelegatedServicesForAccount"], 3.0, 1.0),
        each(&[], 2.0, 1.0),
    ],
    refuses_overlap: true,
    page: 20,
    answers: &[&[
        get("DescribeAccount", |context| {
            let account = member(context, context.request.required("AccountId")?)?;
            Ok(json!({ "Account": describe_account(context.organization(), &account) }))
        }),
        get("DescribeOrganization", |context| Ok(describe_organization(context.organization()))),
        get("DescribeOrganizationalUnit", tree::describe_unit),
        get("DescribePolicy", policies::describe),
        get("DescribeResourcePolicy", delegation::describe_resource_policy),
        list("ListAWSServiceAccessForOrganization", "EnabledServicePrincipals", |context| {
            Ok(delegation::trusted_services(context.organization()))
        }),
        get("ListAccounts", |context| list_accounts(context, context.organization().indices().collect())),
        get("ListAccountsForParent", list_accounts_for_parent),
        list("ListChildren", "Children", tree::list_children),
        list("ListDelegatedAdministrators", "DelegatedAdministrators", delegation::list_administrators),
        list("ListDelegatedServicesForAccount", "DelegatedServices", delegation::list_services_of),
        list("ListOrganizationalUnitsForParent", "OrganizationalUnits", list_units),
        list("ListParents", "Parents", list_parents),
        list("ListPolicies", "Policies", |context| policies::list(context, None)),
        list("ListPoliciesForTarget", "Policies", |context| {
            policies::list(context, Some(context.request.required("TargetId")?))
        }),
        list("ListRoots", "Roots", |context| Ok(vec![root(context.organization())])),
        list("ListTagsForResource", "Tags", list_tags),
        get("ListTargetsForPolicy", policies::list_targets),
    ]],
    kinds: &[
        // Its resource policy says who can reach the organization itself.
        resources(At::Organization, |place| {
            let (arn, verdict) = delegation::organization_verdict(place.organization);
            vec![Planted::known(arn, verdict)]
        })
        .rows("organizations"),
        things(At::Organization, "account_policies", |place| {
            organization_policies::count_of_accounts(place.organization)
        }),
        things(At::Organization, "delegated_administrators", |place| delegated(place.organization).len()),
        things(At::Organization, "delegated_services", |place| {
            delegated(place.organization).iter().map(|(_, services)| services.len()).sum()
        }),
        things(At::Organization, "organization_policies", |place| {
            organization_policies::policies(place.organization).len()
        }),
        things(At::Organization, "organization_policy_targets", |place| {
            let policies = organization_policies::policies(place.organization);
            policies.iter().map(|policy| policy.targets(place.organization).len()).sum()
        }),
        things(At::Organization, "organization_policy_types", |_| ENABLED_TYPES.len()),
        things(At::Organization, "organization_root_access", |_| 1),
        things(At::Organization, "organization_services", |_| TRUSTED_SERVICES.len()),
        things(At::Organization, "organizational_units", |place| place.organization.units.len()),
    ],
    ..Service::named("organizations")
};

#[cfg(test)]
mod tests {
    use crate::testing::{Client, quiet};
    use crate::{Settings, Simulation};
    use serde_json::{Value, json};

    /// All pages of a list, and how many there were.
    fn list(client: &Client, operation: &str, list: &str, mut body: Value) -> (Vec<Value>, usize) {
        let (mut all, mut pages) = (Vec::new(), 0);
        loop {
            let reply = client.json("organizations", operation, &body).json();
            all.extend(reply[list].as_array().unwrap().clone());
            pages += 1;
            match reply.get("NextToken") {
                Some(token) => body["NextToken"] = token.clone(),
                None => return (all, pages),
            }
        }
    }

    #[test]
    fn walking_the_tree_finds_every_account_once() {
        let client = Client::new(quiet(53, 9));
        let (accounts, pages) = list(&client, "ListAccounts", "Accounts", json!({}));
        assert_eq!((accounts.len(), pages), (53, 3));
        let (roots, _) = list(&client, "ListRoots", "Roots", json!({}));
        let mut parents = vec![roots[0]["Id"].clone()];
        let mut found = Vec::new();
        while let Some(parent) = parents.pop() {
            let body = json!({ "ParentId": parent });
            let (units, _) = list(&client, "ListOrganizationalUnitsForParent", "OrganizationalUnits", body.clone());
            parents.extend(units.iter().map(|unit| unit["Id"].clone()));
            found.extend(list(&client, "ListAccountsForParent", "Accounts", body).0);
        }
        let ids = |accounts: &[Value]| {
            let mut ids: Vec<_> = accounts.iter().map(|account| account["Id"].to_string()).collect();
            ids.sort();
            ids
        };
        assert_eq!(ids(&found), ids(&accounts));
    }

    #[test]
    fn small_pages_on_demand_and_foreign_tokens_are_refused() {
        let client = Client::new(Settings { page_size: Some(2), ..quiet(5, 1) });
        assert_eq!(list(&client, "ListAccounts", "Accounts", json!({})).1, 3);
        let page = client.json("organizations", "ListAccounts", &json!({})).json();
        let root = client.json("organizations", "ListRoots", &json!({})).json()["Roots"][0]["Id"].clone();
        for token in [page["NextToken"].clone(), json!("rubbish")] {
            let body = json!({ "ParentId": root, "NextToken": token });
            let reply = client.json("organizations", "ListAccountsForParent", &body);
            assert_eq!((reply.status, reply.json()["__type"].clone()), (400, json!("InvalidInputException")));
        }
    }

    #[test]
    fn members_may_not_read_the_organization_but_a_delegate_may() {
        let client = Client::new(Settings { delegated_administrator: Some(2), ..quiet(4, 1) });
        let by = |index| client.assume(index, "").unwrap().json("organizations", "ListAccounts", &json!({}));
        assert_eq!(by(1).json()["__type"], "AccessDeniedException");
        assert_eq!(by(2).status, 200);
        let administrators = client.json("organizations", "ListDelegatedAdministrators", &json!({})).json();
        assert_eq!(administrators["DelegatedAdministrators"][0]["Id"], Simulation::account_id(&client.simulation, 2));
    }

    #[test]
    fn the_denying_policy_names_the_denied_account() {
        let client = Client::new(Settings::new(40, 1));
        let filter = json!({ "Filter": "SERVICE_CONTROL_POLICY" });
        let (policies, _) = list(&client, "ListPolicies", "Policies", filter);
        let policy = policies.iter().find(|policy| policy["Name"] == "deny-sqs").unwrap();
        let (targets, _) = list(&client, "ListTargetsForPolicy", "Targets", json!({ "PolicyId": policy["Id"] }));
        assert_eq!(targets[0]["TargetId"], client.simulation.account_id(11));
    }

    #[test]
    fn the_root_names_a_type_that_nobody_knows_and_it_has_policies() {
        let client = Client::new(quiet(4, 1));
        let (roots, _) = list(&client, "ListRoots", "Roots", json!({}));
        let types: Vec<_> = roots[0]["PolicyTypes"].as_array().unwrap().iter().map(|it| it["Type"].clone()).collect();
        assert!(types.contains(&json!("ORBITAL_POLICY")), "{types:?}");
        let filter = json!({ "Filter": "ORBITAL_POLICY" });
        assert_eq!(list(&client, "ListPolicies", "Policies", filter).0[0]["Name"], "orbit");
        let unknown = client.json("organizations", "ListPolicies", &json!({ "Filter": "NO_SUCH_POLICY" }));
        assert_eq!(unknown.json()["__type"], "InvalidInputException");
    }

    #[test]
    fn a_small_organization_has_no_resource_policy() {
        let ask =
            |accounts| Client::new(quiet(accounts, 1)).json("organizations", "DescribeResourcePolicy", &json!({}));
        assert_eq!(ask(2).json()["__type"], "ResourcePolicyNotFoundException");
        assert!(ask(3).json()["ResourcePolicy"]["Content"].is_string());
    }
}
