//! Knowledge about the organization that every verdict needs: who owns the accounts, networks, buckets and ids that
//! policies name, and which of the named identities exist.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use orgcensus_aws::organization::Extent;
use orgcensus_collectors::ec2::vpc_endpoints::VpcEndpoint;
use orgcensus_collectors::ec2::vpcs::Vpc;
use orgcensus_collectors::iam::outbound_federation::OutboundFederation;
use orgcensus_collectors::iam::roles::Role;
use orgcensus_collectors::iam::users::User;
use orgcensus_collectors::s3::buckets::Bucket;
use orgcensus_crawl::{Derive, Error};
use orgcensus_policy::{OrganizationFacts, PrincipalKind, PrincipalValue};

use crate::completeness::Completeness;
use crate::named_in_policies::{NamedInPolicies, assumed_role, fingerprint, role_name};

/// Knowledge about the organization.
#[derive(Default)]
pub(crate) struct Known {
    /// The organization, as the verdicts need it.
    pub(crate) organization: OrganizationFacts,
    /// Which identities exist.
    pub(crate) living: Living,
}

/// Which of the identities that policies name exist.
#[derive(Default)]
pub(crate) struct Living {
    names: NamedInPolicies,
    alive: HashSet<u64>,
    /// The accounts whose users and roles were all read.
    read: HashSet<Arc<str>>,
}

impl Known {
    /// Collects the knowledge from the rows that all accounts have staged: one pass over the statements, then one pass
    /// over the things that they name.
    pub(crate) async fn read(derive: &mut Derive<'_>, completeness: Completeness) -> Result<Self, Error> {
        let names = NamedInPolicies::read(derive)?;
        tokio::task::yield_now().await;
        let mut organization = organization(derive, &completeness, names.is_full());
        own_networks(derive, &names, &mut organization)?;
        let mut issuers = Vec::new();
        derive.staged::<OutboundFederation>()?.each(|_, it| issuers.extend(it.issuer_url.map(str::to_owned)))?;
        organization.trust_issuers(&issuers);
        let (buckets, canonical_ids) = (&mut organization.bucket_owners, &mut organization.canonical_ids);
        derive.staged::<Bucket>()?.each(|account_id, bucket| {
            own_id(&names, Some(bucket.bucket_name), account_id, buckets);
            own_id(&names, bucket.owner_id, account_id, canonical_ids);
        })?;
        tokio::task::yield_now().await;
        let mut alive = HashSet::new();
        let mut note =
            |known_as: &[&str]| alive.extend(known_as.iter().filter(|it| names.has(it)).map(|it| fingerprint(it)));
        let ids = &mut organization.unique_ids;
        derive.staged::<Role>()?.each(|account_id, role| {
            own_id(&names, role.role_id, account_id, ids);
            note(&[role.arn, &role_name(account_id, role.role_name)]);
        })?;
        tokio::task::yield_now().await;
        derive.staged::<User>()?.each(|account_id, user| {
            own_id(&names, user.user_id, account_id, ids);
            note(&[user.arn]);
        })?;
        Ok(Self { organization, living: Living { names, alive, read: completeness.identities } })
    }
}

/// The part of the organization that is known without staged rows.
fn organization(derive: &Derive<'_>, completeness: &Completeness, has_more_names: bool) -> OrganizationFacts {
    let (crawl, organization) = (derive.crawl(), derive.organization());
    OrganizationFacts {
        ids: match &organization.extent {
            Extent::Whole => Some(HashSet::from([organization.id.clone()])),
            Extent::InNone => Some(HashSet::new()),
            Extent::Accounts { organization_id } => organization_id.clone().map(|id| HashSet::from([id])),
        },
        has_more_accounts: organization.may_have_more_accounts(),
        accounts: Some(organization.accounts.iter().map(|account| account.id.clone()).collect()),
        trusted_accounts: crawl.trusted_accounts.iter().cloned().collect(),
        trusted_tenants: OrganizationFacts::tenants(&crawl.trusted_tenants),
        has_more_vpcs: !completeness.has_all_vpcs || has_more_names,
        has_more_vpc_endpoints: !completeness.has_all_vpc_endpoints || has_more_names,
        ..OrganizationFacts::default()
    }
}

/// Stores the networks and endpoints that a policy names and that belong to an account of the organization.
fn own_networks(
    derive: &mut Derive<'_>,
    names: &NamedInPolicies,
    organization: &mut OrganizationFacts,
) -> Result<(), Error> {
    let accounts = &derive.organization().accounts;
    let is_own = |id: &str| accounts.binary_search_by(|account| account.id.as_str().cmp(id)).is_ok();
    let (mut vpcs, mut endpoints) = (HashSet::new(), HashSet::new());
    derive.staged::<Vpc>()?.each(|account_id, vpc| {
        if names.has(vpc.vpc_id) && is_own(vpc.owner_account_id.unwrap_or(account_id)) {
            vpcs.insert(vpc.vpc_id.to_owned());
        }
    })?;
    derive.staged::<VpcEndpoint>()?.each(|account_id, endpoint| {
        if names.has(endpoint.vpc_endpoint_id) && is_own(endpoint.owner_account_id.unwrap_or(account_id)) {
            endpoints.insert(endpoint.vpc_endpoint_id.to_owned());
        }
    })?;
    (organization.own_vpcs, organization.own_vpc_endpoints) = (Some(vpcs), Some(endpoints));
    Ok(())
}

impl Living {
    /// Whether the principal is an identity or account of the organization that exists. `None` if it belongs to another
    /// organization, is not a single identity, or if not all identities of its account were read.
    pub(crate) fn is_living(&self, principal: &PrincipalValue, organization: &OrganizationFacts) -> Option<bool> {
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
            // No role's name has a colon: such a session is of AWS itself, as aws:ec2-infrastructure.
            Some((_, name)) if name.contains(':') => return None,
            Some((account_id, name)) => role_name(account_id, name),
            None if is_identity && !value.contains(['*', '?']) => value.to_owned(),
            None => return None,
        };
        let can_tell = self.read.contains(account_id) && self.names.has(&name);
        can_tell.then(|| self.alive.contains(&fingerprint(&name)))
    }
}

/// Stores the account that an id belongs to, if a policy names the id.
fn own_id(names: &NamedInPolicies, id: Option<&str>, account_id: &str, owners: &mut HashMap<String, String>) {
    if let Some(id) = id.filter(|id| names.has(id)) {
        owners.insert(id.to_owned(), account_id.to_owned());
    }
}
