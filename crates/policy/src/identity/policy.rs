//! A policy of an identity, prepared once for all identities that have it.

use super::action;
use crate::document::Document;
use crate::glob::contains;
use crate::level::AccessLevel;
use crate::statement::{Effect, Statement};

/// A policy of an identity, read.
#[derive(Debug, Clone)]
pub struct IdentityPolicy {
    document: Document,
    rules: Vec<Rule>,
    allows_writing: bool,
}

/// What one statement says about the actions that matter.
#[derive(Debug, Clone)]
struct Rule {
    /// Its place in the document.
    ordinal: usize,
    /// Numbers of actions, in order.
    actions: Vec<u16>,
    is_broad: bool,
}

/// A statement that says something about an action that matters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Saying<'a> {
    pub(super) statement: &'a Statement,
    pub(super) actions: &'a [u16],
    /// Whether it is about every action, or all but some, on every resource; under a condition perhaps.
    pub(super) is_broad: bool,
}

impl IdentityPolicy {
    /// Reads a document; `None` when it is none that can be read.
    pub fn parse(text: &str) -> Option<IdentityPolicy> {
        let document = Document::parse(text);
        document.is_readable().then(|| IdentityPolicy::of(document))
    }

    fn of(document: Document) -> IdentityPolicy {
        let rule = |(ordinal, statement): (usize, &Statement)| {
            let actions = action::numbers(&statement.actions, statement.is_not_action);
            let says = !statement.does_nothing() && !actions.is_empty();
            says.then(|| Rule { ordinal, actions, is_broad: is_broad(statement) })
        };
        let rules = document.statements.iter().enumerate().filter_map(rule).collect();
        let allows_writing = document.statements.iter().any(allows_writing);
        IdentityPolicy { document, rules, allows_writing }
    }

    /// Whether a statement allows everything on everything, before boundary and Denies.
    pub fn allows_everything(&self) -> bool {
        self.document.statements.iter().any(Statement::allows_everything)
    }

    /// Whether a statement allows an action that changes something, on whatever resource and without a condition, before
    /// boundary and Denies.
    pub fn allows_writing(&self) -> bool {
        self.allows_writing
    }

    /// Its statements of this effect that matter.
    pub(super) fn sayings(&self, effect: &Effect) -> impl Iterator<Item = Saying<'_>> {
        let statement = |rule: &'_ Rule| self.document.statements.get(rule.ordinal);
        let sayings = self.rules.iter().filter_map(move |rule| {
            let statement = statement(rule)?;
            Some(Saying { statement, actions: &rule.actions, is_broad: rule.is_broad })
        });
        sayings.filter(|saying| saying.statement.effect == *effect)
    }
}

/// Whether it allows an action that AWS calls Write, Permissions management or Tagging, without a condition.
fn allows_writing(statement: &Statement) -> bool {
    let is_certain = statement.effect == Effect::Allow && !statement.does_nothing() && !statement.has_condition();
    is_certain && {
        let levels = statement.access_levels(None);
        [AccessLevel::Write, AccessLevel::PermissionsManagement, AccessLevel::Tagging]
            .into_iter()
            .any(|level| levels.contains(level))
    }
}

fn is_broad(statement: &Statement) -> bool {
    let is_whole = |pattern: &String| contains(pattern, "*") || pattern == "*:*";
    let every_action = statement.is_not_action || statement.actions.iter().any(is_whole);
    // All resources except some are nearly all. Whether policies are among them is checked where it matters.
    let every_resource = statement.is_not_resource != statement.resources.iter().any(|it| contains(it, "*"));
    every_action && every_resource
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_statements_that_matter_are_kept() {
        let text = r#"{"Statement":[{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*"},
            {"Effect":"Allow","Action":"iam:pass*","Resource":"*"},{"Effect":"Deny","NotAction":"s3:*","Resource":"*"},
            {"Effect":"Allow","Resource":"*"},{"Effect":"Maybe","Action":"*","Resource":"*"}]}"#;
        let policy = IdentityPolicy::parse(text).unwrap();
        let ordinals = |effect| policy.sayings(effect).map(|it| it.statement.ordinal).collect::<Vec<_>>();
        assert_eq!((ordinals(&Effect::Allow), ordinals(&Effect::Deny)), (vec![1], vec![2]));
        assert!(IdentityPolicy::parse("no").is_none());
    }

    #[test]
    fn writing_is_what_changes_something_without_a_condition() {
        let writes = |statement: &str| {
            let policy = IdentityPolicy::parse(&format!(r#"{{"Statement":{{{statement},"Resource":"*"}}}}"#));
            policy.is_some_and(|it| it.allows_writing())
        };
        assert!(writes(r#""Effect":"Allow","Action":["s3:GetObject","s3:PutObject"]"#));
        assert!(writes(r#""Effect":"Allow","Action":"ec2:CreateTags""#));
        assert!(writes(r#""Effect":"Allow","Action":"s3:PutBucketPolicy""#));
        assert!(writes(r#""Effect":"Allow","NotAction":"iam:*""#) && writes(r#""Effect":"Allow","Action":"*""#));
        assert!(!writes(r#""Effect":"Allow","Action":["s3:GetObject","s3:ListBucket"]"#));
        assert!(!writes(r#""Effect":"Deny","Action":"*""#));
        let with_mfa = r#""Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}"#;
        assert!(!writes(&format!(r#""Effect":"Allow","Action":"s3:*",{with_mfa}"#)));
    }

    #[test]
    fn broad_is_every_resource_and_nearly_every_action() {
        let broad = |statement: &str| {
            let policy = IdentityPolicy::parse(&format!(r#"{{"Statement":{{"Effect":"Allow",{statement}}}}}"#));
            policy.is_some_and(|it| it.sayings(&Effect::Allow).any(|it| it.is_broad))
        };
        assert!(broad(r#""Action":["a:b","**"],"Resource":["x","*"]"#) && broad(r#""Action":"*:*","Resource":"*""#));
        assert!(broad(r#""NotAction":"iam:*","Resource":"*""#));
        assert!(!broad(r#""Action":"iam:*","Resource":"*""#) && !broad(r#""Action":"*","Resource":"arn:*""#));
        assert!(broad(r#""Action":"*","NotResource":"x""#) && !broad(r#""Action":"*","NotResource":["x","*"]"#));
        assert!(!broad(r#""Action":"*","NotResource":[]"#) && !broad(r#""Action":"*","Resource":[]"#));
    }
}
