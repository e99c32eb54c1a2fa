//! What one account's staged rows say of its users and its root user.

use std::collections::{BTreeMap, HashSet};

use orgcensus_collectors::ec2::instances::Instance;
use orgcensus_collectors::ecs::tasks::Task;
use orgcensus_collectors::iam::access_keys::{AccessKey, AccessKeyRef};
use orgcensus_collectors::iam::authorization_details::AUTHORIZATION_DETAILS;
use orgcensus_collectors::iam::credential_report::{CREDENTIAL_REPORT, Credentials, ROOT};
use orgcensus_collectors::iam::root_users::{RootUser, RootUserRef};
use orgcensus_collectors::iam::service_specific_credentials::{
    SERVICE_SPECIFIC_CREDENTIALS, ServiceSpecificCredential,
};
use orgcensus_collectors::iam::ssh_public_keys::{SSH_PUBLIC_KEYS, SshPublicKey};
use orgcensus_collectors::iam::users::{User, UserRef};
use orgcensus_collectors::lambda::functions::Function;
use orgcensus_crawl::{Derive, Error, Staged, TaskCoverage};
use orgcensus_row::Timestamp;

use super::line::subject;
use super::nights::{Before, Earlier};
use super::replacement::Places;
use super::review::{Credential, Facts, Standing, Use};
use super::subject::Subject;
use crate::owners::{AccountOwner, tagged};

/// The collectors of which it matters how they ended, as the coverage names them.
const REPORT: &str = CREDENTIAL_REPORT.name;
const IDENTITIES: &str = AUTHORIZATION_DETAILS.name;
const OTHERS: [&str; 2] = [SSH_PUBLIC_KEYS.name, SERVICE_SPECIFIC_CREDENTIALS.name];

/// The staged tables.
pub(super) struct Sources<'c> {
    owners: Staged<AccountOwner>,
    coverage: Staged<TaskCoverage>,
    report: Staged<Credentials>,
    roots: Staged<RootUser>,
    keys: Staged<AccessKey>,
    users: Staged<User>,
    ssh_keys: Staged<SshPublicKey>,
    services: Staged<ServiceSpecificCredential>,
    instances: Staged<Instance>,
    functions: Staged<Function>,
    tasks: Staged<Task>,
    owner_tag: Option<&'c str>,
    now: Timestamp,
}

/// One account.
#[derive(Debug, Default)]
pub(super) struct Account {
    /// Its users and its root user, by name.
    pub(super) subjects: BTreeMap<String, Subject>,
    /// The value of its owner tag.
    pub(super) owner: Option<String>,
    /// Whom to ask about it.
    pub(super) ask: Option<String>,
    pub(super) places: Places,
    /// Whether the report has a line at least.
    has_report: bool,
    has_all_identities: bool,
}

/// How the account's tasks ended.
#[derive(Debug, Default)]
struct Read {
    /// Whether the report was to be read.
    is_report_planned: bool,
    has_all_identities: bool,
    others: HashSet<String>,
}

impl<'c> Sources<'c> {
    pub(super) fn open(derive: &mut Derive<'c>) -> Result<Self, Error> {
        Ok(Self {
            owners: derive.staged()?,
            coverage: derive.staged()?,
            report: derive.staged()?,
            roots: derive.staged()?,
            keys: derive.staged()?,
            users: derive.staged()?,
            ssh_keys: derive.staged()?,
            services: derive.staged()?,
            instances: derive.staged()?,
            functions: derive.staged()?,
            tasks: derive.staged()?,
            owner_tag: derive.crawl().owner_tag.as_deref(),
            now: derive.crawl().captured_at,
        })
    }

    /// One account. Accounts must be asked for in order.
    pub(super) fn account(&mut self, id: &str) -> Result<Account, Error> {
        let (mut account, tag, now) = (Account::default(), self.owner_tag, self.now);
        let read = self.read(id)?;
        self.owners.of_account(id, |row| {
            (account.owner, account.ask) = (row.owner.map(str::to_owned), row.ask.map(str::to_owned));
        })?;
        self.report.of_account(id, |row| {
            account.subjects.insert(row.user_name.to_owned(), subject(&row, now));
        })?;
        account.has_report = !account.subjects.is_empty();
        account.has_all_identities = read.has_all_identities;
        if read.is_report_planned && !account.subjects.contains_key(ROOT) {
            let facts = Facts { is_root: true, standing: Standing::NoReport, ..Facts::default() };
            account.subjects.insert(ROOT.to_owned(), Subject { facts, ..Subject::default() });
        }
        self.roots.of_account(id, |row| account.root(&row))?;
        let mut described = HashSet::new();
        self.keys.of_account(id, |row| account.key(&row, &mut described))?;
        let mut listed = HashSet::new();
        self.users.of_account(id, |row| {
            listed.insert(row.user_name.to_owned());
            account.user(&row, tagged(row.tags, tag));
        })?;
        self.ssh_keys.of_account(id, |row| account.other(row.user_name, "ssh_key", row.is_active))?;
        self.services.of_account(id, |row| account.other(row.user_name, "service_credential", row.is_active))?;
        for (name, subject) in &mut account.subjects {
            subject.facts.has_all_others = OTHERS.iter().all(|it| read.others.contains(*it));
            if read.has_all_identities && name != ROOT && !listed.contains(name) {
                subject.facts.standing = Standing::Gone;
            }
        }
        account.places = self.places(id)?;
        Ok(account)
    }

    fn read(&mut self, id: &str) -> Result<Read, Error> {
        let mut read = Read::default();
        self.coverage.of_account(id, |task| match task.collector {
            REPORT => read.is_report_planned = task.is_planned,
            IDENTITIES => read.has_all_identities = task.is_complete,
            other if OTHERS.contains(&other) && task.is_complete => {
                read.others.insert(other.to_owned());
            }
            _ => {}
        })?;
        Ok(read)
    }

    fn places(&mut self, id: &str) -> Result<Places, Error> {
        let mut places = Places::default();
        while let Some(group) = self.instances.next_group_of(id)? {
            self.instances.each_of(&group, |it| {
                if it.is_terminated != Some(true) && !places.instances.contains(&*group.region) {
                    places.instances.insert(group.region.to_string());
                }
            })?;
        }
        while let Some(group) = self.functions.next_group_of(id)? {
            places.functions.insert(group.region.to_string());
        }
        while let Some(group) = self.tasks.next_group_of(id)? {
            places.tasks.insert(group.region.to_string());
        }
        Ok(places)
    }
}

impl Account {
    /// What the account's summary says of root where the report says nothing.
    fn root(&mut self, row: &RootUserRef<'_>) {
        let Some(root) = self.subjects.get_mut(ROOT) else { return };
        root.arn.get_or_insert_with(|| row.arn.to_owned());
        let facts = &mut root.facts;
        facts.password.is_active = facts.password.is_active.or(row.has_password);
        facts.has_mfa = facts.has_mfa.or(row.is_mfa_enabled);
        if row.has_access_key == Some(true) && facts.keys.is_empty() {
            facts.keys.push(Credential { name: "access_key_1".to_owned(), ..Credential::default() });
        }
    }

    /// A key as it was listed. Where the keys of a user were listed, the report's columns are not needed.
    fn key(&mut self, row: &AccessKeyRef<'_>, described: &mut HashSet<String>) {
        let Some(subject) = self.subjects.get_mut(row.user_name) else { return };
        if described.insert(row.user_name.to_owned()) {
            subject.facts.keys.clear();
            subject.facts.has_keys_beyond = false;
            subject.last_key_use = None;
        }
        let used = match (row.has_been_used, row.last_used_days) {
            (Some(true), Some(days)) => Use::Days(days),
            (Some(false), _) => Use::Never,
            _ => Use::Unread,
        };
        let name = row.access_key_id.to_owned();
        subject.facts.keys.push(Credential { name, is_active: row.is_active, age_days: row.age_days, used });
        subject.key_used(row.last_used_at, row.last_used_region, row.last_used_service);
    }

    /// A user as IAM lists it. One that the report does not have was made since, or there is no report.
    fn user(&mut self, row: &UserRef<'_>, owner: Option<String>) {
        let standing = if self.has_report { Standing::NotInReport } else { Standing::NoReport };
        let subject = self
            .subjects
            .entry(row.user_name.to_owned())
            .or_insert_with(|| Subject { facts: Facts { standing, ..Facts::default() }, ..Subject::default() });
        subject.arn.get_or_insert_with(|| row.arn.to_owned());
        subject.path = row.path.map(str::to_owned).or(subject.path.take());
        subject.owner = owner;
        // The list may be younger than the report.
        subject.created_at = row.created_at.or(subject.created_at);
    }

    /// Adds those whom this night did not see, and an earlier one did: without a report nobody says that they are gone,
    /// unless IAM's list does.
    pub(super) fn carry(&mut self, earlier: &Earlier) {
        if self.has_report {
            return;
        }
        let has_all_identities = self.has_all_identities;
        let is_gone = |before: &Before| has_all_identities && !before.is_root;
        for (name, before) in earlier.rows.iter().filter(|(_, before)| !is_gone(before)) {
            self.subjects.entry(name.clone()).or_insert_with(|| Subject {
                facts: Facts { is_root: before.is_root, standing: Standing::NoReport, ..Facts::default() },
                arn: before.arn.clone(),
                path: before.path.clone(),
                ..Subject::default()
            });
        }
    }

    fn other(&mut self, user_name: &str, kind: &'static str, is_active: Option<bool>) {
        if let Some(subject) = self.subjects.get_mut(user_name) {
            subject.facts.others.push((kind, is_active));
        }
    }
}
