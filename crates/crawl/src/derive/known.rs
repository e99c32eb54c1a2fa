//! What is known of the organization, for every verdict: whose the accounts, networks, buckets and ids are that its
//! policies name, and which of the identities live.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arrow::record_batch::RecordBatch;
use orgcensus_lake::SliceIndex;
use orgcensus_policy::{Organization, PrincipalKind, PrincipalValue};

use super::names::{Names, assumed_role, fingerprint, role_name};
use super::seen::Seen;
use super::{Staged, text};
use crate::context::Shared;
use crate::error::Error;

/// What is known of the organization.
#[derive(Default)]
pub(super) struct Known {
    /// For the verdicts.
    pub(super) organization: Organization,
    /// Which identities live.
    pub(super) living: Living,
}

/// Which of the identities that policies name live.
#[derive(Default)]
pub(super) struct Living {
    names: Names,
    alive: HashSet<u64>,
    /// The accounts whose users and roles were read, all of them.
    read: HashSet<Arc<str>>,
}

impl Known {
    /// Collects it from what all accounts have staged: one pass over the statements, one over what they name.
    pub(super) async fn read(shared: &Shared, index: &mut SliceIndex, seen: Seen) -> Result<Self, Error> {
        let names = Names::read(index)?;
        tokio::task::yield_now().await;
        let ids = shared.organization.accounts.iter().map(|account| account.id.clone());
        let mut organization = Organization {
            ids: Some(HashSet::from([shared.organization.id.clone()])),
            accounts: Some(ids.collect()),
            trusted_accounts: shared.crawl.trusted_accounts.iter().cloned().collect(),
            trusted_tenants: Organization::tenants(&shared.crawl.trusted_tenants),
            has_more_vpcs: !seen.has_all_vpcs || names.is_full(),
            has_more_vpc_endpoints: !seen.has_all_vpc_endpoints || names.is_full(),
            ..Organization::default()
        };
        organization.own_vpcs = Some(own_ids(shared, index, &names, ("ec2_vpcs", "vpc_id"))?);
        let endpoints = own_ids(shared, index, &names, ("ec2_vpc_endpoints", "vpc_endpoint_id"))?;
        organization.own_vpc_endpoints = Some(endpoints);
        let (buckets, canonical_ids) = (&mut organization.bucket_owners, &mut organization.canonical_ids);
        each_row(shared, index, "s3_buckets", |account_id, batch, row| {
            own_id(&names, text(batch, "bucket_name", row), account_id, buckets);
            own_id(&names, text(batch, "owner_id", row), account_id, canonical_ids);
        })?;
        let mut alive = HashSet::new();
        for (table, id, name) in [("iam_roles", "role_id", Some("role_name")), ("iam_users", "user_id", None)] {
            tokio::task::yield_now().await;
            each_row(shared, index, table, |account_id, batch, row| {
                own_id(&names, text(batch, id, row), account_id, &mut organization.unique_ids);
                let session = name.and_then(|name| text(batch, name, row)).map(|name| role_name(account_id, name));
                let known_as = [text(batch, "arn", row), session.as_deref()];
                alive.extend(known_as.into_iter().flatten().filter(|it| names.has(it)).map(fingerprint));
            })?;
        }
        Ok(Self { organization, living: Living { names, alive, read: seen.identities } })
    }
}

impl Living {
    /// Whether the principal is an identity or account of the organization that exists. `None` when it is of another
    /// organization, is not one identity, or its account's identities were not all read.
    pub(super) fn is_living(&self, principal: &PrincipalValue, organization: &Organization) -> Option<bool> {
        let value = principal.value.as_str();
        if principal.kind != PrincipalKind::Aws {
            return None;
        }
        let own = |id: &str| organization.accounts.as_ref().is_some_and(|accounts| accounts.contains(id));
        let mut fields = value.splitn(6, ':');
        let (Some("arn"), _, Some(service), _, Some(account_id), Some(resource)) =
            (fields.next(), fields.next(), fields.next(), fields.next(), fields.next(), fields.next())
        else {
            return own(value).then_some(true);
        };
        if service == "iam" && resource == "root" {
            return own(account_id).then_some(true);
        }
        let is_identity = service == "iam" && (resource.starts_with("role/") || resource.starts_with("user/"));
        let name = match assumed_role(value) {
            Some((account_id, name)) => role_name(account_id, name),
            None if is_identity && !value.contains(['*', '?']) => value.to_owned(),
            None => return None,
        };
        let can_tell = self.read.contains(account_id) && self.names.has(&name);
        can_tell.then(|| self.alive.contains(&fingerprint(&name)))
    }
}

/// The ids in a table's column that a policy names and that are of an account of the organization.
fn own_ids(
    shared: &Shared,
    index: &mut SliceIndex,
    names: &Names,
    (table, column): (&str, &str),
) -> Result<HashSet<String>, Error> {
    let accounts = &shared.organization.accounts;
    let is_own = |id: &str| accounts.binary_search_by(|account| account.id.as_str().cmp(id)).is_ok();
    let mut own = HashSet::new();
    each_row(shared, index, table, |account_id, batch, row| {
        let owner = text(batch, "owner_account_id", row).unwrap_or(account_id);
        if let Some(id) = text(batch, column, row).filter(|id| names.has(id) && is_own(owner)) {
            own.insert(id.to_owned());
        }
    })?;
    Ok(own)
}

/// Notes whose an id is, if a policy names it.
fn own_id(names: &Names, id: Option<&str>, account_id: &str, owners: &mut HashMap<String, String>) {
    if let Some(id) = id.filter(|id| names.has(id)) {
        owners.insert(id.to_owned(), account_id.to_owned());
    }
}

/// Shows every row of a table, if a collector fills it.
fn each_row(
    shared: &Shared,
    index: &mut SliceIndex,
    name: &str,
    show: impl FnMut(&Arc<str>, &RecordBatch, usize),
) -> Result<(), Error> {
    Staged::named(shared, index, name)?.map_or(Ok(()), |staged| staged.each_row(show))
}
