//! Who gets to a role by others: the published edges, joined end to end. Roles are taken account by account, and only
//! what leads to them is read.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::Result;
use crate::links::{Link, open, to_roles};
use crate::rows::Reader;
use crate::world::World;
use crate::written::Written;

/// The longest chain that is followed: so many roles, the one that is reached among them.
pub const STEPS_MAX: usize = 4;

/// So many principals are told of one role.
const TOLD_MAX: usize = 200;

/// The edges and the roles that are looked at together. One more account is taken until there are so many of either: a
/// single edge to a role may be that of all who get there.
const EDGES_AT_ONCE: usize = 5_000;
const ROLES_AT_ONCE: usize = 1_000;

/// A principal that can become a role, or of which it is not known.
#[derive(Debug, Clone)]
pub struct Chain {
    /// The role's account.
    pub account_id: String,
    /// The role; `*` for all roles of an account that was not wholly read.
    pub role_arn: String,
    /// An ARN, an account, an identity provider, the name of a person; `*` for anyone.
    pub principal: String,
    /// user, role, session, account, provider, person, anyone or others.
    pub principal_kind: String,
    /// The principal's account.
    pub principal_account_id: Option<String>,
    /// Whether the principal is not the organization's.
    pub is_outside: bool,
    /// What is between: the group and the permission set by which a person enters, the roles that are assumed before.
    pub via: Vec<String>,
    /// How many roles are assumed, the one that is reached among them.
    pub role_count: usize,
    /// The answer of the weakest step, with the conditions of all.
    pub answer: Written,
    /// Whether the role is administrator of its account; `None` if that is not known.
    pub is_role_administrator: Option<bool>,
    /// Whether the role, or one on the way, has more principals or longer ways than are told.
    pub is_cut: bool,
}

/// The chains of one organization.
pub struct Chains<'w> {
    world: &'w World,
    accounts: VecDeque<String>,
    edges: Reader,
    identities: Reader,
}

/// One way to a role.
struct Way {
    link: Link,
    via: Vec<String>,
    role_count: usize,
}

impl Way {
    /// The way of one who begins with a link to the role with which this one begins.
    fn before(&self, link: &Link) -> Way {
        let entered = link.entered_by.iter().chain([&self.link.principal]);
        let via = entered.chain(&self.via).cloned().collect();
        Way { link: link.then(&self.link), via, role_count: self.role_count + 1 }
    }
}

/// A role, and the ways to it.
#[derive(Default)]
struct Reached {
    direct: Vec<Link>,
    is_administrator: Option<bool>,
    ways: Vec<Way>,
    /// Where the longest ways begin.
    longest: usize,
    seen: BTreeSet<(String, String)>,
    is_cut: bool,
}

impl Reached {
    /// Adds a way, if it is the first one of its principal.
    fn add(&mut self, role: &str, way: Way) {
        let who = (way.link.kind.clone(), way.link.principal.clone());
        if way.link.principal == role || !self.seen.insert(who) {
            return;
        }
        if self.ways.len() < TOLD_MAX {
            self.ways.push(way);
        } else {
            self.is_cut = true;
        }
    }

    /// Takes the ways of one step.
    fn begin(&mut self, role: &str) {
        self.direct.sort_by_key(Link::rank);
        for link in std::mem::take(&mut self.direct) {
            let via = link.entered_by.clone();
            self.add(role, Way { link, via, role_count: 1 });
        }
    }

    /// The roles with which the longest ways begin.
    fn first_roles(&self) -> impl Iterator<Item = &String> {
        self.ways.iter().skip(self.longest).filter(|way| way.link.is_role()).map(|way| &way.link.principal)
    }

    /// Makes the longest ways longer by one.
    fn extend(&mut self, role: &str, links: &BTreeMap<String, Vec<Link>>) {
        let mut next = Vec::new();
        for way in self.ways.iter().skip(self.longest).filter(|way| way.link.is_role()) {
            let links = links.get(&way.link.principal).into_iter().flatten();
            // Most of them were met before.
            let is_new = |link: &&Link| !self.seen.contains(&(link.kind.clone(), link.principal.clone()));
            next.extend(links.filter(is_new).map(|link| way.before(link)));
        }
        self.longest = self.ways.len();
        // Of ways that are equally long the surest counts.
        next.sort_by_key(|way| way.link.rank());
        next.into_iter().for_each(|way| self.add(role, way));
    }

    /// Whether somebody else would be met by one more role.
    fn has_longer(&self, role: &str, links: &BTreeMap<String, Vec<Link>>) -> bool {
        let longest = self.ways.iter().skip(self.longest).filter(|way| way.link.is_role());
        let mut further = longest.flat_map(|way| links.get(&way.link.principal).into_iter().flatten());
        further.any(|it| it.principal != role && !self.seen.contains(&(it.kind.clone(), it.principal.clone())))
    }

    fn chains(mut self, account: &str, role: &str) -> Vec<Chain> {
        // Those of a role on the way may have been above the bound themselves.
        let has_others = self.ways.iter().any(|way| way.link.kind == "others");
        if self.is_cut && !has_others {
            let link = Link::others("there are more principals, or longer ways, than are told");
            self.ways.push(Way { link, via: Vec::new(), role_count: 1 });
        }
        let (is_cut, is_role_administrator) = (self.is_cut, self.is_administrator);
        let chain = |Way { link, via, role_count }: Way| Chain {
            account_id: account.to_owned(),
            role_arn: role.to_owned(),
            principal: link.principal,
            principal_kind: link.kind,
            principal_account_id: link.account,
            is_outside: link.is_outside,
            via,
            role_count,
            answer: link.answer,
            is_role_administrator,
            is_cut: is_cut || link.is_cut,
        };
        self.ways.into_iter().map(chain).collect()
    }
}

impl<'w> Chains<'w> {
    pub(crate) fn open(world: &'w World) -> Result<Chains<'w>> {
        let edges = open(world, None)?;
        let identities = world.reader("identity_access", &["identity_arn", "is_administrator"], None)?;
        Ok(Chains { world, accounts: world.accounts().cloned().collect(), edges, identities })
    }

    /// The chains to the next roles; none at the end.
    pub async fn next(&mut self) -> Result<Option<Vec<Chain>>> {
        let mut reached = self.next_roles().await?;
        if reached.is_empty() {
            return Ok(None);
        }
        for ((_, role), it) in &mut reached {
            it.begin(role);
        }
        for step in 1..=STEPS_MAX {
            let roles: BTreeSet<String> = reached.values().flat_map(Reached::first_roles).cloned().collect();
            if roles.is_empty() {
                break;
            }
            let links = to_roles(self.world, &roles).await?;
            for ((_, role), it) in &mut reached {
                if step < STEPS_MAX {
                    it.extend(role, &links);
                } else {
                    let has_longer = it.has_longer(role, &links);
                    it.is_cut |= has_longer;
                }
            }
        }
        Ok(Some(reached.into_iter().flat_map(|((account, role), it)| it.chains(&account, &role)).collect()))
    }

    /// The roles of the next accounts with the edges to them, by account and role.
    async fn next_roles(&mut self) -> Result<BTreeMap<(String, String), Reached>> {
        let mut reached: BTreeMap<(String, String), Reached> = BTreeMap::new();
        let mut edges = 0;
        while edges < EDGES_AT_ONCE && reached.len() < ROLES_AT_ONCE {
            let Some(account) = self.accounts.pop_front() else { break };
            self.edges
                .of(&account, |cells| {
                    if let Some((role, link)) = cells.text(1).zip(Link::read(cells)) {
                        reached.entry((account.clone(), role.to_owned())).or_default().direct.push(link);
                        edges += 1;
                    }
                })
                .await?;
            self.identities
                .of(&account, |cells| {
                    let key = (account.clone(), cells.text(1).unwrap_or_default().to_owned());
                    if let Some(it) = reached.get_mut(&key) {
                        it.is_administrator = cells.flag(2);
                    }
                })
                .await?;
        }
        Ok(reached)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn above_the_bound_there_is_a_row_for_the_rest_even_if_that_was_above_it_too() {
        let user = |at: usize| {
            let mut link = Link::others("as it was");
            (link.kind, link.principal) = ("user".to_owned(), at.to_string());
            link
        };
        let direct = (0..=TOLD_MAX).map(user).chain([Link::others("there are more")]).collect();
        let mut reached = Reached { direct, ..Reached::default() };
        reached.begin("role");
        let chains = reached.chains("1", "role");
        assert_eq!(chains.len(), TOLD_MAX + 1);
        assert_eq!(chains.iter().filter(|it| it.principal_kind == "others").count(), 1);
        assert!(chains.iter().all(|it| it.is_cut));
    }
}
