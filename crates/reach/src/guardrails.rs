//! What the service and resource control policies of each account stop, whatever its own policies say.
//!
//! The question is put for a role that may do everything, that has no tags, and whose name no policy knows. So a Deny
//! that spares some roles by name stops it, and one that is about a few of them by name, or about the root user alone,
//! does not. A Deny that depends on the region alone, or on what the caller sends, does not either, since the caller
//! chooses these. Accounts of one unit to which nothing is attached themselves have the same answer, which is worked
//! out once.

use std::collections::HashMap;
use std::sync::Arc;

use orgcensus_policy::evaluation::{
    Answer, Identity, IdentityKind, Layer, Listed, NamedPolicy, Need, Organization, Outcome, Question, Request,
    evaluate,
};
use orgcensus_policy::{Condition, Document};

use crate::world::World;
use crate::{Reach, Result};

/// A role's policy that allows everything.
const EVERYTHING: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;

/// An account, and what its guardrails do with each action.
#[derive(Debug, Clone)]
pub struct Guarded {
    /// The account.
    pub account_id: String,
    /// Whether it is the management account, which no control policy binds.
    pub is_management: bool,
    /// The actions, in the order in which they were asked.
    pub stops: Arc<[Stop]>,
}

/// What the guardrails of an account do with an action.
#[derive(Debug, Clone)]
pub struct Stop {
    /// The action.
    pub action: String,
    /// Whether one stops it, if only under a condition; none if a policy was not read that decides.
    pub is_stopped: Option<bool>,
    /// The answer for a role that may do everything.
    pub answer: Answer,
}

/// The answers of units whose accounts are alike.
type OfUnits = HashMap<String, Arc<[Stop]>>;

impl Reach {
    /// What the guardrails of each account stop of these actions, account by account.
    pub fn guardrails<'r>(&'r self, actions: &'r [String]) -> impl Iterator<Item = Result<Guarded>> + 'r {
        self.worlds.iter().flat_map(move |world| {
            let mut known = OfUnits::new();
            world.accounts().map(move |id| guarded(world, id, actions, &mut known))
        })
    }
}

fn guarded(world: &World, id: &str, actions: &[String], known: &mut OfUnits) -> Result<Guarded> {
    let organization = world.around(&[id]);
    let account = organization.accounts.items.iter().find(|it| it.id == id);
    let is_management = organization.management.as_deref() == Some(id) || account.is_some_and(|it| it.is_management);
    let unit = account.and_then(|it| it.unit.clone()).filter(|_| !is_management && is_as_its_unit(&organization, id));
    let stops = match unit.as_ref().and_then(|unit| known.get(unit)) {
        Some(stops) => Arc::clone(stops),
        None => stops(organization, id, world, actions)?,
    };
    if let Some(unit) = unit {
        known.insert(unit, Arc::clone(&stops));
    }
    Ok(Guarded { account_id: id.to_owned(), is_management, stops })
}

fn stops(organization: Organization, id: &str, world: &World, actions: &[String]) -> Result<Arc<[Stop]>> {
    let role = Identity {
        arn: format!("arn:aws:iam::{id}:role/orgcensus-asks-for-anyone"),
        kind: IdentityKind::Role,
        policies: Listed::of(vec![NamedPolicy {
            name: "everything".to_owned(),
            document: Document::parse(EVERYTHING),
        }]),
        boundary: None,
        session_policy: None,
        tags: Listed::default(),
        may_tag_sessions: false,
    };
    let question =
        Question { principal: role.arn.clone(), resource: Some("*".to_owned()), at: world.at, ..Question::default() };
    let mut request = Request { organization, identities: Listed::of(vec![role]), question, ..Request::default() };
    let mut stops = Vec::new();
    for action in actions {
        request.question.action.clone_from(action);
        let answer = evaluate(&request)?;
        stops.push(Stop { action: action.clone(), is_stopped: is_stopped(&answer), answer });
    }
    Ok(stops.into())
}

fn is_stopped(answer: &Answer) -> Option<bool> {
    let is_by_guardrail = matches!(answer.decided_by.layer, Layer::Scp | Layer::Rcp | Layer::Conditions);
    match answer.result {
        Outcome::Allowed => Some(false),
        Outcome::Denied => is_by_guardrail.then_some(true),
        Outcome::Conditional => Some(!answer.conditions.iter().any(|needs| needs.iter().all(is_of_region))),
        Outcome::Unknown => None,
    }
}

fn is_of_region(need: &Need) -> bool {
    need.key.eq_ignore_ascii_case("aws:RequestedRegion")
}

/// Whether the account has no policy of its own, and none from above tells it from other accounts of its unit.
fn is_as_its_unit(organization: &Organization, id: &str) -> bool {
    let mut attached = organization.scps.items.iter().chain(&organization.rcps.items);
    let is_detached = organization.full_aws_access_detached_from.items.iter().any(|node| node == id);
    !is_detached && attached.all(|it| it.target != id && !it.document.as_ref().is_some_and(tells_accounts_apart))
}

fn tells_accounts_apart(document: &Document) -> bool {
    let has_variable = |text: &String| text.contains("${");
    document.statements.iter().any(|it| {
        it.resources.iter().any(has_variable)
            || it.conditions.iter().any(|it| it.values.iter().any(has_variable) || is_about_account(it))
    })
}

fn is_about_account(condition: &Condition) -> bool {
    let key = condition.key.to_ascii_lowercase();
    let is_of_any = |arn: &String| arn.split(':').nth(4) == Some("*");
    match key.as_str() {
        "aws:principalarn" => !condition.values.iter().all(is_of_any),
        "aws:principalorgid" | "aws:principalorgpaths" | "aws:resourceorgid" | "aws:resourceorgpaths" => false,
        key if key.starts_with("aws:principaltag/") => false,
        key => key.contains("account") || key.starts_with("aws:principal") || key.starts_with("aws:resource"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_speaks_of_accounts_is_asked_of_each() {
        let is_apart = |condition: &str| {
            let condition: Value = serde_json::from_str(condition).unwrap();
            let statement = json!({"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition});
            let text = json!({"Version": "2012-10-17", "Statement": statement}).to_string();
            tells_accounts_apart(&Document::parse(&text))
        };
        for alike in [
            r#"{"StringNotEquals":{"aws:RequestedRegion":"eu-west-1"}}"#,
            r#"{"ArnNotLike":{"aws:PrincipalArn":["arn:aws:iam::*:role/admin"]}}"#,
            r#"{"StringNotEquals":{"aws:PrincipalTag/team":"security"}}"#,
            r#"{"StringNotEquals":{"aws:PrincipalOrgID":"o-1"}}"#,
        ] {
            assert!(!is_apart(alike), "{alike}");
        }
        for apart in [
            r#"{"StringNotEquals":{"aws:PrincipalAccount":"111122223333"}}"#,
            r#"{"ArnNotLike":{"aws:PrincipalArn":["arn:aws:iam::*:role/admin","arn:aws:iam::111122223333:role/b"]}}"#,
            r#"{"ArnNotLike":{"aws:PrincipalArn":"*"}}"#,
            r#"{"StringNotEquals":{"aws:ResourceAccount":"${aws:PrincipalAccount}"}}"#,
            r#"{"StringEquals":{"aws:SourceArn":"arn:aws:s3:::${aws:PrincipalAccount}"}}"#,
        ] {
            assert!(is_apart(apart), "{apart}");
        }
    }
}
