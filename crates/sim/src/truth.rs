//! The result of a perfect census. It is computed from the population, never from the simulator's answers.

mod credentials;
mod facts;
mod iam;
mod identities;
mod kind;
mod lists;
mod may;
mod misconfigurations;
mod parts;
mod planted;
mod report;
mod tally;
mod walk;

use crate::account::Account;
use crate::nights;
use crate::organization::Organization;
use crate::organization_policies::{of_account, policies};
use crate::service::Service;
use serde::Serialize;
use std::collections::BTreeMap;

pub(crate) use iam::count_iam;
pub(crate) use identities::is_over_broad;
pub(crate) use kind::{At, Counts, Kind, resources, things};
pub use lists::Lists;
pub(crate) use may::{Asked, may};
pub use parts::{
    AccountPolicyTruth, AccountTruth, ChangeTruth, Fact, IdentityTruth, KindTruth, MayTruth, Obstructed, ResourceTruth,
};
pub(crate) use planted::Planted;
pub(crate) use tally::Tally;

/// What a perfect census of a simulated organization finds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Truth {
    /// The organization's id.
    pub organization_id: String,
    /// The seed it was made from.
    pub seed: u64,
    /// How many accounts it has.
    pub account_count: u64,
    /// The yearly study's facts, and the common misconfigurations.
    pub facts: Vec<Fact>,
    /// How many of each kind of thing the crawler's role can see, by the name of a table.
    pub tables: BTreeMap<String, u64>,
    /// How many rows of a table meet a condition, by `table WHERE condition`, as SQL.
    pub cells: BTreeMap<String, u64>,
    /// Every account, and the outcome of reading it.
    pub accounts: Vec<AccountTruth>,
    /// The services that cannot be read in accounts that can be entered.
    pub obstructed: Vec<Obstructed>,
    /// Every resource that can be seen and can have a policy, with who can reach it.
    pub resources: Vec<ResourceTruth>,
    /// The kinds of resources that have samples of every class, and how many.
    pub kinds: Vec<KindTruth>,
    /// Every policy of the organization that an account has, with its source.
    pub account_policies: Vec<AccountPolicyTruth>,
    /// The rows of the questions that are lists, by question: the ARN, and the principal where the question asks for
    /// it.
    pub lists: Lists,
    /// Every user, group, role and permission set that can be seen, with what it may do.
    pub identities: Vec<IdentityTruth>,
    /// What was changed since the first night in the organization, and in accounts that can be read.
    pub changes: Vec<ChangeTruth>,
}

impl Truth {
    /// What a perfect census of these services finds.
    pub(crate) fn of(organization: &Organization, services: &[&Service]) -> Self {
        let mut tally = Tally::default();
        let account_count = organization.indices().count();
        walk::organization(&mut tally, services, organization);
        tally.rows("accounts", account_count);
        add_protections(&mut tally, organization);
        let mut accounts = Vec::new();
        for account in organization.accounts() {
            walk::account(&mut tally, services, organization, &account);
            accounts.push(AccountTruth { account_id: account.id.clone(), outcome: outcome(&account) });
        }
        let sets = identities::permission_sets(organization);
        tally.misconfigurations.identities(tally.identities.iter().chain(&sets));
        tally.identities.extend(sets);
        tally.changes.extend(nights::changes(organization));
        let account_count = u64::try_from(account_count).unwrap_or_default();
        let mut facts = facts::facts(account_count, &tally);
        facts.extend(tally.misconfigurations.facts());
        Self {
            organization_id: organization.id.clone(),
            seed: organization.settings.seed,
            account_count,
            facts,
            tables: tally.tables(),
            cells: tally.cells(),
            kinds: tally.kinds(),
            accounts,
            obstructed: tally.obstructed,
            resources: tally.resources,
            account_policies: account_policies(organization),
            lists: tally.lists,
            identities: tally.identities,
            changes: tally.changes,
        }
    }
}

fn outcome(account: &Account) -> &'static str {
    if account.is_suspended() {
        "account_suspended"
    } else if account.is_reachable() {
        "complete"
    } else {
        "role_not_assumable"
    }
}

/// The policies of each account, suspended or not.
fn account_policies(organization: &Organization) -> Vec<AccountPolicyTruth> {
    let policies = policies(organization);
    let of = |index| {
        let account_id = organization.account_id(index);
        let pairs = of_account(organization, &policies, index).into_iter();
        pairs.map(move |(policy_id, source_id)| AccountPolicyTruth {
            account_id: account_id.clone(),
            policy_id,
            source_id,
        })
    };
    organization.indices().flat_map(of).collect()
}

/// The policies that protect each account, and an account that has none by itself: what G4 lists.
fn add_protections(tally: &mut Tally, organization: &Organization) {
    let policies = policies(organization);
    for index in organization.indices() {
        let account_id = organization.account_id(index);
        let protects = |id: &str| policies.iter().any(|it| it.id == id && it.protects(index == 0));
        let mut pairs = of_account(organization, &policies, index);
        pairs.retain(|(policy_id, _)| protects(policy_id));
        if pairs.is_empty() {
            pairs.push((String::new(), String::new()));
        }
        for (policy_id, source_id) in &pairs {
            tally.lists.add("G4", [&account_id, policy_id, source_id]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Truth;
    use crate::testing::{Client, Reply};
    use crate::{CANARY, Settings};
    use serde_json::json;
    use std::collections::BTreeMap;

    /// Replies of list calls: the table, the reply, and the name of the element or list to count.
    fn counts(client: &Client) -> [(&'static str, Reply, &'static str); 7] {
        let json = |service, operation| client.json(service, operation, &json!({}));
        [
            ("ec2_instances", client.query("ec2", "Action=DescribeInstances"), "instanceId"),
            ("sns_topics", client.query("sns", "Action=ListTopics"), "TopicArn"),
            ("sqs_queues", json("sqs", "ListQueues"), "QueueUrls"),
            ("kms_keys", json("kms", "ListKeys"), "Keys"),
            ("secretsmanager_secrets", json("secretsmanager", "ListSecrets"), "SecretList"),
            ("ecr_repositories", json("ecr", "DescribeRepositories"), "repositories"),
            ("lambda_functions", client.get("lambda", "/2015-03-31/functions/"), "Functions"),
        ]
    }

    /// Compares what the accounts answer with the truth, and gives the latter.
    fn compare(client: &Client) -> Truth {
        let truth = client.simulation.truth();
        let (mut seen, mut refused) = (BTreeMap::<&str, usize>::new(), 0);
        let callers =
            (0..40).filter_map(|index| if index == 0 { Some(client.clone()) } else { client.assume(index, "").ok() });
        for caller in callers {
            *seen.entry("iam_roles").or_default() += caller.query("iam", "Action=ListRoles").elements("RoleName").len();
            *seen.entry("s3_buckets").or_default() += caller.get("s3", "/").elements("Bucket").len();
            for region in &client.simulation.settings().regions {
                for (table, reply, list) in counts(&caller.in_region(region)) {
                    let count = match (reply.status, reply.body.starts_with('<')) {
                        (200, true) => reply.elements(list).len(),
                        (200, false) => reply.json()[list].as_array().map_or(0, Vec::len),
                        _ => {
                            refused += 1;
                            0
                        }
                    };
                    *seen.entry(table).or_default() += count;
                }
            }
        }
        for (table, count) in &seen {
            assert_eq!(truth.tables[*table], u64::try_from(*count).unwrap(), "{table}");
        }
        let is_asked = |service: &str| seen.keys().any(|table| table.split('_').next() == Some(service));
        let obstructed = truth.obstructed.iter().filter(|it| it.outcome != "partial" && is_asked(it.service));
        assert_eq!(refused, obstructed.count());
        truth
    }

    #[test]
    fn what_is_answered_is_what_is_true() {
        let truth = compare(&Client::new(Settings::new(40, 2)));
        let outcomes = |wanted| truth.accounts.iter().filter(|account| account.outcome == wanted).count();
        assert_eq!((outcomes("account_suspended"), outcomes("role_not_assumable")), (2, 2));
    }

    #[test]
    fn what_is_answered_is_what_is_true_where_there_is_little() {
        let usual = compare(&Client::new(Settings::new(40, 2))).tables;
        let little = compare(&Client::new(Settings::new(40, 2).with_little())).tables;
        for table in ["ec2_instances", "kms_keys", "lambda_functions", "s3_buckets", "sqs_queues"] {
            let (little, usual) = (little[table], usual[table]);
            assert!(little > 0 && 2 * little < usual, "{table}: {little} of usually {usual}");
        }
    }

    #[test]
    fn environments_hold_canaries_and_no_answer_of_truth_does() {
        let client = Client::new(Settings::new(40, 2));
        let functions = client.get("lambda", "/2015-03-31/functions").body;
        assert!(functions.contains(CANARY), "{functions}");
        assert!(!serde_json::to_string(&client.simulation.truth()).unwrap().contains(CANARY));
    }
}
