//! The declaration of a type of resource: the actions that its policies are about, the ARNs that are its own, and the
//! gates before it.

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
    /// The kind of policy that is on it.
    pub policy: PolicyKind,
    /// The service whose actions such a policy can be about: `sqs`. None if they may be of any service.
    pub service: Option<&'static str>,
    /// Its ARN from the service on, as a pattern; empty if the ARN does not show the type.
    shape: &'static str,
    /// The character that ends the resource's own ARN in the ARN of something inside it: `/` for a bucket.
    pub(crate) ends_at: &'static str,
    /// The ARNs that a policy on it can be about. None: the names in its policies decide nothing.
    pub(crate) own: &'static [OwnArn],
    /// ARNs that may be its own, where that is not known, or not for all of them.
    pub(crate) near: &'static [&'static str],
    /// The gate before every resource of the type. A gate before some of them only is with their policies.
    pub gate: Option<Gate>,
    /// Something else that may let someone in, but that no collector reads: `grants`. Remove this when a collector
    /// reads it.
    pub never_read: Option<&'static str>,
    /// Why no collector can read its policies: AWS ended the service. None: one reads them, or one could.
    pub unread: Option<&'static str>,
    /// Whether Block Public Access of the account and of the resource stands before its policies.
    pub has_blocks: bool,
    /// Whether Block Public Access stands before its policies and nobody can switch it off.
    pub is_always_blocked: bool,
    /// How common resources of the type are, and how much harm an open one does: 1 what most organizations have, 2 what
    /// many have, 3 what is rare.
    pub tier: u8,
}

/// Nothing but the resource.
const ITSELF: &[OwnArn] = &[OwnArn::new("{arn}")];

/// ARNs that are a resource's own: `{arn}` stands for the resource's ARN, `{place}` for its ARN up to the account.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct OwnArn {
    pub(crate) pattern: &'static str,
    /// Actions whose names begin with one of these are never on these ARNs.
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

/// Declares a type of resource. Its policies are on resources, and the names in their statements decide nothing, unless
/// more is declared.
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
        unread: None,
        has_blocks: false,
        is_always_blocked: false,
        tier: 1,
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

    /// Its policies are of this kind, and not of the kind on resources.
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

    /// The character after its own ARN in the ARN of something inside it.
    pub(crate) const fn ends_at(self, ends_at: &'static str) -> Self {
        Self { ends_at, ..self }
    }

    /// This stands before every such resource.
    pub(crate) const fn gate(self, gate: Gate) -> Self {
        Self { gate: Some(gate), ..self }
    }

    /// No collector reads this part of it, and that part may let someone in.
    pub const fn never_reads(self, what: &'static str) -> Self {
        Self { never_read: Some(what), ..self }
    }

    /// No collector can read its policies, for this reason.
    pub(crate) const fn unread(self, why: &'static str) -> Self {
        Self { unread: Some(why), ..self }
    }

    /// Fewer organizations have it than the types of tier 1.
    pub(crate) const fn tier(self, tier: u8) -> Self {
        Self { tier, ..self }
    }

    /// Block Public Access stands before its policies.
    pub(crate) const fn has_blocks(self) -> Self {
        Self { has_blocks: true, ..self }
    }

    /// Block Public Access stands before its policies, and nobody can switch it off.
    pub(crate) const fn is_always_blocked(self) -> Self {
        Self { is_always_blocked: true, ..self }
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

    /// The kind of the resource with this ARN: whether it can have a policy.
    pub fn of_arn(text: &str) -> Option<&'static ResourceKind> {
        ResourceKind::of(&Arn::parse(text)?)
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
        let outpost = "arn:aws:s3-outposts:us-east-1:111122223333:outpost/op-1";
        assert_eq!(of(&format!("{outpost}/bucket/b")), Some("s3_outposts_bucket"));
        assert_eq!(of(&format!("{outpost}/accesspoint/a")), Some("s3_outposts_access_point"));
        assert_eq!(of("arn:aws:backup:us-east-1:111122223333:backup-vault:v"), None);
    }

    #[test]
    fn no_name_stands_for_two_kinds() {
        let names: Vec<_> = ALL.iter().flat_map(ResourceKind::names).collect();
        assert_eq!(names.len(), names.iter().collect::<BTreeSet<_>>().len(), "{names:?}");
        assert!(ALL.iter().all(|kind| ResourceKind::of_type(kind.resource_type) == Some(kind)));
    }

    #[test]
    fn every_type_has_one_of_three_tiers() {
        let tier = |name: &str| ResourceKind::named(name).map(|kind| kind.tier);
        assert_eq!((tier("sqs_queue"), tier("backup_vault"), tier("dsql_cluster")), (Some(1), Some(2), Some(3)));
        assert!(ALL.iter().all(|kind| (1..=3).contains(&kind.tier)));
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
