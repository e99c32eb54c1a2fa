//! What each identity may do of the sensitive actions, and on what: account by account.
//!
//! The answers are those of `what`, in the patterns of the identity's own statements (`scopes`), and what resources of
//! the account give it by name (`naming`), and grants of S3 Access Grants there. Each is a whole evaluation. Who may do
//! everything on everything is told once, with what is taken away of that. Service-linked roles are left out: AWS alone
//! acts as them, and neither boundaries nor control policies bind them. All who have the same policies under the same
//! guardrails are evaluated once for each outcome of the statements that depend on who asks, as those with
//! `aws:PrincipalArn`.

mod guardrails;
mod judge;
mod naming;
mod shared;
mod whole;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use orgcensus_lake::{Commit, Lake};
use orgcensus_policy::evaluation::Answer;

use crate::Result;
use crate::account::{Account, Identities, TAGS_SESSIONS};
use crate::arn::account_of;
use crate::endpoints::Passages;
use crate::grants::{self, Grant, Locations};
use crate::rows::{Accounts, Reader};
use crate::scopes::{ALL, Patterns};
use crate::search::{Target, unknown};
use crate::sensitive::SENSITIVE;
use crate::texts::Texts;
use crate::world::World;
use guardrails::{Guardrails, Met};
use judge::Judge;
use naming::Naming;

/// About so many rights are given at once.
const RIGHTS_AT_ONCE: usize = 1_000;

/// So many documents are kept from one account to the next. Those of many accounts are each account's own.
const TEXTS_MAX: usize = 50_000;

/// Where service-linked roles are.
const SERVICE_LINKED: &str = ":role/aws-service-role/";

/// What an identity may do on a scope, or may be able to.
#[derive(Debug, Clone)]
pub struct Right {
    /// The identity's account.
    pub account_id: String,
    /// Its ARN; of an account whose identities were not all read the id.
    pub principal: String,
    /// user, role or account.
    pub kind: &'static str,
    /// The action; `*` of those who may do everything.
    pub action: &'static str,
    /// The pattern of resources.
    pub scope: String,
    /// The answer, which is no denial. That of `*` is the best of all sensitive actions.
    pub answer: Answer,
    /// The actions of which another answer holds, if it is about all of them.
    pub apart: Apart,
    /// Patterns that were not asked, since they are too many.
    pub left_out: usize,
    /// Whether all that binds the identity was read.
    pub is_complete: bool,
}

/// Actions of one who may do everything, of which another answer holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Apart {
    /// They are denied on everything: by a control policy, by the boundary, or by a Deny of its own.
    pub denied: Vec<&'static str>,
    /// They depend on circumstances.
    pub conditional: Vec<&'static str>,
    /// Something that decides was not read.
    pub unknown: Vec<&'static str>,
}

impl Apart {
    fn has(&self, action: &str) -> bool {
        [&self.denied, &self.conditional, &self.unknown].iter().any(|actions| actions.contains(&action))
    }
}

/// The rights of a snapshot's identities, one account after the other.
pub struct Effective {
    world: World,
    left: VecDeque<String>,
    unread: BTreeMap<String, String>,
    identities: Identities,
    buckets: Reader,
    policies: Reader,
    grants: Reader,
    locations: Reader,
    texts: Texts,
    patterns: Patterns,
    met: Met,
    judge: Judge,
    turn: Option<Turn>,
}

impl Effective {
    /// Opens a snapshot.
    pub async fn open(lake: &Lake, commit: &Commit) -> Result<Effective> {
        let mut world = World::open(lake, commit).await?;
        world.pare(&[SENSITIVE.as_slice(), &[grants::ASK]].concat());
        let accounts: Accounts = Arc::new(world.accounts().cloned().collect());
        let actions = SENSITIVE.map(str::to_owned);
        Ok(Effective {
            left: accounts.iter().cloned().collect(),
            unread: world.unread(&accounts).await?,
            identities: Identities::open(&world.lake, &world.manifest, None)?,
            buckets: world.reader("s3_buckets", &["arn"], None)?,
            policies: world.reader("policy_documents", &naming::COLUMNS, None)?,
            grants: world.reader(grants::TABLE, &grants::COLUMNS, None)?,
            locations: world.reader(grants::LOCATIONS, &grants::OF_LOCATION, None)?,
            texts: texts(),
            patterns: Patterns::new(&actions),
            met: Met::default(),
            judge: Judge::default(),
            turn: None,
            world,
        })
    }

    /// The next rights, all of one account; none at the end.
    pub async fn next(&mut self) -> Result<Option<Vec<Right>>> {
        loop {
            if let Some(turn) = &mut self.turn {
                let rights = turn.next(&mut self.patterns, &mut self.judge);
                if !rights.is_empty() {
                    return Ok(Some(rights));
                }
            }
            let Some(id) = self.left.pop_front() else { return Ok(None) };
            self.turn = Some(self.begin(&id).await?);
        }
    }

    /// How many whole evaluations were made up to here.
    pub fn evaluations(&self) -> usize {
        self.judge.evaluations
    }

    /// The grants of S3 Access Grants that an account's own identities have there.
    async fn grants_of(&mut self, id: &str) -> Result<BTreeMap<String, Vec<Grant>>> {
        let (mut found, mut locations) = (Vec::new(), Locations::default());
        self.grants.of(id, |cells| found.push(grants::grant(cells))).await?;
        self.locations.of(id, |cells| locations.add(cells)).await?;
        let mut grants: BTreeMap<String, Vec<Grant>> = BTreeMap::new();
        for mut grant in found.into_iter().filter(|it| it.grantee_type == "IAM") {
            let own = grant.grantee.clone().filter(|it| account_of(it) == Some(id));
            locations.locate(&mut grant);
            if let Some(own) = own {
                grants.entry(own).or_default().push(grant);
            }
        }
        Ok(grants)
    }

    async fn begin(&mut self, id: &str) -> Result<Turn> {
        if self.texts.count() > TEXTS_MAX {
            // What was worked out is known by the places of the documents, so it goes with them.
            self.turn = None;
            self.judge.forget();
            self.patterns = Patterns::new(&SENSITIVE.map(str::to_owned));
            self.texts = texts();
        }
        let account = self.identities.account(id, &mut self.texts).await?;
        let mut buckets = BTreeSet::new();
        self.buckets.of(id, |cells| buckets.extend(cells.text(1).map(str::to_owned))).await?;
        let mut naming = Naming::new(id);
        self.policies.of(id, |cells| naming.add(cells, &mut self.texts)).await?;
        let grants = self.grants_of(id).await?;
        let request = Target::new(ALL, ALL, None).request(&self.world, id, &Passages::default());
        let guardrails = self.met.of(id, &request.organization, &self.patterns);
        self.judge.account(id, request, buckets);
        let is_whole = !self.unread.contains_key(id);
        let unread = (!is_whole).then(|| of_account(id));
        Ok(Turn { account, naming, grants, guardrails, is_whole, unread, next: 0 })
    }
}

/// Documents as far as they speak of the sensitive actions, or of what else is asked.
fn texts() -> Texts {
    Texts::new(SENSITIVE.into_iter().chain([grants::ASK, TAGS_SESSIONS]).map(str::to_owned).collect())
}

/// An account whose identities were not all read: those that have no row may have any right.
fn of_account(id: &str) -> Right {
    Right {
        account_id: id.to_owned(),
        principal: id.to_owned(),
        kind: "account",
        action: ALL,
        scope: ALL.to_owned(),
        answer: unknown("the account's identities were not all read"),
        apart: Apart { unknown: SENSITIVE.to_vec(), ..Apart::default() },
        left_out: 0,
        is_complete: false,
    }
}

/// An account whose identities are asked about.
struct Turn {
    account: Account,
    naming: Naming,
    /// What its own identities have of S3 Access Grants, by the identity.
    grants: BTreeMap<String, Vec<Grant>>,
    guardrails: Arc<Guardrails>,
    /// Whether its identities were all read.
    is_whole: bool,
    unread: Option<Right>,
    /// The next identity.
    next: usize,
}

impl Turn {
    /// The rights of the next identities; none at the end.
    fn next(&mut self, patterns: &mut Patterns, judge: &mut Judge) -> Vec<Right> {
        let mut rights: Vec<Right> = self.unread.take().into_iter().collect();
        while rights.len() < RIGHTS_AT_ONCE
            && let Some(known) = self.account.identities.get(self.next)
        {
            self.next += 1;
            if known.arn().contains(SERVICE_LINKED) {
                continue;
            }
            let scopes = patterns.of(&self.account, known, &self.guardrails.patterns);
            let grants = self.grants.get(known.arn()).map(Vec::as_slice).unwrap_or_default();
            if scopes.patterns.is_empty() && grants.is_empty() && self.naming.of(known.arn()).next().is_none() {
                continue;
            }
            judge.identity(self.account.identity(known), &scopes, &self.guardrails, self.is_whole);
            let mut own = judge.rights(&scopes);
            judge.add_named(&mut own, &self.naming);
            judge.add_granted(&mut own, grants, &self.account, &self.naming);
            rights.extend(own);
        }
        rights
    }
}
