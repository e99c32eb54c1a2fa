//! Counting one account after another.

use super::identities::identities;
use super::misconfigurations::Misconfigurations;
use super::resources::resources;
use super::{IdentityTruth, Lists, Obstructed, REGIONAL, ResourceTruth, credentials, is_visible, organization_wide};
use crate::access::obstacle;
use crate::account::Account;
use crate::clock::Clock;
use crate::organization::Organization;
use crate::protocol::Service;
use crate::services::iam::{Iam, Key, User};
use crate::services::{ec2, ecr, kms, lambda, s3, secretsmanager, sns, sqs};
use std::collections::BTreeMap;

/// Everything that is counted. Field names are those of the facts.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) accounts_seen: u64,
    pub(super) users: u64,
    pub(super) users_with_active_key: u64,
    pub(super) users_inactive: u64,
    pub(super) users_key_old_and_idle: u64,
    pub(super) users_key_over_90_days: u64,
    pub(super) users_console_without_mfa: u64,
    pub(super) accounts_with_root_key: u64,
    pub(super) accounts_with_root_used: u64,
    pub(super) instances: u64,
    pub(super) instances_imds_optional: u64,
    pub(super) buckets: u64,
    pub(super) buckets_study_public: u64,
    pub(super) buckets_public: u64,
    pub(super) topics: u64,
    pub(super) topics_study_public: u64,
    pub(super) topics_public: u64,
    pub(super) queues: u64,
    pub(super) queues_study_public: u64,
    pub(super) queues_public: u64,
    pub(super) obstructed: Vec<Obstructed>,
    pub(super) resources: Vec<ResourceTruth>,
    pub(super) lists: Lists,
    pub(super) identities: Vec<IdentityTruth>,
    pub(super) misconfigurations: Misconfigurations,
    rows: BTreeMap<&'static str, u64>,
    cells: BTreeMap<&'static str, u64>,
}

impl Tally {
    /// Counts what can be seen of an account.
    pub(super) fn account(&mut self, organization: &Organization, account: &Account) {
        if !account.is_reachable() {
            return;
        }
        self.accounts_seen += 1;
        let iam = Iam::of(organization, account);
        self.iam(organization, &iam);
        self.buckets(organization, account);
        for region in &organization.settings.regions {
            for service in REGIONAL {
                if let Some(obstacle) = obstacle(organization, account, service, region) {
                    self.obstruct(account, region, service, obstacle.outcome());
                }
            }
            self.region(organization, account, region);
        }
        self.resources.extend(resources(organization, account, &iam, &mut self.lists));
        self.identities.extend(identities(account, &iam));
        self.misconfigurations.account(organization, account, &iam);
    }

    /// The number of rows of each table.
    pub(super) fn tables(&self, organization: &Organization) -> BTreeMap<String, u64> {
        let accounts = ("accounts", organization.settings.accounts);
        let count = |(table, rows): (&'static str, usize)| (table, u64::try_from(rows).unwrap_or_default());
        let organization_wide = organization_wide::tables(organization).into_iter().map(count);
        let rows = self.rows.iter().map(|(table, rows)| (*table, *rows)).chain([accounts]);
        organization_wide.chain(rows).map(|(table, rows)| (table.to_owned(), rows)).collect()
    }

    /// Counts rows of a table.
    pub(super) fn rows(&mut self, table: &'static str, count: usize) {
        *self.rows.entry(table).or_default() += u64::try_from(count).unwrap_or_default();
    }

    /// Counts rows of a table that meet a condition: `table WHERE condition`.
    pub(super) fn cell(&mut self, table_where: &'static str, count: usize) {
        *self.cells.entry(table_where).or_default() += u64::try_from(count).unwrap_or_default();
    }

    /// The number of rows that meet a condition.
    pub(super) fn cells(&self) -> BTreeMap<String, u64> {
        self.cells.iter().map(|(table_where, count)| ((*table_where).to_owned(), *count)).collect()
    }

    fn obstruct(&mut self, account: &Account, region: &str, service: Service, outcome: &'static str) {
        let (account_id, region) = (account.id.clone(), region.to_owned());
        self.obstructed.push(Obstructed { account_id, region, service: service.name(), outcome });
    }

    fn iam(&mut self, organization: &Organization, iam: &Iam) {
        let clock = organization.clock;
        for user in &iam.users {
            self.user(clock, user);
        }
        self.accounts_with_root_key += u64::from(iam.has_root_key());
        let is_recent = |millis: i64| clock.age_days(millis) <= 30;
        let root_key_used = iam.root.key.as_ref().and_then(|key| key.used_millis);
        let was_used = iam.root.password_used_millis.into_iter().chain(root_key_used).any(is_recent);
        self.accounts_with_root_used += u64::from(was_used);
        self.rows("iam_users", iam.users.len());
        self.rows("iam_groups", iam.groups.len());
        self.rows("iam_roles", iam.roles.len());
        self.rows("iam_managed_policies", iam.policies.len());
        let of_aws = || iam.policies.iter().filter(|policy| policy.is_aws);
        self.cell("iam_managed_policies WHERE is_aws_managed", of_aws().count());
        // For AWS's policies only the version in force is kept.
        let own = iam.policies.iter().filter(|policy| !policy.is_aws);
        self.rows("iam_policy_versions", own.map(|policy| policy.versions.len()).sum::<usize>() + of_aws().count());
        self.rows("iam_group_memberships", iam.users.iter().map(|user| user.groups.len()).sum());
        // The credential report has a row for the root user too.
        self.rows("iam_credential_report", iam.users.len() + 1);
        credentials::count(self, organization, iam);
    }

    fn user(&mut self, clock: Clock, user: &User) {
        let is_idle = |created: i64, used: Option<i64>, days: i64| clock.age_days(used.unwrap_or(created)) > days;
        let active: Vec<&Key> = user.keys.iter().filter(|key| key.is_active).collect();
        let any = |test: &dyn Fn(&Key) -> bool| u64::from(active.iter().any(|key| test(key)));
        let idle_password =
            user.password.as_ref().is_some_and(|password| is_idle(password.changed_millis, password.used_millis, 90));
        let idle_key = any(&|key| is_idle(key.created_millis, key.used_millis, 90));
        self.users += 1;
        self.users_with_active_key += any(&|_| true);
        self.users_inactive += idle_key.max(u64::from(idle_password));
        self.users_key_over_90_days += any(&|key| clock.age_days(key.created_millis) > 90);
        self.users_key_old_and_idle +=
            any(&|key| clock.age_days(key.created_millis) > 365 && is_idle(key.created_millis, key.used_millis, 30));
        self.users_console_without_mfa += u64::from(user.password.is_some() && !user.has_mfa);
    }

    fn buckets(&mut self, organization: &Organization, account: &Account) {
        let account_block = s3::account_block(organization, account);
        let buckets = s3::buckets(organization, account);
        for bucket in &buckets {
            self.buckets += 1;
            self.buckets_study_public += u64::from(bucket.is_study_public());
            self.buckets_public += u64::from(bucket.verdict(account_block).is_public == Some(true));
        }
        self.rows("s3_buckets", buckets.len());
    }

    fn region(&mut self, organization: &Organization, account: &Account, region: &str) {
        let sees = |service| is_visible(organization, account, service, region);
        if sees(Service::Ec2) {
            let instances = ec2::instances(organization, account, region);
            for instance in instances.iter().filter(|instance| instance.exists()) {
                self.instances += 1;
                self.instances_imds_optional += u64::from(instance.is_imds_optional);
            }
            self.rows("ec2_instances", instances.len());
            let vpcs = ec2::vpcs(organization, account, region);
            self.rows("ec2_vpcs", vpcs.len());
            self.rows("ec2_vpc_endpoints", vpcs.iter().map(|vpc| vpc.endpoints.len()).sum());
        }
        if sees(Service::Sqs) {
            let queues = sqs::queues(organization, account, region);
            for queue in &queues {
                self.queues += 1;
                self.queues_study_public += u64::from(queue.policy.kind.is_study_public());
                self.queues_public += u64::from(queue.policy.verdict.is_public == Some(true));
            }
            self.rows("sqs_queues", queues.len());
        }
        if sees(Service::Sns) {
            let topics = sns::topics(organization, account, region);
            for topic in &topics {
                self.topics += 1;
                self.topics_study_public += u64::from(topic.policy.kind.is_study_public());
                self.topics_public += u64::from(topic.policy.verdict.is_public == Some(true));
            }
            self.rows("sns_topics", topics.len());
        }
        if sees(Service::Kms) {
            let keys = kms::keys(organization, account, region);
            if keys.iter().any(|key| key.is_policy_hidden) {
                self.obstruct(account, region, Service::Kms, "partial");
            }
            self.rows("kms_keys", keys.len());
        }
        if sees(Service::Lambda) {
            self.rows("lambda_functions", lambda::functions(organization, account, region).len());
        }
        if sees(Service::SecretsManager) {
            self.rows("secretsmanager_secrets", secretsmanager::secrets(organization, account, region).len());
        }
        if sees(Service::Ecr) {
            self.rows("ecr_repositories", ecr::repositories(organization, account, region).len());
        }
    }
}
