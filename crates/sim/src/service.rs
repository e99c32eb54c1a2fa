//! One declaration for each simulated service. Routes, protocol, pages and errors follow from the table of calls. The
//! declaration itself says who may call, what the quotas limit and what the truth counts.

use crate::account::Trouble;
use crate::context::Context;
use crate::protocol::{OwnError, Refusal};
use crate::quota::Quota;
use crate::truth::{Counts, Kind};
use orgcensus_calls::{Protocol, operation};
use serde_json::Value;
use std::fmt;

/// A simulated service.
pub(crate) struct Service {
    /// Its name, in the table of calls too.
    pub(crate) name: &'static str,
    /// The service in the table of calls whose operations these are, if it is there by another name.
    pub(crate) of: Option<&'static str>,
    /// The name in signatures, if the table of calls has another.
    pub(crate) signs_as: Option<&'static str>,
    pub(crate) scope: Scope,
    pub(crate) callers: Callers,
    /// The troubles of an account that make this service unreadable there.
    pub(crate) troubles: &'static [Trouble],
    /// The errors that differ from those of other services with the same protocol.
    pub(crate) errors: &'static [OwnError],
    /// The documented rates of its calls.
    pub(crate) quotas: &'static [Quota],
    /// Whether it refuses a call while another call of the same operation has not ended.
    pub(crate) refuses_overlap: bool,
    /// Whether it follows the conventions of S3: the bucket may be in the host, and an error is the root of its
    /// document.
    pub(crate) speaks_as_s3: bool,
    /// The number of elements in a page if the caller does not ask for one.
    pub(crate) page: usize,
    /// Its operations: one list for each of its files.
    pub(crate) answers: &'static [&'static [Operation]],
    /// The kinds of things that it holds.
    pub(crate) kinds: &'static [Kind],
    /// What the truth counts of it besides its kinds.
    pub(crate) counts: Option<Counts>,
}

/// Where a service answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// In each region separately.
    Regional,
    /// For a whole account, whatever region the signature names.
    Global,
    /// Like `Global`, but with quotas in each region.
    GlobalFromRegions,
}

/// Which accounts may call a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Callers {
    /// Every account, about itself.
    Accounts,
    /// The management account and every delegated administrator.
    Administrators,
    /// The management account, and the accounts that administer this service for the organization.
    AdministratorsOf(&'static str),
}

/// An operation that is simulated.
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    /// The IAM action that it needs, if the action has another name than the operation.
    pub(crate) action: Option<&'static str>,
    pub(crate) open: Open,
    /// The usual and the largest number of elements in a page, if they differ from those of the service and the table
    /// of calls.
    pub(crate) sizes: Option<(usize, usize)>,
    pub(crate) answer: Answering,
}

/// Who may call an operation besides those who may call its service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Open {
    /// Nobody.
    No,
    /// Every account.
    ToAccounts,
    /// Everyone, even if a policy denies it.
    ToAnyone,
}

/// How an operation is answered.
pub(crate) enum Answering {
    /// A page of a list: the member that holds the list, and a function that returns all elements.
    List(&'static str, fn(&Context<'_>) -> Result<Vec<Value>, Refusal>),
    /// The members of the output; in REST XML, under the name of the root element.
    Members(fn(&Context<'_>) -> Result<Value, Refusal>),
    /// A body without members: a bucket's policy in S3.
    Body(fn(&Context<'_>) -> Result<String, Refusal>),
}

/// An operation that answers a list. The function returns all elements; the page and its token follow from the table of
/// calls.
pub(crate) const fn list(
    name: &'static str,
    member: &'static str,
    all: fn(&Context<'_>) -> Result<Vec<Value>, Refusal>,
) -> Operation {
    Operation::new(name, Answering::List(member, all))
}

/// An operation that answers members, not a list.
pub(crate) const fn get(name: &'static str, members: fn(&Context<'_>) -> Result<Value, Refusal>) -> Operation {
    Operation::new(name, Answering::Members(members))
}

/// An operation that answers a body without members.
pub(crate) const fn body(name: &'static str, body: fn(&Context<'_>) -> Result<String, Refusal>) -> Operation {
    Operation::new(name, Answering::Body(body))
}

impl Operation {
    const fn new(name: &'static str, answer: Answering) -> Self {
        Self { name, action: None, open: Open::No, sizes: None, answer }
    }

    /// The same operation, with an IAM action of another name.
    pub(crate) const fn needs(self, action: &'static str) -> Self {
        Self { action: Some(action), ..self }
    }

    /// The same operation, with this usual and this largest number of elements in a page.
    pub(crate) const fn pages(self, usual: usize, most: usize) -> Self {
        Self { sizes: Some((usual, most)), ..self }
    }

    /// The same operation, open to more callers.
    pub(crate) const fn open(self, open: Open) -> Self {
        Self { open, ..self }
    }
}

impl Service {
    /// A regional service of this name that every account may call. It has no operations and holds nothing.
    pub(crate) const fn named(name: &'static str) -> Self {
        Self {
            name,
            of: None,
            signs_as: None,
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

    /// The one of these services that a signature's credential scope names. If several sign with the same name, the
    /// path decides; in the query protocol, the version in the form.
    pub(crate) fn signed_as(services: &[&'static Self], name: &str, path: &str, form: &str) -> Option<&'static Self> {
        let mut alike = services.iter().copied().filter(|service| service.signing_name() == name);
        let first = alike.next()?;
        let is_it = |service: &Self| match service.protocol() {
            Protocol::Query => service.is_version(form),
            _ => service.begins(path),
        };
        Some(alike.find(|service| is_it(service)).unwrap_or(first))
    }

    /// Whether a form of the query protocol asks for the version of this service: `Version=2015-12-01`.
    fn is_version(&self, form: &str) -> bool {
        let version = self.wire().map(|wire| wire.api_version);
        form.split('&').any(|pair| pair.strip_prefix("Version=").is_some_and(|asked| Some(asked) == version))
    }

    /// Whether the path of one of its operations begins with the same part as this path.
    fn begins(&self, path: &str) -> bool {
        let begin = |path: &str| path.split('/').nth(1).map(str::to_owned);
        let mut known = self.operations().filter_map(|it| operation(self.in_table(), it.name));
        known.any(|it| begin(it.uri) == begin(path))
    }

    /// Its name in the table of calls.
    pub(crate) fn in_table(&self) -> &'static str {
        self.of.unwrap_or(self.name)
    }

    /// The service in the table of calls. A test checks that the table has every service.
    pub(crate) fn wire(&self) -> Option<&'static orgcensus_calls::Service> {
        orgcensus_calls::service(self.in_table())
    }

    /// The protocol of the service.
    pub(crate) fn protocol(&self) -> Protocol {
        self.wire().map_or(Protocol::Json11, |it| it.protocol)
    }

    /// The name in signatures. IAM's actions begin with it too.
    pub(crate) fn signing_name(&self) -> &'static str {
        self.signs_as.unwrap_or_else(|| self.wire().map_or(self.name, |it| it.signing_name))
    }

    /// Whether it answers for a whole account, whatever region the signature names.
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
    use crate::services::SERVICES;
    use std::collections::BTreeSet;

    #[test]
    fn the_table_of_calls_knows_every_service_and_operation_once() {
        let mut names = BTreeSet::new();
        for service in SERVICES {
            assert!(service.wire().is_some(), "{service:?}");
            assert!(names.insert(service.name.to_owned()), "{service:?} is there twice");
            for it in service.operations() {
                let wire = operation(service.in_table(), it.name);
                assert!(wire.is_some(), "wanted.tsv has no {service:?} {}", it.name);
                assert!(names.insert(format!("{service:?} {}", it.name)), "{service:?} {} is there twice", it.name);
            }
        }
    }

    #[test]
    fn a_signature_and_a_path_say_the_service() {
        let of = |name, path| Service::signed_as(SERVICES, name, path, "").map(|it| it.name);
        assert_eq!(of("s3", "/bucket"), Some("s3"));
        assert_eq!(of("s3express", "/"), Some("s3express"));
        assert_eq!(of("s3express", "/v20180820/accesspointfordirectory"), Some("s3expresscontrol"));
        assert_eq!(of("s3-outposts", "/S3Outposts/ListOutpostsWithS3"), Some("s3outposts"));
        assert_eq!(of("s3-outposts", "/v20180820/bucket"), Some("s3outpostscontrol"));
        assert_eq!(of("s3", "/v20180820/configuration/publicAccessBlock"), Some("s3control"));
        assert_eq!(of("omics", "/shares"), Some("omics"));
        assert_eq!(of("omics", "/sequencestores"), Some("omicsstorage"));
        assert_eq!(of("sso", "/"), Some("ssoadmin"));
        assert_eq!(of("nosuch", "/"), None);
        let balancing = |form| Service::signed_as(SERVICES, "elasticloadbalancing", "/", form).map(|it| it.name);
        assert_eq!(balancing("Action=DescribeLoadBalancers&Version=2012-06-01"), Some("elasticloadbalancing"));
        assert_eq!(balancing("Action=DescribeLoadBalancers&Version=2015-12-01"), Some("elasticloadbalancingv2"));
    }
}
