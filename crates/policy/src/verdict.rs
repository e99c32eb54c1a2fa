//! The verdict on one resource: all its policies, ACLs and gates folded into three answers (V1–V3).

use chrono::{DateTime, Utc};

use crate::class::Class;
use crate::deny::Denial;
use crate::document::Document;
use crate::facts::Facts;
use crate::flag::{Flag, raise};
use crate::function_url::{Doors, needs_both};
use crate::gate::Gate;
use crate::grant::{Grant, Reading};
use crate::guardrail::{Guarded, Guardrails, guarded, left_of_acl};
use crate::level::AccessLevels;
use crate::principal::Principal;
use crate::s3::{AclGrant, AclGrantee, PublicAccessBlock, s3_public};

/// All that says who may reach one resource.
#[derive(Debug, Clone, Copy)]
pub struct Policies<'a> {
    /// Its policies, as far as they were read: none is an empty list.
    pub documents: &'a [Document],
    /// Whether there is a policy that could not be read.
    pub has_unread: bool,
    /// What else may let someone in and is read of no resource of its kind: `grants`.
    pub never_read: Option<&'a str>,
    /// The resource control policies that its account has.
    pub guardrails: Option<&'a Guardrails>,
    /// Its ACL: none is an empty list; `None` is one that could not be read.
    pub acl: Option<&'a [AclGrant]>,
    /// The canonical user id of the ACL's owner.
    pub acl_owner: Option<&'a str>,
    /// The Block Public Access settings of every level that applies; `None` is one that was not collected.
    pub blocks: &'a [Option<PublicAccessBlock>],
    /// The gates besides: what the resource's own settings say.
    pub gates: &'a [Gate],
    /// When the URL of a Lambda function was made, the oldest of several; `None` is not known, or no URL.
    pub function_url_created_at: Option<DateTime<Utc>>,
}

impl<'a> Policies<'a> {
    /// A resource that has policies and nothing else.
    pub fn of(documents: &'a [Document]) -> Policies<'a> {
        Policies {
            documents,
            has_unread: false,
            never_read: None,
            guardrails: None,
            acl: Some(&[]),
            acl_owner: None,
            blocks: &[],
            gates: &[],
            function_url_created_at: None,
        }
    }

    /// Whether some level's block has the setting; `None` when a level that might was not collected.
    fn blocked(&self, setting: impl Fn(&PublicAccessBlock) -> bool) -> Option<bool> {
        let known = self.blocks.iter().flatten().any(setting);
        if known || self.blocks.iter().all(Option::is_some) { Some(known) } else { None }
    }
}

/// What one grant of an ACL comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AclAccess {
    /// The grant's place in the ACL.
    pub ordinal: usize,
    /// Who it is for.
    pub grantee: AclGrantee,
    /// What it gives: `READ`, `FULL_CONTROL` …
    pub permission: String,
    /// Where the grantee stands.
    pub class: Class,
    /// Whether someone outside is among them; `None` when it cannot be told.
    pub is_external: Option<bool>,
    /// What the permission does.
    pub access_levels: AccessLevels,
    /// The Denies of guardrails that take all or a part of it away.
    pub denied_by: Vec<String>,
    /// What is worth knowing.
    pub flags: Vec<Flag>,
    /// The gate behind which nothing is left of it.
    pub gate: Option<Gate>,
    /// The same in words.
    pub reason: String,
}

/// Who can reach a resource. `None` is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Whether anyone can.
    pub is_public: Option<bool>,
    /// Whether someone outside the organization can, anyone included.
    pub is_external: Option<bool>,
    /// Whether another account of the organization can, anyone included.
    pub is_in_org: Option<bool>,
    /// Whether anyone could if no gate and no guardrail stood before it.
    pub policy_public: Option<bool>,
    /// The gates that close something, and those that are to be noted.
    pub gated_by: Vec<Gate>,
    /// The grants of all policies, after Denies; each says which gate stands before it.
    pub grants: Vec<Grant>,
    /// The grants of the ACL; each says which gate stands before it.
    pub acl_grants: Vec<AclAccess>,
    /// All that is worth knowing.
    pub flags: Vec<Flag>,
    /// What makes it so, in words.
    pub reasons: Vec<String>,
}

/// The verdict on a resource.
pub fn verdict(policies: &Policies, facts: &Facts) -> Verdict {
    let mut fold = Fold {
        verdict: Verdict {
            is_public: Some(false),
            is_external: Some(false),
            is_in_org: Some(false),
            policy_public: Some(false),
            ..Verdict::default()
        },
    };
    let guards = policies.guardrails.map_or_else(Vec::new, |guardrails| guardrails.denials(facts));
    let acl = policies.acl.map(|grants| left_of_acls(policies, grants, &guards, facts));
    fold.documents(policies, guards, facts);
    fold.acl(policies, acl);
    fold.missing(policies, facts);
    for gate in [Gate::MountTarget, Gate::AuthorizationToken] {
        if policies.gates.contains(&gate) {
            fold.gate(gate);
        }
    }
    fold.verdict
}

/// The grants of an ACL, after guardrails and before gates.
fn left_of_acls(policies: &Policies, grants: &[AclGrant], guards: &[Denial], facts: &Facts) -> Vec<AclAccess> {
    let left = |(ordinal, grant): (usize, &AclGrant)| {
        let open = grant.grantee.class(policies.acl_owner, facts);
        let left = left_of_acl(&grant.statement(), open, guards, facts);
        let class = left.as_ref().map_or(open, |left| left.class);
        let (denied_by, flags) = left.map(|left| (left.denied_by, left.flags)).unwrap_or_default();
        let mut reason = format!("ACL: {} to {} is {class}", grant.permission, grant.grantee.as_str());
        if !denied_by.is_empty() {
            reason.push_str(&format!(", denied by {}", denied_by.join(" and ")));
        }
        AclAccess {
            ordinal,
            grantee: grant.grantee.clone(),
            permission: grant.permission.clone(),
            class,
            is_external: class.is_external(),
            access_levels: AccessLevels::of_acl(&grant.permission),
            denied_by,
            flags,
            gate: None,
            reason,
        }
    };
    grants.iter().enumerate().map(left).collect()
}

/// What one grant comes to.
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
}

/// A verdict while it is made. Yes outweighs unknown, and unknown outweighs no.
struct Fold {
    verdict: Verdict,
}

impl Fold {
    fn documents<'a>(&mut self, policies: &Policies<'a>, guards: Vec<Denial<'a>>, facts: &Facts) {
        let documents = policies.documents;
        let statements = documents.iter().flat_map(|document| &document.statements);
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
                // What IAM refuses gives nothing, and is unread already.
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

    /// R7: a grant that opens one of the two doors of a function's URL, where the other is shut.
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
        self.verdict.policy_public = or(self.verdict.policy_public, before.public);
        let (gate, share) = self.behind_gates(&grant, open, restricted, policies);
        if let Some(gate) = gate {
            self.gate(gate);
        }
        grant.gate = gate;
        self.add(share);
        self.verdict.grants.push(grant);
    }

    /// V2, V3: the gate before a grant, and what is left of it behind.
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
        if grant.class == Class::Public && policies.gates.contains(&Gate::PrivateApi) {
            self.flags(&[Flag::NetworkRestricted]);
            let share = Share { public: Some(false), external: Some(true), in_org: Some(true) };
            return (Some(Gate::PrivateApi), share);
        }
        (None, open)
    }

    fn acl(&mut self, policies: &Policies, grants: Option<Vec<AclAccess>>) {
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

    /// What was not read: yes stays yes, and no becomes unknown.
    fn missing(&mut self, policies: &Policies, facts: &Facts) {
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

    fn gate(&mut self, gate: Gate) {
        if !self.verdict.gated_by.contains(&gate) {
            self.verdict.gated_by.push(gate);
        }
        if !matches!(gate, Gate::MountTarget | Gate::AuthorizationToken) {
            self.flags(&[Flag::Gated]);
        }
    }

    fn flags(&mut self, flags: &[Flag]) {
        for flag in flags {
            raise(&mut self.verdict.flags, *flag);
        }
    }
}

fn or(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match (left, right) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (None, _) | (_, None) => None,
        (Some(false), Some(false)) => Some(false),
    }
}
