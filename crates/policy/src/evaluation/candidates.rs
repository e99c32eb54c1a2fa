//! What tells beforehand which requests are worth a whole evaluation: of which actions a document speaks, and whom it
//! names. Each answer errs on the side of more requests.

use std::collections::BTreeSet;

use crate::arn::{Arn, has_wildcard, is_account};
use crate::document::Document;
use crate::glob::{contains, may_match, overlaps};
use crate::principal::Principal;
use crate::statement::{Condition, Effect, Statement};

/// Whether a statement of the document may be about one of these actions: `s3:GetObject`. What cannot be read may be.
pub fn speaks_of(document: &Document, actions: &[&str]) -> bool {
    let is_about = |statement: &Statement| actions.iter().any(|action| is_of_action(statement, action));
    !document.is_readable() || document.statements.iter().any(is_about)
}

/// Whether an Allow of the document may be about the action on this resource.
pub fn may_allow(document: &Document, action: &str, resource: &str) -> bool {
    let is_about = |it: &Statement| {
        it.effect == Effect::Allow && is_of_action(it, action) && (it.is_not_resource || names(it, resource))
    };
    !document.is_readable() || document.statements.iter().any(is_about)
}

/// Those whom the Allows of a resource's policies name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named {
    /// Whether anyone is named.
    pub is_anyone: bool,
    /// Accounts.
    pub accounts: BTreeSet<String>,
    /// Users, roles, sessions.
    pub identities: BTreeSet<String>,
    /// Services, `sns.amazonaws.com`.
    pub services: BTreeSet<String>,
    /// Identity providers.
    pub providers: BTreeSet<String>,
    /// Whether a canonical user id is named, which does not say whose it is.
    pub has_canonical_user: bool,
}

impl Named {
    /// Adds those whom the Allows of a document name that may be about the action. A condition that names accounts,
    /// identities or services names them too: a policy may name anyone, and say by `aws:PrincipalArn` whom it means.
    pub fn add(&mut self, document: &Document, action: &str) {
        let allows = document.statements.iter().filter(|it| it.effect == Effect::Allow && is_of_action(it, action));
        for statement in allows {
            self.is_anyone |= statement.is_not_principal;
            for principal in statement.principals.iter().filter(|_| !statement.is_not_principal) {
                self.principal(Principal::read(principal));
            }
            statement.conditions.iter().for_each(|condition| self.condition(condition));
        }
    }

    /// Adds one who is named by its ARN or its account: the grantee of a key.
    pub fn grantee(&mut self, text: &str) {
        match Arn::parse(text) {
            _ if is_account(text) => self.account(text),
            Some(arn) if arn.service == "iam" && arn.resource == "root" => self.account(arn.account),
            Some(arn) if is_account(arn.account) => self.identity(text, arn.account),
            _ => {}
        }
    }

    fn principal(&mut self, principal: Principal) {
        match principal {
            Principal::Anyone => self.is_anyone = true,
            Principal::Account { id, arn: None } => self.account(id),
            Principal::Account { id, arn: Some(arn) } => self.identity(arn, id),
            Principal::Service(name) if name != "*" => {
                self.services.insert(name.to_owned());
            }
            Principal::Federated(name) => {
                self.providers.insert(name.to_owned());
            }
            Principal::CanonicalUser(_) => self.has_canonical_user = true,
            _ => {}
        }
    }

    fn account(&mut self, id: &str) {
        self.accounts.insert(id.to_owned());
    }

    fn identity(&mut self, arn: &str, account: &str) {
        self.identities.insert(arn.to_owned());
        self.account(account);
    }

    fn condition(&mut self, condition: &Condition) {
        let key = condition.key.to_ascii_lowercase();
        if key == "aws:principalservicename" {
            self.services.extend(condition.values.iter().cloned());
        }
        if !matches!(key.as_str(), "aws:principalaccount" | "aws:principalarn" | "kms:calleraccount") {
            return;
        }
        for value in &condition.values {
            match Arn::parse(value) {
                _ if is_account(value) => self.account(value),
                Some(arn) if is_account(arn.account) && arn.resource.contains('/') => self.identity(value, arn.account),
                Some(arn) if is_account(arn.account) => self.account(arn.account),
                _ => {}
            }
        }
    }
}

/// The resource patterns of the statements, Allows or Denies, that may be about the action; `None` stands for the
/// resource that the policy is on, or for all but some.
pub fn patterns<'d>(document: &'d Document, action: &str, effect: &Effect) -> BTreeSet<Option<&'d str>> {
    let about = document.statements.iter().filter(|it| it.effect == *effect && is_of_action(it, action));
    let of_statement = |it: &'d Statement| -> Vec<Option<&'d str>> {
        if it.is_not_resource || it.resources.is_empty() {
            return vec![None];
        }
        it.resources.iter().map(|pattern| Some(pattern.as_str())).collect()
    };
    about.flat_map(of_statement).collect()
}

/// The resource patterns that the document's Denies of the action leave out, by `NotResource`.
pub fn spared<'d>(document: &'d Document, action: &str) -> BTreeSet<&'d str> {
    let is_meant = |it: &&Statement| it.effect == Effect::Deny && it.is_not_resource && is_of_action(it, action);
    document.statements.iter().filter(is_meant).flat_map(|it| it.resources.iter().map(String::as_str)).collect()
}

/// Whether a pattern of resources is about all that another one is about.
pub fn covers(pattern: &str, other: &str) -> bool {
    contains(pattern, other)
}

/// Whether two patterns of resources are about something that neither of the two says alone: `a*` and `*b`.
pub fn cross(one: &str, other: &str) -> bool {
    // What has no wildcard is within the other one, or apart from it.
    has_wildcard(one) && has_wildcard(other) && !contains(one, other) && !contains(other, one) && overlaps(one, other)
}

/// The document with only what may be about one of the actions: what it says of them is the same, and sooner weighed.
pub fn pared(mut document: Document, actions: &[&str]) -> Document {
    document.statements.retain(|statement| actions.iter().any(|action| is_of_action(statement, action)));
    let actions: Vec<String> = actions.iter().map(|action| action.to_ascii_lowercase()).collect();
    for statement in &mut document.statements {
        let is_about =
            |pattern: &String| actions.iter().any(|action| is_hit(pattern, action, !statement.is_not_action));
        let about: Vec<String> = statement.actions.iter().filter(|pattern| is_about(pattern)).cloned().collect();
        // All but what nobody asks for is everything that is asked for; a statement without an action would do nothing.
        let first = statement.actions.first().cloned().filter(|_| about.is_empty());
        statement.actions = about.into_iter().chain(first).collect();
    }
    document
}

fn is_of_action(statement: &Statement, action: &str) -> bool {
    let action = action.to_ascii_lowercase();
    let may_be_short = !statement.is_not_action;
    statement.actions.iter().any(|pattern| is_hit(pattern, &action, may_be_short)) != statement.is_not_action
}

/// Whether a pattern is about an action, which is in lower case.
fn is_hit(pattern: &str, action: &str, may_be_short: bool) -> bool {
    let pattern = pattern.to_ascii_lowercase();
    let name = action.split_once(':').map_or(action, |(_, name)| name);
    // In the policy of a resource an action without its service is one of the resource's service.
    let is_short = may_be_short && !pattern.contains(':');
    may_match(&pattern, action) || (is_short && may_match(&pattern, name))
}

fn names(statement: &Statement, resource: &str) -> bool {
    let is_hit = |pattern: &String| {
        // What variables stand for, and to which API a pattern is relative, is not known here.
        let is_open = pattern.contains("${") || pattern.starts_with("execute-api:/");
        is_open || may_match(pattern, resource)
    };
    statement.resources.is_empty() || statement.resources.iter().any(is_hit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(statement: &str) -> Document {
        Document::parse(&format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#))
    }

    #[test]
    fn a_document_speaks_of_what_its_statements_may_be_about() {
        let document = one(r#"{"Effect":"Deny","Action":"S3:Get*","Resource":"*"}"#);
        assert!(speaks_of(&document, &["s3:GetObject"]) && !speaks_of(&document, &["s3:PutObject"]));
        assert!(!may_allow(&document, "s3:GetObject", "*"));
        let all_but = one(r#"{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}"#);
        assert!(speaks_of(&all_but, &["s3:GetObject"]) && !speaks_of(&all_but, &["iam:PassRole"]));
        assert!(speaks_of(&Document::parse("no policy"), &["s3:GetObject"]));
    }

    #[test]
    fn an_allow_is_about_its_resources_and_about_what_is_not_known() {
        let document = one(r#"{"Effect":"Allow","Action":"s3:*","Resource":["arn:aws:s3:::b/*","arn:aws:s3:::${x}"]}"#);
        assert!(may_allow(&document, "s3:GetObject", "arn:aws:s3:::b/k"));
        assert!(may_allow(&document, "s3:GetObject", "arn:aws:s3:::c/k"));
        let plain = one(r#"{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/*"}"#);
        assert!(!may_allow(&plain, "s3:GetObject", "arn:aws:s3:::c/k") && !may_allow(&plain, "s3:GetObject", "*"));
        let all_but = one(r#"{"Effect":"Allow","Action":"s3:*","NotResource":"arn:aws:s3:::b/*"}"#);
        assert!(may_allow(&all_but, "s3:GetObject", "arn:aws:s3:::c/k"));
    }

    #[test]
    fn those_are_named_whom_an_allow_or_its_condition_names() {
        let mut named = Named::default();
        let document = one(r#"[{"Effect":"Allow","Action":"sqs:*","Principal":{"AWS":["111122223333",
            "arn:aws:iam::222233334444:role/r"],"Service":"sns.amazonaws.com"}},
            {"Effect":"Allow","Action":"sqs:*","Principal":"*","Condition":{"ArnLike":{"aws:PrincipalArn":
            "arn:aws:iam::333344445555:role/team-*"}}},
            {"Effect":"Deny","Action":"sqs:*","Principal":{"AWS":"444455556666"}},
            {"Effect":"Allow","Action":"sns:*","Principal":{"AWS":"555566667777"}}]"#);
        named.add(&document, "sqs:SendMessage");
        named.grantee("arn:aws:iam::666677778888:root");
        let accounts: Vec<&str> = named.accounts.iter().map(String::as_str).collect();
        assert_eq!(accounts, ["111122223333", "222233334444", "333344445555", "666677778888"]);
        let identities: Vec<&str> = named.identities.iter().map(String::as_str).collect();
        assert_eq!(identities, ["arn:aws:iam::222233334444:role/r", "arn:aws:iam::333344445555:role/team-*"]);
        assert!(named.is_anyone && named.services.contains("sns.amazonaws.com"));
    }

    #[test]
    fn patterns_are_those_of_one_effect() {
        let document = one(r#"[{"Effect":"Allow","Action":"s3:*","Resource":["arn:aws:s3:::b/*"]},
            {"Effect":"Allow","Action":"s3:*","NotResource":"arn:aws:s3:::c"},
            {"Effect":"Deny","Action":"*","Resource":"*"}]"#);
        let found = patterns(&document, "s3:GetObject", &Effect::Allow);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), [None, Some("arn:aws:s3:::b/*")]);
    }

    #[test]
    fn what_a_deny_spares_is_that_of_its_action() {
        let document = one(r#"[{"Effect":"Deny","Action":"s3:*","NotResource":"arn:aws:s3:::ours-*"},
            {"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::b"},
            {"Effect":"Allow","Action":"s3:*","NotResource":"arn:aws:s3:::c"}]"#);
        assert_eq!(spared(&document, "s3:GetObject").into_iter().collect::<Vec<_>>(), ["arn:aws:s3:::ours-*"]);
        assert!(spared(&document, "sqs:SendMessage").is_empty());
    }

    #[test]
    fn patterns_cover_cross_or_are_apart() {
        assert!(covers("*", "arn:aws:s3:::a*") && !covers("arn:aws:s3:::a*", "*"));
        assert!(cross("arn:aws:s3:::a*", "arn:aws:s3:::*b"));
        assert!(!cross("arn:aws:s3:::a*", "arn:aws:s3:::ab*") && !cross("arn:aws:s3:::a*", "arn:aws:s3:::b*"));
        assert!(!cross("arn:aws:s3:::a", "arn:aws:s3:::*"));
    }

    #[test]
    fn a_pared_document_says_the_same_of_what_is_asked() {
        let document = one(r#"[{"Effect":"Allow","Action":["s3:List*","S3:Get*","sqs:*"],"Resource":"*"},
            {"Effect":"Allow","NotAction":["iam:*","sns:*"],"Resource":"*"},
            {"Effect":"Deny","NotAction":["s3:*","iam:*"],"Resource":"*"},
            {"Effect":"Deny","Action":"ec2:*","Resource":"*"},
            {"Effect":"Allow","NotAction":"*","Resource":"*"}]"#);
        let asked = ["s3:GetObject", "iam:PassRole"];
        let found = pared(document.clone(), &asked);
        let told: Vec<_> = found.statements.iter().map(|it| (it.ordinal, it.actions.join(" "))).collect();
        assert_eq!(told, [(0, "S3:Get*".to_owned()), (1, "iam:*".to_owned())]);
        for action in asked {
            assert_eq!(speaks_of(&found, &[action]), speaks_of(&document, &[action]));
            for effect in [Effect::Allow, Effect::Deny] {
                assert_eq!(patterns(&found, action, &effect), patterns(&document, action, &effect), "{action}");
            }
        }
        let all_but = pared(one(r#"{"Effect":"Allow","NotAction":"sns:*","Resource":"*"}"#), &asked);
        assert!(speaks_of(&all_but, &["s3:GetObject"]) && all_but.statements[0].actions == ["sns:*"]);
        assert!(speaks_of(&pared(Document::parse("no policy"), &asked), &asked));
    }
}
