//! What a simulated service is: one declaration. Routes, protocol, pages and errors follow from the table of calls; who
//! may call, what a quota bounds and what truth counts follow from what stands here.

use crate::account::Trouble;
use crate::protocol::{OwnError, Refusal};
use crate::quotas::Quota;
use crate::services::{Context, SERVICES};
use crate::truth::{Counts, Kind};
use orgcensus_calls::{Protocol, operation};
use serde_json::Value;
use std::fmt;

/// A simulated service.
pub(crate) struct Service {
    /// Its name in the table of calls.
    pub(crate) name: &'static str,
    pub(crate) scope: Scope,
    pub(crate) callers: Callers,
    /// The troubles of accounts that keep it from being read.
    pub(crate) troubles: &'static [Trouble],
    /// What it says otherwise than its protocol's services usually do.
    pub(crate) errors: &'static [OwnError],
    /// The documented rates of its calls.
    pub(crate) quotas: &'static [Quota],
    /// Whether it refuses calls of one operation that overlap.
    pub(crate) refuses_overlap: bool,
    /// Whether it is spoken to as S3: the bucket may be in the host, and errors stand alone in their document.
    pub(crate) speaks_as_s3: bool,
    /// How many elements a page has if the caller does not say.
    pub(crate) page: usize,
    /// Its operations, in as many lists as it has files.
    pub(crate) answers: &'static [&'static [Operation]],
    /// What it holds.
    pub(crate) kinds: &'static [Kind],
    /// What truth counts of it beside its kinds.
    pub(crate) counts: Option<Counts>,
}

/// Where a service answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// In each region for itself.
    Regional,
    /// For a whole account at once, whatever region signs.
    Global,
    /// The same, with quotas in each region.
    GlobalFromRegions,
}

/// Which accounts may call a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Callers {
    /// Each, about itself.
    Accounts,
    /// The management account and every delegated administrator.
    Administrators,
    /// The management account and who administers this service for the organization.
    AdministratorsOf(&'static str),
}

/// An operation that is simulated.
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    /// The IAM action that it needs, where that has another name.
    pub(crate) action: Option<&'static str>,
    pub(crate) open: Open,
    /// How many elements a page has, and how many at most, where service and table say otherwise.
    pub(crate) sizes: Option<(usize, usize)>,
    pub(crate) answer: Answering,
}

/// Whom an operation is open to beyond those who may call its service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Open {
    /// Nobody.
    No,
    /// Every account.
    ToAccounts,
    /// Everyone, whatever they are denied.
    ToAnyone,
}

/// How an operation is answered.
pub(crate) enum Answering {
    /// By a page of a list: the member that holds it, and all elements.
    List(&'static str, fn(&Context<'_>) -> Result<Vec<Value>, Refusal>),
    /// By the members of its output; in REST XML, under the name of the root element.
    Members(fn(&Context<'_>) -> Result<Value, Refusal>),
    /// By a body that is no members, as S3 gives a bucket's policy.
    Body(fn(&Context<'_>) -> Result<String, Refusal>),
}

/// An operation that lists: the elements, all of them. The page and its token follow from the table of calls.
pub(crate) const fn list(
    name: &'static str,
    member: &'static str,
    all: fn(&Context<'_>) -> Result<Vec<Value>, Refusal>,
) -> Operation {
    Operation::new(name, Answering::List(member, all))
}

/// An operation that answers something else.
pub(crate) const fn get(name: &'static str, members: fn(&Context<'_>) -> Result<Value, Refusal>) -> Operation {
    Operation::new(name, Answering::Members(members))
}

/// An operation that answers a body of its own form.
pub(crate) const fn body(name: &'static str, body: fn(&Context<'_>) -> Result<String, Refusal>) -> Operation {
    Operation::new(name, Answering::Body(body))
}

impl Operation {
    const fn new(name: &'static str, answer: Answering) -> Self {
        Self { name, action: None, open: Open::No, sizes: None, answer }
    }

    /// The same, needing an IAM action of another name.
    pub(crate) const fn needs(self, action: &'static str) -> Self {
        Self { action: Some(action), ..self }
    }

    /// The same with pages of so many elements, and of so many at most.
    pub(crate) const fn pages(self, usual: usize, most: usize) -> Self {
        Self { sizes: Some((usual, most)), ..self }
    }

    /// The same, open to more callers.
    pub(crate) const fn open(self, open: Open) -> Self {
        Self { open, ..self }
    }
}

impl Service {
    /// A regional service of this name that every account may call, with nothing in it.
    pub(crate) const fn named(name: &'static str) -> Self {
        Self {
            name,
            scope: Scope::Regional,
            callers: Callers::Accounts,
            troubles: &[],
            errors: &[],
            quotas: &[],
            refuses_overlap: false,
            speaks_as_s3: false,
            page: 100,
            answers: &[],
            kinds: &[],
            counts: None,
        }
    }

    /// The service of a signature's credential scope. Of several that sign alike the path tells which.
    pub(crate) fn signed_as(name: &str, path: &str) -> Option<&'static Self> {
        let mut alike = SERVICES.iter().copied().filter(|service| service.signing_name() == name);
        let first = alike.next()?;
        Some(alike.find(|service| service.begins(path)).unwrap_or(first))
    }

    /// Whether one of its operations has a path that begins like this one.
    fn begins(&self, path: &str) -> bool {
        let begin = |path: &str| path.split('/').nth(1).map(str::to_owned);
        let mut known = self.operations().filter_map(|it| operation(self.name, it.name));
        known.any(|it| begin(it.uri) == begin(path))
    }

    /// What the table of calls says of it. That it says something is tested.
    pub(crate) fn wire(&self) -> Option<&'static orgcensus_calls::Service> {
        orgcensus_calls::service(self.name)
    }

    /// How it is spoken to.
    pub(crate) fn protocol(&self) -> Protocol {
        self.wire().map_or(Protocol::Json11, |it| it.protocol)
    }

    /// The name that signatures are for; IAM's actions begin with it.
    pub(crate) fn signing_name(&self) -> &'static str {
        self.wire().map_or(self.name, |it| it.signing_name)
    }

    /// Whether it answers for a whole account at once, whatever region signs.
    pub(crate) fn is_global(&self) -> bool {
        self.scope != Scope::Regional
    }

    /// Its operations that are simulated.
    pub(crate) fn operations(&self) -> impl Iterator<Item = &'static Operation> + use<> {
        self.answers.iter().copied().flatten()
    }

    /// One of its operations, if it is simulated.
    pub(crate) fn operation(&self, name: &str) -> Option<&'static Operation> {
        self.operations().find(|it| it.name == name)
    }

    /// The IAM action that an operation needs. Most have the operation's name.
    pub(crate) fn action(&self, operation: &str) -> String {
        let name = self.operation(operation).and_then(|it| it.action).unwrap_or(operation);
        format!("{}:{name}", self.signing_name())
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

impl PartialEq for Service {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Service {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_table_of_calls_knows_every_service_and_operation_once() {
        let mut names = BTreeSet::new();
        for service in SERVICES {
            assert!(service.wire().is_some(), "{service:?}");
            assert!(names.insert(service.name.to_owned()), "{service:?} is there twice");
            for it in service.operations() {
                let wire = operation(service.name, it.name);
                assert!(wire.is_some(), "wanted.tsv has no {service:?} {}", it.name);
                assert!(names.insert(format!("{service:?} {}", it.name)), "{service:?} {} is there twice", it.name);
            }
        }
    }

    #[test]
    fn a_signature_and_a_path_say_the_service() {
        let of = |name, path| Service::signed_as(name, path).map(|it| it.name);
        assert_eq!(of("s3", "/bucket"), Some("s3"));
        assert_eq!(of("s3", "/v20180820/configuration/publicAccessBlock"), Some("s3control"));
        assert_eq!(of("sso", "/"), Some("ssoadmin"));
        assert_eq!(of("nosuch", "/"), None);
    }
}
