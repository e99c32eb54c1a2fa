//! Who may do an action on a resource: candidates first, a whole evaluation of each then.
//!
//! Nobody evaluates every identity against every resource. The resource's policies say which accounts can be meant at
//! all; of these accounts' identities those are candidates whom the resource names, or of whose policies one may allow
//! the action. One pass over the tables of identities answers for all targets.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use orgcensus_policy::evaluation::{Answer, DecidedBy, IdentityKind, Layer, Outcome, Request, evaluate, may_allow};

use crate::Result;
use crate::account::{Account, Identities, KnownIdentity, TAGS_SESSIONS, is_session_of};
use crate::bound::{Looked, Most};
use crate::endpoints::{Endpoints, Passages};
use crate::outside::shown;
use crate::rows::Accounts;
use crate::texts::{Text, Texts};
use crate::world::World;

pub(crate) use crate::target::Target;

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

/// The answers that are not denials.
pub(crate) struct Search<'w> {
    pub(crate) world: &'w World,
    pub(crate) targets: &'w [Target],
    pub(crate) passages: &'w Passages,
    pub(crate) found: Vec<Found>,
    looked: Looked,
}

/// Whether documents may allow what a target is about, by the target and by where the document is kept: most identities
/// have the same ones.
type Hits = RefCell<HashMap<(usize, usize), bool>>;

/// So many are kept: documents of one account alone do not come again.
const HITS_MAX: usize = 1_000_000;

/// Everyone who may do what the targets say, or of whom it is not known.
pub(crate) async fn search(world: &World, targets: &[Target]) -> Result<Vec<Found>> {
    let (found, _) = bounded(world, targets, Most::ALL).await?;
    Ok(found)
}

/// The same, for so many of the organization's identities a target and no more. Also gives the places of the targets of
/// which there may be others, each with the number of accounts of which not everyone was looked at. It looks again as
/// long as answers rest on endpoints whose policies were not read yet.
pub(crate) async fn bounded(
    world: &World,
    targets: &[Target],
    most: Most,
) -> Result<(Vec<Found>, BTreeMap<usize, usize>)> {
    let mut endpoints = Endpoints::default();
    for policy in targets.iter().filter_map(|it| it.resource.as_ref()).flat_map(|it| &it.policies.items) {
        endpoints.meet_policy(&policy.document);
    }
    endpoints.read(world).await?;
    loop {
        let looked = Looked::new(most, targets.len());
        let mut search = Search { world, targets, passages: endpoints.known(), found: Vec::new(), looked };
        search.inside().await?;
        search.outside()?;
        let (found, cut) = (search.found, search.looked.cut());
        found.iter().for_each(|it| endpoints.meet(&it.answer));
        if !endpoints.read(world).await? {
            return Ok((found, cut));
        }
    }
}

impl Search<'_> {
    /// The organization's own identities.
    async fn inside(&mut self) -> Result<()> {
        let (by_account, everywhere) = self.by_account();
        let is_everywhere = !everywhere.is_empty();
        let accounts: Accounts = if is_everywhere {
            Arc::new(self.world.accounts().cloned().collect())
        } else {
            Arc::new(by_account.keys().cloned().collect())
        };
        let actions: BTreeSet<String> = self.targets.iter().flat_map(Target::actions).collect();
        let mut texts = Texts::new(actions.into_iter().chain([TAGS_SESSIONS.to_owned()]).collect());
        let unread = self.world.unread(&accounts).await?;
        let only = Some(&accounts).filter(|_| !is_everywhere);
        let mut identities = Identities::open(&self.world.lake, &self.world.manifest, only)?;
        // The texts keep each document as long as this is asked.
        let hits = Hits::default();
        for id in accounts.iter() {
            let own = by_account.get(id).into_iter().flatten();
            let (asked, passed): (Vec<usize>, Vec<usize>) =
                own.chain(&everywhere).copied().partition(|target| self.is_asked(*target, id));
            passed.into_iter().for_each(|target| self.looked.end_account(target));
            // Its rows are passed over, and at the end those of many accounts are not even read.
            if asked.is_empty() {
                continue;
            }
            let account = identities.account(id, &mut texts).await?;
            for target in asked {
                self.of_account(target, &hits, id, &account, unread.get(id))?;
                self.looked.end_account(target);
            }
            if hits.borrow().len() > HITS_MAX {
                hits.borrow_mut().clear();
            }
        }
        Ok(())
    }

    /// Whether a target is about an account, as far as is known by now: one above the bound is about its own account,
    /// and those of which it names somebody.
    fn is_asked(&self, index: usize, id: &str) -> bool {
        let Some(target) = self.targets.get(index) else { return false };
        !self.looked.is_cut(index) || target.is_own(id) || target.names_one_of(id)
    }

    /// The targets of each account, and those that are about every account.
    fn by_account(&self) -> (BTreeMap<String, Vec<usize>>, Vec<usize>) {
        let (mut by_account, mut everywhere) = (BTreeMap::<String, Vec<usize>>::new(), Vec::new());
        for (index, target) in self.targets.iter().enumerate() {
            // Whoever shows a token calls as nobody's identity.
            if is_by_token(&target.action) || target.is_closed() {
                continue;
            }
            if target.owner.is_none() || target.is_wide() {
                everywhere.push(index);
                continue;
            }
            let meant: BTreeSet<&String> = target.named().accounts.iter().chain(&target.owner).collect();
            for account in meant.into_iter().filter(|account| self.world.has(account)) {
                by_account.entry(account.clone()).or_default().push(index);
            }
        }
        (by_account, everywhere)
    }

    /// One account's root user, users, roles and sessions.
    fn of_account(
        &mut self,
        index: usize,
        hits: &Hits,
        id: &str,
        account: &Account,
        unread: Option<&String>,
    ) -> Result<()> {
        let (targets, world, passages) = (self.targets, self.world, self.passages);
        let Some(target) = targets.get(index) else { return Ok(()) };
        let named = target.named();
        // It is made for the first one who is evaluated: most accounts have none.
        let mut request: Option<Request> = None;
        let make = || {
            let mut request = target.request(world, id, passages);
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
        let is_meant = target.is_own(id) || named.is_anyone || named.accounts.contains(id);
        if is_meant && !target.is_assuming() {
            let root = format!("arn:{}:iam::{id}:root", partition(&target.arn));
            self.judge(index, request.get_or_insert_with(make), root, "root", Some(id))?;
        }
        for known in &account.identities {
            let is_named = target.names(known.arn());
            let is_cut = self.looked.is_cut(index);
            if !is_named && (is_cut || !is_candidate((index, target), hits, id, account, known)) {
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
            for session in named.identities.iter().filter(|it| is_session_of(known.arn(), it)) {
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
fn is_candidate(
    (index, target): (usize, &Target),
    hits: &Hits,
    id: &str,
    account: &Account,
    known: &KnownIdentity,
) -> bool {
    let allows = |text: &Text| match text {
        Text::Silent => false,
        Text::Unread => true,
        Text::Speaks(document) => {
            let allows = || target.arns().any(|arn| may_allow(document, &target.action, arn));
            *hits.borrow_mut().entry((index, Arc::as_ptr(document).addr())).or_insert_with(allows)
        }
    };
    // Within one account whoever is named needs no policy of its own, and everyone is named by `*`.
    target.names(known.arn()) || (target.is_own(id) && target.named().is_anyone) || account.may_allow(known, allows)
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
