//! A place: an account of the organization, in one of its regions.

use crate::account::Account;
use crate::dice::Dice;
use crate::organization::Organization;

/// A place that holds things. Things that a service holds for a whole account are in no region: the region is empty.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) organization: &'a Organization,
    pub(crate) account: &'a Account,
    pub(crate) region: &'a str,
}

impl<'a> Place<'a> {
    /// The account as a whole.
    pub(crate) fn account(organization: &'a Organization, account: &'a Account) -> Self {
        Self { organization, account, region: "" }
    }

    /// The account of this place as a whole, without a region.
    pub(crate) fn whole(self) -> Self {
        self.in_region("")
    }

    /// The same account in another region.
    pub(crate) fn in_region(self, region: &'a str) -> Self {
        Self { region, ..self }
    }

    /// The dice of one thing in this place: in the region if the place has one, else in the whole account.
    pub(crate) fn dice(&self, name: &str) -> Dice {
        match self.region {
            "" => self.organization.dice(&[name, &self.account.id]),
            region => self.organization.dice(&[name, &self.account.id, region]),
        }
    }

    /// The dice for the things of one sort in this place, and the number of these things. The number is 0 in a region
    /// that holds no resources.
    pub(crate) fn population(&self, name: &str, mean: u64) -> (Dice, u64) {
        let mut dice = self.dice(name);
        let count = if self.is_settled() { dice.count(mean) } else { 0 };
        (dice, count)
    }

    /// Whether the region may hold resources.
    pub(crate) fn is_settled(&self) -> bool {
        self.organization.settings.settled_regions().iter().any(|settled| settled == self.region)
    }

    /// Whether this is the first of the regions.
    pub(crate) fn is_first_region(&self) -> bool {
        self.organization.settings.regions.first().is_some_and(|first| first == self.region)
    }

    /// Whether this is the last of several regions.
    pub(crate) fn is_last_region(&self) -> bool {
        self.organization.last_region() == Some(self.region)
    }

    /// Whether one thing of each sort is here, so that none depends on chance: in the first region of the showcase.
    pub(crate) fn is_showroom(&self) -> bool {
        let (organization, account) = (self.organization, self.account);
        let has_any = organization.settings.rates.other_resources > 0;
        has_any && self.is_first_region() && organization.is_showcase(account)
    }

    /// The ARN of something in this place.
    pub(crate) fn arn(&self, service: &str, resource: &str) -> String {
        self.organization.arn(service, self.region, &self.account.id, resource)
    }

    /// The ARN of something in the account's IAM, whatever the region of this place.
    pub(crate) fn iam_arn(&self, resource: &str) -> String {
        self.organization.arn("iam", "", &self.account.id, resource)
    }

    /// The moment this many days before the present.
    pub(crate) fn days_ago(&self, days: i64, dice: &mut Dice) -> i64 {
        self.organization.clock.days_ago(days, dice)
    }
}
