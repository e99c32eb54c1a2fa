//! One resource with all its policies, and the verdict on it. Pure but for reading batches.

use arrow::record_batch::RecordBatch;
use orgcensus_policy::{
    AclGrant, AclGrantee, Document, Facts, Flag, Gate, Grant, Guardrails, Policies, PolicyKind, ResourceKind, Target,
    Verdict, statement_grants,
};
use serde::Deserialize;

use super::buckets::AccountBlocks;
use super::external::{self, ExternalAccess, Named};
use super::known::Known;
use super::{ByArn, PolicyPrincipal, ResourceAccess, text, words};
use crate::error::Error;

/// The resources of one account and region, as their policies name them.
#[derive(Default)]
pub(super) struct Resources(ByArn<Resource>);

/// The types of which a resource may have policies that no collector reads, and what those are. The change that reads them
/// takes the type out.
const NEVER_READ: [(&str, &str); 3] = [
    ("kms_key", "grants"),
    ("lambda_function", "policies of versions and aliases"),
    ("secretsmanager_secret", "policies besides the default one"),
];

/// The flag of a role or user of the organization that is not there.
const DEAD_PRINCIPAL: &str = "dead_principal";

/// One resource.
pub(super) struct Resource {
    arn: String,
    kind: String,
    policies: Vec<Policy>,
}

struct Policy {
    kind: PolicyKind,
    name: String,
    is_unread: bool,
    text: Option<String>,
}

/// What the policies of a resource come to.
pub(super) struct Judged {
    pub(super) principals: Vec<PolicyPrincipal>,
    pub(super) external: Vec<ExternalAccess>,
    pub(super) access: ResourceAccess,
}

#[derive(Deserialize)]
struct GrantText {
    grantee: String,
    permission: String,
}

impl Resources {
    /// Adds the policies of one batch of `policy_documents`; those of identities are not about who can reach them.
    pub(super) fn add(&mut self, batch: &RecordBatch) -> Result<(), Error> {
        for row in 0..batch.num_rows() {
            let column = |name| text(batch, name, row);
            let kind = column("policy_kind").and_then(PolicyKind::named).filter(|kind| kind.is_on_resource());
            let (Some(arn), Some(kind)) = (column("resource_arn"), kind) else { continue };
            let policy = Policy {
                kind,
                name: column("policy_name").unwrap_or_default().to_owned(),
                is_unread: column("state") == Some("unread"),
                text: column("document").map(str::to_owned),
            };
            let kind = column("resource_type").unwrap_or_default().to_owned();
            let new = || Resource { arn: arn.to_owned(), kind, policies: Vec::new() };
            let resource = self.0.entry(arn.to_owned()).or_insert_with(new);
            // A page that repeats a resource repeats its policies.
            if !resource.policies.iter().any(|it| it.kind == policy.kind && it.name == policy.name) {
                resource.policies.push(policy);
            }
        }
        Ok(())
    }

    pub(super) fn into_values(self) -> impl Iterator<Item = Resource> {
        self.0.into_values()
    }
}

impl Resource {
    /// The verdict, and the principals of each statement.
    pub(super) fn judge(
        &self,
        account_id: &str,
        known: &Known,
        blocks: &AccountBlocks,
        guardrails: &Guardrails,
    ) -> Judged {
        let target = Target::of(&self.arn, Some(account_id));
        let facts = Facts {
            kind: self.policies.iter().map(|it| it.kind).find(|kind| *kind != PolicyKind::Acl).unwrap_or_default(),
            resource_account: Some(account_id),
            service: ResourceKind::named(&self.kind).map(|kind| kind.service),
            target: target.as_ref(),
            organization: &known.organization,
        };
        let documents: Vec<(&Policy, Document)> = self
            .policies
            .iter()
            .filter(|policy| policy.kind != PolicyKind::Acl)
            .filter_map(|policy| Some((policy, Document::parse(policy.text.as_deref()?))))
            .collect();
        let verdict = self.verdict(&documents, &facts, blocks, guardrails);
        let mut principals: Vec<_> =
            documents.iter().flat_map(|(policy, document)| self.principals(policy, document, &facts, known)).collect();
        principals.sort_by(|one, other| key(one).cmp(&key(other)));
        principals.dedup_by(|later, earlier| key(later) == key(earlier));
        let mut access = self.access(account_id, &verdict);
        access.aws_is_public = blocks.buckets.get(&self.arn).and_then(|bucket| bucket.is_public_to_aws);
        let named: Vec<_> = documents.iter().map(|(policy, _)| (policy.kind.as_str(), policy.name.as_str())).collect();
        let named = Named { resource_arn: &self.arn, resource_type: &self.kind, policies: &named };
        let mut external = external::rows(&named, &verdict);
        for dead in principals.iter().filter(|row| is_dead(row)) {
            flag_dead(&mut access.flags);
            external.iter_mut().filter(|row| is_about(row, dead)).for_each(|row| flag_dead(&mut row.flags));
        }
        Judged { principals, external, access }
    }

    fn verdict(
        &self,
        documents: &[(&Policy, Document)],
        facts: &Facts<'_>,
        blocks: &AccountBlocks,
        guardrails: &Guardrails,
    ) -> Verdict {
        let is_unread = |acl: bool| self.policies.iter().any(|it| it.is_unread && (it.kind == PolicyKind::Acl) == acl);
        let parsed: Vec<Document> = documents.iter().map(|(_, document)| document.clone()).collect();
        let grants = self.grants();
        let bucket = blocks.buckets.get(&self.arn);
        let levels = [blocks.account, bucket.and_then(|bucket| bucket.block)];
        let mut gates = Vec::new();
        if bucket.is_some_and(|bucket| bucket.has_no_acls) {
            gates.push(Gate::BucketOwnerEnforced);
        }
        if self.kind == "ecr_repository" {
            gates.push(Gate::AuthorizationToken);
        }
        let policies = Policies {
            documents: &parsed,
            has_unread: is_unread(false),
            never_read: self.never_read(),
            guardrails: Some(guardrails),
            acl: (!is_unread(true)).then_some(grants.as_slice()),
            acl_owner: bucket.and_then(|bucket| bucket.owner_id.as_deref()),
            blocks: if self.kind == "s3_bucket" { &levels } else { &[] },
            gates: &gates,
            function_url_created_at: blocks.function_urls.get(&self.arn).copied().flatten(),
        };
        orgcensus_policy::verdict(&policies, facts)
    }

    /// What of it no collector reads.
    fn never_read(&self) -> Option<&'static str> {
        NEVER_READ.iter().find(|(kind, _)| *kind == self.kind).map(|(_, what)| *what)
    }

    fn access(&self, account_id: &str, verdict: &Verdict) -> ResourceAccess {
        let is_unread = self.never_read().is_some() || self.policies.iter().any(|policy| policy.is_unread);
        let has_text = self.policies.iter().any(|policy| policy.text.is_some());
        ResourceAccess {
            resource_arn: self.arn.clone(),
            resource_type: self.kind.clone(),
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
                    resource_type: self.kind.clone(),
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

    /// The ACL's grants, back from the JSON in which they were stored.
    fn grants(&self) -> Vec<AclGrant> {
        let texts =
            self.policies.iter().filter(|policy| policy.kind == PolicyKind::Acl).filter_map(|it| it.text.as_deref());
        let grants = texts.flat_map(|text| serde_json::from_str::<Vec<GrantText>>(text).unwrap_or_default());
        grants.map(|it| AclGrant { grantee: grantee(it.grantee), permission: it.permission }).collect()
    }
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

fn grantee(text: String) -> AclGrantee {
    let is_canonical = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match text.as_str() {
        "AllUsers" => AclGrantee::AllUsers,
        "AuthenticatedUsers" => AclGrantee::AuthenticatedUsers,
        _ if is_canonical => AclGrantee::CanonicalUser(text),
        _ => AclGrantee::Other(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(kind: &str, arn: &str, statements: &str) -> Judged {
        let text = Some(format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#));
        let policy = Policy { kind: PolicyKind::Resource, name: String::new(), is_unread: false, text };
        let resource = Resource { arn: arn.to_owned(), kind: kind.to_owned(), policies: vec![policy] };
        let mut known = Known::default();
        known.organization.accounts = Some(["111122223333".to_owned()].into());
        known.organization.ids = Some(["o-ourorg0001".to_owned()].into());
        resource.judge("111122223333", &known, &AccountBlocks::default(), &Guardrails::default())
    }

    #[test]
    fn of_several_policies_one_that_was_not_read_hides_none_of_the_others() {
        let policy = |name: &str, principal: Option<&str>| {
            let text = principal.map(|it| {
                format!(r#"{{"Statement":{{"Effect":"Allow","Principal":{{"AWS":"{it}"}},"Action":"sqs:*"}}}}"#)
            });
            Policy { kind: PolicyKind::Resource, name: name.to_owned(), is_unread: text.is_none(), text }
        };
        let policies = vec![policy("a", Some("999988887777")), policy("b", None), policy("c", Some("222233334444"))];
        let (arn, kind) = ("arn:aws:sqs:us-east-1:111122223333:q".to_owned(), "sqs_queue".to_owned());
        let mut known = Known::default();
        known.organization.accounts = Some(["111122223333", "222233334444"].map(str::to_owned).into());
        let of = |policies| {
            let resource = Resource { arn: arn.clone(), kind: kind.clone(), policies };
            resource.judge("111122223333", &known, &AccountBlocks::default(), &Guardrails::default())
        };
        let judged = of(policies);
        let access = &judged.access;
        assert_eq!((access.is_public, access.is_external, access.is_in_org), (None, Some(true), Some(true)));
        let rows: Vec<_> = judged.external.iter().map(|it| (it.policy_name.as_str(), it.is_external)).collect();
        assert_eq!(rows, [("a", Some(true)), ("c", Some(false))]);
        assert_eq!(judged.principals.len(), 2);
        let unread = of(vec![policy("b", None)]).access;
        assert_eq!((unread.is_external, unread.has_policy, unread.flags), (None, None, vec!["unread".to_owned()]));
    }

    #[test]
    fn a_key_a_function_and_a_secret_may_have_policies_that_are_not_read() {
        let allow = |principal: &str| {
            format!(r#"{{"Effect":"Allow","Principal":{{"AWS":"{principal}"}},"Action":"*","Resource":"*"}}"#)
        };
        for (kind, resource) in [
            ("kms_key", "kms:us-east-1:111122223333:key/k"),
            ("lambda_function", "lambda:us-east-1:111122223333:function:f"),
            ("secretsmanager_secret", "secretsmanager:us-east-1:111122223333:secret:s-AbCdEf"),
        ] {
            let arn = format!("arn:aws:{resource}");
            let closed = judged(kind, &arn, &allow("111122223333")).access;
            assert_eq!((closed.is_public, closed.is_external, closed.is_in_org), (None, None, None), "{kind}");
            assert_eq!(closed.flags, ["policies_unread"], "{kind}");
            let open = judged(kind, &arn, &allow("*"));
            assert_eq!((open.access.is_public, open.access.is_external), (Some(true), Some(true)), "{kind}");
            assert_eq!(open.external.len(), 1, "{kind}");
            let external = judged(kind, &arn, &allow("999988887777"));
            assert_eq!((external.access.is_public, external.access.is_external), (None, Some(true)), "{kind}");
            assert_eq!(external.external[0].is_public, Some(false), "the row is about what was read");
        }
        let queue = judged("sqs_queue", "arn:aws:sqs:us-east-1:111122223333:q", &allow("111122223333")).access;
        assert_eq!((queue.is_public, queue.flags.len()), (Some(false), 0));
    }

    #[test]
    fn what_a_statement_names_is_held_against_the_resource() {
        let arn = "arn:aws:sqs:us-east-1:111122223333:q";
        let allow = |resource: &str| {
            format!(r#"{{"Effect":"Allow","Principal":"*","Action":"SQS:*","Resource":"{resource}"}}"#)
        };
        let other = judged("sqs_queue", arn, &allow("arn:aws:sqs:us-east-1:111122223333:other"));
        assert_eq!((other.access.is_public, other.access.is_external), (Some(false), Some(false)));
        assert_eq!(
            (other.access.flags.as_slice(), other.external.len()),
            (["other_resource".to_owned()].as_slice(), 0)
        );
        assert_eq!((other.principals.len(), other.principals[0].principal_class.as_str()), (1, "nobody"));
        assert_eq!(judged("sqs_queue", arn, &allow(arn)).access.is_public, Some(true));
        let deny = format!(
            r#"{{"Effect":"Deny","Principal":"*","Action":"sqs:*","Resource":"{arn}",
            "Condition":{{"StringNotEquals":{{"aws:PrincipalOrgID":"o-ourorg0001"}}}}}}"#
        );
        let held = judged("sqs_queue", arn, &format!("{},{deny}", allow("*"))).access;
        assert_eq!((held.is_public, held.is_external, held.is_in_org), (Some(false), Some(false), Some(true)));
    }

    #[test]
    fn the_service_is_that_of_the_resource_type() {
        let all = r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"},
            {"Effect":"Deny","Principal":"*","Action":"sns:*","Resource":"*"}"#;
        assert_eq!(judged("sns_topic", "arn:aws:sns:us-east-1:111122223333:t", all).access.is_public, Some(false));
        assert_eq!(judged("sqs_queue", "arn:aws:sqs:us-east-1:111122223333:q", all).access.is_public, Some(true));
    }
}
