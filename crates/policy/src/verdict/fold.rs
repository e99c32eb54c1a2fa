//! A verdict while it is made: grant by grant, with the gate before each, and what was not read.

use super::{AclAccess, Policies, Verdict};
use crate::access_point::Way;
use crate::class::Class;
use crate::deny::Denial;
use crate::document::Document;
use crate::facts::Facts;
use crate::flag::{Flag, raise};
use crate::function_url::{Doors, needs_both};
use crate::gate::Gate;
use crate::grant::{Grant, Reading, statement_grants};
use crate::guardrail::{Guarded, guarded};
use crate::principal::Principal;
use crate::s3::s3_public;

/// The effect of one grant.
#[derive(Debug, Clone, Copy)]
struct Share {
    public: Option<bool>,
    external: Option<bool>,
    in_org: Option<bool>,
}

impl Share {
    const UNKNOWN: Share = Share { public: None, external: None, in_org: None };

    fn of(class: Class, is_external: Option<bool>) -> Share {
        Share { public: Some(class == Class::Public), external: is_external, in_org: class.is_in_org() }
    }

    /// What is left at most of a grant that may be narrower than it seems, of which the gate would leave this share: a
    /// gate before everyone does not close what is narrower.
    fn at_most(self, gate: Option<Gate>, open: Share) -> Share {
        match gate {
            None | Some(Gate::RestrictPublicBuckets) => self,
            Some(_) => Share { public: Some(false), ..open },
        }
    }

    /// The same if it is not certain that the grant has an effect.
    fn doubted(self) -> Share {
        let maybe = |answer: Option<bool>| answer.filter(|is_so| !is_so);
        Share { public: maybe(self.public), external: maybe(self.external), in_org: maybe(self.in_org) }
    }
}

/// A verdict while it is made. Yes outweighs unknown, and unknown outweighs no.
pub(super) struct Fold {
    pub(super) verdict: Verdict,
    /// Whether the grants that come in are certain to have an effect.
    is_certain: bool,
}

impl Fold {
    /// Nobody gets in yet.
    pub(super) fn closed() -> Fold {
        let no = Some(false);
        let verdict =
            Verdict { is_public: no, is_external: no, is_in_org: no, policy_public: no, ..Verdict::default() };
        Fold { verdict, is_certain: true }
    }

    pub(super) fn documents<'a>(&mut self, policies: &Policies<'a>, guards: Vec<Denial<'a>>, facts: &Facts) {
        let documents = policies.documents;
        let active = documents.iter().enumerate().filter(|(place, _)| !policies.inactive.contains(place));
        let statements = active.flat_map(|(_, document)| &document.statements);
        let mut denials: Vec<Denial> = statements.filter_map(|statement| Denial::read(statement, facts)).collect();
        let own = denials.len();
        denials.extend(guards);
        let public_to_s3 = || documents.iter().any(|document| s3_public(document, facts.kind));
        let restricted = if !policies.blocks.is_empty() && public_to_s3() {
            policies.blocked(|block| block.restrict_public_buckets)
        } else {
            Some(false)
        };
        let mut grants = Vec::new();
        for (place, document) in documents.iter().enumerate() {
            self.flags(&document.flags);
            if policies.inactive.contains(&place) {
                self.inactive(place, document, facts);
                continue;
            }
            if let Some(refused) = document.refused() {
                self.unread(&format!("the policy could not be understood: {refused}"));
            } else if !document.is_readable() {
                self.unread("the policy could not be understood");
            }
            for statement in &document.statements {
                self.flags(&statement.flags);
                let is_object = !statement.flags.contains(&Flag::MalformedStatement);
                if !is_object {
                    self.unread("a statement is not an object");
                }
                if facts.kind.has_principals() && !statement.has_principal && is_object {
                    self.flags(&[Flag::NoPrincipal]);
                }
                // A document that IAM refuses gives nothing, and already counts as unread.
                let reading = Reading::of(statement, facts).filter(|_| statement.refused.is_none());
                let found = reading.iter().flat_map(|reading| guarded(reading, own, &denials, facts));
                grants.extend(found.map(|it| (it.of_document(place), Doors::of(statement))));
            }
        }
        let open = grants.iter().filter(|(it, _)| it.grant.class == Class::Public).map(|(_, doors)| *doors);
        let open = open.fold(Doors::default(), Doors::or);
        for (it, doors) in grants {
            if it.grant.class == Class::Public && doors.need(open) {
                self.half_open(it.grant, policies);
            } else {
                self.grant(it, restricted, policies);
            }
        }
    }

    /// V3: a policy that its service does not evaluate. What it would give is told, with the gate.
    fn inactive(&mut self, place: usize, document: &Document, facts: &Facts) {
        self.gate(Gate::PolicyInactive);
        self.verdict.reasons.push("a policy is switched off: it gives nothing".to_owned());
        let understood = document.statements.iter().filter(|statement| statement.refused.is_none());
        for mut grant in understood.flat_map(|statement| statement_grants(statement, facts)) {
            self.verdict.policy_public = or(self.verdict.policy_public, Some(grant.class == Class::Public));
            grant.flags.retain(|flag| *flag != Flag::ServiceUnscoped);
            let gate = Some(Gate::PolicyInactive);
            self.verdict.grants.push(Grant { document: place, gate, ..grant });
        }
    }

    /// E19: what an access point and one of its buckets give together. `restricted` is what their blocks do to that,
    /// and `is_blocked` whether they would close a public policy.
    pub(super) fn way(
        &mut self,
        way: &Way,
        (restricted, is_blocked): (Option<bool>, Option<bool>),
        policies: &Policies,
        facts: &Facts,
    ) {
        let mut denials: Vec<Denial> = way.denies.iter().filter_map(|deny| Denial::read(deny, facts)).collect();
        let own = denials.len();
        denials.extend(policies.guardrails.iter().flat_map(|guardrails| guardrails.denials(facts)));
        for joint in &way.allows {
            let Some(reading) = Reading::of(&joint.statement, facts) else { continue };
            self.is_certain = joint.is_certain;
            for it in guarded(&reading, own, &denials, facts) {
                if joint.is_read {
                    self.grant(it.of_document(joint.document), restricted, policies);
                } else {
                    self.unread_grant(&it.grant, (restricted, is_blocked), policies);
                }
            }
        }
        self.is_certain = true;
    }

    /// What the policy of an access point gives at most, where it was not read.
    fn unread_grant(
        &mut self,
        grant: &Grant,
        (restricted, is_blocked): (Option<bool>, Option<bool>),
        policies: &Policies,
    ) {
        let open = Share::of(grant.class, grant.is_external);
        let (gate, share) = self.behind_gates(grant, open, restricted, policies);
        let most = share.at_most(gate, open);
        // They would close it if it were public.
        let public = if is_blocked == Some(true) { Some(false) } else { most.public };
        self.add(Share { public, ..most });
    }

    /// R7: a grant of one of the two permissions that a function's URL needs, where the other is not granted.
    fn half_open(&mut self, grant: Grant, policies: &Policies) {
        let is_shut = needs_both(policies.function_url_created_at);
        let class = if is_shut { Class::Nobody } else { grant.class };
        let is_external = if is_shut { Some(false) } else { None };
        let grant = Grant { class, is_external, ..grant }.flagged(Flag::FunctionUrlHalfOpen);
        self.flags(&grant.flags);
        if !is_shut {
            self.verdict.reasons.push(grant.reason.clone());
            self.verdict.policy_public = or(self.verdict.policy_public, None);
            self.add(Share::UNKNOWN);
        }
        self.verdict.grants.push(grant);
    }

    fn grant(&mut self, it: Guarded, restricted: Option<bool>, policies: &Policies) {
        let mut grant = it.grant;
        let open = Share::of(grant.class, grant.is_external);
        let before = it.before.map_or(open, |before| Share::of(before.class, before.is_external));
        self.flags(&grant.flags);
        if before.external != Some(false) || before.in_org == Some(true) {
            self.verdict.reasons.push(grant.reason.clone());
        }
        let public = if self.is_certain { before.public } else { before.doubted().public };
        self.verdict.policy_public = or(self.verdict.policy_public, public);
        let (gate, share) = self.behind_gates(&grant, open, restricted, policies);
        if let Some(gate) = gate {
            self.gate(gate);
        }
        grant.gate = gate;
        self.add(if self.is_certain { share } else { share.at_most(gate, open) });
        self.verdict.grants.push(grant);
    }

    /// V2, V3: the gate before a grant, and the part of the grant that it leaves.
    fn behind_gates(
        &mut self,
        grant: &Grant,
        open: Share,
        restricted: Option<bool>,
        policies: &Policies,
    ) -> (Option<Gate>, Share) {
        let service = matches!(Principal::read(&grant.principal), Principal::Service(name) if name != "*");
        let spared = service || matches!(grant.class, Class::Nobody | Class::Service | Class::SameAccount);
        match restricted {
            Some(true) if !spared => {
                return (Some(Gate::RestrictPublicBuckets), Share::of(Class::Nobody, Some(false)));
            }
            None if !spared => {
                self.flags(&[Flag::Unread]);
                self.verdict.reasons.push("a Block Public Access setting was not collected".to_owned());
                return (None, Share::UNKNOWN);
            }
            _ => {}
        }
        if grant.class == Class::Public && policies.gates.contains(&Gate::VpcOnly) {
            return (Some(Gate::VpcOnly), Share::of(Class::InOrg, Some(false)));
        }
        if grant.class == Class::Public && policies.gates.contains(&Gate::BlockAllSharing) {
            return (Some(Gate::BlockAllSharing), Share::of(Class::Nobody, Some(false)));
        }
        if grant.class == Class::Public && policies.gates.contains(&Gate::AcceptanceRequired) {
            // Nobody reads whom the owner has accepted.
            return (Some(Gate::AcceptanceRequired), Share { public: Some(false), ..Share::UNKNOWN });
        }
        if grant.class == Class::Public && policies.gates.contains(&Gate::PrivateApi) {
            self.flags(&[Flag::NetworkRestricted]);
            let share = Share { public: Some(false), external: Some(true), in_org: Some(true) };
            return (Some(Gate::PrivateApi), share);
        }
        (None, open)
    }

    pub(super) fn acl(&mut self, policies: &Policies, grants: Option<Vec<AclAccess>>) {
        let enforced = policies.gates.contains(&Gate::BucketOwnerEnforced);
        let Some(grants) = grants else {
            if !enforced {
                self.unread("the ACL could not be read");
            }
            return;
        };
        let ignored = policies.blocked(|block| block.ignore_public_acls);
        for grant in grants {
            let open = Share::of(grant.class, grant.is_external);
            let is_public = grant.grantee.is_anyone();
            let (gate, share) = match ignored {
                _ if enforced => (Some(Gate::BucketOwnerEnforced), Share::of(Class::Nobody, Some(false))),
                Some(true) if is_public => (Some(Gate::IgnorePublicAcls), Share::of(Class::Nobody, Some(false))),
                None if is_public => {
                    self.flags(&[Flag::Unread]);
                    self.verdict.reasons.push("a Block Public Access setting was not collected".to_owned());
                    (None, Share::UNKNOWN)
                }
                _ => (None, open),
            };
            self.flags(&grant.flags);
            self.verdict.policy_public = or(self.verdict.policy_public, Some(is_public));
            let is_told = open.external != Some(false) || grant.class == Class::InOrg || !grant.denied_by.is_empty();
            if !enforced && is_told {
                self.verdict.reasons.push(grant.reason.clone());
            }
            if let Some(gate) = gate.filter(|_| is_public) {
                self.gate(gate);
            }
            self.add(share);
            self.verdict.acl_grants.push(AclAccess { gate, ..grant });
        }
    }

    /// Applies what was not read: yes stays yes, and no becomes unknown.
    pub(super) fn missing(&mut self, policies: &Policies, facts: &Facts) {
        if policies.has_unread {
            self.unread("a policy could not be read");
        }
        if let Some(what) = policies.never_read {
            self.flags(&[Flag::PoliciesUnread]);
            self.unknown(&format!("{what} are not read"));
        }
        if policies.guardrails.is_some_and(|guardrails| guardrails.is_unread(facts)) {
            self.flags(&[Flag::GuardrailsUnread]);
        }
    }

    fn add(&mut self, share: Share) {
        let share = if self.is_certain { share } else { share.doubted() };
        let verdict = &mut self.verdict;
        verdict.is_public = or(verdict.is_public, share.public);
        verdict.is_external = or(verdict.is_external, share.external);
        verdict.is_in_org = or(verdict.is_in_org, share.in_org);
    }

    fn unread(&mut self, why: &str) {
        self.flags(&[Flag::Unread]);
        self.unknown(why);
    }

    fn unknown(&mut self, why: &str) {
        self.verdict.reasons.push(why.to_owned());
        self.verdict.policy_public = or(self.verdict.policy_public, None);
        self.add(Share::UNKNOWN);
    }

    pub(super) fn gate(&mut self, gate: Gate) {
        if !self.verdict.gated_by.contains(&gate) {
            self.verdict.gated_by.push(gate);
        }
        if gate.is_closing() {
            self.flags(&[Flag::Gated]);
        }
    }

    fn flags(&mut self, flags: &[Flag]) {
        for flag in flags {
            raise(&mut self.verdict.flags, *flag);
        }
    }
}

pub(super) fn or(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match (left, right) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (None, _) | (_, None) => None,
        (Some(false), Some(false)) => Some(false),
    }
}
