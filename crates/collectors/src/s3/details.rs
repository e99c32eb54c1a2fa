//! The answers about one bucket. Each is read, not set, or unread by itself.

use aws_sdk_s3::Client;
use aws_sdk_s3::types::{
    Bucket, Grant, LoggingEnabled, MfaDeleteStatus, PublicAccessBlockConfiguration, ServerSideEncryptionRule, Tag, Type,
};
use orgcensus_collect::{Error, Optional, Rows, Session, client};
use orgcensus_policy::{AclGrant, AclGrantee};

use crate::items::{Answer, given, given_if_set, is_gone, with_policies, word};

/// How S3 says that there is no such bucket.
const GONE: &[&str] = &["NoSuchBucket"];

/// What AWS answered. `None`: it said that there is none.
pub(super) type Setting<T> = Answer<Option<T>>;

/// What was read of one bucket.
pub(super) struct Details {
    pub(super) bucket: Bucket,
    pub(super) region: Answer<String>,
    pub(super) policy: Setting<String>,
    pub(super) is_public: Setting<bool>,
    pub(super) acl: Answer<Vec<AclGrant>>,
    pub(super) ownership: Setting<String>,
    pub(super) public_access_block: Setting<PublicAccessBlockConfiguration>,
    pub(super) tags: Setting<Vec<Tag>>,
    pub(super) encryption: Setting<ServerSideEncryptionRule>,
    pub(super) versioning: Answer<Versioning>,
    pub(super) lock: Answer<Lock>,
    pub(super) logging: Setting<LoggingEnabled>,
}

impl Details {
    /// A bucket whose region is unknown: nobody to ask.
    fn unread(bucket: Bucket, error: &orgcensus_aws::Error) -> Self {
        Self {
            bucket,
            region: Err(error.clone()),
            policy: Err(error.clone()),
            is_public: Err(error.clone()),
            acl: Err(error.clone()),
            ownership: Err(error.clone()),
            public_access_block: Err(error.clone()),
            tags: Err(error.clone()),
            encryption: Err(error.clone()),
            versioning: Err(error.clone()),
            lock: Ok(Lock::default()),
            logging: Err(error.clone()),
        }
    }
}

/// Whether a bucket keeps old versions.
pub(super) struct Versioning {
    pub(super) status: Option<String>,
    pub(super) is_mfa_delete_enabled: bool,
}

impl Versioning {
    /// Whether versions are kept now.
    pub(super) fn is_on(&self) -> bool {
        self.status.as_deref() == Some("Enabled")
    }
}

/// Whether versions can be locked, and how new ones are.
#[derive(Debug, Default)]
pub(super) struct Lock {
    pub(super) is_enabled: bool,
    pub(super) mode: Option<String>,
    pub(super) days: Option<i32>,
}

/// A client for one region. With an endpoint of one's own, a bucket is in the path and not in the host's name.
pub(super) fn s3(session: &Session) -> Client {
    client!(session, aws_sdk_s3, |builder| builder.force_path_style(session.has_own_endpoint()))
}

/// The listed buckets that have a name. Others are counted: there is nobody to ask about them.
pub(super) fn named(
    rows: &mut Rows<'_>,
    table: &'static str,
    call: &str,
    buckets: Option<Vec<Bucket>>,
) -> Result<Vec<Bucket>, Error> {
    let listed = buckets.unwrap_or_default().into_iter();
    let (named, nameless): (Vec<Bucket>, Vec<Bucket>) = listed.partition(|bucket| bucket.name.is_some());
    for _ in nameless {
        rows.item(with_policies([table]), given(None::<()>, call, "Name"))?;
    }
    Ok(named)
}

/// Reads a bucket in its own region. `None`: it went away meanwhile.
pub(super) async fn read(session: Session, bucket: Bucket) -> Option<Details> {
    let name = bucket.name.clone().unwrap_or_default();
    let region = match bucket.bucket_region.clone() {
        Some(region) => Ok(region),
        None => location(&s3(&session), &name).await,
    };
    if is_gone(GONE, &region) {
        return None;
    }
    let s3 = match &region {
        Ok(region) => s3(&session.in_region(region)),
        Err(error) => return Some(Details::unread(bucket, error)),
    };
    let policy = s3.get_bucket_policy().bucket(&name).send().await.optional(&["NoSuchBucketPolicy"]);
    if is_gone(GONE, &policy) {
        return None;
    }
    let versioning = versioning(&s3, &name).await;
    Some(Details {
        policy: given_if_set(policy, |it| it.policy, "s3:GetBucketPolicy", "Policy"),
        is_public: is_public(&s3, &name).await,
        acl: acl(&s3, &name).await,
        ownership: ownership(&s3, &name).await,
        public_access_block: public_access_block(&s3, &name).await,
        tags: tags(&s3, &name).await,
        encryption: encryption(&s3, &name).await,
        lock: lock(&s3, &name, versioning.as_ref().is_ok_and(Versioning::is_on)).await,
        versioning,
        logging: logging(&s3, &name).await,
        bucket,
        region,
    })
}

/// The oldest two regions have names of their own here.
async fn location(s3: &Client, name: &str) -> Answer<String> {
    let answer = s3.get_bucket_location().bucket(name).send().await?;
    let constraint = answer.location_constraint.as_ref().map(|it| it.as_str()).unwrap_or_default();
    Ok(match constraint {
        "" => "us-east-1",
        "EU" => "eu-west-1",
        region => region,
    }
    .to_owned())
}

/// AWS's own verdict; a bucket without a policy has none.
async fn is_public(s3: &Client, name: &str) -> Setting<bool> {
    let answer = s3.get_bucket_policy_status().bucket(name).send().await.optional(&["NoSuchBucketPolicy"])?;
    let is_public = answer.map(|it| it.policy_status.and_then(|status| status.is_public));
    is_public.map(|is_public| given(is_public, "s3:GetBucketPolicyStatus", "IsPublic")).transpose()
}

async fn acl(s3: &Client, name: &str) -> Answer<Vec<AclGrant>> {
    let answer = s3.get_bucket_acl().bucket(name).send().await?;
    let grants: Option<Vec<AclGrant>> = answer.grants.into_iter().flatten().map(grant).collect();
    given(grants, "s3:GetBucketAcl", "Grant")
}

/// A grantee of a kind that is not known here stays as AWS wrote it. None: it is not said to whom something is granted,
/// or what.
fn grant(grant: Grant) -> Option<AclGrant> {
    let (it, permission) = (grant.grantee?, grant.permission?);
    let grantee = match (it.r#type, it.id, it.uri, it.email_address) {
        (_, _, Some(uri), _) => AclGrantee::from_uri(&uri),
        (Type::CanonicalUser, Some(id), _, _) => AclGrantee::CanonicalUser(id),
        (_, id, _, email) => AclGrantee::Other(email.or(id)?),
    };
    Some(AclGrant { grantee, permission: permission.as_str().to_owned() })
}

async fn ownership(s3: &Client, name: &str) -> Setting<String> {
    let answer = s3.get_bucket_ownership_controls().bucket(name).send().await;
    let Some(answer) = answer.optional(&["OwnershipControlsNotFoundError"])? else { return Ok(None) };
    let rule = answer.ownership_controls.and_then(|controls| controls.rules.into_iter().next());
    let ownership = rule.and_then(|rule| word(rule.object_ownership.as_str()));
    given(ownership, "s3:GetBucketOwnershipControls", "ObjectOwnership").map(Some)
}

async fn public_access_block(s3: &Client, name: &str) -> Setting<PublicAccessBlockConfiguration> {
    let answer = s3.get_public_access_block().bucket(name).send().await;
    let Some(answer) = answer.optional(&["NoSuchPublicAccessBlockConfiguration"])? else { return Ok(None) };
    let block = answer.public_access_block_configuration;
    given(block, "s3:GetPublicAccessBlock", "PublicAccessBlockConfiguration").map(Some)
}

async fn tags(s3: &Client, name: &str) -> Setting<Vec<Tag>> {
    let answer = s3.get_bucket_tagging().bucket(name).send().await.optional(&["NoSuchTagSet"])?;
    Ok(answer.map(|it| it.tag_set))
}

pub(super) async fn encryption(s3: &Client, name: &str) -> Setting<ServerSideEncryptionRule> {
    let answer = s3.get_bucket_encryption().bucket(name).send().await;
    let answer = answer.optional(&["ServerSideEncryptionConfigurationNotFoundError"])?;
    let Some(answer) = answer else { return Ok(None) };
    let rule = answer.server_side_encryption_configuration.and_then(|it| it.rules.into_iter().next());
    given(rule, "s3:GetBucketEncryption", "Rule").map(Some)
}

async fn versioning(s3: &Client, name: &str) -> Answer<Versioning> {
    let answer = s3.get_bucket_versioning().bucket(name).send().await?;
    Ok(Versioning {
        status: answer.status.map(|status| status.as_str().to_owned()),
        is_mfa_delete_enabled: answer.mfa_delete == Some(MfaDeleteStatus::Enabled),
    })
}

/// Object Lock needs versions, and keeps them on. So nobody is asked about a bucket that keeps none.
async fn lock(s3: &Client, name: &str, has_versions: bool) -> Answer<Lock> {
    if !has_versions {
        return Ok(Lock::default());
    }
    let answer = s3.get_object_lock_configuration().bucket(name).send().await;
    let Some(answer) = answer.optional(&["ObjectLockConfigurationNotFoundError"])? else { return Ok(Lock::default()) };
    let call = "s3:GetObjectLockConfiguration";
    let configuration = given(answer.object_lock_configuration, call, "ObjectLockConfiguration")?;
    let enabled = given(configuration.object_lock_enabled, call, "ObjectLockEnabled")?;
    let retention = configuration.rule.and_then(|rule| rule.default_retention);
    let days = retention.as_ref().and_then(|it| it.days.or_else(|| it.years?.checked_mul(365)));
    let mode = retention.and_then(|it| it.mode).map(|mode| mode.as_str().to_owned());
    Ok(Lock { is_enabled: enabled.as_str() == "Enabled", mode, days })
}

async fn logging(s3: &Client, name: &str) -> Setting<LoggingEnabled> {
    Ok(s3.get_bucket_logging().bucket(name).send().await?.logging_enabled)
}

#[cfg(test)]
mod tests {
    use aws_sdk_s3::types::{Grantee, Permission};

    use super::*;

    #[test]
    fn a_grant_that_does_not_say_to_whom_or_what_is_not_read() {
        let grantee = |id: Option<&str>| {
            Grantee::builder().r#type(Type::CanonicalUser).set_id(id.map(str::to_owned)).build().unwrap()
        };
        let of = |grantee: Option<Grantee>, permission: Option<Permission>| {
            grant(Grant::builder().set_grantee(grantee).set_permission(permission).build())
        };
        let read = of(Some(grantee(Some("abc"))), Some(Permission::Read)).unwrap();
        assert_eq!((read.grantee.as_str(), read.permission.as_str()), ("abc", "READ"));
        assert!(of(None, Some(Permission::Read)).is_none());
        assert!(of(Some(grantee(None)), Some(Permission::Read)).is_none());
        assert!(of(Some(grantee(Some("abc"))), None).is_none());
    }
}
