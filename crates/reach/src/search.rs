//! Who may do an action on a resource: candidates first, a whole evaluation of each then.
//!
//! Nobody evaluates every identity against every resource. The resource's policies say which accounts can be meant at
//! all; of these accounts' identities those are candidates whom the resource names, or of whose policies one may allow
//! the action. One pass over the tables of identities answers for all targets.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use orgcensus_policy::evaluation::{
    Answer, DecidedBy, IdentityKind, Layer, Named, Outcome, Question, Request, Resource, evaluate,
};

use crate::Result;
use crate::account::{Account, Identities, Known, TAGS_SESSIONS, is_session_of};
use crate::bound::{Looked, Most};
use crate::outside::shown;
use crate::resource::{Owned, account_of, holder};
use crate::rows::Accounts;
use crate::texts::Texts;
use crate::world::World;

/// What the ACL of an object can let others do with it.
const OF_OBJECT_ACLS: [&str; 6] = [
    "s3:GetObject",
    "s3:GetObjectAcl",
    "s3:GetObjectVersion",
    "s3:GetObjectVersionAcl",
    "s3:PutObjectAcl",
    "s3:PutObjectVersionAcl",
];

/// What is asked for.
pub(crate) struct Target {
    pub(crate) action: String,
    /// As it is asked: an ARN, or `*`.
    pub(crate) arn: String,
    /// Whose it is; `None` for `*`, which is each caller's own.
    pub(crate) owner: Option<String>,
    pub(crate) resource: Option<Resource>,
    named: Named,
}

/// Somebody who may, or of whom it is not known.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// The place of the target.
    pub(crate) target: usize,
    pub(crate) principal: String,
    pub(crate) kind: &'static str,
    pub(crate) account: Option<String>,
    pub(crate) answer: Answer,
}

impl Target {
    /// An action on a resource; without one, on no resource in particular.
    pub(crate) fn new(action: &str, arn: &str, owned: Option<Owned>) -> Target {
        let mut named = Named::default();
        let is_by_object = OF_OBJECT_ACLS.iter().any(|it| it.eq_ignore_ascii_case(action)) && holder(arn) != arn;
        let (owner, resource) = owned.map_or((None, None), |it| {
            let mut resource = it.resource;
            resource.acl.has_unread |= is_by_object && it.has_object_acls;
            (it.account, Some(resource))
        });
        for policy in resource.iter().flat_map(|it| &it.policies.items) {
            named.add(&policy.document, action);
        }
        for grant in resource.iter().flat_map(|it| &it.grants.items) {
            named.grantee(&grant.grantee);
        }
        for entry in resource.iter().flat_map(|it| &it.acl.items) {
            named.is_anyone |= matches!(entry.grantee.as_str(), "AllUsers" | "AuthenticatedUsers");
            named.grantee(&entry.grantee);
        }
        let owner = owner.or_else(|| account_of(arn).map(str::to_owned));
        Target { action: action.to_owned(), arn: arn.to_owned(), owner, resource, named }
    }

    /// Those whom it names.
    pub(crate) fn named(&self) -> &Named {
        &self.named
    }

    /// Whether it names identity providers.
    pub(crate) fn names_providers(&self) -> bool {
        !self.named.providers.is_empty()
    }

    fn is_own(&self, account: &str) -> bool {
        self.owner.as_deref().is_none_or(|owner| owner == account)
    }

    /// The actions that decide about it.
    pub(crate) fn actions(&self) -> impl Iterator<Item = String> {
        // A function's URL needs two.
        let second =
            self.action.eq_ignore_ascii_case("lambda:InvokeFunctionUrl").then(|| "lambda:InvokeFunction".to_owned());
        [self.action.clone()].into_iter().chain(second)
    }

    /// The request of a principal of an account, without its identity.
    pub(crate) fn request(&self, world: &World, account: &str) -> Request {
        let owner = self.owner.as_deref().unwrap_or(account);
        Request {
            organization: world.around(&[account, owner]),
            resource: self.resource.clone(),
            question: Question {
                action: self.action.clone(),
                resource: Some(self.arn.clone()),
                at: world.at,
                ..Question::default()
            },
            // Whose policy an endpoint has is not asked: who is forced through one is told so by the condition.
            ..Request::default()
        }
    }
}

/// The answers that are not denials.
pub(crate) struct Search<'w> {
    pub(crate) world: &'w World,
    pub(crate) targets: &'w [Target],
    pub(crate) found: Vec<Found>,
    looked: Looked,
}

/// Everyone who may do what the targets say, or of whom it is not known.
pub(crate) async fn search(world: &World, targets: &[Target]) -> Result<Vec<Found>> {
    let (found, _) = bounded(world, targets, Most::ALL).await?;
    Ok(found)
}

/// The same, for so many of the organization's identities a target and no more. Also gives the places of the targets of
/// which there may be others.
pub(crate) async fn bounded(world: &World, targets: &[Target], most: Most) -> Result<(Vec<Found>, BTreeSet<usize>)> {
    let looked = Looked::new(most, targets.len());
    let mut search = Search { world, targets, found: Vec::new(), looked };
    search.inside().await?;
    search.outside()?;
    Ok((search.found, search.looked.cut()))
}

impl Search<'_> {
    /// The organization's own identities.
    async fn inside(&mut self) -> Result<()> {
        let (by_account, everywhere) = self.by_account();
        let accounts: Accounts = if everywhere.is_empty() {
            Arc::new(by_account.keys().cloned().collect())
        } else {
            Arc::new(self.world.accounts().cloned().collect())
        };
        let actions: BTreeSet<String> = self.targets.iter().flat_map(Target::actions).collect();
        let mut texts = Texts::new(actions.into_iter().chain([TAGS_SESSIONS.to_owned()]).collect());
        let unread = self.world.unread(&accounts).await?;
        let mut identities = Identities::open(&self.world.lake, &self.world.manifest, &accounts)?;
        for id in accounts.iter() {
            let account = identities.account(id, &mut texts).await?;
            let own = by_account.get(id).into_iter().flatten();
            for target in own.chain(&everywhere) {
                self.of_account(*target, id, &account, unread.get(id))?;
            }
        }
        Ok(())
    }

    /// The targets of each account, and those that are about every account.
    fn by_account(&self) -> (BTreeMap<String, Vec<usize>>, Vec<usize>) {
        let (mut by_account, mut everywhere) = (BTreeMap::<String, Vec<usize>>::new(), Vec::new());
        for (index, target) in self.targets.iter().enumerate() {
            // Whoever shows a token calls as nobody's identity.
            if is_by_token(&target.action) || target.is_closed() {
                continue;
            }
            if target.owner.is_none() || target.named.is_anyone {
                everywhere.push(index);
                continue;
            }
            let meant: BTreeSet<&String> = target.named.accounts.iter().chain(&target.owner).collect();
            for account in meant.into_iter().filter(|account| self.world.has(account)) {
                by_account.entry(account.clone()).or_default().push(index);
            }
        }
        (by_account, everywhere)
    }

    /// One account's root user, users, roles and sessions.
    fn of_account(&mut self, index: usize, id: &str, account: &Account, unread: Option<&String>) -> Result<()> {
        let Some(target) = self.targets.get(index) else { return Ok(()) };
        if self.looked.is_cut(index) && target.named.identities.is_empty() {
            return Ok(());
        }
        // It is made for the first one who is evaluated: most accounts have none.
        let mut request = None;
        let world = self.world;
        let make = || {
            let mut request = target.request(world, id);
            // Those that have no row may have any right.
            request.identities.has_unread = unread.is_some();
            request
        };
        if unread.is_some() && self.looked.may_look(index, false) {
            self.found.push(Found {
                target: index,
                principal: id.to_owned(),
                kind: "account",
                account: Some(id.to_owned()),
                answer: unknown("the account's identities were not all read"),
            });
            self.looked.add(index, true);
        }
        let is_meant = target.is_own(id) || target.named.is_anyone || target.named.accounts.contains(id);
        if is_meant && !target.is_assuming() {
            let root = format!("arn:{}:iam::{id}:root", partition(&target.arn));
            self.judge(index, request.get_or_insert_with(make), root, "root", Some(id))?;
        }
        for known in &account.identities {
            let is_named = target.names(known.arn());
            if !is_named && (self.looked.is_cut(index) || !is_candidate(target, id, account, known)) {
                continue;
            }
            if !self.looked.may_look(index, is_named) {
                continue;
            }
            let request = request.get_or_insert_with(make);
            request.identities.items = vec![account.identity(known)];
            let kind = if known.kind() == IdentityKind::User { "user" } else { "role" };
            let outcome = self.judge(index, request, known.arn().to_owned(), kind, Some(id))?;
            self.looked.add(index, outcome != Outcome::Denied);
            for session in target.named.identities.iter().filter(|it| is_session_of(known.arn(), it)) {
                self.judge(index, request, session.clone(), "session", Some(id))?;
            }
        }
        Ok(())
    }

    /// Evaluates the request of one principal, and keeps what is no denial.
    pub(crate) fn judge(
        &mut self,
        target: usize,
        request: &mut Request,
        principal: String,
        kind: &'static str,
        account: Option<&str>,
    ) -> Result<Outcome> {
        request.question.principal = principal;
        let answer = match evaluate(request) {
            Ok(answer) => answer,
            // A principal that nobody can be: a policy may name anything.
            Err(error) if error.field == "question.principal" => return Ok(Outcome::Denied),
            Err(error) => return Err(error.into()),
        };
        let result = answer.result;
        if result != Outcome::Denied {
            let principal = match account {
                Some(account) if kind == "account" => account.to_owned(),
                _ => shown(&request.question.principal).to_owned(),
            };
            self.found.push(Found { target, principal, kind, account: account.map(str::to_owned), answer });
        }
        Ok(result)
    }
}

/// The actions that are called with the token of an identity provider.
pub(crate) const BY_TOKEN: [&str; 2] = ["sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"];

pub(crate) fn is_by_token(action: &str) -> bool {
    BY_TOKEN.iter().any(|it| it.eq_ignore_ascii_case(action))
}

/// An answer where something was not read.
pub(crate) fn unknown(reason: &'static str) -> Answer {
    let layer = Layer::Identity;
    let decided_by = DecidedBy { layer, policy: None, statement: None, sid: None, reason, assumed: None };
    Answer { result: Outcome::Unknown, conditions: Vec::new(), caller_must: Vec::new(), decided_by }
}

/// Whether a whole evaluation of the identity may come to anything but a denial.
fn is_candidate(target: &Target, id: &str, account: &Account, known: &Known) -> bool {
    // Within one account whoever is named needs no policy of its own, and everyone is named by `*`.
    target.names(known.arn())
        || (target.is_own(id) && target.named.is_anyone)
        || account.may_allow(known, &target.action, &target.arn)
}

pub(crate) fn kind_of(arn: &str) -> &'static str {
    match arn.split(':').nth(5).unwrap_or_default() {
        it if it.starts_with("user/") => "user",
        it if it.starts_with("role/") => "role",
        "root" => "root",
        _ if arn == "anonymous" => "anyone",
        _ if !arn.starts_with("arn:") => "service",
        _ => "session",
    }
}

/// The partition of an ARN; that of most accounts for `*`.
pub(crate) fn partition(arn: &str) -> &str {
    arn.split(':').nth(1).filter(|it| !it.is_empty()).unwrap_or("aws")
}
