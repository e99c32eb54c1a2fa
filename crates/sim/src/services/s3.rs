//! S3: buckets with every way of opening and closing them.

mod access;
mod answers;

pub(crate) use answers::{answer, block_members};

use super::some_tags;
use crate::account::Account;
use crate::dice::Dice;
use crate::organization::Organization;
use crate::perimeter::is_in_perimeter;
use crate::policies::{Kind, Named, ResourcePolicy, Subject, Verdict, any_kind};
use access::{Access, HELD, SHOWN};

/// A bucket.
#[derive(Debug)]
pub(crate) struct SimulatedBucket {
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) region: String,
    pub(crate) policy: ResourcePolicy,
    pub(crate) acl: Acl,
    pub(crate) ownership: Option<&'static str>,
    pub(crate) block: Option<Block>,
    /// Whether a resource control policy lets in only the organization's own identities and services.
    is_held: bool,
    created_millis: i64,
    encryption: &'static str,
    versioning: Option<&'static str>,
    is_logged: bool,
    tags: Vec<(String, String)>,
}

/// Those whom a bucket's ACL lets in besides its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Acl {
    Private,
    LogDelivery,
    EveryoneReads,
    EveryoneControls,
    AuthenticatedReads,
    AuthenticatedControls,
}

impl Acl {
    fn is_public(self) -> bool {
        self.group().is_some()
    }

    /// The group of all users that it lets in.
    fn group(self) -> Option<&'static str> {
        match self {
            Self::Private | Self::LogDelivery => None,
            Self::EveryoneReads | Self::EveryoneControls => Some("AllUsers"),
            Self::AuthenticatedReads | Self::AuthenticatedControls => Some("AuthenticatedUsers"),
        }
    }

    fn gives_full_control(self) -> bool {
        matches!(self, Self::EveryoneControls | Self::AuthenticatedControls)
    }
}

/// Block Public Access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) block_public_acls: bool,
    pub(crate) ignore_public_acls: bool,
    pub(crate) block_public_policy: bool,
    pub(crate) restrict_public_buckets: bool,
}

impl Block {
    const ALL: Self = Self {
        block_public_acls: true,
        ignore_public_acls: true,
        block_public_policy: true,
        restrict_public_buckets: true,
    };
    const NONE: Self = Self {
        block_public_acls: false,
        ignore_public_acls: false,
        block_public_policy: false,
        restrict_public_buckets: false,
    };
}

impl SimulatedBucket {
    /// Who can reach it by its policy and ACL, after Block Public Access of the bucket and its account.
    pub(crate) fn verdict(&self, account_block: Option<Block>) -> Verdict {
        let by_policy = if self.is_restricted(account_block) { Verdict::CLOSED } else { self.policy.verdict };
        let is_open_by_acl = self.acl.is_public() && !self.ignores_acls(account_block);
        by_policy.or(match (is_open_by_acl, self.is_held) {
            (true, false) => Verdict::PUBLIC,
            (true, true) => Verdict::IN_ORG,
            (false, _) => Verdict::CLOSED,
        })
    }

    /// The principals that its policy and ACL name, as far as they are not blocked.
    pub(crate) fn named(&self, account_block: Option<Block>) -> Named {
        let mut named = self.policy.named.clone();
        if self.is_restricted(account_block) {
            named.outside.clear();
        }
        if let Some(group) = self.acl.group().filter(|_| !self.ignores_acls(account_block) && !self.is_held) {
            named.outside.push(group.to_owned());
        }
        named
    }

    /// Whether the text of policy and ACL makes it public although S3's own policy status says otherwise, or the
    /// reverse.
    pub(crate) fn differs_from_status(&self) -> bool {
        let is_public = self.policy.kind.verdict().is_public.map(|is_public| is_public || self.acl.is_public());
        is_public.is_some_and(|is_public| is_public != self.policy.kind.is_s3_public())
    }

    fn is_restricted(&self, account_block: Option<Block>) -> bool {
        let restricts = [self.block, account_block].iter().flatten().any(|block| block.restrict_public_buckets);
        restricts && self.policy.kind.is_s3_public()
    }

    fn ignores_acls(&self, account_block: Option<Block>) -> bool {
        [self.block, account_block].iter().flatten().any(|block| block.ignore_public_acls)
    }

    /// Public as the yearly study counts: by the words of policy and ACL alone.
    pub(crate) fn is_study_public(&self) -> bool {
        self.policy.kind.is_study_public() || self.acl.gives_full_control()
    }
}

/// The account's Block Public Access.
pub(crate) fn account_block(organization: &Organization, account: &Account) -> Option<Block> {
    let mut dice = organization.dice(&["s3-account", &account.id]);
    // In this account each bucket's own block must have an effect.
    if organization.is_showcase(account) || organization.is_held(account) {
        return None;
    }
    if dice.chance(organization.settings.rates.account_public_access_block) {
        return Some(Block::ALL);
    }
    dice.chance(0.2).then_some(Block { ignore_public_acls: dice.chance(0.5), ..Block::NONE })
}

/// The buckets of an account, in all its regions.
pub(crate) fn buckets(organization: &Organization, account: &Account) -> Vec<SimulatedBucket> {
    let mut dice = organization.dice(&["s3", &account.id]);
    // If a service control policy denies a region, no bucket could be created there.
    let is_denied = account.is_in_sandbox() && organization.settings.troubles.region_denied_by_scp;
    let denied = organization.last_region().filter(|_| is_denied);
    let regions: Vec<&String> =
        organization.settings.regions.iter().filter(|region| denied != Some(region.as_str())).collect();
    if regions.is_empty() {
        return Vec::new();
    }
    let restricts = account_block(organization, account).is_some_and(|block| block.restrict_public_buckets);
    let rates = &organization.settings.rates;
    let count = dice.count(rates.buckets);
    let mut buckets: Vec<SimulatedBucket> =
        (0..count).map(|_| any_bucket(organization, account, &regions, restricts, &mut dice)).collect();
    let shown: &[(&str, Access)] = match account {
        account if organization.is_showcase(account) => &SHOWN,
        account if organization.is_held(account) => &HELD,
        _ => &[],
    };
    if rates.buckets > 0 {
        let shown = shown.iter().copied();
        buckets.extend(shown.map(|(label, access)| {
            let name = format!("show-{label}-{}", dice.hex(10));
            bucket(organization, account, &regions, name, access, &mut dice)
        }));
    }
    buckets
}

fn any_bucket(
    organization: &Organization,
    account: &Account,
    regions: &[&String],
    account_restricts: bool,
    dice: &mut Dice,
) -> SimulatedBucket {
    let name = format!("{}-{}", dice.pick(&["logs", "www.simulated", "assets", "backups", "data-lake"]), dice.hex(10));
    let is_open = dice.chance(organization.settings.rates.public_buckets);
    let is_open_by_acl = is_open && dice.chance(0.4);
    let block = block(is_open, dice);
    let kind = match any_kind(dice, 0.0) {
        _ if is_open_by_acl => Kind::None,
        _ if is_open => Kind::Public,
        // AWS does not document what S3 would leave of such a policy.
        kind if (account_restricts || block.is_some_and(|it| it.restrict_public_buckets)) && !kind.is_plain() => {
            Kind::SameAccount
        }
        kind => kind,
    };
    let (ownership, acl) = ownership_and_acl(is_open_by_acl, dice);
    bucket(organization, account, regions, name, Access { kind, acl, ownership, block }, dice)
}

fn bucket(
    organization: &Organization,
    account: &Account,
    regions: &[&String],
    name: String,
    access: Access,
    dice: &mut Dice,
) -> SimulatedBucket {
    let arn = organization.arn("s3", "", "", &name);
    let subject = Subject {
        organization,
        account,
        actions: &["s3:GetObject", "s3:ListBucket"],
        resources: vec![arn.clone(), format!("{arn}/*")],
        service: "cloudtrail.amazonaws.com",
    };
    let days = dice.between(0, 3000);
    SimulatedBucket {
        policy: subject.policy(access.kind, dice),
        region: dice.pick(regions).clone(),
        acl: access.acl,
        ownership: access.ownership,
        block: access.block,
        is_held: is_in_perimeter(organization, account, "s3"),
        created_millis: organization.clock.days_ago(days, dice),
        encryption: dice.weighted(&[("AES256", 4), ("aws:kms", 1)]),
        versioning: dice.weighted(&[(None, 4), (Some("Enabled"), 4), (Some("Suspended"), 1)]),
        is_logged: dice.chance(0.3),
        tags: some_tags(dice),
        name,
        arn,
    }
}

fn block(is_open: bool, dice: &mut Dice) -> Option<Block> {
    let weights = if is_open { [(0, 2), (1, 5), (2, 3), (3, 1)] } else { [(0, 10), (1, 3), (2, 2), (3, 2)] };
    match dice.weighted(&weights) {
        0 => Some(Block::ALL),
        1 => None,
        2 => Some(Block::NONE),
        _ => Some(Block {
            block_public_acls: dice.chance(0.5),
            ignore_public_acls: dice.chance(0.5),
            block_public_policy: dice.chance(0.5),
            restrict_public_buckets: dice.chance(0.5),
        }),
    }
}

/// With ownership enforced, a bucket has no ACL to speak of.
fn ownership_and_acl(is_open_by_acl: bool, dice: &mut Dice) -> (Option<&'static str>, Acl) {
    let ownership = dice.weighted(&[(None, 2), (Some("ObjectWriter"), 1), (Some("BucketOwnerPreferred"), 1)]);
    if is_open_by_acl {
        let acls = [Acl::EveryoneReads, Acl::EveryoneControls, Acl::AuthenticatedReads, Acl::AuthenticatedControls];
        return (ownership, dice.pick(&acls));
    }
    match dice.weighted(&[(0, 8), (1, 4), (2, 1)]) {
        0 => (Some("BucketOwnerEnforced"), Acl::Private),
        1 => (ownership, Acl::Private),
        _ => (ownership, Acl::LogDelivery),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Client, quiet};

    fn bucket(kind: Kind, acl: Acl, block: Option<Block>) -> SimulatedBucket {
        let organization = Organization::new(quiet(3, 1));
        // No resource control policy binds the management account.
        let account = organization.account(0);
        let mut dice = organization.dice(&["test"]);
        let access = Access { kind, acl, ownership: None, block };
        super::bucket(&organization, &account, &[&"us-east-1".to_owned()], "b".to_owned(), access, &mut dice)
    }

    #[test]
    fn blocks_close_what_policy_and_acl_open() {
        let open = bucket(Kind::Public, Acl::Private, None);
        assert_eq!(open.verdict(None), Verdict::PUBLIC);
        assert_eq!(open.verdict(Some(Block::ALL)), Verdict::CLOSED);
        assert!(open.is_study_public());
        let readable = bucket(Kind::None, Acl::EveryoneReads, Some(Block::NONE));
        assert_eq!(readable.verdict(None), Verdict::PUBLIC);
        assert!(!readable.is_study_public(), "the study counts full control only");
        assert_eq!(bucket(Kind::None, Acl::EveryoneControls, Some(Block::ALL)).verdict(None), Verdict::CLOSED);
        assert_eq!(bucket(Kind::ExternalAccount, Acl::Private, Some(Block::ALL)).verdict(None), Verdict::EXTERNAL);
        assert_eq!(bucket(Kind::Malformed, Acl::Private, None).verdict(None), Verdict::UNKNOWN);
    }

    #[test]
    fn a_bucket_answers_in_its_own_region_only() {
        let client = Client::new(quiet(1, 2));
        let reply = client.get("s3", "/?x-id=ListBuckets");
        let (names, regions) = (reply.elements("Name"), reply.elements("BucketRegion"));
        assert!(regions.iter().any(|region| region != "us-east-1"), "{regions:?}");
        for (name, region) in names.iter().zip(&regions) {
            let acl = client.in_region(region).get("s3", &format!("/{name}?acl"));
            assert_eq!((acl.status, acl.elements("Permission")[0].as_str()), (200, "FULL_CONTROL"));
            let location = client.get("s3", &format!("/{name}?location")).element("LocationConstraint");
            assert_eq!(location, if region == "us-east-1" { "" } else { region.as_str() });
            if region != "us-east-1" {
                let reply = client.get("s3", &format!("/{name}?acl"));
                assert_eq!((reply.status, reply.element("Code")), (301, "PermanentRedirect".to_owned()));
            }
        }
        assert_eq!(client.get("s3", "/no-such-bucket?acl").element("Code"), "NoSuchBucket");
    }
}
