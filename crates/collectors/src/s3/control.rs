//! What several answers of S3 Control have alike: access points, Block Public Access, AWS's verdict on a policy, a
//! policy's text.

use std::collections::BTreeMap;

use orgcensus_collect::{Gate, Moment, Optional, Read, Session};
use serde::Deserialize;
use serde_json::Value;

use crate::items::{Answer, Unread, given};

/// How S3 Control says that there is no such access point.
pub(super) const GONE: &[&str] = &["NoSuchAccessPoint"];

/// How S3 Control says that an access point has no policy.
pub(super) const NO_POLICY: &[&str] = &["NoSuchAccessPointPolicy"];

/// A page of a list of access points.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Points {
    pub(super) access_point_list: Vec<Point>,
}

/// An access point, as lists have it.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Point {
    pub(super) name: Option<String>,
    pub(super) network_origin: Option<String>,
    pub(super) vpc_configuration: Vpc,
    pub(super) bucket: Option<String>,
    pub(super) access_point_arn: Option<String>,
    pub(super) alias: Option<String>,
    pub(super) bucket_account_id: Option<String>,
    pub(super) data_source_id: Option<String>,
    pub(super) data_source_type: Option<String>,
}

/// The VPC that the callers of an access point come from.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Vpc {
    pub(super) vpc_id: Option<String>,
}

impl Point {
    /// What stands before this access point alone: its callers come from one VPC.
    pub(super) fn gate(&self) -> Option<Gate> {
        (self.network_origin.as_deref() == Some("VPC")).then_some(Gate::VpcOnly)
    }
}

/// What the list does not say of an access point.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Described {
    pub(super) public_access_block_configuration: Option<Block>,
    pub(super) creation_date: Option<Moment>,
    pub(super) endpoints: BTreeMap<String, String>,
}

/// The four settings of Block Public Access.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Block {
    block_public_acls: Option<bool>,
    ignore_public_acls: Option<bool>,
    block_public_policy: Option<bool>,
    restrict_public_buckets: Option<bool>,
}

impl Block {
    /// The four settings, in the order of the columns. A setting that AWS leaves out is null and counted.
    pub(super) fn settings(&self, unread: &mut Unread) -> [Option<bool>; 4] {
        [
            unread.value("BlockPublicAcls", self.block_public_acls),
            unread.value("IgnorePublicAcls", self.ignore_public_acls),
            unread.value("BlockPublicPolicy", self.block_public_policy),
            unread.value("RestrictPublicBuckets", self.restrict_public_buckets),
        ]
    }
}

/// AWS's own verdict on a policy.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Status {
    is_public: Option<bool>,
}

impl Status {
    /// The verdict, which the answer to such a call must have.
    pub(super) fn given(&self, call: &str) -> Answer<bool> {
        given(self.is_public, call, "IsPublic")
    }
}

/// An answer that is AWS's own verdict on an access point's policy.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct ItsStatus {
    policy_status: Status,
}

/// An answer that is an access point's policy.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct ItsPolicy {
    policy: Option<String>,
}

/// The policy of an access point. `None`: AWS said by one of these codes that it has none.
pub(super) async fn policy(
    call: &Read<ItsPolicy>,
    session: &Session,
    input: Value,
    none: &[&str],
) -> Answer<Option<String>> {
    let answer = call.send(session, input).await.optional(none)?;
    answer.map(|it| given(it.policy, &call.call().name(), "Policy")).transpose()
}

/// AWS's own verdict on the policy of an access point. One without a policy is not public.
pub(super) async fn is_public(call: &Read<ItsStatus>, session: &Session, input: Value, none: &[&str]) -> Answer<bool> {
    let answer = call.send(session, input).await.optional(none)?;
    answer.map_or(Ok(false), |it| it.policy_status.given(&call.call().name()))
}
