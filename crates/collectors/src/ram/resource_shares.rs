//! What an account shares by Resource Access Manager: GetResourceShares, ListPrincipals and ListResources; and by
//! ListResourceSharePermissions and GetPermission what each share allows. A shared resource gets a share in the tables
//! of policies, with the principals of its resource share.

mod listed;
mod permissions;

use std::collections::{BTreeMap, BTreeSet};

use orgcensus_collect::kinds::RAM_RESOURCE;
use orgcensus_collect::{Collector, Error, PolicyKind, Read, Rows, Runs, Scope, Session, Share, Sharee, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::Serialize;
use serde_json::json;

use crate::items::{Answer, Unread, all, given, with_policies};
use listed::{ListedPrincipal, ListedResource, ListedShare, Principals, Resources, Shares};
use permissions::{Allowed, Permissions};

const SHARES: Read<Shares> = reads("ram", "GetResourceShares");
const PRINCIPALS: Read<Principals> = reads("ram", "ListPrincipals");
const RESOURCES: Read<Resources> = reads("ram", "ListResources");

/// The region in which types without a region are shared, in most partitions.
const GLOBAL_REGION: &str = "us-east-1";

/// One resource share of the account.
#[derive(Debug, Serialize, Row)]
#[row(table = "ram_resource_shares", key = "arn")]
pub struct ResourceShare {
    /// The resource share's ARN.
    pub arn: String,
    /// Its name. Null: AWS did not say.
    pub resource_share_name: Option<String>,
    /// The account that owns it, 12 digits. Null: AWS did not say.
    pub owning_account_id: Option<String>,
    /// Whether accounts outside of the organization may be principals of it.
    pub allows_external_principals: Option<bool>,
    /// Whether an account that leaves the organization keeps what is shared with it. Null: AWS did not say.
    pub is_kept_after_leaving: Option<bool>,
    /// PENDING, ACTIVE, FAILED, DELETING or DELETED.
    pub status: Option<String>,
    /// What went wrong. Null: nothing.
    pub status_message: Option<String>,
    /// STANDARD, or CREATED_FROM_POLICY or PROMOTING_TO_STANDARD: it came from a resource's policy.
    pub feature_set: Option<String>,
    /// When it was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// When it was last changed (UTC).
    pub last_updated_at: Option<Timestamp>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// One principal of one resource share: with whom its resources are shared.
#[derive(Debug, Serialize, Row)]
#[row(table = "ram_share_principals", key = "resource_share_arn, principal_id")]
pub struct SharePrincipal {
    /// The ARN of the resource share.
    pub resource_share_arn: String,
    /// An account by its 12 digits; an organization, a unit, a role or a user by its ARN; or a service by its name.
    pub principal_id: String,
    /// The member external of AWS's answer, as it is. AWS's pages call it true where both accounts are in one
    /// organization. Who is outside is told by external_access.
    pub aws_is_external: Option<bool>,
    /// When it became a principal (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since it became one.
    pub age_days: Option<i32>,
    /// When that was last changed (UTC).
    pub last_updated_at: Option<Timestamp>,
}

/// One resource in one resource share.
#[derive(Debug, Serialize, Row)]
#[row(table = "ram_shared_resources", key = "arn, resource_share_arn")]
pub struct SharedResource {
    /// The resource's ARN.
    pub arn: String,
    /// The ARN of the resource share that it is in.
    pub resource_share_arn: String,
    /// The resource's type as RAM writes it, ec2:Subnet.
    pub ram_resource_type: Option<String>,
    /// REGIONAL or GLOBAL. What is global is read in us-east-1 only.
    pub resource_region_scope: Option<String>,
    /// The resource group that it is part of. Null: none.
    pub resource_group_arn: Option<String>,
    /// AVAILABLE, ZONAL_RESOURCE_INACCESSIBLE, LIMIT_EXCEEDED, UNAVAILABLE or PENDING. Null: AWS did not say.
    pub status: Option<String>,
    /// What is wrong with it. Null: nothing.
    pub status_message: Option<String>,
    /// The permission of the share for this type, by its ARN. Null: it could not be read.
    pub permission_arn: Option<String>,
    /// The actions that this permission allows. Null: they could not be read.
    pub allowed_actions: Option<Vec<String>>,
    /// When it was put into the share (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since it was put into it.
    pub age_days: Option<i32>,
    /// When that was last changed (UTC).
    pub last_updated_at: Option<Timestamp>,
}

/// What an account shares in one region.
pub const RESOURCE_SHARES: Collector = Collector {
    name: "ram_resource_shares",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[
        SHARES.call(),
        PRINCIPALS.call(),
        RESOURCES.call(),
        permissions::PERMISSIONS.call(),
        permissions::PERMISSION.call(),
    ],
    resources: &[RAM_RESOURCE],
    tables: &[table::<ResourceShare>(), table::<SharePrincipal>(), table::<SharedResource>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

/// The principals of each resource share, or why they could not be read.
type Sharees = Answer<BTreeMap<String, Vec<Sharee>>>;

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let owned = json!({"resourceOwner": "SELF", "maxResults": 500});
    let shares = all(&SHARES, session, owned.clone(), |page| page.resource_shares).await;
    for share in rows.part([ResourceShare::TABLE], shares)?.unwrap_or_default() {
        push_share(rows, share).await?;
    }
    let principals = all(&PRINCIPALS, session, owned.clone(), |page| page.principals).await;
    let sharees = push_principals(rows, principals).await?;
    // What is global would else be read in each region again.
    let has_all = session.partition() != "aws" || session.region() == GLOBAL_REGION;
    let mut input = owned;
    input["resourceRegionScope"] = json!(if has_all { "ALL" } else { "REGIONAL" });
    let resources = all(&RESOURCES, session, input, |page| page.resources).await;
    let resources = rows.part(with_policies([SharedResource::TABLE]), resources)?.unwrap_or_default();
    let in_use: BTreeSet<String> = resources.iter().filter_map(|it| it.resource_share_arn.clone()).collect();
    let permissions = Permissions::of(session, in_use).await;
    for resource in resources {
        push_resource(rows, resource, &permissions, &sharees).await?;
    }
    Ok(())
}

async fn push_share(rows: &mut Rows<'_>, it: ListedShare) -> Result<(), Error> {
    let mut unread = Unread::default();
    let arn = unread.value("resourceShareArn", it.resource_share_arn);
    let created_at = unread.moment("creationTime", it.creation_time.as_ref());
    let last_updated_at = unread.moment("lastUpdatedTime", it.last_updated_time.as_ref());
    let now = rows.captured_at();
    let row = arn.map(|arn| ResourceShare {
        arn,
        resource_share_name: it.name,
        owning_account_id: it.owning_account_id,
        allows_external_principals: it.allow_external_principals,
        is_kept_after_leaving: it.resource_share_configuration.retain_sharing_on_account_leave_organization,
        status: it.status,
        status_message: it.status_message,
        feature_set: it.feature_set,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        last_updated_at,
        tags: it.tags.into_iter().map(|tag| (tag.key, tag.value)).collect(),
    });
    unread.push(rows, &SHARES.call().name(), row).await
}

async fn push_principals(rows: &mut Rows<'_>, principals: Answer<Vec<ListedPrincipal>>) -> Result<Sharees, Error> {
    let mut failed = principals.as_ref().err().cloned();
    let mut sharees: BTreeMap<String, Vec<Sharee>> = BTreeMap::new();
    let now = rows.captured_at();
    for it in rows.part(with_policies([SharePrincipal::TABLE]), principals)?.unwrap_or_default() {
        let ids = it.id.zip(it.resource_share_arn);
        let (principal_id, share) = match given(ids, &PRINCIPALS.call().name(), "id, resourceShareArn") {
            Ok(ids) => ids,
            Err(error) => {
                // Whatever is shared may be shared with it.
                rows.miss(with_policies([SharePrincipal::TABLE]), error.clone());
                failed.get_or_insert(error);
                continue;
            }
        };
        sharees.entry(share.clone()).or_default().push(Sharee::named(&principal_id));
        let mut unread = Unread::default();
        let created_at = unread.moment("creationTime", it.creation_time.as_ref());
        let last_updated_at = unread.moment("lastUpdatedTime", it.last_updated_time.as_ref());
        unread.count(rows, SharePrincipal::TABLE, &PRINCIPALS.call().name());
        let row = SharePrincipal {
            resource_share_arn: share,
            principal_id,
            aws_is_external: it.external,
            created_at,
            age_days: created_at.map(|at| at.days_until(now)),
            last_updated_at,
        };
        rows.push(row).await?;
    }
    Ok(failed.map_or(Ok(sharees), Err))
}

async fn push_resource(
    rows: &mut Rows<'_>,
    it: ListedResource,
    permissions: &Permissions,
    sharees: &Sharees,
) -> Result<(), Error> {
    let mut unread = Unread::default();
    let Some(arn) = unread.value("arn", it.arn) else {
        unread.lost(rows, with_policies([SharedResource::TABLE]), &RESOURCES.call().name());
        return Ok(());
    };
    // Without the share, what it allows is unread.
    let share = it.resource_share_arn.unwrap_or_default();
    let allowed = permissions.allowed(&share, it.resource_type.as_deref().unwrap_or_default());
    let failed = allowed.as_ref().err().cloned();
    let allowed: Option<Allowed> = rows.item(with_policies([SharedResource::TABLE]), allowed)?;
    let answer = match (failed, sharees) {
        (Some(error), _) => Err(error),
        (None, Err(error)) => Err(error.clone()),
        (None, Ok(of_shares)) => Ok(of_shares.get(&share).cloned().unwrap_or_default()),
    };
    let actions: Vec<&str> = allowed.iter().flat_map(|it| &it.actions).map(String::as_str).collect();
    let shared = Share {
        resource_arn: &arn,
        resource: RAM_RESOURCE,
        origin: PolicyKind::Ram,
        name: &share,
        actions: &actions,
        gate: None,
    };
    rows.share(shared, answer).await?;
    let created_at = unread.moment("creationTime", it.creation_time.as_ref());
    let last_updated_at = unread.moment("lastUpdatedTime", it.last_updated_time.as_ref());
    unread.count(rows, SharedResource::TABLE, &RESOURCES.call().name());
    let now = rows.captured_at();
    let (permission_arn, allowed_actions) = allowed.map(|it| (it.permission_arn, it.actions)).unzip();
    rows.push(SharedResource {
        arn,
        resource_share_arn: share,
        ram_resource_type: it.resource_type,
        resource_region_scope: it.resource_region_scope,
        resource_group_arn: it.resource_group_arn,
        status: it.status,
        status_message: it.status_message,
        permission_arn,
        allowed_actions,
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        last_updated_at,
    })
    .await
}

#[cfg(test)]
mod tests;
