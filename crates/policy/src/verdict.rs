//! The verdict on one resource: all its policies, ACLs and gates folded into three answers (V1–V3).

use chrono::{DateTime, Utc};

use crate::access_point::AccessPoint;
use crate::class::Class;
use crate::deny::Denial;
use crate::document::Document;
use crate::facts::Facts;
use crate::flag::Flag;
use crate::gate::Gate;
use crate::grant::Grant;
use crate::guardrail::{Guardrails, left_of_acl};
use crate::level::AccessLevels;
use crate::s3::{AclGrant, AclGrantee, PublicAccessBlock, blocked};

mod fold;
mod together;

use fold::Fold;

/// Everything that decides who may reach one resource.
#[derive(Debug, Clone, Copy)]
pub struct Policies<'a> {
    /// Its policies, as far as they were read: none is an empty list.
    pub documents: &'a [Document],
    /// The numbers of those among them that their service does not evaluate: they give nothing, and deny nothing.
    pub inactive: &'a [usize],
    /// Whether there is a policy that could not be read.
    pub has_unread: bool,
    /// Something that may let someone in, but that no collector reads for this kind of resource: `grants`.
    pub never_read: Option<&'a str>,
    /// The resource control policies that its account has.
    pub guardrails: Option<&'a Guardrails>,
    /// Its ACL: none is an empty list; `None` is one that could not be read.
    pub acl: Option<&'a [AclGrant]>,
    /// The canonical user id of the ACL's owner.
    pub acl_owner: Option<&'a str>,
    /// The Block Public Access settings of every level that applies; `None` is one that was not collected.
    pub blocks: &'a [Option<PublicAccessBlock>],
    /// Further gates, from the resource's own settings.
    pub gates: &'a [Gate],
    /// When the URL of a Lambda function was made, the oldest of several; `None` is not known, or no URL.
    pub function_url_created_at: Option<DateTime<Utc>>,
    /// The access point that the policies are on, and the buckets behind it. None: they are on something else, or on an
    /// access point that leads to no bucket.
    pub access_point: Option<AccessPoint<'a>>,
}

impl<'a> Policies<'a> {
    /// A resource that has policies and nothing else.
    pub fn of(documents: &'a [Document]) -> Policies<'a> {
        Policies {
            documents,
            inactive: &[],
            has_unread: false,
            never_read: None,
            guardrails: None,
            acl: Some(&[]),
            acl_owner: None,
            blocks: &[],
            gates: &[],
            function_url_created_at: None,
            access_point: None,
        }
    }

    /// Whether some level's block has the setting; `None` when a level that might was not collected.
    fn blocked(&self, setting: impl Fn(&PublicAccessBlock) -> bool) -> Option<bool> {
        blocked(self.blocks, setting)
    }
}

/// The effect of one grant of an ACL.
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
    /// The gate that closes it completely.
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
    /// Whether anyone could reach it without its gates and guardrails.
    pub policy_public: Option<bool>,
    /// The gates that close something, and those that are to be noted.
    pub gated_by: Vec<Gate>,
    /// The grants of all policies, after Denies; each says which gate stands before it.
    pub grants: Vec<Grant>,
    /// The grants of the ACL; each says which gate stands before it.
    pub acl_grants: Vec<AclAccess>,
    /// All that is worth knowing.
    pub flags: Vec<Flag>,
    /// The reasons, in words.
    pub reasons: Vec<String>,
}

/// The verdict on a resource.
pub fn verdict(policies: &Policies, facts: &Facts) -> Verdict {
    let own = own_verdict(policies, facts);
    match &policies.access_point {
        None => own,
        Some(point) => together::verdict(own, point, policies, facts),
    }
}

/// The verdict by the policies of the resource itself, whatever stands behind it.
fn own_verdict(policies: &Policies, facts: &Facts) -> Verdict {
    let mut fold = Fold::closed();
    let guards = policies.guardrails.map_or_else(Vec::new, |guardrails| guardrails.denials(facts));
    let acl = policies.acl.map(|grants| left_of_acls(policies, grants, &guards, facts));
    fold.documents(policies, guards, facts);
    fold.acl(policies, acl);
    fold.missing(policies, facts);
    for gate in policies.gates.iter().filter(|gate| !gate.is_closing()) {
        fold.gate(*gate);
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
