//! Which of the organization's policies each account has: those attached to the account, to its unit, and to the units
//! and the root above it. The rows follow from the policies' targets and the tree, without a call for each account.

use std::collections::BTreeMap;

use orgcensus_aws::organization::{Account, Organization, OrganizationalUnit};
use orgcensus_collectors::organizations::policies::{OrganizationPolicy, PolicyTarget};
use orgcensus_crawl::{Derivation, Derive, Derived, Error};
use orgcensus_row::{Row, table};
use serde::Serialize;

/// The derivation.
pub(crate) const ACCOUNT_POLICIES: Derivation = Derivation {
    name: "account_policies",
    reads: &[table::<OrganizationPolicy>(), table::<PolicyTarget>()],
    reads_previous: &[],
    writes: &[Derived {
        table: table::<AccountPolicy>(),
        rests_on: &[table::<OrganizationPolicy>(), table::<OrganizationalUnit>(), table::<PolicyTarget>()],
    }],
    run: |derive| Box::pin(async move { stage(derive) }),
};

/// The types of policy that never bind the management account, by AWS's rule.
const SPARE_MANAGEMENT: [&str; 2] = [RESOURCE_CONTROL_POLICY, "SERVICE_CONTROL_POLICY"];

/// The type of the policies that deny access to resources of the organization, whoever calls.
pub(crate) const RESOURCE_CONTROL_POLICY: &str = "RESOURCE_CONTROL_POLICY";

/// One of the organization's policies that an account has, with its source. Policies that organization_policies could
/// not read are missing; its coverage says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Row)]
#[row(table = "account_policies", key = "policy_id, source_id")]
pub struct AccountPolicy {
    /// The policy's id, p-….
    pub policy_id: String,
    /// The policy's ARN.
    pub policy_arn: Option<String>,
    /// The policy's name.
    pub policy_name: Option<String>,
    /// Its type as AWS names it, for example SERVICE_CONTROL_POLICY.
    pub policy_type: String,
    /// Whether it is AWS's own, FullAWSAccess.
    pub is_aws_managed: bool,
    /// What it is attached to: the root, a unit, or the account itself.
    pub source_id: String,
    /// ROOT, ORGANIZATIONAL_UNIT or ACCOUNT.
    pub source_type: Option<String>,
    /// The name of what it is attached to.
    pub source_name: Option<String>,
    /// The depth where it is attached: 0 is the root; the account itself is one level below its unit.
    pub source_depth: i32,
    /// Whether it is attached to the root or a unit above the account, and not to the account itself.
    pub is_inherited: bool,
    /// Whether it binds the account: its type must be switched on, and control policies never bind the management
    /// account.
    pub is_in_effect: bool,
}

/// A policy as attached to one target.
#[derive(Debug, Clone)]
pub(crate) struct Attached {
    policy_id: String,
    policy_arn: Option<String>,
    policy_name: Option<String>,
    policy_type: String,
    is_aws_managed: bool,
    is_type_enabled: bool,
    target_type: Option<String>,
    target_name: Option<String>,
}

pub(crate) type ByTarget = BTreeMap<String, Vec<Attached>>;

/// Stages the table's rows.
fn stage(derive: &mut Derive<'_>) -> Result<(), Error> {
    let (targets, organization) = (read(derive)?, derive.organization());
    let rows = organization.accounts.iter().flat_map(|account| {
        of_account(&targets, organization, account).into_iter().map(|row| (account.id.as_str(), row))
    });
    derive.stage_each(rows)
}

/// An account's policies.
pub(crate) fn of_account(targets: &ByTarget, organization: &Organization, account: &Account) -> Vec<AccountPolicy> {
    let path = organization.unit_of(account).map(|unit| unit.id_path.as_str()).unwrap_or_default();
    policies(targets, account, path, organization.is_never_bound(&account.id))
}

/// All attachments, by target. Their number is limited by AWS's quotas; it does not grow with the number of accounts.
pub(crate) fn read(derive: &mut Derive<'_>) -> Result<ByTarget, Error> {
    let mut targets = ByTarget::new();
    derive.staged::<PolicyTarget>()?.each(|_, it| {
        let attached = Attached {
            policy_id: it.policy_id.to_owned(),
            policy_arn: Some(it.policy_arn.to_owned()),
            policy_name: it.policy_name.map(str::to_owned),
            policy_type: it.policy_type.to_owned(),
            is_aws_managed: it.is_aws_managed,
            is_type_enabled: it.is_type_enabled,
            target_type: it.target_type.map(str::to_owned),
            target_name: it.target_name.map(str::to_owned),
        };
        targets.entry(it.target_id.to_owned()).or_default().push(attached);
    })?;
    Ok(targets)
}

/// An account's policies in the order of the table's key, without duplicates.
fn policies(targets: &ByTarget, account: &Account, unit_path: &str, is_management: bool) -> Vec<AccountPolicy> {
    let path = unit_path.split('/').chain([account.id.as_str()]);
    let sources = path.zip(0..).filter_map(|(id, depth)| Some((id, depth, targets.get(id)?)));
    let mut rows: Vec<AccountPolicy> = sources
        .flat_map(|(id, depth, attached)| attached.iter().map(move |policy| (id, depth, policy)))
        .map(|(source_id, source_depth, it)| AccountPolicy {
            policy_id: it.policy_id.clone(),
            policy_arn: it.policy_arn.clone(),
            policy_name: it.policy_name.clone(),
            policy_type: it.policy_type.clone(),
            is_aws_managed: it.is_aws_managed,
            source_id: source_id.to_owned(),
            source_type: it.target_type.clone(),
            source_name: it.target_name.clone(),
            source_depth,
            is_inherited: source_id != account.id,
            is_in_effect: it.is_type_enabled && !(is_management && SPARE_MANAGEMENT.contains(&it.policy_type.as_str())),
        })
        .collect();
    rows.sort_by(|one, other| (&one.policy_id, &one.source_id).cmp(&(&other.policy_id, &other.source_id)));
    rows.dedup_by(|later, earlier| (&later.policy_id, &later.source_id) == (&earlier.policy_id, &earlier.source_id));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attached(policy_id: &str, policy_type: &str, is_type_enabled: bool) -> Attached {
        Attached {
            policy_id: policy_id.to_owned(),
            policy_arn: None,
            policy_name: None,
            policy_type: policy_type.to_owned(),
            is_aws_managed: false,
            is_type_enabled,
            target_type: None,
            target_name: None,
        }
    }

    fn account(id: &str) -> Account {
        Account {
            id: id.to_owned(),
            arn: String::new(),
            name: String::new(),
            email: None,
            status: None,
            joined_method: None,
            joined_at: None,
            unit: Some(0),
        }
    }

    fn targets() -> ByTarget {
        let scp = |id| attached(id, "SERVICE_CONTROL_POLICY", true);
        ByTarget::from([
            ("r-1".to_owned(), vec![scp("p-full"), attached("p-tags", "TAG_POLICY", false), scp("p-full")]),
            ("ou-a".to_owned(), vec![scp("p-full"), attached("p-new", "NEW_POLICY", true)]),
            ("ou-b".to_owned(), vec![scp("p-elsewhere")]),
            ("2".to_owned(), vec![scp("p-own")]),
        ])
    }

    fn told(account_id: &str, path: &str, is_management: bool) -> Vec<(String, String, i32, bool, bool)> {
        let rows = policies(&targets(), &account(account_id), path, is_management);
        let tell = |it: AccountPolicy| (it.policy_id, it.source_id, it.source_depth, it.is_inherited, it.is_in_effect);
        rows.into_iter().map(tell).collect()
    }

    #[test]
    fn an_account_has_its_own_policies_and_those_of_all_above_each_once() {
        let row = |policy: &str, source: &str, depth, is_inherited, is_in_effect| {
            (policy.to_owned(), source.to_owned(), depth, is_inherited, is_in_effect)
        };
        let expected = [
            row("p-full", "ou-a", 1, true, true),
            row("p-full", "r-1", 0, true, true),
            row("p-new", "ou-a", 1, true, true),
            row("p-own", "2", 2, false, true),
            row("p-tags", "r-1", 0, true, false),
        ];
        assert_eq!(told("2", "r-1/ou-a", false), expected);
    }

    #[test]
    fn control_policies_spare_the_management_account_and_others_do_not() {
        let in_effect: Vec<_> = told("1", "r-1/ou-a", true).into_iter().map(|it| (it.0, it.4)).collect();
        let row = |policy: &str, is_in_effect| (policy.to_owned(), is_in_effect);
        assert_eq!(in_effect, [row("p-full", false), row("p-full", false), row("p-new", true), row("p-tags", false)]);
    }
}
