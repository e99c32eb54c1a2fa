//! Where a principal stands once every bound has been weighed (R1–R5).

use std::sync::Arc;

use crate::arn::{has_wildcard, is_account};
use crate::bound::{Bound, Entry};
use crate::class::Class;
use crate::facts::Facts;
use crate::federated;
use crate::flag::{Flag, raise};
use crate::glob::{may_match, overlaps};
use crate::kind::PolicyKind;
use crate::limit::{Dimension, Limit};
use crate::principal::Principal;
use crate::reach::Reach;
use crate::statement::{PrincipalValue, Statement};
use crate::value::variables_as_wildcards;

/// The most comparisons of the accounts of one bound with all bounds. With more, the accounts are not told apart.
const MAX_INTERSECTION: usize = 100_000;

/// The class of a principal, while it is being computed.
pub(crate) struct Standing {
    pub(crate) class: Class,
    pub(crate) account: Option<String>,
    /// What the class alone does not say, for federated principals.
    pub(crate) is_external: Option<Option<bool>>,
    /// The claims that bound federated principals.
    pub(crate) claims: Vec<Arc<Limit>>,
    pub(crate) flags: Vec<Flag>,
}

impl Standing {
    /// Nobody yet.
    pub(crate) fn new(flags: Vec<Flag>) -> Standing {
        Standing { class: Class::Nobody, account: None, is_external: None, claims: Vec::new(), flags }
    }

    /// Adds a flag.
    pub(crate) fn raise(&mut self, flag: Flag) {
        raise(&mut self.flags, flag);
    }

    /// Places the principal.
    pub(crate) fn place(
        &mut self,
        principal: &PrincipalValue,
        statement: &Statement,
        bounds: &[&Bound],
        facts: &Facts,
    ) {
        match Principal::read(principal) {
            Principal::Anyone => self.anyone(bounds, facts),
            Principal::InvalidWildcard => {
                self.raise(Flag::InvalidWildcardPrincipal);
                self.anyone(bounds, facts);
            }
            Principal::Account { id, arn } => self.account(id, arn, bounds, facts),
            Principal::Service("*") => self.any_service(bounds, facts),
            Principal::Service(_) => self.service(bounds, facts),
            Principal::Services(_) => {
                self.raise(Flag::InvalidWildcardPrincipal);
                self.service(bounds, facts);
            }
            Principal::OriginAccess(_) => self.origin_access(bounds),
            Principal::Federated(provider) => federated::place(self, provider, statement, bounds, facts),
            Principal::CanonicalUser(id) => match facts.organization.canonical_ids.get(id) {
                Some(account) => self.account(account, None, bounds, facts),
                None => self.within(Class::Unknown, bounds, facts),
            },
            Principal::Dangling => self.raise(Flag::DanglingPrincipal),
            Principal::Malformed => {
                self.raise(Flag::MalformedPrincipal);
                self.within(Class::Unknown, bounds, facts);
            }
        }
    }

    /// R1, R2: anyone, as far as every bound admits them.
    pub(crate) fn anyone(&mut self, bounds: &[&Bound], facts: &Facts) {
        // C6: if only services pass, it matters for whom they act.
        let only_services = |bound: &&Bound| bound.is_only(|entry| entry.dimension == Dimension::Service);
        if bounds.iter().any(only_services) {
            return self.service(bounds, facts);
        }
        self.within(Class::Public, bounds, facts);
        // On whose behalf a service calls, or where an answer goes, may be one account too.
        if let [bound] = bounds
            && let [Entry { reach: Reach::Account { id, .. }, .. }] = bound.entries.as_slice()
        {
            self.account = Some(id.clone());
        }
    }

    /// A class, as far as every bound admits it.
    fn within(&mut self, widest: Class, bounds: &[&Bound], facts: &Facts) {
        self.class = bounds.iter().map(|bound| widest_of(&bound.entries, facts)).fold(widest, Class::min);
        for bound in bounds.iter().filter(|bound| bound.is_only(Entry::is_account)) {
            self.accounts(bound, bounds, facts);
        }
        for bound in bounds.iter().filter(|bound| bound.is_only(is_organization)) {
            self.organizations(bound, bounds, facts);
        }
        self.restrictions(bounds, facts);
    }

    /// R2: the accounts that one bound names and that all other bounds admit too.
    fn accounts(&mut self, bound: &Bound, bounds: &[&Bound], facts: &Facts) {
        let entries: usize = bounds.iter().map(|bound| bound.entries.len()).sum();
        if bound.entries.len().saturating_mul(entries) > MAX_INTERSECTION {
            return;
        }
        let mut widest = Class::Nobody;
        let mut ids: Vec<&str> = Vec::new();
        for entry in &bound.entries {
            let Reach::Account { id, arn } = &entry.reach else { continue };
            let caller = Caller { id, arn: arn.as_deref(), class: entry.class(facts), facts };
            if caller.passes_all(bounds) {
                widest = widest.max(caller.class);
                ids.push(id);
            }
        }
        self.class = self.class.min(widest);
        ids.dedup();
        if let [id] = ids.as_slice() {
            self.account = Some((*id).to_owned());
        }
    }

    /// R2: the organizations that one bound names and that all other bounds admit too: a caller belongs to only one.
    fn organizations(&mut self, bound: &Bound, bounds: &[&Bound], facts: &Facts) {
        let entries: usize = bounds.iter().map(|bound| bound.entries.len()).sum();
        if bound.entries.len().saturating_mul(entries) > MAX_INTERSECTION {
            return;
        }
        let passes =
            |named: &&Entry| bounds.iter().all(|bound| bound.entries.iter().any(|it| may_be_of(it, named, facts)));
        let widest = bound.entries.iter().filter(passes).map(|entry| entry.class(facts)).max();
        self.class = self.class.min(widest.unwrap_or(Class::Nobody));
    }

    /// C3, C5: callers outside who come from a named place, or whose answer goes to one.
    fn restrictions(&mut self, bounds: &[&Bound], facts: &Facts) {
        let is_network = |entry: &Entry| matches!(entry.reach, Reach::Vpc(_));
        let ours = facts.organization;
        let is_partial = ours.has_more_vpcs || ours.has_more_vpc_endpoints;
        if self.class == Class::Unknown
            && is_partial
            && bounds.iter().any(|bound| !bound.entries.is_empty() && bound.entries.iter().all(is_network))
        {
            self.raise(Flag::NetworkUnknown);
        }
        if self.class != Class::External {
            return;
        }
        for (dimension, flag) in
            [(Dimension::Network, Flag::NetworkRestricted), (Dimension::Endpoint, Flag::EndpointRestricted)]
        {
            let restricts = |bound: &Bound| bound.is_only(|entry| entry.dimension == dimension);
            if bounds.iter().any(|bound| restricts(bound) && widest_of(&bound.entries, facts) >= Class::Unknown) {
                self.raise(flag);
            }
        }
    }

    /// R3: an account or an identity, unless a bound excludes it.
    fn account(&mut self, id: &str, arn: Option<&str>, bounds: &[&Bound], facts: &Facts) {
        self.account = Some(id.to_owned());
        let caller = Caller { id, arn, class: facts.account(id), facts };
        if !caller.passes_all(bounds) {
            return;
        }
        self.class = caller.class;
        // If a bound says that the account must be ours, it need not be known whose it is.
        if self.class == Class::Unknown {
            let of_callers = |bound: &&&Bound| bound.is_only(|entry| entry.dimension == Dimension::Caller);
            let ours = bounds.iter().filter(of_callers).map(|bound| widest_of(&bound.entries, facts));
            self.class = ours.fold(self.class, Class::min);
        }
        self.restrictions(bounds, facts);
    }

    /// P6: an origin access identity has none of the keys by which services and accounts are told apart.
    fn origin_access(&mut self, bounds: &[&Bound]) {
        if bounds.iter().all(|bound| !bound.entries.is_empty()) {
            self.class = Class::Service;
        }
    }

    /// R5: `*` under `Service` is anyone, unless it must be a service that acts for someone.
    fn any_service(&mut self, bounds: &[&Bound], facts: &Facts) {
        let is_scoped = bounds.iter().any(|bound| bound.is_only(|entry| entry.dimension == Dimension::Source));
        if is_scoped {
            return self.service(bounds, facts);
        }
        if facts.kind != PolicyKind::Trust {
            self.raise(Flag::ServiceUnscoped);
        }
        self.anyone(bounds, facts);
    }

    /// R5: a service, by the accounts that it may act for.
    fn service(&mut self, bounds: &[&Bound], facts: &Facts) {
        // A service's call has none of the keys that only principals of accounts have.
        let passes = |entry: &Entry| entry.dimension != Dimension::Caller || entry.reach == Reach::Anyone;
        if !bounds.iter().all(|bound| bound.entries.iter().any(passes)) {
            return;
        }
        let scopes = |entry: &Entry| matches!(entry.dimension, Dimension::Source | Dimension::CallerOrSource);
        let mut scoped: Option<Class> = None;
        for bound in bounds.iter().filter(|bound| bound.entries.iter().any(scopes)) {
            // A Deny that spares services as such scopes nothing.
            if bound.entries.iter().any(|entry| entry.dimension == Dimension::Service) {
                continue;
            }
            let class = bound.entries.iter().filter(|entry| scopes(entry)).map(|entry| entry.class(facts)).max();
            // Where one key says whose the source is, it does not matter that another does not (C13).
            scoped = match (scoped, class) {
                (None | Some(Class::Unknown), Some(class)) => Some(class),
                (scoped, None | Some(Class::Unknown)) => scoped,
                (scoped, class) => scoped.min(class),
            };
        }
        self.class = match scoped {
            Some(Class::SameAccount | Class::InOrg) => Class::Service,
            Some(class) => class,
            None => Class::Service,
        };
        // Only roles of the same account are passed to a service, so trust policies need no scope.
        if scoped.is_none() && facts.kind != PolicyKind::Trust {
            self.raise(Flag::ServiceUnscoped);
        }
    }
}

fn is_organization(entry: &Entry) -> bool {
    entry.dimension == Dimension::Caller && matches!(entry.reach, Reach::Organization(_))
}

/// Whether the entry may let through a caller of the organization that another names.
fn may_be_of(entry: &Entry, organization: &Entry, facts: &Facts) -> bool {
    match (entry.dimension, &entry.reach) {
        // No service has an organization.
        (Dimension::Service, _) => false,
        (Dimension::Caller, Reach::Organization(_)) => entry.reach == organization.reach,
        (Dimension::Caller, Reach::ResourceOrganization) => organization.class(facts) != Class::External,
        _ => true,
    }
}

fn widest_of(entries: &[Entry], facts: &Facts) -> Class {
    entries.iter().map(|entry| entry.class(facts)).max().unwrap_or(Class::Nobody)
}

/// A principal of a named account, before a bound.
struct Caller<'a> {
    id: &'a str,
    arn: Option<&'a str>,
    class: Class,
    facts: &'a Facts<'a>,
}

impl Caller<'_> {
    fn passes_all(&self, bounds: &[&Bound]) -> bool {
        bounds.iter().all(|bound| bound.entries.iter().any(|entry| self.passes(entry)))
    }

    fn passes(&self, entry: &Entry) -> bool {
        match entry.dimension {
            Dimension::Service => false,
            // C2: the key is present only when a service calls, or tells whose the caller is. So sources of one account
            // let in nobody of another, and our own sources nobody from outside.
            Dimension::Source => {
                let is_wide_enough = self.class < Class::Unknown && entry.reach.class(self.facts) >= self.class;
                self.class <= Class::SameAccount || is_wide_enough || entry.class(self.facts) >= Class::Unknown
            }
            // Networks and endpoints say nothing about whose credentials are used.
            Dimension::Network | Dimension::Endpoint | Dimension::Claim => true,
            Dimension::Caller | Dimension::CallerOrSource => self.is_of(&entry.reach),
        }
    }

    fn is_of(&self, reach: &Reach) -> bool {
        match reach {
            Reach::Account { id, arn } => id == self.id && self.may_be(arn.as_deref()),
            Reach::ResourceAccount => matches!(self.class, Class::SameAccount | Class::Unknown),
            Reach::Organization(_) | Reach::ResourceOrganization => match reach.class(self.facts) {
                Class::InOrg => self.class != Class::External,
                // Trusted accounts may be of any organization; our own are of ours.
                Class::External => {
                    self.class == Class::External
                        || self.class == Class::Unknown
                        || self.facts.organization.trusted_accounts.contains(self.id)
                }
                _ => true,
            },
            Reach::UniqueId(id) if is_account(id) => id == self.id,
            Reach::UniqueId(id) => self.facts.organization.unique_ids.get(id).is_none_or(|account| account == self.id),
            Reach::Service => false,
            Reach::Anyone | Reach::Vpc(_) | Reach::Bucket(_) | Reach::Place | Reach::Unresolved => true,
        }
    }

    /// Whether the ARN may match: a whole account holds every identity, and a session's ARN is not its role's.
    fn may_be(&self, pattern: Option<&str>) -> bool {
        match (self.arn, pattern) {
            (Some(arn), Some(pattern)) => {
                let comparable = arn.contains(":iam:") && pattern.contains(":iam:");
                let pattern = variables_as_wildcards(pattern);
                // Where a bound names the caller, its ARN is a pattern too.
                !comparable || if has_wildcard(arn) { overlaps(&pattern, arn) } else { may_match(&pattern, arn) }
            }
            _ => true,
        }
    }
}
