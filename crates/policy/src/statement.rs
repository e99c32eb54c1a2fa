//! One statement, its parts as lists of text.

use crate::catalogue::{self, Scan};
use crate::flag::Flag;
use crate::level::AccessLevels;

/// What a statement does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// `Allow`.
    Allow,
    /// `Deny`.
    Deny,
    /// Anything else, which does nothing. Empty when the element was missing.
    Unknown(String),
}

impl Effect {
    /// The element's value as it was written.
    pub fn as_str(&self) -> &str {
        match self {
            Effect::Allow => "Allow",
            Effect::Deny => "Deny",
            Effect::Unknown(text) => text,
        }
    }
}

/// The kind under which a principal is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrincipalKind {
    /// `AWS`, and the bare `"*"`.
    Aws,
    /// `Service`.
    Service,
    /// `Federated`.
    Federated,
    /// `CanonicalUser`.
    CanonicalUser,
    /// Any other name, as it was written.
    Other(String),
}

impl PrincipalKind {
    /// The kind's name as policies write it.
    pub fn as_str(&self) -> &str {
        match self {
            PrincipalKind::Aws => "AWS",
            PrincipalKind::Service => "Service",
            PrincipalKind::Federated => "Federated",
            PrincipalKind::CanonicalUser => "CanonicalUser",
            PrincipalKind::Other(name) => name,
        }
    }

    /// Reads the kind's name.
    pub(crate) fn read(name: String) -> PrincipalKind {
        match name.as_str() {
            "AWS" => PrincipalKind::Aws,
            "Service" => PrincipalKind::Service,
            "Federated" => PrincipalKind::Federated,
            "CanonicalUser" => PrincipalKind::CanonicalUser,
            _ => PrincipalKind::Other(name),
        }
    }
}

/// One principal as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrincipalValue {
    /// The kind it stands under.
    pub kind: PrincipalKind,
    /// The value: `*`, an ARN, an account id, a service's name.
    pub value: String,
}

/// One operator on one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The operator, with its prefix and suffix: `ForAnyValue:StringLikeIfExists`.
    pub operator: String,
    /// The key, in the writer's case.
    pub key: String,
    /// The values, any of which will do.
    pub values: Vec<String>,
}

/// One statement of a policy document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The place in the document, from 0.
    pub ordinal: usize,
    /// The `Sid`.
    pub sid: Option<String>,
    /// The `Effect`.
    pub effect: Effect,
    /// The principals of `Principal` or `NotPrincipal`.
    pub principals: Vec<PrincipalValue>,
    /// Whether the principals are those of `NotPrincipal`.
    pub is_not_principal: bool,
    /// Whether the statement has either element.
    pub has_principal: bool,
    /// The patterns of `Action` or `NotAction`.
    pub actions: Vec<String>,
    /// Whether the actions are those of `NotAction`.
    pub is_not_action: bool,
    /// The patterns of `Resource` or `NotResource`.
    pub resources: Vec<String>,
    /// Whether the resources are those of `NotResource`.
    pub is_not_resource: bool,
    /// The conditions, all of which must hold.
    pub conditions: Vec<Condition>,
    /// Whether `${…}` in a value is a variable: only in documents of version 2012-10-17.
    pub expands_variables: bool,
    /// What was odd about the statement.
    pub flags: Vec<Flag>,
    /// The first thing in it for which IAM refuses a document, in words: `unknown element "Principle"`.
    pub refused: Option<String>,
}

impl Statement {
    /// Whether an action is `*`.
    pub fn has_wildcard_action(&self) -> bool {
        !self.is_not_action && self.actions.iter().any(|action| action == "*" || action == "*:*")
    }

    /// Whether an action is all of one service: `s3:*`.
    pub fn has_service_wildcard_action(&self) -> bool {
        let whole = |action: &String| action.strip_suffix(":*").is_some_and(|service| !service.contains(['*', ':']));
        !self.is_not_action && self.actions.iter().any(whole)
    }

    /// Whether a resource is `*`.
    pub fn has_wildcard_resource(&self) -> bool {
        !self.is_not_resource && self.resources.iter().any(|resource| resource == "*")
    }

    /// The levels that the statement's actions reach. If it is known that only one service is meant, `*` and
    /// `NotAction` are about that service.
    pub fn access_levels(&self, service: Option<&str>) -> AccessLevels {
        let mut scan = Scan::default();
        if self.is_not_action {
            return catalogue::levels_but(&self.actions, service, &mut scan);
        }
        let levels = self.actions.iter().map(|action| catalogue::levels(action, service, &mut scan));
        levels.fold(AccessLevels::NONE, AccessLevels::and)
    }

    /// Whether the statement has a condition of any kind.
    pub fn has_condition(&self) -> bool {
        !self.conditions.is_empty()
    }

    /// Whether the statement does nothing: without an action, with a list of resources that is empty (P7), or with all
    /// of either left out.
    pub(crate) fn does_nothing(&self) -> bool {
        let all = |patterns: &[String]| patterns.iter().any(|pattern| pattern == "*");
        self.actions.is_empty()
            || self.flags.contains(&Flag::NoResource)
            || (self.is_not_action && all(&self.actions))
            || (self.is_not_resource && all(&self.resources))
    }

    /// Whether the whole statement was understood. A part that was left out may be the part that narrows it.
    pub(crate) fn is_whole(&self) -> bool {
        let odd = [Flag::MalformedStatement, Flag::MalformedValue, Flag::DuplicateKey, Flag::ConflictingElements];
        self.refused.is_none() && !odd.iter().any(|flag| self.flags.contains(flag))
    }

    /// Whether the statement allows every action on every resource, unconditionally.
    pub fn allows_everything(&self) -> bool {
        self.effect == Effect::Allow
            && self.has_wildcard_action()
            && self.has_wildcard_resource()
            && !self.has_condition()
    }

    /// A statement that says nothing.
    pub(crate) fn empty(ordinal: usize, expands_variables: bool) -> Statement {
        Statement {
            ordinal,
            sid: None,
            effect: Effect::Unknown(String::new()),
            principals: Vec::new(),
            is_not_principal: false,
            has_principal: false,
            actions: Vec::new(),
            is_not_action: false,
            resources: Vec::new(),
            is_not_resource: false,
            conditions: Vec::new(),
            expands_variables,
            flags: Vec::new(),
            refused: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::document::Document;

    #[test]
    fn wildcards_are_told_apart() {
        let read = |text: &str| Document::parse(&format!(r#"{{"Statement":{text}}}"#)).statements.remove(0);
        let all = read(r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#);
        assert!(all.has_wildcard_action() && all.has_wildcard_resource() && all.allows_everything());
        assert!(!all.has_service_wildcard_action() && !all.has_condition());
        let service = read(r#"{"Effect":"Allow","Action":["a:b","s3:*"],"Resource":"arn:aws:s3:::b/*"}"#);
        assert!(service.has_service_wildcard_action() && !service.has_wildcard_action());
        assert!(!service.has_wildcard_resource());
        let not = read(r#"{"Effect":"Allow","NotAction":"*","NotResource":"*"}"#);
        assert!(!not.has_wildcard_action() && !not.has_wildcard_resource());
        let held = r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"a":true}}}"#;
        assert!(!read(held).allows_everything() && read(held).has_condition());
        assert!(!read(r#"{"Effect":"Deny","Action":"*","Resource":"*"}"#).allows_everything());
    }
}
