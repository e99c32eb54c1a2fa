//! What single statements come to for one caller, so that one answer can stand for many callers.

use super::answer::Layer;
use super::formula::Formula;
use super::matching::{Grammar, applies};
use super::naming::denies;
use super::request::Request;
use super::whole::with_facts;
use crate::statement::Statement;

/// What each of the statements comes to for the one who asks, as a text: it holds, it does not, or under conditions
/// that are open. Two users, or two roles, whose policies and control policies are the same have the same answer if all
/// statements that depend on who asks come to the same for both. `None`: the request cannot be judged.
pub fn outcomes<'s>(request: &Request, statements: impl IntoIterator<Item = &'s Statement>) -> Option<String> {
    let told = with_facts(request, |facts| {
        let outcome = |statement: &Statement| {
            let has_principals = statement.is_not_principal || !statement.principals.is_empty();
            let formula = if has_principals {
                let about = applies(statement, facts, Layer::Resource, Grammar::Resource);
                Formula::all([about, denies(statement, facts, Layer::Resource)])
            } else {
                applies(statement, facts, Layer::Identity, Grammar::Identity)
            };
            format!("{formula:?}")
        };
        statements.into_iter().map(outcome).collect::<Vec<String>>().join("; ")
    });
    told.ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use crate::evaluation::{Identity, IdentityKind, Listed, Question};

    fn of(principal: &str, condition: &str) -> Option<String> {
        let identity = Identity {
            arn: principal.to_owned(),
            kind: IdentityKind::Role,
            policies: Listed::default(),
            boundary: None,
            session_policy: None,
            tags: Listed::of(vec![("team".to_owned(), principal.rsplit('/').next().unwrap_or_default().to_owned())]),
            may_tag_sessions: false,
        };
        let question =
            Question { principal: principal.to_owned(), action: "s3:GetObject".to_owned(), ..Question::default() };
        let request = Request { identities: Listed::of(vec![identity]), question, ..Request::default() };
        let statement = format!(r#"{{"Effect":"Deny","Action":"*","Resource":"*","Condition":{condition}}}"#);
        let document = Document::parse(&format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#));
        outcomes(&request, &document.statements)
    }

    const ANA: &str = "arn:aws:iam::111122223333:role/ana";
    const BEN: &str = "arn:aws:iam::111122223333:role/ben";

    #[test]
    fn callers_are_alike_if_all_statements_come_to_the_same() {
        let of_both = |condition: &str| (of(ANA, condition), of(BEN, condition));
        for apart in [
            r#"{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/a*"}}"#,
            r#"{"StringEquals":{"aws:PrincipalTag/team":"ben"}}"#,
            r#"{"StringEquals":{"aws:SourceVpc":"${aws:PrincipalTag/team}"}}"#,
        ] {
            let (ana, ben) = of_both(apart);
            assert!(ana.is_some() && ana != ben, "{apart}: {ana:?} {ben:?}");
        }
        for alike in [
            r#"{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/c*"}}"#,
            r#"{"StringEquals":{"aws:PrincipalTag/team":"eve"}}"#,
            r#"{"StringEquals":{"aws:SourceVpc":"vpc-1"}}"#,
        ] {
            let (ana, ben) = of_both(alike);
            assert!(ana.is_some() && ana == ben, "{alike}: {ana:?} {ben:?}");
        }
        assert_eq!(of("nobody", "{}"), None);
    }
}
