//! Which resource control policies bind each account. Each policy is read once, even if many accounts have it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use orgcensus_aws::organization::Organization;
use orgcensus_collectors::organizations::policies::OrganizationPolicy;
use orgcensus_crawl::{Derive, Error};
use orgcensus_policy::{Guardrail, Guardrails};

use crate::account_policies::{self, AccountPolicy, ByTarget, RESOURCE_CONTROL_POLICY};
use crate::completeness::Completeness;

/// The resource control policies of all accounts. A caller asks for one account after the other.
pub(crate) struct Controls<'t> {
    organization: &'t Organization,
    targets: &'t ByTarget,
    /// Whether all policies of the organization were read.
    is_whole: bool,
    /// The policies that are not AWS's own, by id.
    read: BTreeMap<String, Arc<Guardrail>>,
}

/// The resource control policies that bind one account.
#[derive(Debug, Default)]
pub(crate) struct Control {
    /// Whether a policy that is not AWS's own binds it; `None` if the policies were not read.
    pub(crate) has_rcp: Option<bool>,
    /// The policies.
    pub(crate) guardrails: Guardrails,
}

impl<'t> Controls<'t> {
    /// Reads the policies. If the organization's task is incomplete, the policies that it has staged still count.
    pub(crate) fn read<'c: 't>(
        derive: &mut Derive<'c>,
        targets: &'t ByTarget,
        completeness: &Completeness,
    ) -> Result<Self, Error> {
        let mut read = BTreeMap::new();
        derive.staged::<OrganizationPolicy>()?.each(|_, policy| {
            let is_meant = is_guardrail(policy.policy_type, policy.is_aws_managed);
            if let (true, Some(text)) = (is_meant, policy.document) {
                let id = policy.policy_id;
                let name = format!("{} ({id})", policy.policy_name.unwrap_or_default());
                read.insert(id.to_owned(), Arc::new(Guardrail::parse(name.trim_start().to_owned(), text)));
            }
        })?;
        let is_whole = completeness.has_organization_policies;
        Ok(Self { organization: derive.organization(), targets, is_whole, read })
    }

    /// The resource control policies that bind the account.
    pub(crate) fn of(&self, account_id: &str) -> Control {
        let organization = self.organization;
        let found = organization.accounts.binary_search_by(|account| account.id.as_str().cmp(account_id));
        let account = found.ok().and_then(|at| organization.accounts.get(at));
        // By AWS's rule no such policy binds the management account, whatever was read; nor an account in no organization.
        if organization.is_never_bound(account_id) {
            return Control { has_rcp: Some(false), guardrails: Guardrails::default() };
        }
        let policies = account.map(|account| account_policies::of_account(self.targets, organization, account));
        let ids = binding(policies.iter().flatten());
        control(&self.read, &ids, self.is_whole && account.is_some())
    }
}

/// Whether a policy of the organization may make a verdict void. Service control policies are about callers of our own
/// accounts: they keep nobody out who is public or external, wherever they are attached (E4, E5).
fn is_guardrail(policy_type: &str, is_aws_managed: bool) -> bool {
    policy_type == RESOURCE_CONTROL_POLICY && !is_aws_managed
}

/// The ids of those of an account's policies that bind its resources.
fn binding<'p>(policies: impl Iterator<Item = &'p AccountPolicy>) -> BTreeSet<&'p str> {
    let bind = policies.filter(|it| it.is_in_effect && is_guardrail(&it.policy_type, it.is_aws_managed));
    bind.map(|it| it.policy_id.as_str()).collect()
}

/// The control of an account that has these policies. If `is_whole` is true, it has no others.
fn control(read: &BTreeMap<String, Arc<Guardrail>>, ids: &BTreeSet<&str>, is_whole: bool) -> Control {
    let read: Vec<&Arc<Guardrail>> = ids.iter().filter_map(|id| read.get(*id)).collect();
    let is_all = is_whole && read.len() == ids.len() && read.iter().all(|it| it.is_understood());
    Control {
        has_rcp: if ids.is_empty() && !is_whole { None } else { Some(!ids.is_empty()) },
        guardrails: Guardrails::new(read.into_iter().cloned().collect(), !is_all),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e5_a_service_control_policy_makes_no_verdict_void() {
        let policy = |policy_id: &str, policy_type: &str, is_aws_managed, is_in_effect| AccountPolicy {
            policy_id: policy_id.to_owned(),
            policy_arn: None,
            policy_name: None,
            policy_type: policy_type.to_owned(),
            is_aws_managed,
            source_id: "r-1".to_owned(),
            source_type: None,
            source_name: None,
            source_depth: 0,
            is_inherited: true,
            is_in_effect,
        };
        let policies = [
            policy("p-scp", "SERVICE_CONTROL_POLICY", false, true),
            policy("p-rcp", RESOURCE_CONTROL_POLICY, false, true),
            policy("p-off", RESOURCE_CONTROL_POLICY, false, false),
            policy("p-RCPFullAWSAccess", RESOURCE_CONTROL_POLICY, true, true),
        ];
        assert_eq!(binding(policies.iter()), BTreeSet::from(["p-rcp"]));
        let read = BTreeMap::new();
        assert_eq!(control(&read, &binding(policies.iter().take(1)), true).has_rcp, Some(false));
    }

    #[test]
    fn what_was_not_read_of_the_policies_is_told_and_the_rest_counts() {
        let parse = |text: &str| Arc::new(Guardrail::parse("a (p-a)".to_owned(), text));
        let read = BTreeMap::from([
            ("p-a".to_owned(), parse(r#"{"Statement":{"Effect":"Deny","Principal":"*","Action":"s3:*"}}"#)),
            ("p-b".to_owned(), parse("nope")),
        ]);
        let read = &read;
        let of = |ids: &[&str], is_whole| {
            let control = control(read, &ids.iter().copied().collect(), is_whole);
            (control.has_rcp, control.guardrails.has_unread())
        };
        assert_eq!(of(&[], true), (Some(false), false));
        assert_eq!(of(&["p-a"], true), (Some(true), false));
        assert_eq!(of(&[], false), (None, true));
        assert_eq!(of(&["p-a"], false), (Some(true), true));
        assert_eq!(of(&["p-a", "p-b"], true), (Some(true), true), "no policy");
        assert_eq!(of(&["p-a", "p-c"], true), (Some(true), true), "its document was not read");
    }
}
