//! Access points of S3 and the buckets behind them, as a request meets them (E19).
//!
//! A request through an access point passes only if the policy of the access point and that of the bucket both permit
//! it. So each Allow of the one is joined with each Allow of the other into an Allow of what both give, which is then
//! weighed like any other (`join`). A bucket that leaves access to its access points has an Allow for everyone, under a
//! condition on `s3:DataAccessPointAccount`, `s3:DataAccessPointArn` or `s3:AccessPointNetworkOrigin`. In a request
//! through a given access point such a condition holds, or it does not (`keys`). So a delegation needs no rule of its
//! own.
//!
//! AWS says this of access points and of Multi-Region Access Points alike: "Configuring IAM policies for using access
//! points" and "Multi-Region Access Points: Permissions" in the S3 User Guide. An identity of the bucket's own account
//! may instead have the right by its own policy. No answer here is about such identities.

mod join;
mod keys;
mod names;

use crate::document::Document;
use crate::s3::{AclGrant, PublicAccessBlock};

pub(crate) use join::Way;
pub use keys::access_point_accounts;

/// The access point that a policy is on, and the buckets that it leads to.
#[derive(Debug, Clone, Copy)]
pub struct AccessPoint<'a> {
    /// Its ARN. `None`: any access point of the account.
    pub arn: Option<&'a str>,
    /// The account that owns it.
    pub account: &'a str,
    /// Whether its callers come from a VPC. `None`: not known.
    pub is_of_vpc: Option<bool>,
    /// The buckets that it leads to: a request goes to one of them.
    pub buckets: &'a [BucketBehind<'a>],
}

/// A bucket behind an access point.
#[derive(Debug, Clone)]
pub struct BucketBehind<'a> {
    /// The bucket's ARN.
    pub arn: &'a str,
    /// Its policies, as far as they were read.
    pub documents: &'a [Document],
    /// Whether it has a policy or an ACL that could not be read.
    pub has_unread: bool,
    /// The grants of its ACL, as far as they were read; none if ACLs are switched off.
    pub acl: Vec<AclGrant>,
    /// The canonical user id of the ACL's owner.
    pub acl_owner: Option<&'a str>,
    /// The Block Public Access settings of the bucket and of its account; `None` is one that was not collected.
    pub blocks: Vec<Option<PublicAccessBlock>>,
}

impl<'a> BucketBehind<'a> {
    /// A bucket of which nothing is known.
    pub fn unread(arn: &'a str) -> BucketBehind<'a> {
        BucketBehind { arn, documents: &[], has_unread: true, acl: Vec::new(), acl_owner: None, blocks: vec![None] }
    }
}
