//! The organization's policies, made from the seed: one of every sort that a census must tell apart.

use crate::account::Trouble;
use crate::organization::Organization;
use crate::place::Place;
use serde_json::{Value, json};

/// The types that are switched on at the root. The last is a type that no census knows.
pub(crate) const ENABLED_TYPES: [&str; 6] =
    [SCP, RCP, "TAG_POLICY", "BACKUP_POLICY", "DECLARATIVE_POLICY_EC2", "ORBITAL_POLICY"];

/// Further types that the service knows and that are switched off. Other names are not types.
pub(crate) const OTHER_TYPES: [&str; 4] =
    ["AISERVICES_OPT_OUT_POLICY", "CHATBOT_POLICY", "S3_POLICY", "SECURITYHUB_POLICY"];

pub(crate) const SCP: &str = "SERVICE_CONTROL_POLICY";
pub(crate) const RCP: &str = "RESOURCE_CONTROL_POLICY";

/// A policy of the organization and its targets.
#[derive(Debug)]
pub(crate) struct Policy {
    pub(crate) id: String,
    pub(crate) policy_type: &'static str,
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    pub(crate) is_aws_managed: bool,
    pub(crate) content: String,
    /// Ids of the root, of units and of accounts.
    targets: Vec<String>,
    /// Whether it is attached to the root, to each unit and to each account instead: AWS attaches its own so.
    is_everywhere: bool,
}

/// What a policy is attached to.
#[derive(Debug)]
pub(crate) enum Target {
    /// The root, a unit or an account, by its id.
    Id(String),
    /// The account at this place.
    Account(u64),
}

impl Policy {
    /// What it is attached to. An id is not made for each account, since every page of an answer begins with this list.
    pub(crate) fn targets(&self, organization: &Organization) -> Vec<Target> {
        if !self.is_everywhere {
            return self.targets.iter().cloned().map(Target::Id).collect();
        }
        let units = organization.units.iter().map(|unit| &unit.id);
        let nodes = [&organization.root_id].into_iter().chain(units).cloned().map(Target::Id);
        nodes.chain(organization.indices().map(Target::Account)).collect()
    }

    /// Whether it is attached to this root, unit or account.
    pub(crate) fn is_at(&self, id: &str) -> bool {
        self.is_everywhere || self.targets.iter().any(|target| target == id)
    }

    /// Whether it protects an account to which it is attached, at whatever height. No control policy binds the
    /// management account, and AWS's own allow everything.
    pub(crate) fn protects(&self, is_management: bool) -> bool {
        let is_control = [SCP, RCP].contains(&self.policy_type);
        let binds = (is_control && !is_management) || self.policy_type.starts_with("DECLARATIVE_POLICY");
        binds && !self.is_aws_managed
    }
}

/// All policies: AWS's own that allow everything, those that cause the denials of [`crate::access`], and at least one
/// of each other type.
pub(crate) fn policies(organization: &Organization) -> Vec<Policy> {
    let mut policies = vec![full_access(SCP, "FullAWSAccess")];
    policies.push(full_access(RCP, "RCPFullAWSAccess"));
    let mut dice = organization.dice(&["policies"]);
    let mut own = |policy_type, name, description, content: String, targets| {
        let (id, is_aws_managed) = (format!("p-{}", dice.lower(8)), false);
        let is_everywhere = false;
        policies.push(Policy { id, policy_type, name, description, is_aws_managed, content, targets, is_everywhere });
    };
    let denied = organization.ids_in_trouble(Trouble::ServiceDeniedByScp).collect();
    let deny_sqs = json!({ "Sid": "NoQueues", "Effect": "Deny", "Action": "sqs:*", "Resource": "*" });
    own(SCP, "deny-sqs", "No queues here", document(&deny_sqs), denied);
    let is_denied = organization.settings.troubles.region_denied_by_scp;
    if let Some(region) = organization.last_region().filter(|_| is_denied) {
        let condition = json!({ "StringEquals": { "aws:RequestedRegion": region } });
        let deny = json!({ "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition });
        own(SCP, "deny-region", "No sandbox far away", document(&json!([deny])), units(organization, &["Sandbox"]));
    }
    // White space as a person typed it: a census keeps a document byte for byte.
    let draft = "{ \"Statement\" :\n\t[ ]\n}".to_owned();
    own(SCP, "draft", "Attached to nothing", draft, Vec::new());
    let condition = json!({
        "StringNotEqualsIfExists": { "aws:PrincipalOrgID": organization.id },
        "BoolIfExists": { "aws:PrincipalIsAWSService": "false" },
    });
    for (name, actions, targets) in perimeters(organization) {
        let perimeter = json!({
            "Effect": "Deny", "Principal": "*", "Action": actions, "Resource": "*", "Condition": condition,
        });
        own(RCP, name, "Only the organization's own, and services", document(&perimeter), targets);
    }
    let root = vec![organization.root_id.clone()];
    let tags = json!({ "tags": { "team": { "tag_key": { "@@assign": "team" } } } }).to_string();
    own("TAG_POLICY", "team", "One way to write team", tags, root);
    let backup = json!({ "plans": {} }).to_string();
    own("BACKUP_POLICY", "nightly", "", backup, units(organization, &["Production", "Payments"]));
    let metadata = json!({ "ec2_attributes": { "instance_metadata_defaults": {
        "http_tokens": { "@@assign": "required" },
        "http_put_response_hop_limit": { "@@assign": "2" },
    } } });
    let first: Vec<String> =
        (1..organization.settings.accounts).take(1).map(|it| organization.account_id(it)).collect();
    own("DECLARATIVE_POLICY_EC2", "metadata-v2", "", metadata.to_string(), first);
    own("ORBITAL_POLICY", "orbit", "Of a type to come", "<orbit/>".to_owned(), units(organization, &["Workloads"]));
    policies
}

/// Whether the declarative policy sets the account's defaults of the metadata service.
pub(crate) fn has_metadata_policy(place: &Place<'_>) -> bool {
    place.account.index == 1
}

/// The resource control policies that let in only the organization's own identities and services: name, actions, and
/// the targets that they are attached to.
fn perimeters(organization: &Organization) -> [(&'static str, &'static [&'static str], Vec<String>); 2] {
    let held = organization.held_id();
    let targets = units(organization, &["Security"]).into_iter().chain(held).collect();
    [
        ("perimeter", &["s3:*", "sqs:*", "sts:AssumeRole"], targets),
        ("keys", &["kms:*"], units(organization, &["Production"])),
    ]
}

/// The units and accounts whose resources of this service a resource control policy protects.
fn protected(organization: &Organization, service: &str) -> Vec<String> {
    let is_of_service = |action: &&str| action.split(':').next() == Some(service);
    let of_service = perimeters(organization).into_iter().filter(|(_, actions, _)| actions.iter().any(is_of_service));
    of_service.flat_map(|(_, _, targets)| targets).collect()
}

/// Whether one of these targets is the account at this place of the organization, or above it.
fn is_below(organization: &Organization, targets: &[String], index: u64, unit: Option<usize>) -> bool {
    let (id, path) = (organization.account_id(index), organization.path_ids(unit));
    targets.iter().any(|target| *target == id || path.contains(&target.as_str()))
}

/// Whether a resource control policy protects the account's resources of this service: only the organization's own
/// identities and services may reach them.
pub(crate) fn is_in_perimeter(place: &Place<'_>, service: &str) -> bool {
    let Place { organization, account, .. } = *place;
    let is_target = || is_below(organization, &protected(organization, service), account.index, account.unit);
    !account.is_management() && is_target()
}

/// These members, by place in the organization: those first whose resources of this service no resource control policy
/// protects. None if no such policy is about the service.
pub(crate) fn unprotected_first(organization: &Organization, members: &[u64], service: &str) -> Option<Vec<u64>> {
    let targets = protected(organization, service);
    if targets.is_empty() {
        return None;
    }
    let is_open = |index: &u64| !is_below(organization, &targets, *index, organization.unit_of(*index));
    let (open, shut): (Vec<u64>, Vec<u64>) = members.iter().copied().partition(is_open);
    Some([open, shut].concat())
}

/// The policies that one account has, each with its source: those attached to the account, and those attached to the
/// root and the units above it.
pub(crate) fn of_account(organization: &Organization, policies: &[Policy], index: u64) -> Vec<(String, String)> {
    let id = organization.account_id(index);
    let mut sources = organization.path_ids(organization.unit_of(index));
    sources.push(&id);
    let pairs = policies.iter().flat_map(|policy| {
        let has = |source: &&&str| policy.is_at(source);
        sources.iter().filter(has).map(|source| (policy.id.clone(), (*source).to_owned()))
    });
    pairs.collect()
}

/// How many policies all accounts have together, suspended or not.
pub(crate) fn count_of_accounts(organization: &Organization) -> usize {
    let policies = policies(organization);
    organization.indices().map(|index| of_account(organization, &policies, index).len()).sum()
}

/// Whether there is a policy with this id.
pub(crate) fn exists(organization: &Organization, id: &str) -> bool {
    policies(organization).iter().any(|policy| policy.id == id)
}

/// AWS's own policy that allows everything. Nobody has detached it from anything.
fn full_access(policy_type: &'static str, name: &'static str) -> Policy {
    let mut allow = json!({ "Effect": "Allow", "Action": "*", "Resource": "*" });
    if policy_type == RCP {
        allow["Principal"] = json!("*");
    }
    Policy {
        id: format!("p-{name}"),
        policy_type,
        name,
        description: "Allows access to every operation",
        is_aws_managed: true,
        content: document(&json!([allow])),
        targets: Vec::new(),
        is_everywhere: true,
    }
}

fn document(statement: &Value) -> String {
    json!({ "Version": "2012-10-17", "Statement": statement }).to_string()
}

fn units(organization: &Organization, names: &[&str]) -> Vec<String> {
    let units = organization.units.iter().filter(|unit| names.contains(&unit.name));
    units.map(|unit| unit.id.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::quiet;

    #[test]
    fn an_account_has_what_is_attached_to_it_and_above() {
        let organization = Organization::new(quiet(12, 3));
        let policies = policies(&organization);
        let names = |index| {
            let mut pairs = of_account(&organization, &policies, index);
            pairs.sort();
            let named = |id: &str| policies.iter().find(|policy| policy.id == id).unwrap().name;
            pairs.iter().map(|(id, _)| named(id)).filter(|name| !name.ends_with("FullAWSAccess")).collect::<Vec<_>>()
        };
        assert_eq!(names(0), ["team"], "the management account is in the root");
        assert!(names(1).contains(&"metadata-v2") && names(1).contains(&"team"));
        assert!(policies.iter().all(|policy| ENABLED_TYPES.contains(&policy.policy_type)));
    }

    #[test]
    fn what_allows_everything_is_attached_at_each_level() {
        let organization = Organization::new(quiet(12, 3));
        let policies = policies(&organization);
        for index in 0..12 {
            let pairs = of_account(&organization, &policies, index);
            let levels = organization.path_ids(organization.unit_of(index)).len() + 1;
            for id in ["p-FullAWSAccess", "p-RCPFullAWSAccess"] {
                assert_eq!(pairs.iter().filter(|(policy, _)| policy == id).count(), levels, "{id} of account {index}");
            }
        }
    }
}
