//! The ways to a role: who may assume it, who may assume those, and which people enter as one of them.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use orgcensus_policy::evaluation::Answer;

use crate::Result;
use crate::access::{Access, both, rank};
use crate::arn::account_of;
use crate::bound::Most;
use crate::grants::{Granted, OfBucket, granted};
use crate::people::{People, Person, permission_set};
use crate::resource::{self, Owned};
use crate::rows::Accounts;
use crate::search::{BY_TOKEN, Found, Target, bounded, unknown};
use crate::world::World;

/// The longest chain that is followed: AWS sets no bound, but each step has its own session of at most an hour.
const DEPTH_MAX: usize = 5;

/// The service by which people of Identity Center enter ordinary roles (E24): such a role has entitlements.
const ENTITLING: &str = "account-access.amazonaws.com";

/// A role by which something is reached, and how from there.
pub(crate) struct Step {
    pub(crate) role: String,
    pub(crate) via: Vec<String>,
    pub(crate) answer: Answer,
}

impl Step {
    /// The way of one who may assume the role.
    fn way(&self) -> Vec<String> {
        std::iter::once(self.role.clone()).chain(self.via.iter().cloned()).collect()
    }
}

/// How many roles are remembered, and those who assume them.
const REMEMBERED_MAX: usize = 100_000;

/// How much is told of one question.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WaysMost {
    /// Of those who may assume one role.
    pub(crate) of_role: Most,
    /// So many ways.
    pub(crate) ways: usize,
}

/// What is known of roles from one question to the next: the same roles lead to many resources.
#[derive(Default)]
pub(crate) struct Memory {
    people: Option<People>,
    /// The grants of the bucket that was asked about last.
    pub(crate) grants: Option<OfBucket>,
    assumers: HashMap<String, Vec<Found>>,
    remembered: usize,
    /// The roles that more may assume than are told.
    cut: BTreeSet<String>,
    /// No bound, if there is none.
    most: Option<WaysMost>,
    is_cut: bool,
}

impl Memory {
    /// One that tells so much and no more.
    pub(crate) fn bounded(most: WaysMost) -> Memory {
        Memory { most: Some(most), ..Memory::default() }
    }

    /// Whether the last question has more ways than were told.
    pub(crate) fn take_cut(&mut self) -> bool {
        std::mem::take(&mut self.is_cut)
    }

    /// The people of Identity Center, read once.
    pub(crate) async fn people(&mut self, world: &World) -> Result<&People> {
        let people = match self.people.take() {
            Some(people) => people,
            None => People::read(world).await?,
        };
        Ok(self.people.insert(people))
    }

    /// Leaves out the rows that are too many. Whether there are so many that no more are looked for.
    fn is_full(&mut self, rows: &mut Vec<Access>) -> bool {
        let most = self.most.map_or(usize::MAX, |most| most.ways);
        self.is_cut |= rows.len() > most;
        rows.truncate(most);
        rows.len() >= most
    }

    /// Who may assume the roles, each with the place of its step.
    async fn assumers(&mut self, world: &World, steps: &[Step]) -> Result<Vec<(usize, Found)>> {
        if self.remembered > REMEMBERED_MAX {
            self.assumers.clear();
            self.cut.clear();
            self.remembered = 0;
        }
        let is_new = |role: &String| !self.assumers.contains_key(role);
        let new: Vec<String> = steps.iter().map(|it| it.role.clone()).filter(is_new).collect();
        let most = self.most.map_or(Most::ALL, |most| most.of_role);
        let (found, cut) =
            if new.is_empty() { (Vec::new(), BTreeSet::new()) } else { assumers(world, &new, most).await? };
        self.remembered += new.len() + found.len();
        self.cut.extend(cut.into_iter().filter_map(|place| new.get(place)).cloned());
        self.is_cut |= steps.iter().any(|step| self.cut.contains(&step.role));
        self.assumers.extend(new.iter().map(|role| (role.clone(), Vec::new())));
        for (place, it) in found {
            if let Some(role) = new.get(place) {
                self.assumers.entry(role.clone()).or_default().push(it);
            }
        }
        let of_step = |(place, step): (usize, &Step)| {
            let known = self.assumers.get(&step.role).into_iter().flatten();
            known.map(|it| (place, it.clone())).collect::<Vec<_>>()
        };
        Ok(steps.iter().enumerate().flat_map(of_step).collect())
    }
}

/// The ways to those that may do it themselves, of which some are roles. Each role is entered once, by a shortest way.
pub(crate) async fn ways(world: &World, target: &Target, direct: &[Found], memory: &mut Memory) -> Result<Vec<Access>> {
    let access = |found: &Found, via: Vec<String>, answer: Answer| Access {
        principal: found.principal.clone(),
        principal_type: found.kind,
        account_id: found.account.clone(),
        action: target.action.clone(),
        resource_arn: target.arn.clone(),
        via: target.way(via),
        answer,
    };
    let mut rows: Vec<Access> = direct.iter().map(|it| access(it, Vec::new(), it.answer.clone())).collect();
    let is_role = |it: &&Found| it.kind == "role" && it.account.as_deref().is_some_and(|id| world.has(id));
    let step = |it: &Found| Step { role: it.principal.clone(), via: Vec::new(), answer: it.answer.clone() };
    let mut steps: Vec<Step> = direct.iter().filter(is_role).map(step).collect();
    let mut entered: BTreeSet<String> = steps.iter().map(|it| it.role.clone()).collect();
    for Granted { found, via, .. } in granted(world, target, direct, memory).await? {
        if is_role(&&found) && entered.insert(found.principal.clone()) {
            steps.push(Step { via: via.clone(), ..step(&found) });
        }
        let answer = found.answer.clone();
        rows.push(access(&found, via, answer));
    }
    if steps.is_empty() {
        return Ok(rows);
    }
    let people = match memory.people.take() {
        Some(people) => people,
        None => People::read(world).await?,
    };
    for _ in 0..DEPTH_MAX {
        for step in &steps {
            rows.extend(persons(target, &people, step));
            if memory.is_full(&mut rows) {
                break;
            }
        }
        if memory.is_full(&mut rows) {
            // The roles that are left may be assumed by others.
            memory.is_cut = true;
            break;
        }
        let mut next = Vec::new();
        let mut assumers = memory.assumers(world, &steps).await?;
        // A role is entered by the way that is met first: of those that are equally long, by the surest.
        assumers.sort_by_key(|(place, found)| {
            let before = steps.get(*place).map_or(0, |step| rank(step.answer.result));
            before.max(rank(found.answer.result))
        });
        for (place, found) in assumers {
            let Some(step) = steps.get(place) else { continue };
            if let Some(found) = unentitled(&people, &step.role, &found) {
                rows.push(access(&found, step.way(), both(&step.answer, &found.answer)));
                continue;
            }
            // A role that assumes itself gets nowhere, and a service is no person that comes by.
            if found.principal == step.role || found.kind == "service" {
                continue;
            }
            let (via, answer) = (step.way(), both(&step.answer, &found.answer));
            if is_role(&&found) && entered.insert(found.principal.clone()) {
                next.push(Step { role: found.principal.clone(), via: via.clone(), answer: answer.clone() });
            }
            rows.push(access(&found, via, answer));
        }
        steps = next;
        if steps.is_empty() {
            break;
        }
    }
    memory.is_full(&mut rows);
    memory.people = Some(people);
    Ok(rows)
}

/// Who may assume the roles, each with the place of its role; and the places of the roles that more may assume.
async fn assumers(world: &World, asked: &[String], most: Most) -> Result<(Vec<(usize, Found)>, BTreeSet<usize>)> {
    let arns: BTreeSet<String> = asked.iter().cloned().collect();
    let accounts: Accounts = Arc::new(arns.iter().filter_map(|arn| account_of(arn)).map(str::to_owned).collect());
    let mut roles = resource::read(world, &arns, Some(&accounts)).await?;
    let (mut targets, mut places) = (Vec::new(), Vec::new());
    for (place, role) in asked.iter().enumerate() {
        let Some(owned) = roles.remove(role) else { continue };
        let entrances = entrances(role, &owned);
        places.extend(entrances.iter().map(|_| place));
        targets.extend(entrances);
    }
    let (found, cut) = bounded(world, &targets, most).await?;
    let cut = cut.into_keys().filter_map(|target| places.get(target).copied()).collect();
    Ok((found.into_iter().filter_map(|it| Some((*places.get(it.target)?, it))).collect(), cut))
}

/// The actions by which a role may be assumed.
pub(crate) fn entrances(role: &str, owned: &Owned) -> Vec<Target> {
    let target = |action: &str| Target::new(action, role, Some(owned.clone()));
    // Who shows the token of Identity Center is told by its assignments.
    let is_by_token = |it: &Target| it.names_providers() && permission_set(role).is_none();
    let mut targets: Vec<Target> = BY_TOKEN.into_iter().map(&target).filter(is_by_token).collect();
    targets.push(target("sts:AssumeRole"));
    targets
}

/// Who it is whom the service of entitlements lets in: not known, if none to the role was read.
pub(crate) fn unentitled(people: &People, role: &str, found: &Found) -> Option<Found> {
    let is_so = found.principal == ENTITLING && people.of_role(role).is_empty();
    let answer = unknown("no entitlement to the role was read");
    is_so.then(|| Found { principal: "*".to_owned(), kind: "person", answer, ..found.clone() })
}

/// The people of Identity Center who enter as the role.
pub(crate) fn persons(target: &Target, people: &People, step: &Step) -> Vec<Access> {
    let row = |principal: String, steps: Vec<String>, answer: Answer| Access {
        principal,
        principal_type: "person",
        account_id: None,
        action: target.action.clone(),
        resource_arn: target.arn.clone(),
        via: target.way(steps.into_iter().chain(step.way()).collect()),
        answer,
    };
    let found = people.of_role(&step.role);
    let may_be_more = found.is_empty() || !people.is_complete;
    let of_person = |person: Person| row(person.name, person.steps, step.answer.clone());
    let mut rows: Vec<Access> = found.into_iter().map(of_person).collect();
    if let Some(set) = permission_set(&step.role).filter(|_| may_be_more) {
        let answer = both(&step.answer, &unknown("not all assignments of the permission set were read"));
        rows.push(row("*".to_owned(), vec![format!("permission set {set}")], answer));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permission_set_of_which_not_all_was_read_has_a_row_for_those_who_are_missing() {
        let role = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Ops_0123456789abcdef";
        let step = |role: &str| Step { role: role.to_owned(), via: Vec::new(), answer: unknown("as it was") };
        let target = Target::new("s3:GetObject", "*", None);
        let told = |role: &str, is_complete: bool| {
            let mut people = People::default();
            people.is_complete = is_complete;
            persons(&target, &people, &step(role)).into_iter().map(|it| it.principal).collect::<Vec<_>>()
        };
        // Every such role was made by an assignment, so with none something is missing.
        assert_eq!((told(role, false), told(role, true)), (vec!["*".to_owned()], vec!["*".to_owned()]));
        assert!(told("arn:aws:iam::111122223333:role/plain", false).is_empty());
        let mut people = People::default();
        people.assign("111122223333", "Ops", "ana");
        assert_eq!(persons(&target, &people, &step(role)).len(), 2);
        people.is_complete = true;
        assert_eq!(persons(&target, &people, &step(role)).len(), 1);
    }

    #[test]
    fn ways_above_the_bound_are_left_out_and_that_is_told_once() {
        let mut memory = Memory::bounded(WaysMost { of_role: Most::ALL, ways: 2 });
        let target = Target::new("s3:GetObject", "*", None);
        let mut people = People::default();
        people.assign("111122223333", "Ops", "ana");
        let role = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Ops_0123456789abcdef";
        let step = Step { role: role.to_owned(), via: Vec::new(), answer: unknown("as it was") };
        let two = persons(&target, &people, &step);
        let mut rows = [two.clone(), two].concat();
        assert!(memory.is_full(&mut rows) && rows.len() == 2);
        assert!(memory.take_cut() && !memory.take_cut());
        assert!(!Memory::default().is_full(&mut rows) && rows.len() == 2);
    }
}
