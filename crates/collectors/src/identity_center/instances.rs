//! Instances of IAM Identity Center: ListInstances, which tells of one region only.

use aws_sdk_ssoadmin::Client;
use aws_sdk_ssoadmin::types::InstanceMetadata;
use orgcensus_collect::{Error, Session, timestamp};
use orgcensus_row::{Row, Stamp, Timestamp};
use serde::Serialize;

/// One instance of IAM Identity Center as the organization's identity sees it in one region.
#[derive(Debug, Serialize, Row)]
#[row(table = "identity_center_instances", key = "arn")]
pub struct Instance {
    /// The instance's ARN, which names no region.
    pub arn: String,
    /// Its name; null when none is set.
    pub instance_name: Option<String>,
    /// The directory of its users and groups, d-….
    pub identity_store_id: Option<String>,
    /// The account that owns it, 12 digits.
    pub owner_account_id: Option<String>,
    /// Whether it is the organization's, owned by the management account; false for an account's own; null when AWS does not name the owner.
    pub is_organization_instance: Option<bool>,
    /// ACTIVE, CREATE_IN_PROGRESS …, as AWS says it.
    pub status: Option<String>,
    /// The region that it lives in; null when AWS does not say.
    pub primary_region: Option<String>,
    /// Whether it lives in this row's region; false for a replica, of which nothing else is read. True when AWS does not say.
    pub is_primary: bool,
    /// When it was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since then.
    pub age_days: Option<i32>,
}

/// The instances that a region shows.
pub(super) async fn list(sso: &Client) -> Result<Vec<InstanceMetadata>, Error> {
    let mut instances = Vec::new();
    let mut pages = sso.list_instances().max_results(100).into_paginator().send();
    while let Some(page) = pages.next().await {
        instances.extend(page?.instances.unwrap_or_default());
    }
    Ok(instances)
}

/// Those of them whose users, groups and permission sets are read here: each instance in one region.
pub(super) async fn of_organization(
    sso: &Client,
    session: &Session,
    stamp: &Stamp,
) -> Result<Vec<InstanceMetadata>, Error> {
    let listed = list(sso).await?.into_iter().map(|it| (row(&it, session.region(), stamp), it));
    Ok(listed.filter(|(row, _)| row.is_read()).map(|(_, it)| it).collect())
}

impl Instance {
    /// Whether it is the organization's and lives in this region: then what it holds is read.
    pub(super) fn is_read(&self) -> bool {
        self.is_primary && self.is_organization_instance != Some(false)
    }
}

/// An instance's row. The stamp of organization-wide rows is the management account's.
pub(super) fn row(it: &InstanceMetadata, region: &str, stamp: &Stamp) -> Instance {
    let created_at = it.created_date.as_ref().and_then(timestamp);
    let management = stamp.account_id.as_str();
    Instance {
        arn: it.instance_arn.clone().unwrap_or_default(),
        instance_name: it.name.clone(),
        identity_store_id: it.identity_store_id.clone(),
        owner_account_id: it.owner_account_id.clone(),
        is_organization_instance: it.owner_account_id.as_deref().map(|owner| owner == management),
        status: it.status.as_ref().map(|status| status.as_str().to_owned()),
        primary_region: it.primary_region.clone(),
        is_primary: it.primary_region.as_deref().is_none_or(|primary| primary == region),
        created_at,
        age_days: created_at.map(|at| at.days_until(stamp.captured_at)),
    }
}
