//! A slow, literal evaluator, written apart: it knows nothing of the crate, reads plain JSON, and tries all values of the
//! keys that are open. It understands the requests that `random` makes, and no others.

use serde_json::Value;

use crate::literal::{Holds, Keys, all, any, condition, glob, items, not, principals, product, statements, texts};

const OURS: &str = "o-ourorg0001";

/// The result of a request: with what is unread in the caller's favour, and against it.
pub(crate) fn result(line: &Value) -> &'static str {
    let (worst, best) = (Judge::new(line, false).result(), Judge::new(line, true).result());
    if worst == best { worst } else { "unknown" }
}

struct Judge<'a> {
    line: &'a Value,
    organization: &'a Value,
    principal: &'a str,
    account: Option<&'a str>,
    action: &'a str,
    resource: &'a str,
    identity: Option<&'a Value>,
    /// What counts where something was not read.
    unread: bool,
}

impl<'a> Judge<'a> {
    fn new(line: &'a Value, unread: bool) -> Judge<'a> {
        let organization = &line["organization"];
        let text = |name: &str| line["question"][name].as_str().unwrap_or_default();
        let principal = text("principal");
        let account = principal.starts_with("arn:").then(|| principal.split(':').nth(4).unwrap_or_default());
        let mut judge = Judge {
            line,
            organization,
            principal,
            account,
            action: text("action"),
            resource: text("resource"),
            identity: None,
            unread,
        };
        let own = judge.role().unwrap_or_else(|| principal.to_owned());
        judge.identity = items(&organization["identities"]).iter().find(|it| it["arn"] == own.as_str());
        judge
    }

    /// The ARN of the role whose session asks. The roles here have no path.
    fn role(&self) -> Option<String> {
        let name = self.principal.split("assumed-role/").nth(1)?.split('/').next()?;
        Some(format!("arn:aws:iam::{}:role/{name}", self.account?))
    }

    fn is_root(&self) -> bool {
        self.principal.ends_with(":root")
    }

    fn is_member(&self) -> bool {
        items(&self.organization["accounts"]).iter().any(|it| it["id"].as_str() == self.account)
    }

    fn result(&self) -> &'static str {
        if self.action == "sts:AssumeRole" && (self.is_root() || self.principal == "anonymous") {
            return "denied";
        }
        let known = self.known();
        let (mut chosen, mut circumstances) = (vec![known.clone()], Vec::new());
        for (key, values) in self.open(&known) {
            let is_chosen = ["aws:SecureTransport", "sts:ExternalId", "aws:TagKeys"].contains(&key);
            if is_chosen { chosen = product(&chosen, key, &values) } else { circumstances.push((key, values)) }
        }
        if chosen.iter().any(|keys| self.allowed(keys) == Some(true)) {
            return "allowed";
        }
        let mut worlds = chosen;
        for (key, values) in circumstances {
            worlds = product(&worlds, key, &values);
        }
        if worlds.iter().any(|keys| self.allowed(keys) == Some(true)) { "conditional" } else { "denied" }
    }

    /// What the snapshot and the question know. No value: the key is missing.
    fn known(&self) -> Keys {
        let mut keys = Keys::new();
        let mut set = |key: &str, value: Option<&str>| {
            keys.insert(key.to_owned(), value.map(str::to_owned).into_iter().collect());
        };
        let is_service = self.principal.ends_with(".amazonaws.com");
        let organization = if self.is_member() { OURS } else { "o-elsewhere" };
        set("aws:PrincipalOrgID", self.account.map(|_| organization));
        match self.account {
            Some(account) => set("aws:PrincipalAccount", Some(account)),
            None if !is_service => set("aws:PrincipalAccount", Some("anonymous")),
            None => {}
        }
        let role = self.role();
        set("aws:PrincipalArn", role.as_deref().or(self.account.map(|_| self.principal)));
        let is_unsigned = self.principal == "anonymous";
        set("aws:PrincipalIsAWSService", (!is_unsigned).then_some(if is_service { "true" } else { "false" }));
        if is_unsigned || is_service {
            set("aws:MultiFactorAuthPresent", None);
        }
        for (key, values) in self.line["question"]["context"].as_object().into_iter().flatten() {
            keys.insert(key.clone(), texts(values));
        }
        keys
    }

    /// The keys that are open and occur in the line, with all that could tell them apart.
    fn open(&self, known: &Keys) -> Vec<(&'static str, Vec<Vec<String>>)> {
        let one = |values: &[&str]| -> Vec<Vec<String>> { values.iter().map(|it| vec![(*it).to_owned()]).collect() };
        let or_none = |values: &[&str]| [vec![Vec::new()], one(values)].concat();
        let set = |values: &[&str]| -> Vec<String> { values.iter().map(|it| (*it).to_owned()).collect() };
        let sets: [&[&str]; 8] = [&[], &["a"], &["b"], &["z"], &["a", "b"], &["a", "z"], &["b", "z"], &["a", "b", "z"]];
        let domains = [
            ("aws:SecureTransport", one(&["true", "false"])),
            ("sts:ExternalId", or_none(&["1", "2", "9"])),
            ("aws:TagKeys", sets.iter().map(|values| set(values)).collect()),
            ("aws:SourceVpc", or_none(&["vpc-1", "vpc-2", "vpc-9", "x"])),
            ("aws:MultiFactorAuthPresent", or_none(&["true", "false"])),
            ("aws:PrincipalAccount", or_none(&["111122223333", "222233334444", "9"])),
        ];
        let text = self.line.to_string();
        let is_open = |key: &str| !known.contains_key(key) && text.contains(&format!("\"{key}\""));
        domains.into_iter().filter(|(key, _)| is_open(key)).collect()
    }

    /// Whether the request is allowed, with these values of keys.
    fn allowed(&self, keys: &Keys) -> Holds {
        all([not(self.denied(keys)), self.scps_allow(keys), self.ways(keys)])
    }

    fn denied(&self, keys: &Keys) -> Holds {
        let mut denies = Vec::new();
        for (attached, _) in self.scp_levels() {
            denies.extend(attached.iter().map(|document| self.effect(document, "Deny", false, keys)));
        }
        if ["sqs", "kms", "sts"].contains(&self.service()) {
            let bound = ["r-1", "ou-a", "111122223333"];
            let rcps = items(&self.organization["rcps"]).iter();
            let attached = rcps.filter(|it| bound.contains(&it["target"].as_str().unwrap_or_default()));
            denies.extend(attached.map(|it| self.effect(&it["document"], "Deny", true, keys)));
        }
        if let Some(policy) = self.organization["resource"].get("policy") {
            denies.push(self.effect(policy, "Deny", true, keys));
        }
        // A policy of the own side that was not read stops no way that does not need it.
        for document in self.own_documents() {
            denies.push(if document.is_null() { Some(false) } else { self.effect(document, "Deny", false, keys) });
        }
        any(denies)
    }

    fn service(&self) -> &str {
        &self.action[..3]
    }

    fn own_documents(&self) -> Vec<&'a Value> {
        let Some(identity) = self.identity.filter(|_| !self.is_root()) else { return Vec::new() };
        let present = ["boundary", "session_policy"].into_iter().filter_map(|name| identity.get(name));
        items(&identity["policies"]).iter().chain(present).collect()
    }

    /// The documents of each level of the caller's account, and whether FullAWSAccess is there.
    fn scp_levels(&self) -> Vec<(Vec<&'a Value>, bool)> {
        let Some(account) = self.account.filter(|_| self.is_member()) else { return Vec::new() };
        let unit = if account == "111122223333" { "ou-a" } else { "ou-b" };
        let level = |node: &str| {
            let attached = items(&self.organization["scps"]).iter().filter(|it| it["target"] == node);
            let detached = items(&self.organization["full_aws_access_detached_from"]).iter().any(|it| it == node);
            (attached.map(|it| &it["document"]).collect(), !detached)
        };
        ["r-1", unit, account].into_iter().map(level).collect()
    }

    fn scps_allow(&self, keys: &Keys) -> Holds {
        all(self.scp_levels().into_iter().map(|(attached, has_full_access)| {
            let allows = attached.into_iter().map(|document| self.effect(document, "Allow", false, keys));
            any(allows.chain([Some(has_full_access)]))
        }))
    }

    /// What the caller's own side allows: identity, boundary, session.
    fn own(&self, keys: &Keys) -> (Holds, Holds, Holds) {
        if self.is_root() {
            return (Some(true), Some(true), Some(true));
        }
        let Some(identity) = self.identity else {
            let taken = if self.is_member() { self.unread } else { true };
            return (Some(taken), Some(taken), Some(taken));
        };
        let policies = items(&identity["policies"]);
        let unread = policies.iter().any(Value::is_null).then_some(Some(self.unread));
        let read = || any(policies.iter().map(|document| self.effect(document, "Allow", false, keys)));
        let bound = |name: &str| identity.get(name).map_or(Some(true), |it| self.effect(it, "Allow", false, keys));
        (unread.unwrap_or_else(read), bound("boundary"), bound("session_policy"))
    }

    /// E9, E10, E11, E16, E17: how the sides are joined.
    fn ways(&self, keys: &Keys) -> Holds {
        let (identity, boundary, session) = self.own(keys);
        let own = all([identity, boundary, session]);
        let named = |names: &[&str]| self.named(names, keys);
        let role = self.role().unwrap_or_default();
        let account = self.account.unwrap_or("-");
        let root = format!("arn:aws:iam::{account}:root");
        let is_same = self.account == Some("111122223333");
        let every = [self.principal, role.as_str(), account, root.as_str(), "*"];
        if self.account.is_none() {
            return named(&[self.principal, "*"]);
        }
        if !is_same {
            return all([named(&every), own]);
        }
        let by_resource = any([
            named(&["*"]),
            if self.is_root() { Some(false) } else { named(&[self.principal]) },
            all([named(&[role.as_str()]), boundary, session]),
            all([named(&[account, root.as_str()]), own]),
        ]);
        if ["kms", "sts"].contains(&self.service()) { by_resource } else { any([own, by_resource]) }
    }

    /// Whether an Allow of the resource names one of these.
    fn named(&self, names: &[&str], keys: &Keys) -> Holds {
        let Some(document) = self.organization["resource"].get("policy") else { return Some(false) };
        if document.is_null() {
            // It may name anyone.
            return Some(self.unread && names.contains(&"*"));
        }
        any(statements(document, "Allow").map(|statement| {
            let is_named = principals(&statement["Principal"]).iter().any(|it| names.contains(&it.as_str()));
            all([Some(is_named), self.about(statement, true, keys)])
        }))
    }

    /// Whether a statement of this effect holds; in a policy that was not read it may.
    fn effect(&self, document: &Value, effect: &str, has_principals: bool, keys: &Keys) -> Holds {
        if document.is_null() {
            return Some(self.unread == (effect == "Allow"));
        }
        any(statements(document, effect).map(|statement| {
            let hits = if has_principals { self.hits(statement) } else { Some(true) };
            all([hits, self.about(statement, has_principals, keys)])
        }))
    }

    /// Whether a Deny is about the caller.
    fn hits(&self, statement: &Value) -> Holds {
        let role = self.role().unwrap_or_default();
        let account = self.account.unwrap_or("-");
        let root = format!("arn:aws:iam::{account}:root");
        let of_account = [account, root.as_str()];
        let own = [self.principal, role.as_str(), "*"];
        let lists = |names: &[&str], element: &str| {
            principals(&statement[element]).iter().any(|it| names.contains(&it.as_str()))
        };
        if statement.get("Principal").is_some() {
            return Some(lists(&own, "Principal") || lists(&of_account, "Principal"));
        }
        // E12
        let has_boundary = self.identity.is_some_and(|it| it.get("boundary").is_some());
        let may_have_one = self.identity.is_none() && self.is_member() && !self.is_root();
        let is_listed = lists(&own, "NotPrincipal");
        match (is_listed, lists(&of_account, "NotPrincipal")) {
            _ if has_boundary && !self.is_root() => Some(true),
            (false, false) => Some(true),
            _ if may_have_one => Some(!self.unread),
            (true, _) => Some(false),
            (false, true) => Some(!self.unread && !self.is_root()),
        }
    }

    /// Whether a statement is about the action, the resource and the keys.
    fn about(&self, statement: &Value, has_principals: bool, keys: &Keys) -> Holds {
        let lower = self.action.to_lowercase();
        let is_of = |element: &str| texts(&statement[element]).iter().any(|it| glob(&it.to_lowercase(), &lower));
        let is_on = |element: &str| texts(&statement[element]).iter().any(|it| glob(it, self.resource));
        let action = if statement.get("Action").is_some() { is_of("Action") } else { !is_of("NotAction") };
        let resource = match (statement.get("Resource"), statement.get("NotResource")) {
            (Some(_), _) => is_on("Resource"),
            (_, Some(_)) => !is_on("NotResource"),
            _ => has_principals,
        };
        let mut parts = vec![Some(action), Some(resource)];
        for (operator, tests) in statement["Condition"].as_object().into_iter().flatten() {
            for (key, values) in tests.as_object().into_iter().flatten() {
                parts.push(keys.get(key).map(|found| condition(operator, found, &texts(values))));
            }
        }
        all(parts)
    }
}
