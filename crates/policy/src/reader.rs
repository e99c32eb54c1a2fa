//! Reads a statement from JSON: it accepts everything that AWS ever accepted, and flags the rest (P1, P2, P8).

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use crate::flag::{Flag, raise};
use crate::json::Json;
use crate::limit::shortened;
use crate::statement::{Condition, Effect, PrincipalKind, PrincipalValue, Statement};

/// The longest name that is kept of an operator or a kind of principal. Each is copied to every value under it.
const MAX_NAME_BYTES: usize = 128;

/// The words of a statement in the language that the document speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Words {
    /// IAM's.
    Iam,
    /// Those of the Serverless Application Repository (P8).
    SharedApplication,
}

/// Reads one statement.
pub(crate) fn read(ordinal: usize, json: Json, expands_variables: bool, words: Words) -> Statement {
    let mut reader = Reader { statement: Statement::empty(ordinal, expands_variables), seen: HashSet::new(), words };
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

/// A statement while its elements come in.
struct Reader {
    statement: Statement,
    seen: HashSet<String>,
    words: Words,
}

impl Reader {
    fn element(&mut self, name: String, value: Json) {
        let negated = name.starts_with("Not");
        if !self.words.have(&name) {
            self.refuse(unknown(&name));
        }
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
                if value == Json::List(Vec::new()) {
                    self.raise(Flag::NoResource);
                }
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
        let mut names = HashSet::new();
        for (name, values) in kinds {
            if !names.insert(name.clone()) {
                self.raise(Flag::DuplicateKey);
            }
            let kind = PrincipalKind::read(self.name(name));
            let named = |value| PrincipalValue { kind: kind.clone(), value };
            principals.extend(self.texts(values).into_iter().map(named));
        }
        principals
    }

    fn conditions(&mut self, value: Json) -> Vec<Condition> {
        let mut conditions: Vec<Condition> = Vec::new();
        let mut operators = HashSet::new();
        for (operator, keys) in self.pairs(value) {
            let operator = self.name(operator);
            if !operators.insert(operator.clone()) {
                self.raise(Flag::DuplicateKey);
                conditions.retain(|condition| condition.operator != operator);
            }
            let mut places = HashMap::new();
            for (key, values) in self.pairs(keys) {
                let values = self.texts(values);
                match places.entry(key.clone()) {
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

    /// A name, cut when it is longer than any.
    fn name(&mut self, mut name: String) -> String {
        if name.len() > MAX_NAME_BYTES {
            self.raise(Flag::MalformedValue);
            name.truncate(name.floor_char_boundary(MAX_NAME_BYTES));
        }
        name
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

    /// Notes the first reason for which IAM refuses the document.
    fn refuse(&mut self, why: String) {
        self.statement.refused.get_or_insert(why);
    }

    fn raise(&mut self, flag: Flag) {
        raise(&mut self.statement.flags, flag);
    }

    fn finish(mut self) -> Statement {
        if let Effect::Unknown(text) = &self.statement.effect {
            let why = match self.seen.contains("Effect") {
                true => format!("Effect is {:?}, and neither \"Allow\" nor \"Deny\"", shortened(text, MAX_NAME_BYTES)),
                false => "a statement has no Effect".to_owned(),
            };
            self.refuse(why);
            self.raise(Flag::UnknownEffect);
        }
        if self.statement.actions.is_empty() {
            self.raise(Flag::NoAction);
        }
        self.statement
    }
}

impl Words {
    /// Whether a statement may have an element of this name.
    fn have(self, name: &str) -> bool {
        match self {
            Words::Iam => matches!(
                name,
                "Sid"
                    | "Effect"
                    | "Principal"
                    | "NotPrincipal"
                    | "Action"
                    | "NotAction"
                    | "Resource"
                    | "NotResource"
                    | "Condition"
            ),
            Words::SharedApplication => matches!(
                name,
                "StatementId"
                    | "statementId"
                    | "Actions"
                    | "actions"
                    | "Principals"
                    | "principals"
                    | "PrincipalOrgIDs"
                    | "principalOrgIDs"
            ),
        }
    }
}

/// `unknown element "Principle"`, whatever the name holds.
pub(crate) fn unknown(name: &str) -> String {
    format!("unknown element {:?}", shortened(name, MAX_NAME_BYTES))
}

fn effect(value: Json) -> Effect {
    match value.into_text().unwrap_or_default().as_str() {
        "Allow" => Effect::Allow,
        "Deny" => Effect::Deny,
        other => Effect::Unknown(other.to_owned()),
    }
}
