//! The ways to a role: who may assume it, who may assume those, and which people enter as one of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use orgcensus_policy::evaluation::Answer;

use crate::Result;
use crate::access::{Access, both};
use crate::people::{People, permission_set};
use crate::resource::{self, account_of};
use crate::rows::Accounts;
use crate::search::{BY_TOKEN, Found, Target, search, unknown};
use crate::world::World;

/// The longest chain that is followed: AWS sets no bound, but each step has its own session of at most an hour.
const DEPTH_MAX: usize = 5;

/// A role by which something is reached, and how from there.
struct Step {
    role: String,
    via: Vec<String>,
    answer: Answer,
}

impl Step {
    /// The way of one who may assume the role.
    fn way(&self) -> Vec<String> {
        std::iter::once(self.role.clone()).chain(self.via.iter().cloned()).collect()
    }
}

/// The ways to those that may do it themselves, of which some are roles. Each role is entered once, by a shortest way.
pub(crate) async fn ways(world: &World, target: &Target, direct: &[Found]) -> Result<Vec<Access>> {
    let access = |found: &Found, via: Vec<String>, answer: Answer| Access {
        principal: found.principal.clone(),
        principal_type: found.kind,
        account_id: found.account.clone(),
        action: target.action.clone(),
        resource_arn: target.arn.clone(),
        via,
        answer,
    };
    let mut rows: Vec<Access> = direct.iter().map(|it| access(it, Vec::new(), it.answer.clone())).collect();
    let is_role = |it: &&Found| it.kind == "role" && it.account.as_deref().is_some_and(|id| world.has(id));
    let step = |it: &Found| Step { role: it.principal.clone(), via: Vec::new(), answer: it.answer.clone() };
    let mut steps: Vec<Step> = direct.iter().filter(is_role).map(step).collect();
    let mut entered: BTreeSet<String> = steps.iter().map(|it| it.role.clone()).collect();
    if steps.is_empty() {
        return Ok(rows);
    }
    let people = People::read(world).await?;
    for _ in 0..DEPTH_MAX {
        rows.extend(steps.iter().flat_map(|step| persons(target, &people, step)));
        let mut next = Vec::new();
        for (place, found) in assumers(world, &steps).await? {
            let Some(step) = steps.get(place) else { continue };
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
    Ok(rows)
}

/// Who may assume the roles, each with the place of its step.
async fn assumers(world: &World, steps: &[Step]) -> Result<Vec<(usize, Found)>> {
    let arns: BTreeSet<String> = steps.iter().map(|it| it.role.clone()).collect();
    let accounts: Accounts = Arc::new(arns.iter().filter_map(|arn| account_of(arn)).map(str::to_owned).collect());
    let mut roles = resource::read(world, &arns, Some(&accounts)).await?;
    let (mut targets, mut places) = (Vec::new(), Vec::new());
    for (place, step) in steps.iter().enumerate() {
        let Some(owned) = roles.remove(&step.role) else { continue };
        for action in BY_TOKEN {
            let target = Target::new(action, &step.role, Some(owned.clone()));
            // Who shows the token of Identity Center is told by its assignments.
            if target.names_providers() && permission_set(&step.role).is_none() {
                targets.push(target);
                places.push(place);
            }
        }
        targets.push(Target::new("sts:AssumeRole", &step.role, Some(owned)));
        places.push(place);
    }
    let found = search(world, &targets).await?;
    Ok(found.into_iter().filter_map(|it| Some((*places.get(it.target)?, it))).collect())
}

/// The people of Identity Center who enter as the role.
fn persons(target: &Target, people: &People, step: &Step) -> Vec<Access> {
    let row = |principal: String, steps: Vec<String>, answer: Answer| Access {
        principal,
        principal_type: "person",
        account_id: None,
        action: target.action.clone(),
        resource_arn: target.arn.clone(),
        via: steps.into_iter().chain(step.way()).collect(),
        answer,
    };
    let found = people.of_role(&step.role);
    if let (Some(set), true) = (permission_set(&step.role), found.is_empty()) {
        let answer = both(&step.answer, &unknown("no assignment of the permission set was read"));
        return vec![row("*".to_owned(), vec![format!("permission set {set}")], answer)];
    }
    found.into_iter().map(|person| row(person.name, person.steps, step.answer.clone())).collect()
}
