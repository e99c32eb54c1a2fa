//! What others give an identity: resources of its account that name it, and grants of S3 Access Grants there.

use orgcensus_policy::evaluation::{Answer, Listed, Outcome, covers};

use super::{Judge, SCOPES_MAX, is_plain};
use crate::access::{both, rank};
use crate::account::Account;
use crate::effective::Right;
use crate::effective::naming::Naming;
use crate::grants::{ASK, Grant};
use crate::resource::holder;
use crate::scopes::ALL;
use crate::search::unknown;
use crate::sensitive::SENSITIVE;

/// The action among the sensitive ones for which a grant to read is good.
const GRANTED: &str = "s3:GetObject";

impl Judge {
    /// Adds what resources give it by name, where its own side does not give it anyway.
    pub(in crate::effective) fn add_named(&mut self, rights: &mut Vec<Right>, naming: &Naming) {
        let principal = self.request.question.principal.clone();
        for given in naming.of(&principal) {
            let Some(action) = SENSITIVE.get(given.place).copied() else { continue };
            if rights.iter().any(|it| gives(it, action, &given.scope)) {
                continue;
            }
            self.put(action, &given.scope, Some(naming.resource(&given.arn)));
            let answer = self.evaluate();
            self.add(rights, action, &given.scope, answer);
        }
    }

    /// Adds what grants of S3 Access Grants of its own account give it, where nothing else gives it anyway.
    pub(in crate::effective) fn add_granted(
        &mut self,
        rights: &mut Vec<Right>,
        grants: &[Grant],
        account: &Account,
        naming: &Naming,
    ) {
        for grant in grants.iter().filter(|grant| grant.permits(true)) {
            let scope = grant.objects();
            if rights.iter().any(|it| gives(it, GRANTED, &scope)) {
                continue;
            }
            if let Some(answer) = self.by_grant(grant, &scope, account, naming) {
                self.add(rights, GRANTED, &scope, answer);
            }
        }
    }

    /// What the credentials of a grant are good for, if the identity may ask for them. None: for nothing.
    fn by_grant(&mut self, grant: &Grant, scope: &str, account: &Account, naming: &Naming) -> Option<Answer> {
        self.put(ASK, &grant.instance_arn, Some(naming.resource(&grant.instance_arn)));
        let asks = self.evaluate();
        let Some(role) = &grant.role else {
            return Some(both(&unknown("it was not read which role the grant's location has"), &asks));
        };
        let Some(known) = account.find(role) else {
            let is_gone = self.is_complete;
            return (!is_gone).then(|| both(&unknown("the role of the grant's location was not read"), &asks));
        };
        let bucket = holder(scope);
        let resource =
            if self.buckets.contains(bucket) { Some(naming.resource(bucket)) } else { self.resource(GRANTED, scope) };
        self.put(GRANTED, scope, resource);
        let own = std::mem::replace(&mut self.request.identities, Listed::of(vec![account.identity(known)]));
        let principal = std::mem::replace(&mut self.request.question.principal, role.clone());
        let mut by_role = self.evaluate();
        self.request.identities = own;
        self.request.question.principal = principal;
        by_role.decided_by.assumed.get_or_insert("S3 Access Grants may assume the role of the grant's location");
        Some(both(&by_role, &asks))
    }

    /// Adds a right, if it is one and no surer one is told.
    fn add(&self, rights: &mut Vec<Right>, action: &'static str, scope: &str, answer: Answer) {
        if answer.result == Outcome::Denied {
            return;
        }
        let is_full = rights.iter().filter(|it| it.action == action).count() >= SCOPES_MAX;
        match rights.iter_mut().find(|it| it.action == action && it.scope == scope) {
            Some(told) if rank(answer.result) < rank(told.answer.result) => told.answer = answer,
            Some(_) => {}
            None if is_full => {
                rights.iter_mut().filter(|it| it.action == action).for_each(|it| it.left_out += 1);
            }
            None => rights.push(self.right(action, scope, answer)),
        }
    }
}

/// Whether a right gives the action on the scope, whatever the caller does.
fn gives(right: &Right, action: &str, scope: &str) -> bool {
    let is_about = right.action == action && covers(&right.scope, scope);
    is_plain(&right.answer) && (is_about || (right.action == ALL && !right.apart.has(action)))
}
