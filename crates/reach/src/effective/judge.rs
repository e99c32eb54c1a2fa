//! The rights of one identity, each by a whole evaluation.

mod given;

use std::collections::BTreeSet;

use orgcensus_policy::Document;
use orgcensus_policy::evaluation::{
    Answer, Identity, IdentityKind, Layer, Listed, NamedPolicy, Outcome, Request, Resource, covers, evaluate, outcomes,
};
use serde_json::json;

use super::guardrails::Guardrails;
use super::shared::{Asked, Number, Shared};
use super::whole::whole;
use super::{Apart, Right};
use crate::access::rank;
use crate::arn::account_of;
use crate::resource::{self, holder};
use crate::scopes::{ALL, Personal, Scopes};
use crate::search::unknown;
use crate::sensitive::SENSITIVE;
use crate::what::{is_by_resource, unless_denied_there};

/// The most patterns of one action that are asked of an identity. The widest are.
const SCOPES_MAX: usize = 50;

/// Asks about one identity after the other.
#[derive(Default)]
pub(super) struct Judge {
    account_id: String,
    /// A request of the account, to be completed.
    request: Request,
    /// The account's buckets: their ARNs do not say whose they are.
    buckets: BTreeSet<String>,
    /// The policy that AWS gives a key.
    key_policy: Listed<NamedPolicy>,
    kind: &'static str,
    is_complete: bool,
    shared: Shared,
    /// Those who have the same policies.
    number: Number,
    /// What depends on who asks.
    personal: Personal,
    /// The whole evaluations up to here.
    pub(super) evaluations: usize,
}

impl Judge {
    /// Asks about identities of this account from now on.
    pub(super) fn account(&mut self, account_id: &str, request: Request, buckets: BTreeSet<String>) {
        let statement =
            json!({"Effect": "Allow", "Principal": {"AWS": account_id}, "Action": "kms:*", "Resource": "*"});
        let document = Document::parse(&json!({"Version": "2012-10-17", "Statement": statement}).to_string());
        self.key_policy = Listed::of(vec![NamedPolicy { name: "default key policy".to_owned(), document }]);
        account_id.clone_into(&mut self.account_id);
        self.request = request;
        self.buckets = buckets;
    }

    /// Forgets the answers that hold for all who have the same documents: others may come to be in their places.
    pub(super) fn forget(&mut self) {
        self.shared.forget();
    }

    /// Asks about this identity from now on.
    pub(super) fn identity(&mut self, identity: Identity, scopes: &Scopes, guardrails: &Guardrails, is_whole: bool) {
        let is_read = |policies: &Listed<NamedPolicy>| {
            !policies.has_unread && policies.items.iter().all(|policy| policy.document.is_readable())
        };
        let is_user = identity.kind == IdentityKind::User;
        self.kind = if is_user { "user" } else { "role" };
        self.is_complete = is_whole
            && guardrails.is_read
            && is_read(&identity.policies)
            && identity.boundary.as_ref().is_none_or(is_read);
        let others = [guardrails.number, usize::from(is_user)];
        self.number = self.shared.number(scopes.documents.iter().copied().chain(others).collect());
        self.personal = scopes.personal.clone();
        self.personal.add(&guardrails.personal);
        identity.arn.clone_into(&mut self.request.question.principal);
        self.request.identities = Listed::of(vec![identity]);
    }

    /// What it may do.
    pub(super) fn rights(&mut self, scopes: &Scopes) -> Vec<Right> {
        if scopes.is_everything {
            return self.everything(scopes);
        }
        scopes.patterns.keys().flat_map(|place| self.of_action(*place, scopes)).collect()
    }

    /// The one right of an administrator. Of what is denied on everything a part may be allowed: that is told besides.
    fn everything(&mut self, scopes: &Scopes) -> Vec<Right> {
        let (mut apart, mut denied) = (Apart::default(), Vec::new());
        let mut best: Option<Answer> = None;
        for (place, action) in SENSITIVE.into_iter().enumerate() {
            let answer = self.ask(place, ALL, None);
            match answer.result {
                Outcome::Allowed => {}
                Outcome::Conditional => apart.conditional.push(action),
                Outcome::Unknown => apart.unknown.push(action),
                Outcome::Denied => {
                    apart.denied.push(action);
                    denied.push(place);
                    continue;
                }
            }
            if best.as_ref().is_none_or(|it| rank(answer.result) < rank(it.result)) {
                best = Some(answer);
            }
        }
        let right = best.map(|answer| Right { apart, ..self.right(ALL, ALL, unless_denied_there(answer)) });
        right.into_iter().chain(denied.into_iter().flat_map(|place| self.of_action(place, scopes))).collect()
    }

    /// What it may do of one action, the widest patterns first.
    fn of_action(&mut self, place: usize, scopes: &Scopes) -> Vec<Right> {
        let (Some(action), Some(found)) = (SENSITIVE.get(place).copied(), scopes.patterns.get(&place)) else {
            return Vec::new();
        };
        let mut patterns: Vec<&String> = found.iter().collect();
        patterns.sort_by_key(|pattern| pattern.len());
        let mut rights: Vec<Right> = Vec::new();
        let (mut asked, mut left_out) = (0, 0);
        for pattern in patterns {
            let is_within = |it: &Right| is_plain(&it.answer) && covers(&it.scope, pattern);
            if rights.iter().any(is_within) {
                continue;
            }
            if asked == SCOPES_MAX {
                left_out += 1;
                continue;
            }
            asked += 1;
            let is_in_part = scopes.in_part.contains(&(place, pattern.clone()));
            let Some(answer) = self.judge(place, pattern, is_in_part) else { continue };
            let is_told = |it: &Right| covers(&it.scope, pattern) && says_the_same(&it.answer, &answer);
            if !rights.iter().any(is_told) {
                rights.push(self.right(action, pattern, answer));
            }
        }
        if left_out > 0 && rights.is_empty() {
            rights.push(self.right(action, ALL, unknown("its statements name too many resources to ask for each")));
        }
        for right in &mut rights {
            right.left_out = left_out;
        }
        rights
    }

    /// The answer about a pattern, unless it is denied.
    fn judge(&mut self, place: usize, pattern: &str, is_in_part: bool) -> Option<Answer> {
        let action = SENSITIVE.get(place).copied()?;
        let Some(arn) = whole(pattern) else {
            let may_be_arn = pattern.starts_with("arn") || pattern.starts_with(['*', '?', '$']);
            return may_be_arn.then(|| unknown("the pattern is about resources of no one service"));
        };
        let answer = self.ask(place, &arn, self.resource(action, &arn));
        let decided = &answer.decided_by;
        match answer.result {
            // What a variable stands for, and what two patterns have in common, no pattern says.
            Outcome::Denied if decided.policy.is_none() && decided.layer != Layer::Service => {
                let may_be_more = is_in_part || pattern.contains("${");
                may_be_more.then(|| unknown("a part of the pattern may be allowed"))
            }
            Outcome::Denied => None,
            _ if is_by_resource(action) => Some(unless_key_says_otherwise(answer)),
            _ => Some(unless_denied_there(answer)),
        }
    }

    /// The answer to a question whose resource is the same for all identities of the account. It is worked out once for
    /// all who have the same policies, and for whom the same statements hold.
    fn ask(&mut self, place: usize, arn: &str, resource: Option<Resource>) -> Answer {
        let is_of_account = resource.is_some() || account_of(arn).is_some();
        let is_shared = resource.as_ref().is_none_or(|resource| !resource.has_unread_account);
        self.put(SENSITIVE.get(place).copied().unwrap_or(ALL), arn, resource);
        let asked = is_shared.then(|| self.outcomes(place)).flatten().map(|outcomes| Asked {
            number: self.number,
            place,
            arn: arn.to_owned(),
            account_id: is_of_account.then(|| self.account_id.clone()),
            outcomes,
        });
        let identity = self.request.identities.items.first();
        if let Some(answer) = asked.as_ref().and_then(|asked| self.shared.answer(asked, identity)) {
            return answer;
        }
        let answer = self.evaluate();
        if let Some(asked) = asked {
            self.shared.keep(asked, &answer, self.request.identities.items.first());
        }
        answer
    }

    /// What the statements that depend on who asks come to for the identity.
    fn outcomes(&self, place: usize) -> Option<String> {
        outcomes(&self.request, self.personal.of(place))
    }

    /// Puts a question.
    fn put(&mut self, action: &str, arn: &str, resource: Option<Resource>) {
        action.clone_into(&mut self.request.question.action);
        self.request.question.resource = Some(arn.to_owned());
        self.request.resource = resource;
    }

    fn evaluate(&mut self) -> Answer {
        self.evaluations += 1;
        evaluate(&self.request)
            .unwrap_or_else(|_| unknown("the principal or the resource is none that can be asked for"))
    }

    /// What is known of the resource; none for one of the account, whose own policies are not asked.
    fn resource(&self, action: &str, arn: &str) -> Option<Resource> {
        if arn == ALL {
            return None;
        }
        if account_of(arn).is_some_and(|id| id != self.account_id) {
            // Another account's must allow it too, and is not asked. A pattern may be about some that have policies.
            let mut theirs = resource::unread(arn);
            theirs.policies.has_unread |= arn.contains(['*', '?']);
            return Some(theirs);
        }
        if is_by_resource(action) {
            let (account, policies) = (Some(self.account_id.clone()), self.key_policy.clone());
            return Some(Resource { account, policies, grants: Listed::default(), ..resource::unread(arn) });
        }
        let bucket = holder(arn);
        let is_named = bucket.contains(":s3:::") && !bucket.contains(['*', '?', '$']);
        let is_foreign = is_named && !self.buckets.contains(bucket);
        is_foreign.then(|| Resource { has_unread_account: true, ..resource::unread(bucket) })
    }

    fn right(&self, action: &'static str, scope: &str, answer: Answer) -> Right {
        Right {
            account_id: self.account_id.clone(),
            principal: self.request.question.principal.clone(),
            kind: self.kind,
            action,
            scope: scope.to_owned(),
            answer,
            apart: Apart::default(),
            left_out: 0,
            is_complete: self.is_complete,
        }
    }
}

/// Whether it is allowed, whatever the caller does.
fn is_plain(answer: &Answer) -> bool {
    answer.result == Outcome::Allowed && answer.caller_must.is_empty()
}

fn says_the_same(one: &Answer, other: &Answer) -> bool {
    (one.result, &one.conditions, &one.caller_must) == (other.result, &other.conditions, &other.caller_must)
}

fn unless_key_says_otherwise(mut answer: Answer) -> Answer {
    answer.decided_by.assumed.get_or_insert("the key's own policy leaves it to the account");
    answer
}
