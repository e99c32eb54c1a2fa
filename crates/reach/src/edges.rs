//! Who may assume which role: an edge for each pair, evaluated whole. Roles are taken a few thousand at a time, account
//! by account, so that memory holds the edges of these alone.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use orgcensus_policy::evaluation::{Answer, DecidedBy, Layer, Outcome};

use crate::Result;
use crate::access::Access;
use crate::bound::{Most, left_in_words};
use crate::people::{People, permission_set};
use crate::resource;
use crate::rows::{Accounts, Reader};
use crate::search::{BY_TOKEN, Found, Target, bounded, unknown};
use crate::via::{Step, entrances, persons, unentitled};
use crate::world::World;
use crate::written::Written;

/// Of the organization's identities, and of people, so many are told for one role and action. Those outside are as many
/// as its trust policy names, whose length AWS bounds.
const MOST: Most = Most { found: 100, judged: 1_000 };

/// The roles that are asked together. One more account is taken until there are so many.
const ROLES_AT_ONCE: usize = 2_000;

/// Who stands for all who are not told by name.
const OTHERS: &str = "others";

/// A principal that may assume a role, or of which it is not known.
#[derive(Debug, Clone)]
pub struct Edge {
    /// The role's account.
    pub account_id: String,
    /// The role; `*` for all roles of an account that was not wholly read.
    pub role_arn: String,
    /// An ARN, an account, a service, an identity provider, the name of a person; `*` for anyone.
    pub principal: String,
    /// user, role, session, account, service, provider, person, anyone or others.
    pub principal_kind: &'static str,
    /// The principal's account.
    pub principal_account_id: Option<String>,
    /// Whether the principal is not the organization's.
    pub is_outside: bool,
    /// The group and the permission set by which a person enters.
    pub entered_by: Vec<String>,
    /// The action by which the role is assumed.
    pub action: String,
    /// The answer.
    pub answer: Written,
    /// Whether the role has more principals than are told.
    pub is_cut: bool,
}

/// The edges of one organization.
pub struct Edges<'w> {
    world: &'w World,
    people: People,
    /// The accounts that are still to be asked.
    accounts: VecDeque<String>,
    /// Those of which not all was read.
    unread: BTreeSet<String>,
    roles: Reader,
    /// Roles whose trust policies name anyone, of any account. They are asked of every account, so they wait until
    /// they are many.
    wide: Vec<Target>,
}

impl<'w> Edges<'w> {
    pub(crate) async fn open(world: &'w World) -> Result<Edges<'w>> {
        let accounts: Accounts = Arc::new(world.accounts().cloned().collect());
        let unread = world.unread(&accounts).await?;
        Ok(Edges {
            world,
            people: People::read(world).await?,
            accounts: accounts.iter().cloned().collect(),
            unread: unread.into_keys().collect(),
            roles: world.reader("iam_roles", &["arn"], None)?,
            wide: Vec::new(),
        })
    }

    /// The edges of the next roles; none at the end.
    pub async fn next(&mut self) -> Result<Option<Vec<Edge>>> {
        let (accounts, roles) = self.next_roles().await?;
        if accounts.is_empty() {
            let rest = std::mem::take(&mut self.wide);
            return if rest.is_empty() { Ok(None) } else { Ok(Some(sorted(self.ask(&rest).await?))) };
        }
        let mut edges: Vec<Edge> = accounts.intersection(&self.unread).map(|id| of_unread(id)).collect();
        let mut targets = Vec::new();
        for (role, owned) in resource::read(self.world, &roles, Some(&Arc::new(accounts))).await? {
            edges.extend(self.persons(&role));
            for target in entrances(&role, &owned) {
                let is_wide = target.is_assuming() && target.is_wide();
                if is_wide { self.wide.push(target) } else { targets.push(target) }
            }
        }
        if self.wide.len() >= ROLES_AT_ONCE {
            targets.append(&mut self.wide);
        }
        edges.extend(self.ask(&targets).await?);
        Ok(Some(sorted(edges)))
    }

    /// The next accounts, and their roles.
    async fn next_roles(&mut self) -> Result<(BTreeSet<String>, BTreeSet<String>)> {
        let (mut accounts, mut roles) = (BTreeSet::new(), BTreeSet::new());
        while roles.len() < ROLES_AT_ONCE {
            let Some(id) = self.accounts.pop_front() else { break };
            self.roles.of(&id, |cells| roles.extend(cells.text(1).map(str::to_owned))).await?;
            accounts.insert(id);
        }
        Ok((accounts, roles))
    }

    /// Asks who may do what the targets say.
    async fn ask(&self, targets: &[Target]) -> Result<Vec<Edge>> {
        let (found, cut) = bounded(self.world, targets, MOST).await?;
        let mut edges = Vec::new();
        for found in found {
            let Some(target) = targets.get(found.target) else { continue };
            let is_cut = cut.contains_key(&found.target);
            let found = unentitled(&self.people, &target.arn, &found).unwrap_or(found);
            edges.push(Edge { is_cut, ..self.edge(target, found) });
        }
        let more = cut.into_iter().filter_map(|(place, left)| Some((targets.get(place)?, left)));
        edges.extend(more.filter(|(target, _)| !self.tells_others(target)).map(|(target, left)| others(target, left)));
        Ok(edges)
    }

    /// Whether there are more people than are told who do the same: then the row of all others is there already.
    fn tells_others(&self, target: &Target) -> bool {
        self.persons(&target.arn).iter().any(|it| it.principal_kind == OTHERS && it.action == target.action)
    }

    fn edge(&self, target: &Target, found: Found) -> Edge {
        let is_elsewhere = found.account.as_ref().is_some_and(|id| !self.world.has(id));
        let is_outside = match found.kind {
            "anyone" => true,
            // Users of a SAML provider are the organization's own.
            "provider" => !found.principal.contains(":saml-provider/"),
            _ => is_elsewhere,
        };
        Edge {
            account_id: target.owner.clone().unwrap_or_default(),
            role_arn: target.arn.clone(),
            principal: found.principal,
            principal_kind: found.kind,
            principal_account_id: found.account,
            is_outside,
            entered_by: Vec::new(),
            action: target.action.clone(),
            answer: Written::of(&found.answer),
            is_cut: false,
        }
    }

    /// The people of Identity Center who enter as the role, each by one way.
    fn persons(&self, role: &str) -> Vec<Edge> {
        let [by_saml, _] = BY_TOKEN;
        let action = if permission_set(role).is_some() { by_saml } else { "sts:AssumeRole" };
        let target = Target::new(action, role, None);
        let step = Step { role: role.to_owned(), via: Vec::new(), answer: assigned() };
        let mut seen = BTreeSet::new();
        let mut people = persons(&target, &self.people, &step);
        people.retain(|it| seen.insert(it.principal.clone()));
        // `*` stands for those who were not read. It is told in any case.
        let (unread, named): (Vec<Access>, Vec<Access>) = people.into_iter().partition(|it| it.principal == "*");
        let is_cut = named.len() > MOST.found;
        let told = named.into_iter().take(MOST.found).chain(unread);
        let mut edges: Vec<Edge> = told.map(|it| Edge { is_cut, ..self.person(&target, it) }).collect();
        edges.extend(is_cut.then(|| others(&target, 0)));
        edges
    }

    fn person(&self, target: &Target, mut access: Access) -> Edge {
        // The last step is the role itself.
        access.via.pop();
        let found =
            Found { target: 0, principal: access.principal, kind: "person", account: None, answer: access.answer };
        Edge { entered_by: access.via, ..self.edge(target, found) }
    }
}

impl Edge {
    fn order(&self) -> (&str, &str, &str, &str, &str) {
        (&self.account_id, &self.role_arn, &self.action, self.principal_kind, &self.principal)
    }
}

/// In an order that does not depend on how they were found, account by account.
fn sorted(mut edges: Vec<Edge>) -> Vec<Edge> {
    edges.sort_by(|one, other| one.order().cmp(&other.order()));
    edges
}

/// Whoever is not told by name; of so many accounts not everyone was looked at.
fn others(target: &Target, accounts_left: usize) -> Edge {
    let mut answer = Written::of(&unknown("there are more principals than are told"));
    answer.reason.push_str(&left_in_words(accounts_left));
    Edge {
        account_id: target.owner.clone().unwrap_or_default(),
        role_arn: target.arn.clone(),
        principal: "*".to_owned(),
        principal_kind: OTHERS,
        principal_account_id: None,
        is_outside: false,
        entered_by: Vec::new(),
        action: target.action.clone(),
        answer,
        is_cut: true,
    }
}

/// An account whose roles were not all read may have any.
fn of_unread(account: &str) -> Edge {
    let target = Target::new("sts:AssumeRole", "*", None);
    let answer = Written::of(&unknown("the account's identities were not all read"));
    Edge { account_id: account.to_owned(), answer, is_cut: false, ..others(&target, 0) }
}

/// An assignment lets a person in, and no policy is asked.
fn assigned() -> Answer {
    let reason = "it is assigned in Identity Center";
    let decided_by =
        DecidedBy { layer: Layer::Service, policy: None, statement: None, sid: None, reason, assumed: None };
    Answer { result: Outcome::Allowed, conditions: Vec::new(), caller_must: Vec::new(), decided_by }
}
