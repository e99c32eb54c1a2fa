//! Grants of KMS keys: the third source of access to a key (E16).

use super::answer::Layer;
use super::atom::{Atom, Quantifier, Test};
use super::caller::{Caller, Kind};
use super::compare::{Compare, plain};
use super::context::{Fact, Facts};
use super::formula::Formula;
use super::layers::Stated;
use super::naming::Naming;
use super::paths::Sides;
use super::request::KeyGrant;
use super::rules::is_key;
use crate::arn::{Arn, is_account};

/// The grants that are about a request.
#[derive(Debug, Clone, Default)]
pub(super) struct Grants {
    pub(super) allows: Vec<(Naming, Stated)>,
}

/// Operations that constraints on the encryption context do not apply to.
const WITHOUT_CONTEXT: [&str; 2] = ["kms:describekey", "kms:retiregrant"];

impl Grants {
    pub(super) fn of(facts: &Facts) -> Grants {
        let mut grants = Grants::default();
        let Some(resource) = facts.request.resource.as_ref().filter(|_| is_key(facts)) else { return grants };
        for grant in &resource.grants.items {
            let operation = facts.action.strip_prefix("kms:").unwrap_or_default();
            let is_about = grant.operations.iter().any(|it| it.eq_ignore_ascii_case(operation));
            let naming = grantee(&grant.grantee, facts.caller).filter(|_| is_about);
            if let Some(naming) = naming {
                grants.allows.push((naming, Stated::other(Layer::Grant, &grant.name, constraints(grant, facts))));
            }
        }
        if resource.grants.has_unread {
            let unread = Formula::doubt(Layer::Grant, "grants of the key were not read");
            grants.allows.push((Naming::Anyone, Stated::other(Layer::Grant, "grants", unread)));
        }
        grants
    }

    /// Whether a grant leads through. `whole` is the caller's own side, `bounds` are its boundary and session alone.
    pub(super) fn paths(&self, sides: Sides, whole: &Formula, bounds: &Formula) -> Formula {
        let silent = |why| Formula::doubt(Layer::Grant, why);
        let way = |(naming, stated): &(Naming, Stated)| {
            let own_side = match (sides, naming) {
                (Sides::Resource, _) => Formula::True,
                // A whole account is named: it is left to its policies.
                (_, Naming::Account) => whole.clone(),
                // An identity that is named needs no more, not even across accounts: so service-linked roles, whose own
                // policies are silent about customers' keys, use those of other accounts ("Required AWS KMS key policy
                // for use with encrypted volumes" in the EC2 Auto Scaling User Guide). AWS's pages do not say whether a
                // boundary or a session policy must allow it.
                (Sides::Two, _) | (Sides::One, Naming::Role) => {
                    Formula::any([bounds.clone(), silent("whether a boundary must allow what a grant gives")])
                }
                (Sides::One, _) => Formula::True,
            };
            Formula::all([stated.formula.clone(), own_side])
        };
        Formula::any(self.allows.iter().map(way))
    }
}

fn grantee(grantee: &str, caller: &Caller) -> Option<Naming> {
    if caller.kind == Kind::Service {
        return grantee.eq_ignore_ascii_case(caller.text).then_some(Naming::Other);
    }
    let account = caller.account?;
    if is_account(grantee) {
        return (grantee == account).then_some(Naming::Account);
    }
    let arn = Arn::parse(grantee)?;
    if arn.service == "iam" && arn.resource == "root" {
        return (arn.account == account).then_some(Naming::Account);
    }
    match caller.kind {
        Kind::Role if grantee == caller.text => Some(Naming::Role),
        Kind::Session if caller.role_arn().map_or_else(|| caller.is_session_of(grantee), |role| role == grantee) => {
            Some(Naming::Role)
        }
        Kind::User if grantee == caller.text => Some(Naming::User),
        Kind::Session | Kind::FederatedUser if grantee == caller.text => Some(Naming::Session),
        _ => None,
    }
}

/// Whether a grant's constraints hold.
fn constraints(grant: &KeyGrant, facts: &Facts) -> Formula {
    let mut all = Vec::new();
    if !WITHOUT_CONTEXT.contains(&facts.action) {
        if grant.has_unread_context {
            all.push(Formula::doubt(Layer::Grant, "what the grant demands of the encryption context was not read"));
        }
        let equals = grant.context_equals.iter().flatten();
        all.extend(equals.chain(&grant.context_subset).map(|(key, value)| pair(key, value, facts)));
        if let Some(pairs) = &grant.context_equals {
            let names = pairs.iter().map(|(key, _)| key.as_str());
            all.push(test("kms:EncryptionContextKeys", names, Quantifier::All, facts));
        }
    }
    if let Some(source) = &grant.source_arn {
        all.push(test("aws:SourceArn", std::iter::once(source.as_str()), Quantifier::One, facts));
    }
    Formula::all(all)
}

fn pair(key: &str, value: &str, facts: &Facts) -> Formula {
    test(&format!("kms:EncryptionContext:{key}"), std::iter::once(value), Quantifier::One, facts)
}

/// Whether a key has one of these values, or all of its values are of these.
fn test<'v>(key: &str, values: impl Iterator<Item = &'v str>, quantifier: Quantifier, facts: &Facts) -> Formula {
    let test = Test { quantifier, ..Test::plain(Compare::Exact) };
    let literal = Atom::literal(key, test, values.map(|value| plain(value).into_owned()).collect(), false);
    match facts.fact(key) {
        Fact::Known(known) => {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            Formula::known(literal.0.holds(Some(known.as_slice())) == literal.1)
        }
        Fact::Missing => Formula::known(literal.0.holds(None) == literal.1),
        Fact::Unread(doubt) => Formula::Doubt(doubt),
        _ => Formula::literal(literal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::{Listed, Outcome, Question, Request, Resource, evaluate};

    const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/k";

    fn result(user: &str, action: &str) -> Outcome {
        let grant = KeyGrant {
            name: "g".to_owned(),
            grantee: "arn:aws:iam::111122223333:user/granted".to_owned(),
            operations: vec!["Decrypt".to_owned(), "DescribeKey".to_owned()],
            context_subset: Vec::new(),
            context_equals: None,
            has_unread_context: true,
            source_arn: None,
        };
        let resource = Resource {
            arn: Some(KEY.to_owned()),
            account: None,
            has_unread_account: false,
            policies: Listed::default(),
            grants: Listed::of(vec![grant]),
            block_public_access: None,
            access_point: None,
            acl: Listed::default(),
            is_abac: None,
            tags: Listed::default(),
            function_url: None,
        };
        let question = Question {
            principal: format!("arn:aws:iam::111122223333:user/{user}"),
            action: action.to_owned(),
            ..Question::default()
        };
        evaluate(&Request { resource: Some(resource), question, ..Request::default() }).unwrap().result
    }

    #[test]
    fn e16_a_demand_that_was_not_read_is_in_doubt_for_its_grantee_alone() {
        assert_eq!(result("granted", "kms:Decrypt"), Outcome::Unknown);
        assert_eq!(result("granted", "kms:DescribeKey"), Outcome::Allowed);
        assert_eq!(result("other", "kms:Decrypt"), Outcome::Denied);
    }
}
