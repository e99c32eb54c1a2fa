//! The organization: its tree, its accounts, and the trouble of each account.

use crate::account::{Account, Trouble};
use crate::clock::{Clock, Started};
use crate::dice::Dice;
use crate::settings::Settings;
use crate::unit::{DEVELOPMENT, SANDBOX, SUSPENDED, Unit, any_unit};
use std::sync::atomic::{AtomicU64, Ordering};

/// Account ids are `FIRST_ID + (index * STEP + shift) mod SPAN`. They are scattered, unique and invertible, so no table
/// of ids is needed. `STEP` shares no factor with `SPAN`, and `STEP * UNSTEP = 1 (mod SPAN)`.
const FIRST_ID: u64 = 100_000_000_000;
const SPAN: u64 = 900_000_000_000;
const STEP: u64 = 618_033_988_751;
const UNSTEP: u64 = inverse(STEP, SPAN);

/// The account that a resource control policy is attached to.
const HELD: u64 = 2;

/// How the hosts end that issue tokens for services outside.
pub(crate) const OUTBOUND: &str = ".tokens.sts.global.api.aws";

/// Accounts from this index on belong to other organizations.
const OUTSIDE: u64 = 1_000_000_000;

/// The simulated organization. It holds its settings and its tree; accounts are computed on request.
#[derive(Debug)]
pub(crate) struct Organization {
    pub(crate) settings: Settings,
    pub(crate) clock: Clock,
    pub(crate) id: String,
    pub(crate) root_id: String,
    pub(crate) units: Vec<Unit>,
    pub(crate) started: Started,
    shift: u64,
    /// The number of `ListAccountsForParent` calls so far; accounts move after a given number of them.
    lists: AtomicU64,
}

impl Organization {
    pub(crate) fn new(settings: Settings) -> Self {
        let mut dice = Dice::new(settings.seed, &["organization"]);
        let root = dice.lower(4);
        let units = Unit::all(&root, &mut dice);
        let id = format!("o-{}", dice.lower(10));
        let shift = dice.between(0, 899_999_999_999).unsigned_abs();
        Self {
            clock: Clock::new(settings.now_millis, settings.night),
            id,
            root_id: format!("r-{root}"),
            units,
            started: Started::now(),
            shift,
            settings,
            lists: AtomicU64::new(0),
        }
    }

    /// The dice of one thing in this organization.
    pub(crate) fn dice(&self, path: &[&str]) -> Dice {
        Dice::new(self.settings.seed, path).at_most(self.settings.at_most)
    }

    /// The account at this place.
    pub(crate) fn account(&self, index: u64) -> Account {
        let mut dice = self.dice(&["account", &index.to_string()]);
        let team = dice.pick(&["billing", "search", "data", "mobile", "platform", "checkout", "research"]);
        let stage = dice.pick(&["prod", "staging", "dev", "shared"]);
        let trouble = self.trouble(index);
        let name = if index == 0 { "management".to_owned() } else { format!("{team}-{stage}-{index}") };
        let mut tags = vec![("team".to_owned(), team.to_owned())];
        if dice.chance(0.7) {
            tags.push(("stage".to_owned(), stage.to_owned()));
        }
        let age = if index == 0 { 3000 } else { dice.between(1, 2900) };
        Account {
            index,
            id: self.account_id(index),
            email: format!("aws+{name}@simulated.example"),
            name,
            joined_method: if index == 0 || dice.chance(0.1) { "INVITED" } else { "CREATED" },
            joined_millis: self.clock.days_ago(age, &mut dice),
            unit: self.unit_of(index),
            tags,
            trouble,
        }
    }

    /// The state of an account, as AWS names it.
    pub(crate) fn state(&self, account: &Account) -> &str {
        let own = self.settings.states.iter().find(|(index, _)| *index == account.index);
        own.map_or(account.status(), |(_, state)| state.as_str())
    }

    /// Whether the account contains every kind of policy, so that none depends on chance.
    pub(crate) fn is_showcase(&self, account: &Account) -> bool {
        self.settings.at_most.is_none() && account.index == self.settings.accounts.saturating_sub(1).min(1)
    }

    /// Whether a resource control policy is attached to this account itself. The account shows what the policy takes
    /// away.
    pub(crate) fn is_held(&self, account: &Account) -> bool {
        self.settings.at_most.is_none() && account.index == HELD
    }

    /// The id of that account, if the organization has that many accounts.
    pub(crate) fn held_id(&self) -> Option<String> {
        (HELD < self.settings.accounts).then(|| self.account_id(HELD))
    }

    /// All accounts, the management account first.
    pub(crate) fn accounts(&self) -> impl Iterator<Item = Account> {
        self.indices().map(|index| self.account(index))
    }

    /// The unit of the account at this place, by place in `units`; none for the root. This costs less than making the
    /// account.
    pub(crate) fn unit_of(&self, index: u64) -> Option<usize> {
        if let Some(it) = self.settings.moves.iter().find(|it| it.account == index) {
            let name = if self.lists.load(Ordering::Relaxed) < it.after_lists { it.from } else { it.to };
            return self.units.iter().position(|unit| unit.name == name);
        }
        match (index, self.trouble(index)) {
            (0, _) => None,
            (_, Some(Trouble::Suspended)) => Some(SUSPENDED),
            _ if index % 40 == 35 => Some(SANDBOX),
            // An account has one trouble at most: an account with its own trouble is not also in the sandbox. One that
            // was closed stays where it was.
            (_, Some(trouble)) if trouble != Trouble::Closed => Some(DEVELOPMENT),
            _ => any_unit(&mut self.dice(&["unit", &index.to_string()])),
        }
    }

    /// Counts one more call of `ListAccountsForParent`.
    pub(crate) fn is_walked(&self) {
        self.lists.fetch_add(1, Ordering::Relaxed);
    }

    /// The ids of the accounts that have this trouble.
    pub(crate) fn ids_in_trouble(&self, trouble: Trouble) -> impl Iterator<Item = String> {
        let indices = 0..self.settings.accounts;
        indices.filter(move |index| self.trouble(*index) == Some(trouble)).map(|index| self.account_id(index))
    }

    /// The member with this id.
    pub(crate) fn find(&self, id: &str) -> Option<Account> {
        let number = Some(id).filter(|id| id.len() == 12)?.parse::<u64>().ok()?.checked_sub(FIRST_ID)?;
        let index = multiply((number + SPAN - self.shift) % SPAN, UNSTEP);
        (index < self.settings.accounts && !self.has_left(index)).then(|| self.account(index))
    }

    /// The id of the account at this place.
    pub(crate) fn account_id(&self, index: u64) -> String {
        (FIRST_ID + (multiply(index, STEP) + self.shift) % SPAN).to_string()
    }

    /// The management account's id.
    pub(crate) fn management_id(&self) -> String {
        self.account_id(0)
    }

    /// The id of some account of another organization.
    pub(crate) fn outside_id(&self, dice: &mut Dice) -> String {
        self.account_id(OUTSIDE + dice.between(0, 99).unsigned_abs())
    }

    /// The id of another account of this organization. If there is no other account, the id of this one.
    pub(crate) fn other_id(&self, account: &Account, dice: &mut Dice) -> String {
        let accounts = self.settings.accounts;
        let step = dice.between(1, i64::try_from(accounts).unwrap_or(i64::MAX).max(2) - 1).unsigned_abs();
        self.account_id((account.index + step) % accounts)
    }

    /// An ARN in this partition.
    pub(crate) fn arn(&self, service: &str, region: &str, account_id: &str, resource: &str) -> String {
        format!("arn:{}:{service}:{region}:{account_id}:{resource}", self.settings.partition)
    }

    /// The issuer of the tokens that an account's identities get for services outside, without its scheme.
    pub(crate) fn issuer(&self, account_id: &str) -> String {
        format!("{}{OUTBOUND}", self.dice(&["outbound-issuer", account_id]).uuid())
    }

    /// The last region, where regional troubles occur; none if there is only one region.
    pub(crate) fn last_region(&self) -> Option<&str> {
        self.settings.regions.get(1..)?.last().map(String::as_str)
    }

    /// Whether the account has this region enabled.
    pub(crate) fn is_enabled(&self, account: &Account, region: &str) -> bool {
        let regions = &self.settings.regions;
        regions.iter().any(|enabled| enabled == region)
            || (region == self.settings.opt_in_region && self.is_opted_in(account))
    }

    /// Whether the account has switched the opt-in region on.
    pub(crate) fn is_opted_in(&self, account: &Account) -> bool {
        account.index % 40 == 3
    }

    /// The ids of all units on the path from the root down to this unit.
    pub(crate) fn path_ids(&self, unit: Option<usize>) -> Vec<&str> {
        let mut path = Vec::new();
        let mut next = unit;
        while let Some(unit) = next.and_then(|place| self.units.get(place)) {
            path.push(unit.id.as_str());
            next = unit.parent;
        }
        path.push(self.root_id.as_str());
        path.reverse();
        path
    }

    fn trouble(&self, index: u64) -> Option<Trouble> {
        if self.is_closed(index) {
            return Some(Trouble::Closed);
        }
        let troubles = self.settings.troubles;
        let (trouble, is_on) = match index % 40 {
            5 | 25 => (Trouble::Suspended, troubles.suspended_accounts),
            8 | 31 => (Trouble::RoleMissing, troubles.missing_roles),
            11 => (Trouble::ServiceDeniedByScp, troubles.service_denied_by_scp),
            14 => (Trouble::ServiceDeniedToRole, troubles.service_denied_to_role),
            17 => (Trouble::KeyPolicyDenied, troubles.key_policy_denied),
            20 => (Trouble::ServiceUnsupported, troubles.service_unsupported),
            22 => (Trouble::ServerErrors, troubles.server_errors),
            _ => return None,
        };
        is_on.then_some(trouble)
    }
}

/// `a * b mod SPAN`, without overflow.
fn multiply(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b) % u128::from(SPAN);
    u64::try_from(product).unwrap_or_default()
}

/// The inverse of `a` modulo `m`, by Euclid.
const fn inverse(a: u64, m: u64) -> u64 {
    let (mut old_rest, mut rest) = (a as i64, m as i64);
    let (mut old_factor, mut factor) = (1_i64, 0_i64);
    while rest != 0 {
        let quotient = old_rest / rest;
        (old_rest, rest) = (rest, old_rest - quotient * rest);
        (old_factor, factor) = (factor, old_factor - quotient * factor);
    }
    old_factor.rem_euclid(m as i64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn ids_are_twelve_digits_unique_and_found_again() {
        let organization = Organization::new(Settings::new(2000, 3));
        let mut seen = HashSet::new();
        for account in organization.accounts() {
            assert_eq!(account.id.len(), 12);
            assert_eq!(organization.find(&account.id).map(|found| found.index), Some(account.index));
            assert!(seen.insert(account.id));
        }
        let mut dice = organization.dice(&["test"]);
        assert!(organization.find(&organization.outside_id(&mut dice)).is_none());
        assert!(organization.find("000000000000").is_none() && organization.find("x").is_none());
    }

    #[test]
    fn forty_accounts_have_every_trouble_and_three_levels() {
        let organization = Organization::new(Settings::new(40, 1));
        let accounts: Vec<_> = organization.accounts().collect();
        for trouble in [
            Trouble::Suspended,
            Trouble::RoleMissing,
            Trouble::ServiceDeniedByScp,
            Trouble::ServiceDeniedToRole,
            Trouble::KeyPolicyDenied,
            Trouble::ServiceUnsupported,
            Trouble::ServerErrors,
        ] {
            assert!(accounts.iter().any(|account| account.trouble == Some(trouble)), "{trouble:?}");
        }
        assert!(accounts.iter().any(Account::is_in_sandbox));
        assert_eq!(organization.path_ids(Some(3)).len(), 4);
        let quiet = Settings { troubles: crate::Troubles::none(), ..Settings::new(40, 1) };
        assert!(Organization::new(quiet).accounts().all(|account| account.trouble.is_none()));
    }
}
