//! A place: an account of the organization, in one of its regions.

use crate::account::Account;
use crate::dice::Dice;
use crate::organization::Organization;

/// Where things are. What a service holds for a whole account is in no region: the region is empty.
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

    /// The whole account, of whatever region this is.
    pub(crate) fn whole(self) -> Self {
        self.in_region("")
    }

    /// The same account in another region.
    pub(crate) fn in_region(self, region: &'a str) -> Self {
        Self { region, ..self }
    }

    /// The choices of one thing of the account; of a place in a region, there.
    pub(crate) fn dice(&self, name: &str) -> Dice {
        match self.region {
            "" => self.organization.dice(&[name, &self.account.id]),
            region => self.organization.dice(&[name, &self.account.id, region]),
        }
    }

    /// The choices for the things of one sort that are here, and how many of them there are: none in a region that holds
    /// no resources.
    pub(crate) fn population(&self, name: &str, mean: u64) -> (Dice, u64) {
        let mut dice = self.dice(name);
        let count = if self.is_settled() { dice.count(mean) } else { 0 };
        (dice, count)
    }

    /// Whether the region may hold resources.
    pub(crate) fn is_settled(&self) -> bool {
        self.organization.settings.regions.iter().any(|settled| settled == self.region)
    }

    /// Whether it is the first of the regions.
    pub(crate) fn is_first_region(&self) -> bool {
        self.organization.settings.regions.first().is_some_and(|first| first == self.region)
    }

    /// Whether it is the last of several regions.
    pub(crate) fn is_last_region(&self) -> bool {
        self.organization.last_region() == Some(self.region)
    }

    /// The ARN of something that is here.
    pub(crate) fn arn(&self, service: &str, resource: &str) -> String {
        self.organization.arn(service, self.region, &self.account.id, resource)
    }

    /// The ARN of something of the account's IAM, wherever this is.
    pub(crate) fn iam_arn(&self, resource: &str) -> String {
        self.organization.arn("iam", "", &self.account.id, resource)
    }

    /// The moment that was so many days ago.
    pub(crate) fn days_ago(&self, days: i64, dice: &mut Dice) -> i64 {
        self.organization.clock.days_ago(days, dice)
    }
}
