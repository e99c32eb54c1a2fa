//! One statement, its parts as lists of text.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use crate::flag::{Flag, raise};
use crate::json::Json;

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

    fn read(name: String) -> PrincipalKind {
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

    /// Whether the statement has a condition of any kind.
    pub fn has_condition(&self) -> bool {
        !self.conditions.is_empty()
    }

    /// Whether the statement allows every action on every resource, unconditionally.
    pub fn allows_everything(&self) -> bool {
        self.effect == Effect::Allow
            && self.has_wildcard_action()
            && self.has_wildcard_resource()
            && !self.has_condition()
    }

    pub(crate) fn read(ordinal: usize, json: Json, expands_variables: bool) -> Statement {
        let mut reader = Reader { statement: Statement::empty(ordinal, expands_variables), seen: HashSet::new() };
        match json {
            Json::Object(elements) => {
                for (name, value) in elements {
                    reader.element(name, value);
                }
                reader.finish()
            }
            _ => Statement { flags: vec![Flag::MalformedStatement], ..reader.statement },
        }
    }

    fn empty(ordinal: usize, expands_variables: bool) -> Statement {
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
        }
    }
}

/// A statement while its elements come in.
struct Reader {
    statement: Statement,
    seen: HashSet<String>,
}

impl Reader {
    fn element(&mut self, name: String, value: Json) {
        let negated = name.starts_with("Not");
        match name.as_str() {
            "Sid" | "StatementId" | "statementId" => self.statement.sid = value.into_text(),
            "Effect" => self.statement.effect = effect(value),
            "Principal" | "NotPrincipal" if self.counts("Principal", "NotPrincipal", negated) => {
                self.statement.principals = self.principals(value);
                self.statement.is_not_principal = negated;
                self.statement.has_principal = true;
            }
            "Action" | "NotAction" if self.counts("Action", "NotAction", negated) => {
                self.statement.actions = self.texts(value);
                self.statement.is_not_action = negated;
            }
            "Resource" | "NotResource" if self.counts("Resource", "NotResource", negated) => {
                self.statement.resources = self.texts(value);
                self.statement.is_not_resource = negated;
            }
            "Principal" | "NotPrincipal" | "Action" | "NotAction" | "Resource" | "NotResource" => {}
            "Condition" => self.statement.conditions = self.conditions(value),
            _ => self.shared_application(&name, value),
        }
        if !self.seen.insert(name) {
            self.raise(Flag::DuplicateKey);
        }
    }

    /// P8: the Serverless Application Repository's own words for a statement, which always allows.
    fn shared_application(&mut self, name: &str, value: Json) {
        match name {
            "Actions" | "actions" => self.statement.actions = self.texts(value),
            "Principals" | "principals" => {
                self.statement.principals = self.principals(value);
                self.statement.has_principal = true;
            }
            "PrincipalOrgIDs" | "principalOrgIDs" => {
                let values = self.texts(value);
                if !values.is_empty() {
                    let (operator, key) = ("StringEquals".to_owned(), "aws:PrincipalOrgID".to_owned());
                    self.statement.conditions.push(Condition { operator, key, values });
                }
            }
            _ => return self.raise(Flag::UnknownElement),
        }
        if self.statement.effect == Effect::Unknown(String::new()) {
            self.statement.effect = Effect::Allow;
        }
    }

    /// Whether an element counts: of `Action` and `NotAction` together only the first does, and it is flagged.
    fn counts(&mut self, plain: &str, not: &str, negated: bool) -> bool {
        let other = if negated { plain } else { not };
        let conflict = self.seen.contains(other);
        if conflict {
            self.raise(Flag::ConflictingElements);
        }
        !(conflict && negated)
    }

    fn principals(&mut self, value: Json) -> Vec<PrincipalValue> {
        let Json::Object(kinds) = value else {
            // A bare "*", or the bare ARNs that old documents hold.
            let aws = |value| PrincipalValue { kind: PrincipalKind::Aws, value };
            return self.texts(value).into_iter().map(aws).collect();
        };
        let mut principals = Vec::new();
        for (name, values) in kinds {
            let kind = PrincipalKind::read(name);
            let named = |value| PrincipalValue { kind: kind.clone(), value };
            principals.extend(self.texts(values).into_iter().map(named));
        }
        principals
    }

    fn conditions(&mut self, value: Json) -> Vec<Condition> {
        let mut conditions: Vec<Condition> = Vec::new();
        let mut places = HashMap::new();
        for (operator, keys) in self.pairs(value) {
            for (key, values) in self.pairs(keys) {
                let values = self.texts(values);
                match places.entry((operator.clone(), key.clone())) {
                    Entry::Vacant(place) => {
                        place.insert(conditions.len());
                        conditions.push(Condition { operator: operator.clone(), key, values });
                    }
                    Entry::Occupied(place) => {
                        self.raise(Flag::DuplicateKey);
                        conditions[*place.get()].values = values;
                    }
                }
            }
        }
        conditions
    }

    fn pairs(&mut self, value: Json) -> Vec<(String, Json)> {
        match value {
            Json::Object(pairs) => pairs,
            Json::Null => Vec::new(),
            _ => {
                self.raise(Flag::MalformedValue);
                Vec::new()
            }
        }
    }

    fn texts(&mut self, value: Json) -> Vec<String> {
        let (texts, odd) = value.into_texts();
        if odd {
            self.raise(Flag::MalformedValue);
        }
        texts
    }

    fn raise(&mut self, flag: Flag) {
        raise(&mut self.statement.flags, flag);
    }

    fn finish(mut self) -> Statement {
        if matches!(self.statement.effect, Effect::Unknown(_)) {
            self.raise(Flag::UnknownEffect);
        }
        if self.statement.actions.is_empty() {
            self.raise(Flag::NoAction);
        }
        self.statement
    }
}

fn effect(value: Json) -> Effect {
    match value.into_text().unwrap_or_default().as_str() {
        "Allow" => Effect::Allow,
        "Deny" => Effect::Deny,
        other => Effect::Unknown(other.to_owned()),
    }
}
