//! Which resource control policies bind each account. Each is read once, however many accounts have it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use orgcensus_lake::SliceIndex;
use orgcensus_policy::{Guardrail, Guardrails};

use super::account_policies::{self, ByTarget, RESOURCE_CONTROL_POLICY};
use super::seen::Seen;
use super::{Staged, boolean, text};
use crate::context::Shared;
use crate::error::Error;

/// What the policies are in: filled by a collector.
pub(crate) const POLICIES: &str = "organization_policies";

/// The resource control policies of all accounts, asked for an account at a time.
pub(super) struct Controls<'t> {
    targets: &'t ByTarget,
    /// Whether the organization's policies were read, all of them.
    is_whole: bool,
    /// Those that are not AWS's own, by id.
    read: BTreeMap<String, Arc<Guardrail>>,
    current: Control,
}

/// What binds one account.
#[derive(Debug, Default)]
pub(super) struct Control {
    account_id: String,
    /// Whether a policy that is not AWS's own binds it; `None` when that was not read.
    pub(super) has_rcp: Option<bool>,
    /// The policies.
    pub(super) guardrails: Guardrails,
}

impl<'t> Controls<'t> {
    /// Reads the policies. What the organization's task has staged of them counts also where it was not read whole.
    pub(super) fn read(
        shared: &Shared,
        index: &mut SliceIndex,
        targets: &'t ByTarget,
        seen: &Seen,
    ) -> Result<Self, Error> {
        let mut read = BTreeMap::new();
        if let Some(staged) = Staged::named(shared, index, POLICIES)? {
            staged.each_row(|_, batch, row| {
                let column = |name| text(batch, name, row);
                let is_rcp = column("policy_type") == Some(RESOURCE_CONTROL_POLICY);
                let is_own = boolean(batch, "is_aws_managed", row) != Some(true);
                if let (true, true, Some(id), Some(text)) = (is_rcp, is_own, column("policy_id"), column("document")) {
                    let name = format!("{} ({id})", column("policy_name").unwrap_or_default());
                    read.insert(id.to_owned(), Arc::new(Guardrail::parse(name.trim_start().to_owned(), text)));
                }
            })?;
        }
        Ok(Self { targets, is_whole: seen.has_organization_policies, read, current: Control::default() })
    }

    /// What binds the account.
    pub(super) fn of(&mut self, shared: &Shared, account_id: &str) -> &Control {
        if self.current.account_id != account_id {
            self.current = self.find(shared, account_id);
        }
        &self.current
    }

    fn find(&self, shared: &Shared, account_id: &str) -> Control {
        let organization = &shared.organization;
        let found = organization.accounts.binary_search_by(|account| account.id.as_str().cmp(account_id));
        let account = found.ok().and_then(|at| organization.accounts.get(at));
        // By AWS's rule none binds the management account, whatever was read.
        if account_id == organization.row.management_account_id {
            let account_id = account_id.to_owned();
            return Control { account_id, has_rcp: Some(false), guardrails: Guardrails::default() };
        }
        let policies = account.map(|account| account_policies::of_account(self.targets, organization, account));
        let bind = policies.iter().flatten();
        let bind = bind.filter(|it| it.is_in_effect && !it.is_aws_managed && it.policy_type == RESOURCE_CONTROL_POLICY);
        let ids: BTreeSet<&str> = bind.map(|it| it.policy_id.as_str()).collect();
        self.control(account_id, &ids, self.is_whole && account.is_some())
    }

    /// An account that has these policies, and none besides if that was read whole.
    fn control(&self, account_id: &str, ids: &BTreeSet<&str>, is_whole: bool) -> Control {
        let read: Vec<&Arc<Guardrail>> = ids.iter().filter_map(|id| self.read.get(*id)).collect();
        let is_all = is_whole && read.len() == ids.len() && read.iter().all(|it| it.is_understood());
        Control {
            account_id: account_id.to_owned(),
            has_rcp: if ids.is_empty() && !is_whole { None } else { Some(!ids.is_empty()) },
            guardrails: Guardrails::new(read.into_iter().cloned().collect(), !is_all),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_read_of_the_policies_is_told_and_the_rest_counts() {
        let targets = ByTarget::new();
        let parse = |text: &str| Arc::new(Guardrail::parse("a (p-a)".to_owned(), text));
        let read = BTreeMap::from([
            ("p-a".to_owned(), parse(r#"{"Statement":{"Effect":"Deny","Principal":"*","Action":"s3:*"}}"#)),
            ("p-b".to_owned(), parse("nope")),
        ]);
        let controls = Controls { targets: &targets, is_whole: true, read, current: Control::default() };
        let of = |ids: &[&str], is_whole| {
            let control = controls.control("111122223333", &ids.iter().copied().collect(), is_whole);
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
