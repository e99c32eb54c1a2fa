//! How often things occur in the simulated organization. The default rates give the yearly study's shares.

/// Shares between 0 and 1, and mean counts. A count varies between zero and twice its mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rates {
    /// Mean number of IAM users in an account.
    pub users: u64,
    /// Share of users with a console password.
    pub console_password: f64,
    /// Share of users with a console password that have no MFA device (the study: 11 % of all users).
    pub console_without_mfa: f64,
    /// Share of passwords not used for more than 90 days.
    pub password_inactive: f64,
    /// Share of users with an active access key (the study's 60 % of 76 %).
    pub active_key: f64,
    /// Share of active keys older than 90 days (the study: 76 % of the users with an active key).
    pub key_over_90_days: f64,
    /// Share of the keys older than 90 days that are also older than a year.
    pub key_over_365_days: f64,
    /// Share of the keys older than a year not used for more than 30 days (the study: 25 % of users with a key).
    pub old_key_idle: f64,
    /// Share of the keys between 90 days and a year of age not used for more than 90 days.
    pub key_inactive: f64,
    /// Share of accounts with an active root access key (the study: 3 %).
    pub root_key: f64,
    /// Share of accounts whose root credentials were used in the last 30 days.
    pub root_used: f64,
    /// Mean number of EC2 instances in a region of an account.
    pub instances: u64,
    /// Share of instances that do not enforce IMDSv2 (the study: 93 %).
    pub imds_optional: f64,
    /// Mean number of S3 buckets in an account.
    pub buckets: u64,
    /// Share of buckets opened to everyone by policy or ACL (the study: 2 %).
    pub public_buckets: f64,
    /// Share of accounts that block public access to all their buckets.
    pub account_public_access_block: f64,
    /// Mean number of SQS queues in a region of an account.
    pub queues: u64,
    /// Share of queues whose policy lets everyone in, without condition.
    pub public_queues: f64,
    /// Mean number of SNS topics in a region of an account.
    pub topics: u64,
    /// Share of topics whose policy lets everyone in, without condition.
    pub public_topics: f64,
    /// Mean number of things of each other kind, keys, functions, secrets …, in a region of an account.
    pub other_resources: u64,
    /// Share of those whose policy lets everyone in, without condition.
    pub public_other_resources: f64,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            users: 6,
            console_password: 0.5,
            console_without_mfa: 0.22,
            password_inactive: 0.37,
            active_key: 0.79,
            key_over_90_days: 0.76,
            key_over_365_days: 0.6,
            old_key_idle: 0.55,
            key_inactive: 0.35,
            root_key: 0.03,
            root_used: 0.02,
            instances: 3,
            imds_optional: 0.93,
            buckets: 5,
            public_buckets: 0.02,
            account_public_access_block: 0.3,
            queues: 2,
            public_queues: 0.02,
            topics: 2,
            public_topics: 0.02,
            other_resources: 2,
            public_other_resources: 0.01,
        }
    }
}
