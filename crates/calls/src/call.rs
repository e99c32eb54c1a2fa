//! A call as it is declared: an operation, the IAM action that it needs, and what is read of its answer.

use std::collections::BTreeSet;

use crate::table::service;

/// One operation that is called. From these the permissions, the limiter's keys and `plan` follow.
#[derive(Debug, Clone, Copy)]
pub struct Call {
    /// The service by its SDK's name, `secretsmanager`.
    pub service: &'static str,
    /// The operation, `ListSecrets`.
    pub operation: &'static str,
    action: Option<&'static str>,
    times: Option<u32>,
    names: Option<fn() -> BTreeSet<String>>,
}

/// A call whose IAM action has the name of its operation.
pub const fn call(service: &'static str, operation: &'static str) -> Call {
    Call { service, operation, action: None, times: None, names: None }
}

impl Call {
    /// A call that needs another IAM action: `call("s3", "ListBuckets").needs("s3:ListAllMyBuckets")`.
    pub const fn needs(self, action: &'static str) -> Self {
        Self { action: Some(action), ..self }
    }

    /// The same call, of which one task makes about so many: `call("accessanalyzer", "GetFindingV2").about(100)`. Only
    /// where it is asked of each of many things; else its place among a collector's calls says how often.
    pub const fn about(self, times: u32) -> Self {
        Self { times: Some(times), ..self }
    }

    /// About how many a task makes, if the call says so.
    pub const fn times(&self) -> Option<u32> {
        self.times
    }

    /// The same call, with the function that names what is read of its answer.
    pub const fn reads(self, names: fn() -> BTreeSet<String>) -> Self {
        Self { names: Some(names), ..self }
    }

    /// The IAM action, `secretsmanager:ListSecrets`: it begins with the name by which the service signs, unless the call
    /// says otherwise.
    pub fn action(&self) -> String {
        let prefix = service(self.service).map_or(self.service, |it| it.signing_name);
        self.action.map_or_else(|| format!("{prefix}:{}", self.operation), str::to_owned)
    }

    /// Service and operation, `secretsmanager:ListSecrets`.
    pub fn name(&self) -> String {
        format!("{}:{}", self.service, self.operation)
    }

    /// The members that are read of its answer, as [`crate::names::of`] has them; none where an SDK reads it.
    pub fn names(&self) -> Option<BTreeSet<String>> {
        self.names.map(|names| names())
    }

    fn key(&self) -> (&'static str, &'static str, Option<&'static str>) {
        (self.service, self.operation, self.action)
    }
}

impl PartialEq for Call {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Call {}

impl PartialOrd for Call {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Call {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

impl std::hash::Hash for Call {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}
