//! Which ids and ARNs policies name. Only for these names it is found out whether they exist and who owns them: an
//! organization has millions of roles, but its policies name few of them.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use orgcensus_collect::{PolicyStatement, PolicyStatementRef};
use orgcensus_crawl::{Derive, Error};
use orgcensus_policy::PolicyKind;

/// The largest number of names that are stored. They take 64 MiB. Nothing is known of further names.
const MAX_NAMES: usize = 3_500_000;

/// The names, as fingerprints. Among four million names, two have the same fingerprint in one of two million runs.
#[derive(Debug, Default)]
pub(crate) struct NamedInPolicies {
    fingerprints: HashSet<u64>,
    is_full: bool,
}

/// A number that stands for a text.
pub(crate) fn fingerprint(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// A role's account and name, without its path, because the ARN of a session has no path either.
pub(crate) fn role_name(account_id: &str, name: &str) -> String {
    format!("{account_id}/{name}")
}

/// The account and the name of the role in `arn:aws:sts::111122223333:assumed-role/name/session`.
pub(crate) fn assumed_role(principal: &str) -> Option<(&str, &str)> {
    let mut fields = principal.splitn(6, ':').skip(2);
    let (service, _, account, resource) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let name = resource.strip_prefix("assumed-role/")?.split('/').next()?;
    (service == "sts").then_some((account, name))
}

impl NamedInPolicies {
    /// Reads the statements of all policies that let someone in.
    pub(crate) fn read(derive: &mut Derive<'_>) -> Result<Self, Error> {
        let mut names = Self::default();
        derive.staged::<PolicyStatement>()?.each(|_, statement| names.add(&statement))?;
        Ok(names)
    }

    /// Whether a policy contains this name, and the name is stored.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.fingerprints.contains(&fingerprint(name))
    }

    /// Whether some names were not stored.
    pub(crate) fn is_full(&self) -> bool {
        self.is_full
    }

    fn add(&mut self, statement: &PolicyStatementRef<'_>) {
        if PolicyKind::named(statement.policy_kind).is_some_and(|kind| !kind.is_on_resource()) {
            return;
        }
        statement.principals.iter().for_each(|it| self.principal(it));
        for value in statement.conditions_json.into_iter().flat_map(|json| json.split('"')) {
            self.value(value);
        }
    }

    /// A principal: `AWS:arn:…`, or an ACL's grantee, which has no kind.
    fn principal(&mut self, principal: &str) {
        let value = principal.split_once(':').map_or(principal, |(_, value)| value);
        self.note(value);
        if let Some((account_id, name)) = assumed_role(value) {
            self.note(&role_name(account_id, name));
        }
    }

    /// A value of a condition. It is stored if it may name a network, a bucket or an identity.
    fn value(&mut self, value: &str) {
        if value.starts_with("vpc-") || value.starts_with("vpce-") {
            self.note(value);
        } else if value.starts_with("AROA") || value.starts_with("AIDA") {
            self.note(value.split(':').next().unwrap_or_default());
        } else if value.contains(":s3:") {
            let resource = value.rsplit(':').next().unwrap_or_default();
            self.note(resource.split('/').next().unwrap_or_default());
        }
    }

    fn note(&mut self, name: &str) {
        if self.fingerprints.len() < MAX_NAMES {
            self.fingerprints.insert(fingerprint(name));
        } else if !self.has(name) {
            self.is_full = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_principals_and_conditions_name() {
        let mut names = NamedInPolicies::default();
        names.principal("AWS:arn:aws:iam::111122223333:role/path/app");
        names.principal("AWS:arn:aws:sts::111122223333:assumed-role/app/session");
        names.principal("79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be");
        for value in ["vpce-1", "AROAX:session", "arn:aws:s3:::bucket/*", "arn:aws:s3:*:*:other", "StringEquals"] {
            names.value(value);
        }
        let named = [
            "arn:aws:iam::111122223333:role/path/app",
            "111122223333/app",
            "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be",
            "vpce-1",
            "AROAX",
            "bucket",
            "other",
        ];
        assert!(named.iter().all(|name| names.has(name)));
        assert!(!names.has("StringEquals") && !names.has("vpc-1") && !names.is_full());
    }
}
