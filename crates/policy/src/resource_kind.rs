//! How a type of resource is declared: what its policies are about, which ARNs are its own, and what stands before it.

use crate::arn::Arn;
use crate::gate::Gate;
use crate::glob::may_match;
use crate::kind::PolicyKind;
use crate::kinds::ALL;

/// A type of resource that can have a policy. Each is declared once, in [`kinds`](crate::kinds).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResourceKind {
    /// Its type in tables: `sqs_queue`.
    pub resource_type: &'static str,
    /// Other names by which people call it or its service.
    also: &'static [&'static str],
    /// How a policy on it counts.
    pub policy: PolicyKind,
    /// The service whose actions such a policy can be about: `sqs`. None where they may be any service's.
    pub service: Option<&'static str>,
    /// Its ARN from the service on, as a pattern; empty where an ARN does not tell the type.
    shape: &'static str,
    /// Where the resource's own ARN ends in one of something in it: `/` of a bucket.
    pub(crate) ends_at: &'static str,
    /// The ARNs that a policy on it can be about. None: what its policies name says nothing.
    pub(crate) own: &'static [OwnArn],
    /// ARNs that may be its own; it is not known, or not of all.
    pub(crate) near: &'static [&'static str],
    /// What stands before every resource of the type. What stands before some of them is with their policies.
    pub gate: Option<Gate>,
    /// What else may let someone in and no collector reads: `grants`. The change that reads it takes this out.
    pub never_read: Option<&'static str>,
    /// Whether Block Public Access of the account and of the resource stands before its policies.
    pub has_blocks: bool,
}

/// Nothing but the resource.
const ITSELF: &[OwnArn] = &[OwnArn::new("{arn}")];

/// ARNs that are a resource's own: `{arn}` stands for it, `{place}` for its ARN up to the account.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct OwnArn {
    pub(crate) pattern: &'static str,
    /// How the names of actions begin that are never on these.
    pub(crate) never: &'static [&'static str],
}

impl OwnArn {
    /// ARNs that any action of the service may be on.
    pub(crate) const fn new(pattern: &'static str) -> OwnArn {
        OwnArn { pattern, never: &[] }
    }

    /// The same, but for the actions whose names begin like these.
    pub(crate) const fn but(self, never: &'static [&'static str]) -> OwnArn {
        OwnArn { never, ..self }
    }
}

/// Declares a type of resource. Its policies are on resources, and of what they name nothing is decided.
pub(crate) const fn resource(resource_type: &'static str) -> ResourceKind {
    ResourceKind {
        resource_type,
        also: &[],
        policy: PolicyKind::Resource,
        service: None,
        shape: "",
        ends_at: "",
        own: &[],
        near: &[],
        gate: None,
        never_read: None,
        has_blocks: false,
    }
}

impl ResourceKind {
    /// Its policies are about actions of this service.
    pub(crate) const fn actions_of(self, service: &'static str) -> Self {
        Self { service: Some(service), ..self }
    }

    /// Its ARN from the service on, as a pattern. Its policies can be about itself only, unless more is said.
    pub(crate) const fn arn(self, shape: &'static str) -> Self {
        Self { shape, own: ITSELF, ..self }
    }

    /// People call it, or its service, by these names too.
    pub(crate) const fn also(self, also: &'static [&'static str]) -> Self {
        Self { also, ..self }
    }

    /// Its policies count so, and not as those on resources do.
    pub(crate) const fn with(self, policy: PolicyKind) -> Self {
        Self { policy, ..self }
    }

    /// The ARNs that its policies can be about.
    pub(crate) const fn owns(self, own: &'static [OwnArn]) -> Self {
        Self { own, ..self }
    }

    /// ARNs that may be its own.
    pub(crate) const fn near(self, near: &'static [&'static str]) -> Self {
        Self { near, ..self }
    }

    /// Where the ARN of something in it goes on after its own.
    pub(crate) const fn ends_at(self, ends_at: &'static str) -> Self {
        Self { ends_at, ..self }
    }

    /// This stands before every such resource.
    pub(crate) const fn gate(self, gate: Gate) -> Self {
        Self { gate: Some(gate), ..self }
    }

    /// No collector reads this of it, and it may let someone in.
    pub(crate) const fn never_reads(self, what: &'static str) -> Self {
        Self { never_read: Some(what), ..self }
    }

    /// Block Public Access stands before its policies.
    pub(crate) const fn has_blocks(self) -> Self {
        Self { has_blocks: true, ..self }
    }
}

impl ResourceKind {
    /// The kind with this type in tables.
    pub fn of_type(resource_type: &str) -> Option<&'static ResourceKind> {
        ALL.iter().find(|kind| kind.resource_type == resource_type)
    }

    /// The kind by a name: a resource type of the tables, or what people call it. Writers differ in case and hyphens.
    pub fn named(name: &str) -> Option<&'static ResourceKind> {
        let plain = |text: &str| -> String {
            text.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
        };
        let name = plain(name);
        ALL.iter().find(|kind| kind.names().any(|known| plain(known) == name))
    }

    /// The kind of the resource with this ARN.
    pub(crate) fn of(arn: &Arn) -> Option<&'static ResourceKind> {
        let text = format!("{}:{}:{}:{}", arn.service, arn.region, arn.account, arn.resource);
        ALL.iter().find(|kind| may_match(kind.shape, &text))
    }

    fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.resource_type).chain(self.also.iter().copied())
    }

    /// Whether a name is to follow what its ARN starts with.
    pub(crate) fn shape_is_open(&self) -> bool {
        self.shape.ends_with('*')
    }

    /// How the last field of its ARN starts: `function:`.
    pub(crate) fn prefix(&self) -> &'static str {
        let resource = self.shape.splitn(4, ':').nth(3).unwrap_or_default();
        resource.split('*').next().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::catalogue::{Scan, levels};
    use crate::level::{AccessLevel, AccessLevels};

    #[test]
    fn a_kind_is_found_by_its_names_and_by_its_arn() {
        for (name, service) in [("sqs_queue", "sqs"), ("EFS", "elasticfilesystem"), ("VPC endpoint", "ec2")] {
            assert_eq!(ResourceKind::named(name).and_then(|kind| kind.service), Some(service), "{name}");
        }
        assert_eq!(ResourceKind::named("s3"), None);
        assert_eq!(ResourceKind::of_type("SQS queue"), None, "tables write a type in one way");
        let of = |arn: &str| ResourceKind::of(&Arn::parse(arn).unwrap()).map(|kind| kind.resource_type);
        assert_eq!(of("arn:aws:s3:::accesspoint"), Some("s3_bucket"));
        assert_eq!(of("arn:aws:s3::111122223333:accesspoint/a.mrap"), Some("s3_access_point"));
        assert_eq!(of("arn:aws:iam::111122223333:role/a"), Some("iam_role"));
        assert_eq!(of("arn:aws:backup:us-east-1:111122223333:backup-vault:v"), None);
    }

    #[test]
    fn no_name_stands_for_two_kinds() {
        let names: Vec<_> = ALL.iter().flat_map(ResourceKind::names).collect();
        assert_eq!(names.len(), names.iter().collect::<BTreeSet<_>>().len(), "{names:?}");
        assert!(ALL.iter().all(|kind| ResourceKind::of_type(kind.resource_type) == Some(kind)));
    }

    #[test]
    fn every_service_is_one_that_has_actions() {
        for kind in ALL {
            let Some(service) = kind.service else {
                assert!(!kind.policy.is_on_resource(), "{}: whose actions are its policies about?", kind.resource_type);
                continue;
            };
            let known = levels(&format!("{service}:*"), None, &mut Scan::default());
            assert_ne!(known, AccessLevels::of(AccessLevel::Unknown), "{}: {service}", kind.resource_type);
        }
    }
}
