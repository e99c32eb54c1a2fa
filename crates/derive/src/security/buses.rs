//! The rules on default buses that may match what a service of security says, each with what it sends to.

use std::collections::BTreeMap;

use orgcensus_collectors::eventbridge::rules;
use orgcensus_crawl::{Derive, Error, Staged};

use super::heard::may_match;

/// A rule on a default bus.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) pattern: String,
    pub(super) is_enabled: Option<bool>,
    pub(super) targets: Vec<Target>,
    /// How many targets it has. None: they were not read.
    pub(super) target_count: Option<usize>,
}

/// What a rule sends to.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) arn: Option<String>,
    /// Whether it is sent to by a role, and not by what the target's policy says.
    pub(super) has_role: bool,
}

/// The staged rules. A caller asks for one account after the other.
pub(super) struct Buses {
    rules: Staged<rules::Rule>,
    targets: Staged<rules::Target>,
}

impl Buses {
    pub(super) fn open(derive: &mut Derive<'_>) -> Result<Self, Error> {
        Ok(Self { rules: derive.staged()?, targets: derive.staged()? })
    }

    /// The rules of an account that may match, by region. Those that are switched off are left out.
    pub(super) fn account(&mut self, account_id: &str) -> Result<BTreeMap<String, Vec<Rule>>, Error> {
        let mut found: BTreeMap<String, BTreeMap<String, Rule>> = BTreeMap::new();
        while let Some(group) = self.rules.next_group_of(account_id)? {
            let of_region = found.entry((*group.region).to_owned()).or_default();
            self.rules.each_of(&group, |it| {
                let is_candidate = it.is_on_default_bus && it.is_enabled != Some(false);
                if let Some(pattern) = it.event_pattern.filter(|pattern| is_candidate && may_match(pattern)) {
                    let rule = Rule {
                        pattern: pattern.to_owned(),
                        is_enabled: it.is_enabled,
                        targets: Vec::new(),
                        target_count: it.target_count.and_then(|count| usize::try_from(count).ok()),
                    };
                    of_region.insert(it.arn.to_owned(), rule);
                }
            })?;
        }
        while let Some(group) = self.targets.next_group_of(account_id)? {
            let Some(of_region) = found.get_mut(&*group.region) else { continue };
            self.targets.each_of(&group, |it| {
                if let Some(rule) = of_region.get_mut(it.rule_arn) {
                    let target = Target { arn: it.target_arn.map(str::to_owned), has_role: it.role_arn.is_some() };
                    rule.targets.push(target);
                }
            })?;
        }
        Ok(found.into_iter().map(|(region, rules)| (region, rules.into_values().collect())).collect())
    }
}
