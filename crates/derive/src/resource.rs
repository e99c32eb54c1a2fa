//! One resource with all its policies, and the verdict on it. Pure.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use orgcensus_collect::{Language, PolicyDocumentRef};
use orgcensus_policy::kinds::RAM_RESOURCE;
use orgcensus_policy::{
    BucketBehind, Document, Facts, Flag, Gate, Grant, Guardrails, Policies, PolicyKind, PublicAccessBlock,
    ResourceKind, Target, Verdict, statement_grants,
};
use orgcensus_row::Timestamp;

use crate::blocks::AccountBlocks;
use crate::external::{self, ExternalAccess, ExternalAccessAction, Named};
use crate::known::Known;
use crate::rows::{PolicyPrincipal, ResourceAccess, words};

mod acl;
mod behind;

pub(crate) use behind::Answers;

/// The resources of one account and region, as their policies name them.
#[derive(Debug, Default)]
pub(crate) struct Resources(BTreeMap<String, Resource>);

/// Block Public Access that nobody can switch off, as of a directory bucket.
const ALWAYS: PublicAccessBlock = PublicAccessBlock {
    block_public_acls: true,
    ignore_public_acls: true,
    block_public_policy: true,
    restrict_public_buckets: true,
};

/// The language of most documents.
const IAM: &str = Language::Iam.as_str();

/// The flag of a principal that is a role or user of the organization and does not exist.
const DEAD_PRINCIPAL: &str = "dead_principal";

/// One resource.
#[derive(Debug)]
pub(crate) struct Resource {
    arn: String,
    resource_type: String,
    /// The declaration of its type; `None` if another version of this program wrote the type.
    declared: Option<&'static ResourceKind>,
    /// The gates of this resource that not all resources of its type have.
    gates: BTreeSet<Gate>,
    policies: Vec<Policy>,
    /// The documents of the policies that have one, in the order of the policies. An ACL has no document.
    documents: Vec<Document>,
    /// The numbers of the documents that their service does not evaluate.
    inactive: Vec<usize>,
}

#[derive(Debug)]
struct Policy {
    kind: PolicyKind,
    name: String,
    is_unread: bool,
    text: Text,
}

/// The text of a policy.
#[derive(Debug, PartialEq, Eq)]
enum Text {
    /// No text: the policy does not exist, or it was not read.
    None,
    /// A document, which is in the resource's list of documents.
    Document,
    /// An ACL's grants as JSON.
    Acl(String),
}

/// The rows that follow from the policies of a resource.
pub(crate) struct Judged {
    pub(crate) principals: Vec<PolicyPrincipal>,
    pub(crate) external: Vec<ExternalAccess>,
    pub(crate) actions: Vec<ExternalAccessAction>,
    pub(crate) access: ResourceAccess,
    /// The buckets that an access point leads to, by ARN, and who gets in through it to each.
    pub(crate) opens: Vec<(String, Answers)>,
}

impl Resources {
    /// Adds a policy, unless it is an identity's policy: such a policy does not say who can reach the identity.
    pub(crate) fn add(&mut self, row: &PolicyDocumentRef<'_>) {
        let Some(kind) = PolicyKind::named(row.policy_kind).filter(|kind| kind.is_on_resource()) else { return };
        let new = || Resource::new(row.resource_arn, row.resource_type);
        let resource = self.0.entry(row.resource_arn.to_owned()).or_insert_with(new);
        resource.is_of_type(row.resource_type);
        // A document in another language than IAM's is not judged: it may let anyone in.
        let is_iam = row.language.is_none_or(|language| language == IAM);
        let text = row.document.filter(|_| is_iam);
        let before = resource.documents.len();
        resource.add(kind, row.policy_name, row.state == "unread" || text.is_none() && row.state == "read", text);
        if let Some(gate) = row.gate.and_then(Gate::named) {
            resource.stands_before(gate, before);
        }
    }

    pub(crate) fn into_values(self) -> impl Iterator<Item = Resource> {
        self.0.into_values()
    }
}

impl Resource {
    fn new(arn: &str, resource_type: &str) -> Self {
        Self {
            arn: arn.to_owned(),
            resource_type: resource_type.to_owned(),
            declared: ResourceKind::of_type(resource_type),
            gates: BTreeSet::new(),
            policies: Vec::new(),
            documents: Vec::new(),
            inactive: Vec::new(),
        }
    }

    /// Notes the type that another of its policies has. What Resource Access Manager shares may be read by a collector of
    /// its own as well: then it is of that collector's type.
    fn is_of_type(&mut self, resource_type: &str) {
        if self.resource_type == RAM_RESOURCE.resource_type && resource_type != RAM_RESOURCE.resource_type {
            resource_type.clone_into(&mut self.resource_type);
            self.declared = ResourceKind::of_type(resource_type);
        }
    }

    /// Adds a policy. If a page repeats a resource and its policies, the first copy counts.
    fn add(&mut self, kind: PolicyKind, name: &str, is_unread: bool, text: Option<&str>) {
        if self.policies.iter().any(|it| it.kind == kind && it.name == name) {
            return;
        }
        let text = match text {
            None => Text::None,
            Some(text) if kind == PolicyKind::Acl => Text::Acl(text.to_owned()),
            Some(text) => {
                self.documents.push(Document::parse(text));
                Text::Document
            }
        };
        self.policies.push(Policy { kind, name: name.to_owned(), is_unread, text });
    }

    /// Notes the gate of a policy. Its documents are those from this number on.
    fn stands_before(&mut self, gate: Gate, first: usize) {
        match gate {
            Gate::PolicyInactive => self.inactive.extend(first..self.documents.len()),
            gate => {
                self.gates.insert(gate);
            }
        }
    }

    /// The role's ARN and its trust policy, if the resource is a role. The policy is `None` if it was not read.
    pub(crate) fn into_trust(mut self) -> Option<(String, Option<Document>)> {
        let trust = self.policies.iter().find(|it| it.kind == PolicyKind::Trust)?;
        match trust.text {
            Text::Document => Some((self.arn, self.documents.pop())),
            _ => trust.is_unread.then_some((self.arn, None)),
        }
    }

    /// The verdict, and the principals of each statement.
    pub(crate) fn judge(
        &self,
        account_id: &str,
        known: &Known,
        blocks: &AccountBlocks,
        guardrails: &Guardrails,
    ) -> Judged {
        let target = Target::of(&self.arn, Some(account_id));
        let facts = Facts {
            kind: self.rule_of_evaluation(),
            resource_account: Some(account_id),
            service: self.declared.and_then(|declared| declared.service),
            target: target.as_ref(),
            organization: &known.organization,
        };
        let with_document = self.policies.iter().filter(|policy| policy.text == Text::Document);
        let documents: Vec<(&Policy, &Document)> = with_document.zip(&self.documents).collect();
        let buckets = self.buckets(blocks);
        let verdict = self.verdict(&facts, blocks, guardrails, &buckets);
        let mut principals: Vec<_> =
            documents.iter().flat_map(|(policy, document)| self.principals(policy, document, &facts, known)).collect();
        principals.sort_by(|one, other| key(one).cmp(&key(other)));
        principals.dedup_by(|later, earlier| key(later) == key(earlier));
        let mut access = self.access(account_id, &verdict);
        access.aws_is_public = blocks.is_public_to_aws(&self.arn);
        self.doubt(&mut access, &facts, blocks, guardrails);
        let opens = behind::opens(&buckets, &verdict, |one| self.verdict(&facts, blocks, guardrails, one));
        let named: Vec<_> = documents.iter().map(|(policy, _)| (policy.kind.as_str(), policy.name.as_str())).collect();
        let texts: Vec<_> = documents.iter().map(|(_, document)| *document).collect();
        let named = Named {
            resource_arn: &self.arn,
            resource_type: &self.resource_type,
            policies: &named,
            documents: &texts,
            service: facts.service,
        };
        let mut external = external::rows(&named, &verdict);
        let actions = external::actions(&named, &external, &verdict);
        for dead in principals.iter().filter(|row| is_dead(row)) {
            flag_dead(&mut access.flags);
            external.iter_mut().filter(|row| is_about(row, dead)).for_each(|row| flag_dead(&mut row.flags));
        }
        Judged { principals, external, actions, access, opens }
    }

    /// How its policies are evaluated. A share is evaluated like a policy on a resource.
    fn rule_of_evaluation(&self) -> PolicyKind {
        let mut kinds = self.policies.iter().map(|it| it.kind);
        kinds.find(|kind| *kind != PolicyKind::Acl && !kind.is_share()).unwrap_or_default()
    }

    /// The verdict. The buckets are those behind an access point.
    fn verdict(
        &self,
        facts: &Facts<'_>,
        blocks: &AccountBlocks,
        guardrails: &Guardrails,
        buckets: &[BucketBehind<'_>],
    ) -> Verdict {
        let is_unread = |acl: bool| self.policies.iter().any(|it| it.is_unread && (it.kind == PolicyKind::Acl) == acl);
        let grants = self.grants();
        let bucket = blocks.buckets.get(&self.arn);
        // S3 calls no access point of a VPC public, so that blocks change nothing there.
        let levels = match self.declared.filter(|_| !self.gates.contains(&Gate::VpcOnly)) {
            Some(declared) if declared.is_always_blocked => vec![Some(ALWAYS)],
            Some(declared) if declared.has_blocks => blocks.levels(&self.arn),
            _ => Vec::new(),
        };
        let of_bucket = bucket.filter(|bucket| bucket.has_no_acls).map(|_| Gate::BucketOwnerEnforced);
        let of_type = self.declared.and_then(|declared| declared.gate);
        let gates: Vec<Gate> = self.gates.iter().copied().chain(of_bucket).chain(of_type).collect();
        let policies = Policies {
            documents: &self.documents,
            inactive: &self.inactive,
            has_unread: is_unread(false),
            never_read: self.never_read(),
            guardrails: Some(guardrails),
            acl: (!is_unread(true)).then_some(grants.as_slice()),
            acl_owner: bucket.and_then(|bucket| bucket.owner_id.as_deref()),
            blocks: &levels,
            gates: &gates,
            function_url_created_at: blocks.function_urls.get(&self.arn).copied().flatten().and_then(moment),
            access_point: self.access_point(facts, blocks, buckets),
        };
        orgcensus_policy::verdict(&policies, facts)
    }

    /// The policies of this resource that no collector reads.
    fn never_read(&self) -> Option<&'static str> {
        self.declared.and_then(|declared| declared.never_read)
    }

    fn access(&self, account_id: &str, verdict: &Verdict) -> ResourceAccess {
        let is_unread = self.never_read().is_some() || self.policies.iter().any(|policy| policy.is_unread);
        let has_text = self.policies.iter().any(|policy| policy.text != Text::None);
        ResourceAccess {
            resource_arn: self.arn.clone(),
            resource_type: self.resource_type.clone(),
            resource_account_id: account_id.to_owned(),
            is_public: verdict.is_public,
            is_external: verdict.is_external,
            is_in_org: verdict.is_in_org,
            is_policy_public: verdict.policy_public,
            aws_is_public: None,
            has_rcp: None,
            has_policy: if has_text || !is_unread { Some(has_text) } else { None },
            gated_by: words(verdict.gated_by.iter().map(|gate| gate.as_str())),
            flags: words(verdict.flags.iter().map(|flag| flag.as_str())),
            reasons: verdict.reasons.clone(),
        }
    }

    fn principals(
        &self,
        policy: &Policy,
        document: &Document,
        facts: &Facts<'_>,
        known: &Known,
    ) -> Vec<PolicyPrincipal> {
        let grants = document.statements.iter().flat_map(|it| statement_grants(it, facts));
        grants
            .map(|grant| {
                let is_living = is_living(&grant, known);
                let dead = (is_living == Some(false) && !is_dangling(&grant)).then_some(DEAD_PRINCIPAL);
                PolicyPrincipal {
                    resource_arn: self.arn.clone(),
                    resource_type: self.resource_type.clone(),
                    policy_kind: policy.kind.as_str().to_owned(),
                    policy_name: policy.name.clone(),
                    ordinal: i32::try_from(grant.ordinal).unwrap_or(i32::MAX),
                    principal: format!("{}:{}", grant.principal.kind.as_str(), grant.principal.value),
                    principal_class: grant.class.as_str().to_owned(),
                    principal_account_id: grant.account,
                    is_external: grant.is_external,
                    is_living,
                    bounded_by: grant.bounded_by,
                    access_levels: grant.access_levels.names(),
                    flags: words(grant.flags.iter().map(|flag| flag.as_str()).chain(dead)),
                }
            })
            .collect()
    }
}

fn moment(timestamp: Timestamp) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(timestamp.0)
}

fn is_dangling(grant: &Grant) -> bool {
    grant.flags.contains(&Flag::DanglingPrincipal)
}

fn is_living(grant: &Grant, known: &Known) -> Option<bool> {
    if is_dangling(grant) { Some(false) } else { known.living.is_living(&grant.principal, &known.organization) }
}

fn is_dead(row: &PolicyPrincipal) -> bool {
    row.flags.iter().any(|flag| flag == DEAD_PRINCIPAL)
}

fn flag_dead(flags: &mut Vec<String>) {
    *flags = words(flags.iter().map(String::as_str).chain([DEAD_PRINCIPAL]));
}

fn is_about(row: &ExternalAccess, principal: &PolicyPrincipal) -> bool {
    (&row.policy_kind, &row.policy_name, row.ordinal, &row.principal)
        == (&principal.policy_kind, &principal.policy_name, principal.ordinal, &principal.principal)
}

fn key(row: &PolicyPrincipal) -> (&str, &str, &str, i32, &str) {
    (&row.resource_arn, &row.policy_kind, &row.policy_name, row.ordinal, &row.principal)
}

#[cfg(test)]
mod tests;
