//! Names of hosts: what the name server says about them, and what follows if it does not know a host.
//!
//! If a service is not in a region, its host does not exist: AWS has no other way to say it. But a resolver that fails
//! gives almost the same error, so one sign is not enough. The service is not there if three things are true: the name
//! server says that its host does not exist, the name server does resolve the host of STS in that region, and the data
//! do not list the service there.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::LazyLock;

use aws_smithy_runtime_api::client::dns::{DnsFuture, ResolveDns, ResolveDnsError, SharedDnsResolver};
use dns_lookup::{AddrInfoHints, LookupErrorKind, SockType, getaddrinfo};

use crate::error::{Class, Error};

/// The regions that each service is known to be in. Made by `scripts/service-data`; incomplete: absence proves nothing.
static LISTED: LazyLock<HashMap<&str, Vec<&str>>> = LazyLock::new(|| {
    let lines = include_str!("../data/service_regions.txt").lines();
    let services = lines.filter_map(|line| line.split_once('\t'));
    services.map(|(service, regions)| (service, regions.split(' ').collect())).collect()
});

/// Hosts of a service that are not in all of its regions: S3 Express is not everywhere where S3 is.
const FEWER: &[&str] = &["s3express-control."];

/// Why a name gave no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// The name server says that there is no such host.
    #[error("no such host: {0}")]
    NoSuchHost(String),
    /// The name server did not answer, or gave no address: nothing is known about the host.
    #[error("the name {host} could not be resolved: {why}")]
    Unresolved {
        /// The host.
        host: String,
        /// What the resolver said.
        why: String,
    },
}

/// The machine's own resolver, which every program on it uses, but with error codes: the standard library gives only
/// words.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SystemNames;

impl ResolveDns for SystemNames {
    fn resolve_dns<'a>(&'a self, name: &'a str) -> DnsFuture<'a> {
        let host = name.to_owned();
        DnsFuture::new(async move {
            let panicked = NameError::Unresolved { host: host.clone(), why: "the look-up panicked".to_owned() };
            let looked_up = tokio::task::spawn_blocking(move || look_up(host)).await;
            looked_up.unwrap_or(Err(panicked)).map_err(ResolveDnsError::new)
        })
    }
}

fn look_up(host: String) -> Result<Vec<IpAddr>, NameError> {
    let hints = AddrInfoHints { socktype: SockType::Stream.into(), ..AddrInfoHints::default() };
    match getaddrinfo(Some(&host), None, Some(hints)) {
        Ok(found) => Ok(found.filter_map(Result::ok).map(|it| it.sockaddr.ip()).collect()),
        Err(error) => Err(named(host, error.kind(), error.to_string())),
    }
}

/// Only one code says that there is no such host. AWS has no host without an address, so `NoData` never says it.
fn named(host: String, kind: LookupErrorKind, why: String) -> NameError {
    match kind {
        LookupErrorKind::NoName => NameError::NoSuchHost(host),
        _ => NameError::Unresolved { host, why },
    }
}

/// What an unresolved name means for a call of `service` in `region`. Asks the name server for the second witness.
pub(crate) async fn verdict(names: &SharedDnsResolver, error: &NameError, service: &str, region: &str) -> Error {
    let failed = |words: String| Error::new(Class::Failed, "NameUnresolved", words);
    let NameError::NoSuchHost(host) = error else { return failed(error.to_string()) };
    let Some((_, suffix)) = host.split_once(&format!(".{region}.")) else {
        return failed(format!("{error}, and it is no host of a service in {region}"));
    };
    if is_listed(service, region) && !FEWER.iter().any(|begin| host.starts_with(begin)) {
        return failed(format!("{error}, though {service} is in {region}"));
    }
    let witness = format!("sts.{region}.{suffix}");
    match names.resolve_dns(&witness).await {
        Ok(found) if !found.is_empty() => Error::new(Class::Unsupported, "NoSuchHost", error.to_string()),
        _ => failed(format!("{error}, and {witness} does not resolve either")),
    }
}

/// Whether the data list a service in a region.
fn is_listed(service: &str, region: &str) -> bool {
    LISTED.get(service).is_some_and(|regions| regions.contains(&region))
}

/// The first error of this kind in a chain of causes.
pub(crate) fn in_causes_of<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a NameError> {
    let mut cause = Some(error);
    while let Some(it) = cause {
        if let Some(found) = it.downcast_ref::<NameError>() {
            return Some(found);
        }
        cause = it.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A name server that knows some hosts.
    #[derive(Debug)]
    struct Knows(&'static [&'static str]);

    impl ResolveDns for Knows {
        fn resolve_dns<'a>(&'a self, name: &'a str) -> DnsFuture<'a> {
            let unknown = || ResolveDnsError::new(NameError::NoSuchHost(name.to_owned()));
            let known = self.0.contains(&name).then(|| vec![IpAddr::from([127, 0, 0, 1])]);
            DnsFuture::ready(known.ok_or_else(unknown))
        }
    }

    async fn class_of(known: &'static [&'static str], error: NameError, service: &str, region: &str) -> Class {
        verdict(&SharedDnsResolver::new(Knows(known)), &error, service, region).await.class
    }

    fn no_such(host: &str) -> NameError {
        NameError::NoSuchHost(host.to_owned())
    }

    #[tokio::test]
    async fn a_service_is_not_there_if_all_witnesses_say_so() {
        const STS: &[&str] = &["sts.xx-north-9.amazonaws.com"];
        let of = |known, error, service| class_of(known, error, service, "xx-north-9");
        assert_eq!(of(STS, no_such("sqs.xx-north-9.amazonaws.com"), "sqs").await, Class::Unsupported);
        assert_eq!(of(&[], no_such("sqs.xx-north-9.amazonaws.com"), "sqs").await, Class::Failed, "nothing resolves");
        let late = |why: &str| NameError::Unresolved { host: "sqs.xx-north-9.amazonaws.com".into(), why: why.into() };
        for why in ["Temporary failure in name resolution", "No address associated with hostname", "timed out"] {
            assert_eq!(of(STS, late(why), "sqs").await, Class::Failed, "{why}");
        }
        assert_eq!(of(STS, no_such("iam.amazonaws.com"), "iam").await, Class::Failed, "a host of no region");
        assert_eq!(of(STS, no_such("proxy.example.com"), "sqs").await, Class::Failed, "a proxy's host");
        assert_eq!(of(&[], no_such("sts.xx-north-9.amazonaws.com"), "sts").await, Class::Failed);
    }

    #[tokio::test]
    async fn a_service_that_the_data_list_is_there() {
        const STS: &[&str] = &["sts.eu-west-1.amazonaws.com", "sts.cn-north-1.amazonaws.com.cn"];
        let of = |host: &'static str, service, region| class_of(STS, no_such(host), service, region);
        assert_eq!(of("sqs.eu-west-1.amazonaws.com", "sqs", "eu-west-1").await, Class::Failed);
        let express = of("s3express-control.eu-west-1.amazonaws.com", "s3", "eu-west-1");
        assert_eq!(express.await, Class::Unsupported, "S3 is there, and S3 Express is not");
        assert_eq!(of("1.s3-control.eu-west-1.amazonaws.com", "s3control", "eu-west-1").await, Class::Failed);
        let absent = of("identitystore.cn-north-1.amazonaws.com.cn", "newservice", "cn-north-1");
        assert_eq!(absent.await, Class::Unsupported, "the host's own suffix is the witness's");
    }

    #[test]
    fn only_one_code_says_that_there_is_no_such_host() {
        use LookupErrorKind::{Again, Fail, Memory, NoData, NoName, System, Unknown};
        for kind in [Again, Fail, Memory, NoData, NoName, System, Unknown] {
            let is_gone = matches!(named("h".to_owned(), kind, "why".to_owned()), NameError::NoSuchHost(_));
            assert_eq!(is_gone, matches!(kind, NoName), "{kind:?}");
        }
    }

    #[tokio::test]
    async fn the_machines_resolver_is_asked() {
        let local = SystemNames.resolve_dns("localhost").await.unwrap();
        assert!(local.iter().any(IpAddr::is_loopback), "{local:?}");
        // RFC 6761: never exists. What a machine without a name server says of it is no such answer.
        let error = SystemNames.resolve_dns("no-such-host.invalid").await.unwrap_err();
        assert!(in_causes_of(&error).is_some(), "{error:?}");
    }

    #[test]
    fn the_data_are_as_they_must_be() {
        for service in ["ec2", "iam", "organizations", "s3control", "secretsmanager", "ssoadmin", "sts"] {
            assert!(is_listed(service, "us-east-1"), "{service}");
        }
        assert!(!is_listed("sqs", "xx-north-9") && !is_listed("nosuch", "us-east-1"));
    }
}
