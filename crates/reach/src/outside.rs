//! Those who may and are not the organization's own: accounts and identities that the resource names, services,
//! identity providers, and everyone.

use std::collections::BTreeSet;

use orgcensus_policy::evaluation::{Listed, NamedPolicy, Outcome, Request, Resource};

use crate::Result;
use crate::arn::account_of;
use crate::search::{Found, Search, Target, is_by_token, kind_of, partition, unknown};

/// An account that is nobody's. Its roles stand for those of every account that no policy names.
const ELSEWHERE: &str = "000000000000";

/// It stands for every service that no policy names.
const SOME_SERVICE: &str = "any.amazonaws.com";

/// How a principal is told: `*` if it stands for all of its kind.
pub(crate) fn shown(principal: &str) -> &str {
    if principal == SOME_SERVICE || account_of(principal) == Some(ELSEWHERE) { "*" } else { principal }
}

impl Search<'_> {
    /// Asks for each target.
    pub(crate) fn outside(&mut self) -> Result<()> {
        for index in 0..self.targets.len() {
            let Some(target) = self.targets.get(index) else { continue };
            let Some(owner) = target.owner.as_deref() else { continue };
            let mut request = target.request(self.world, owner, self.passages);
            let outside = |account: &&String| !self.world.has(account);
            let mut asked: Vec<(String, &'static str, Option<String>)> = Vec::new();
            for account in target.named().accounts.iter().filter(outside) {
                // Some role of it, whatever its name.
                let role = format!("arn:{}:iam::{account}:role/*", partition(&target.arn));
                asked.push((role, "account", Some(account.clone())));
            }
            for arn in &target.named().identities {
                let account = account_of(arn).unwrap_or_default().to_owned();
                if !self.world.has(&account) {
                    asked.push((arn.clone(), kind_of(arn), Some(account)));
                }
            }
            let is_by_token = is_by_token(&target.action);
            asked.extend(target.named().services.iter().map(|name| (name.clone(), "service", None)));
            let providers = target.named().providers.iter().filter(|_| is_by_token);
            asked.extend(providers.map(|name| (name.clone(), "provider", None)));
            for (principal, kind, account) in asked {
                self.judge(index, &mut request, principal, kind, account.as_deref())?;
            }
            if target.is_short {
                self.anyone_unknown(index, "not all access points of the bucket were read");
            }
            if target.resource.as_ref().is_some_and(has_unread) {
                self.anyone_unknown(index, "a policy of the resource was not read: it may name anyone");
            } else {
                self.everyone(index, target, &mut request)?;
            }
        }
        Ok(())
    }

    fn anyone_unknown(&mut self, target: usize, reason: &'static str) {
        let principal = "*".to_owned();
        self.found.push(Found { target, principal, kind: "anyone", account: None, answer: unknown(reason) });
    }

    /// Asks for those whom `*` names, and for those who may be named by what was not read or by an id that says no
    /// account.
    fn everyone(&mut self, index: usize, target: &Target, request: &mut Request) -> Result<()> {
        let is_anyone = target.named().is_anyone;
        if is_anyone && self.judge(index, request, "anonymous".to_owned(), "anyone", None)? != Outcome::Denied {
            return Ok(());
        }
        // A condition, or the action, may leave out only those who do not sign.
        if is_anyone || target.may_name_others() {
            let role = format!("arn:{}:iam::{ELSEWHERE}:role/*", partition(&target.arn));
            self.judge(index, request, role, "anyone", None)?;
        }
        if is_anyone {
            self.judge(index, request, SOME_SERVICE.to_owned(), "service", None)?;
        }
        Ok(())
    }
}

impl Target {
    /// Whether it may let in others than those whom it names by something that says their account.
    fn may_name_others(&self) -> bool {
        let of_resource = self.resource.as_ref().is_some_and(|it| {
            let grantees = it.acl.items.iter().filter(|entry| is_canonical(&entry.grantee));
            let ids: BTreeSet<&str> = grantees.map(|entry| entry.grantee.as_str()).collect();
            // One of them is the owner's, unless that stands there by its account.
            let has_owner = it.acl.items.iter().any(|entry| Some(&entry.grantee) == it.account.as_ref());
            it.grants.has_unread || it.acl.has_unread || ids.len() > usize::from(!has_owner)
        });
        self.named().has_canonical_user || of_resource
    }
}

/// Whether a grantee of an ACL is a canonical user id, which says no account.
fn is_canonical(grantee: &str) -> bool {
    grantee.len() == 64 && grantee.bytes().all(|it| it.is_ascii_hexdigit())
}

/// Whether a policy of the resource, or of the access point that leads to it, was not read.
fn has_unread(resource: &Resource) -> bool {
    is_unread(&resource.policies) || resource.access_point.as_ref().is_some_and(|point| is_unread(&point.policies))
}

/// Whether one of the policies was not read.
pub(crate) fn is_unread(policies: &Listed<NamedPolicy>) -> bool {
    policies.has_unread || policies.items.iter().any(|policy| !policy.document.is_readable())
}
