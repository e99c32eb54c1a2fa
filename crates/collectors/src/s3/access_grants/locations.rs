//! The locations of S3 Access Grants: ListAccessGrantsLocations.

use orgcensus_collect::{Error, Moment, Read, Rows, Session, read as reads};
use orgcensus_row::{Row, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::Unread;

/// The call that lists them.
pub(super) const LOCATIONS: Read<Locations> =
    reads("s3control", "ListAccessGrantsLocations").needs("s3:ListAccessGrantsLocations");

/// One location of S3 data, and the role by which those who have a grant within it get there.
#[derive(Debug, Serialize, Row)]
#[row(table = "s3_access_grants_locations", key = "arn")]
pub struct AccessGrantsLocation {
    /// The location's ARN.
    pub arn: String,
    /// The location's id, to which grants refer: default for all of the account's buckets.
    pub location_id: String,
    /// The instance that it belongs to, by its ARN.
    pub instance_arn: String,
    /// When it was made (UTC). Null: AWS did not say.
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// What it is: s3:// for all buckets, s3://bucket, or s3://bucket/prefix.
    pub location_scope: Option<String>,
    /// The role that S3 Access Grants assumes, whose credentials it gives to those who have a grant, by its ARN.
    pub iam_role_arn: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Locations {
    access_grants_locations_list: Vec<RegisteredLocation>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct RegisteredLocation {
    created_at: Option<Moment>,
    access_grants_location_id: Option<String>,
    access_grants_location_arn: Option<String>,
    location_scope: Option<String>,
    #[serde(rename = "IAMRoleArn")]
    iam_role_arn: Option<String>,
}

/// The locations of an instance, with their roles.
pub(super) async fn read(session: &Session, rows: &mut Rows<'_>, instance_arn: &str) -> Result<(), Error> {
    let call = LOCATIONS.call().name();
    let mut pages = LOCATIONS.pages(session, json!({"AccountId": session.account_id(), "maxResults": 1000}));
    while let Some(page) = pages.next().await {
        let page = rows.item([AccessGrantsLocation::TABLE], page)?;
        for it in page.into_iter().flat_map(|page| page.access_grants_locations_list) {
            let mut unread = Unread::default();
            let row = location(instance_arn, it, rows.captured_at(), &mut unread);
            unread.push(rows, &call, row).await?;
        }
    }
    Ok(())
}

fn location(
    instance_arn: &str,
    it: RegisteredLocation,
    now: Timestamp,
    unread: &mut Unread,
) -> Option<AccessGrantsLocation> {
    let (id, arn) = (it.access_grants_location_id, it.access_grants_location_arn);
    let made = |id: &str| format!("{instance_arn}/location/{id}");
    let (arn, location_id) = unread.identity("AccessGrantsLocationId", id, arn, made)?;
    let created_at = unread.moment("CreatedAt", it.created_at.as_ref());
    Some(AccessGrantsLocation {
        arn,
        location_id,
        instance_arn: instance_arn.to_owned(),
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        location_scope: unread.value("LocationScope", it.location_scope),
        iam_role_arn: unread.value("IAMRoleArn", it.iam_role_arn),
    })
}
