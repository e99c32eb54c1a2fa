//! Instances of IAM Identity Center: ListInstances, which tells of one region only.

use orgcensus_collect::{Error, Moment, Read, Session, read as reads};
use orgcensus_row::{Row, Stamp, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::{Unread, all};

pub(super) const LIST: Read<Page> = reads("ssoadmin", "ListInstances").needs("sso:ListInstances");

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
    /// Whether the instance belongs to this row's region; false for a replica, for which nothing else is read. True
    /// when AWS does not say.
    pub is_primary: bool,
    /// When it was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since then.
    pub age_days: Option<i32>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Page {
    instances: Vec<Listed>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Listed {
    pub(super) instance_arn: Option<String>,
    name: Option<String>,
    pub(super) identity_store_id: Option<String>,
    owner_account_id: Option<String>,
    status: Option<String>,
    primary_region: Option<String>,
    created_date: Option<Moment>,
}

/// The instances that a region shows.
pub(super) async fn list(session: &Session) -> Result<Vec<Listed>, Error> {
    Ok(all(&LIST, session, json!({"MaxResults": 100}), |page| page.instances).await?)
}

/// Those of them whose users, groups and permission sets are read here: each instance in one region. One without an ARN
/// may be among them.
pub(super) async fn of_organization(session: &Session, stamp: &Stamp) -> Result<Vec<Listed>, Error> {
    // A value of an instance that cannot be read is counted by the collector that writes the instance's row: that of
    // permission sets.
    let row = |it: &Listed| row(it, session.region(), stamp, &mut Unread::default());
    Ok(list(session).await?.into_iter().filter(|it| row(it).is_none_or(|row| row.is_read())).collect())
}

impl Instance {
    /// Whether it is the organization's and lives in this region: then what it holds is read.
    pub(super) fn is_read(&self) -> bool {
        self.is_primary && self.is_organization_instance != Some(false)
    }
}

/// An instance's row. The stamp of organization-wide rows is the management account's.
pub(super) fn row(it: &Listed, region: &str, stamp: &Stamp, unread: &mut Unread) -> Option<Instance> {
    let arn = unread.value("InstanceArn", it.instance_arn.clone())?;
    let created_at = unread.moment("CreatedDate", it.created_date.as_ref());
    let management = stamp.account_id.as_str();
    Some(Instance {
        arn,
        instance_name: it.name.clone(),
        identity_store_id: it.identity_store_id.clone(),
        owner_account_id: it.owner_account_id.clone(),
        is_organization_instance: it.owner_account_id.as_deref().map(|owner| owner == management),
        status: it.status.clone(),
        primary_region: it.primary_region.clone(),
        is_primary: it.primary_region.as_deref().is_none_or(|primary| primary == region),
        created_at,
        age_days: created_at.map(|at| at.days_until(stamp.captured_at)),
    })
}
