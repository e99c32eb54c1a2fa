//! The facts that tell inside from outside.

use std::collections::{HashMap, HashSet};

use crate::class::Class;
use crate::kind::PolicyKind;
use crate::target::Target;

/// The facts about the organization that tell inside from outside. They are made once and shared by all verdicts; each
/// question is one hash lookup.
///
/// `None` means that a fact was not collected: everything that depends on it is then unknown, neither outside nor
/// inside.
#[derive(Debug, Clone, Default)]
pub struct OrganizationFacts {
    /// The ids of our organizations (`o-…`).
    pub ids: Option<HashSet<String>>,
    /// All accounts of our organizations.
    pub accounts: Option<HashSet<String>>,
    /// Whether our organization may have more accounts than these: any other is then unknown, and not outside.
    pub has_more_accounts: bool,
    /// Accounts outside that the configuration trusts: they count as inside.
    pub trusted_accounts: HashSet<String>,
    /// Tenants of OIDC issuers that the configuration trusts, as [`OrganizationFacts::tenants`] reads them.
    pub trusted_tenants: HashSet<String>,
    /// Our own VPCs (`vpc-…`).
    pub own_vpcs: Option<HashSet<String>>,
    /// Whether we may have more VPCs than these: any other id is then unknown, and not outside.
    pub has_more_vpcs: bool,
    /// Our own VPC endpoints (`vpce-…`).
    pub own_vpc_endpoints: Option<HashSet<String>>,
    /// Whether we may have more VPC endpoints than these.
    pub has_more_vpc_endpoints: bool,
    /// The account of each bucket we know.
    pub bucket_owners: HashMap<String, String>,
    /// The account of each canonical user id we know.
    pub canonical_ids: HashMap<String, String>,
    /// The account of each unique identity id we know (`AROA…`, `AIDA…`).
    pub unique_ids: HashMap<String, String>,
}

impl OrganizationFacts {
    /// Reads tenants: `<issuer>/<tenant>` of an issuer that many share, `token.actions.githubusercontent.com/my-org`, or
    /// the whole issuer of one's own, `gitlab.example.com`. Case and the scheme do not matter.
    pub fn tenants(written: &[String]) -> HashSet<String> {
        let plain = |text: &String| {
            let lower = text.trim().to_ascii_lowercase();
            lower.strip_prefix("https://").unwrap_or(&lower).trim_end_matches('/').to_owned()
        };
        written.iter().map(plain).collect()
    }

    /// Takes these issuers for our own: AWS signs their tokens for identities of our accounts alone.
    pub fn trust_issuers(&mut self, urls: &[String]) {
        self.trusted_tenants.extend(Self::tenants(urls));
    }
}

/// The facts about one policy's surroundings.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// What the policy is attached to.
    pub kind: PolicyKind,
    /// The account that owns the resource.
    pub resource_account: Option<&'a str>,
    /// The service whose actions the policy can be about (`s3`): there, `*` means `s3:*`.
    pub service: Option<&'a str>,
    /// The resource that it is on, where it is known which ARNs are its own: a statement that names only others is about
    /// nothing.
    pub target: Option<&'a Target>,
    /// The organization.
    pub organization: &'a OrganizationFacts,
}

impl<'a> Facts<'a> {
    /// The resource, where what statements name says anything.
    pub(crate) fn target(&self) -> Option<&'a Target> {
        self.target.filter(|target| target.decides(self.kind))
    }

    /// The class of a principal of this account.
    pub fn account(&self, account: &str) -> Class {
        if self.resource_account == Some(account) {
            return Class::SameAccount;
        }
        let organization = self.organization;
        let member = organization.accounts.as_ref().map(|accounts| accounts.contains(account));
        match member {
            _ if organization.trusted_accounts.contains(account) => Class::InOrg,
            Some(true) => Class::InOrg,
            Some(false) if organization.has_more_accounts => Class::Unknown,
            // It may be the resource's own account when that is not known.
            Some(false) if self.resource_account.is_some() => Class::External,
            Some(false) | None => Class::Unknown,
        }
    }

    /// The class of a principal of this organization.
    pub(crate) fn organization(&self, id: &str) -> Class {
        match &self.organization.ids {
            Some(ids) if ids.contains(id) => Class::InOrg,
            Some(_) => Class::External,
            None => Class::Unknown,
        }
    }

    /// The class of callers from this VPC or VPC endpoint.
    pub(crate) fn vpc(&self, id: &str) -> Class {
        let ours = self.organization;
        let (known, has_more) = if id.starts_with("vpce-") {
            (&ours.own_vpc_endpoints, ours.has_more_vpc_endpoints)
        } else {
            (&ours.own_vpcs, ours.has_more_vpcs)
        };
        match known {
            Some(own) if own.contains(id) => Class::InOrg,
            Some(_) if !has_more => Class::External,
            Some(_) | None => Class::Unknown,
        }
    }

    /// The class of the account that a table of owners gives, unknown when it has none.
    pub(crate) fn owner(&self, owners: &HashMap<String, String>, id: &str) -> Class {
        owners.get(id).map_or(Class::Unknown, |account| self.account(account))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_outside_only_when_all_of_ours_are_known() {
        let accounts = Some(HashSet::from(["111122223333".to_owned(), "222233334444".to_owned()]));
        for (has_more_accounts, other) in [(false, Class::External), (true, Class::Unknown)] {
            let organization =
                OrganizationFacts { accounts: accounts.clone(), has_more_accounts, ..OrganizationFacts::default() };
            let (kind, resource_account) = (PolicyKind::Resource, Some("111122223333"));
            let facts = Facts { kind, resource_account, service: None, target: None, organization: &organization };
            let classes = ["111122223333", "222233334444", "999988887777"].map(|account| facts.account(account));
            assert_eq!(classes, [Class::SameAccount, Class::InOrg, other]);
        }
    }

    #[test]
    fn c3_a_network_is_outside_only_when_all_of_ours_are_known() {
        let own = HashSet::from(["vpc-1".to_owned()]);
        let mut organization = OrganizationFacts { own_vpcs: Some(own), ..OrganizationFacts::default() };
        let class = |organization: &OrganizationFacts, id: &str| {
            Facts { kind: PolicyKind::Resource, resource_account: None, service: None, target: None, organization }
                .vpc(id)
        };
        assert_eq!(class(&organization, "vpc-1"), Class::InOrg);
        assert_eq!(class(&organization, "vpc-2"), Class::External);
        assert_eq!(class(&organization, "vpce-1"), Class::Unknown, "none was collected");
        organization.has_more_vpcs = true;
        assert_eq!(class(&organization, "vpc-1"), Class::InOrg);
        assert_eq!(class(&organization, "vpc-2"), Class::Unknown);
    }
}
