//! The settings of the organization to simulate.

use crate::clock::DAY_MILLIS;
use crate::network::Network;
use crate::rates::Rates;
use chrono::{DurationRound, TimeDelta, Utc};

/// The simulated organization's size, seed and behaviour. Equal settings make equal organizations.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// How many accounts the organization has, the management account included. At least one.
    pub accounts: u64,
    /// The seed that the population is computed from.
    pub seed: u64,
    /// The regions that every account has enabled and that may hold resources.
    pub regions: Vec<String>,
    /// A region that is off for most accounts. It never holds resources.
    pub opt_in_region: String,
    /// How often things occur.
    pub rates: Rates,
    /// The troubles that occur on purpose.
    pub troubles: Troubles,
    /// The largest page of any list call; without it each service's own limit holds.
    pub page_size: Option<usize>,
    /// The simulated present, in milliseconds since 1970 (UTC). All ages count back from it.
    pub now_millis: i64,
    /// Which night it is, from 0. Each later night has the same organization, a day older, and what was changed since:
    /// users are added, removed and made again, keys made and deactivated, a device is removed, root is used, a group
    /// is opened and closed, a region denied for a night, an account closed, one leaves.
    pub night: u32,
    /// The partition of all ARNs: `aws`, `aws-us-gov`, `aws-cn`.
    pub partition: String,
    /// The role that a census assumes in each account, with its path if it has one: `orgcensus`, `audit/orgcensus`.
    pub crawler_role: String,
    /// What the tag `orgcensus:version` of the crawler's role says; none if the role has no such tag.
    pub role_version: Option<String>,
    /// The external id that the crawler's role requires.
    pub external_id: Option<String>,
    /// How long credentials of an assumed role last if the caller does not say.
    pub session_seconds: i64,
    /// Whether `ListBuckets` leaves out the buckets' regions, as older endpoints do.
    pub omits_bucket_region: bool,
    /// The member (its place in the organization; the management account has 0) that may also read the organization.
    pub delegated_administrator: Option<u64>,
    /// The most things of a sort that an account draws by chance; none: as many as the rates say. Where there is a
    /// bound, no account shows everything, and each has what it has in the first region, so that the bound is the
    /// account's. Beside it is what AWS has in every account (the default network and bus, roles of services), what
    /// belongs to a thing (a function's versions, at most so many each), and in the first accounts what administers the
    /// organization.
    pub at_most: Option<u8>,
    /// The account (its place in the organization) with the largest number of roles and policies that AWS allows.
    pub large_account: Option<u64>,
    /// How clients reach the simulated AWS.
    pub network: Network,
    /// Accounts (by place) in another state than `ACTIVE` or `SUSPENDED`, and the state's name.
    pub states: Vec<(u64, String)>,
    /// Accounts that move while a caller walks the tree.
    pub moves: Vec<Move>,
    /// Whether the lists of accounts leave out `Paths`, as older endpoints do.
    pub omits_account_paths: bool,
    /// The account (by place) whose credentials are returned for every role that is assumed, whatever account the role
    /// is in.
    pub assumed_account: Option<u64>,
    /// Actions that nobody may call in an account (by place): `(0, "ec2:DescribeRegions")`.
    pub denied_actions: Vec<(u64, String)>,
}

/// An account that moves from one unit to another while a caller walks the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// Its place in the organization.
    pub account: u64,
    /// The name of the first unit; `Root` is the root.
    pub from: &'static str,
    /// The name of the second unit.
    pub to: &'static str,
    /// The number of `ListAccountsForParent` calls after which it moves.
    pub after_lists: u64,
}

impl Settings {
    /// The default organization of this size and seed, in three regions, at midnight (UTC) of the real present day.
    #[must_use]
    pub fn new(accounts: u64, seed: u64) -> Self {
        let now = Utc::now();
        Self {
            accounts: accounts.max(1),
            seed,
            regions: ["us-east-1", "eu-west-1", "ap-southeast-2"].map(String::from).to_vec(),
            opt_in_region: "me-south-1".to_owned(),
            rates: Rates::default(),
            troubles: Troubles::default(),
            page_size: None,
            now_millis: now.duration_trunc(TimeDelta::days(1)).unwrap_or(now).timestamp_millis(),
            night: 0,
            partition: "aws".to_owned(),
            crawler_role: "orgcensus".to_owned(),
            role_version: None,
            external_id: None,
            session_seconds: 3600,
            omits_bucket_region: false,
            delegated_administrator: None,
            at_most: None,
            large_account: None,
            network: Network::default(),
            states: Vec::new(),
            moves: Vec::new(),
            omits_account_paths: false,
            assumed_account: None,
            denied_actions: Vec::new(),
        }
    }

    /// The same organization with little in its accounts: at most two things of a sort.
    #[must_use]
    pub fn with_little(self) -> Self {
        Self { at_most: Some(2), ..self }
    }

    /// The regions that hold resources.
    pub(crate) fn settled_regions(&self) -> &[String] {
        let count = if self.at_most.is_some() { 1 } else { self.regions.len() };
        self.regions.get(..count).unwrap_or_default()
    }

    /// The same organization in another night: the present moves with it.
    #[must_use]
    pub fn at_night(self, night: u32) -> Self {
        let nights = i64::from(night) - i64::from(self.night);
        Self { now_millis: self.now_millis + nights * DAY_MILLIS, night, ..self }
    }
}

/// The troubles that occur on purpose. With 40 accounts or more, each trouble that is on occurs at least once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Troubles {
    /// Some accounts are suspended.
    pub suspended_accounts: bool,
    /// Some accounts lack the crawler's role.
    pub missing_roles: bool,
    /// One account in 40 may not use SQS, by a service control policy.
    pub service_denied_by_scp: bool,
    /// The accounts of one organizational unit may not use the last region, by a service control policy.
    pub region_denied_by_scp: bool,
    /// One account in 40 does not let the crawler's role read ECR.
    pub service_denied_to_role: bool,
    /// One account in 40 has a KMS key whose policy the crawler's role may not read.
    pub key_policy_denied: bool,
    /// One account in 40 has an ECR that does not know its operations in the last region.
    pub service_unsupported: bool,
    /// One account in 40 has an SNS that always answers 500 in the last region.
    pub server_errors: bool,
}

impl Default for Troubles {
    fn default() -> Self {
        Self {
            suspended_accounts: true,
            missing_roles: true,
            service_denied_by_scp: true,
            region_denied_by_scp: true,
            service_denied_to_role: true,
            key_policy_denied: true,
            service_unsupported: true,
            server_errors: true,
        }
    }
}

impl Troubles {
    /// No trouble occurs.
    #[must_use]
    pub fn none() -> Self {
        Self {
            suspended_accounts: false,
            missing_roles: false,
            service_denied_by_scp: false,
            region_denied_by_scp: false,
            service_denied_to_role: false,
            key_policy_denied: false,
            service_unsupported: false,
            server_errors: false,
        }
    }
}
