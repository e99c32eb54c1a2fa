//! S3 Access Grants: ListAccessGrantsInstances, then GetAccessGrantsInstanceResourcePolicy, ListAccessGrantsLocations
//! and ListAccessGrants. An account has one instance at most in each region.

pub mod locations;

use orgcensus_collect::kinds::S3_ACCESS_GRANTS_INSTANCE;
use orgcensus_collect::{
    Collector, Error, Moment, Optional, Policy, PolicyDocument, PolicyKind, PolicyStatement, Read, Rows, Runs, Scope,
    Session, Share, Sharee, read as reads,
};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::items::{Answer, Unread, given, given_if_set, is_gone, policy_text};
use crate::shares::counted;
use locations::{AccessGrantsLocation, LOCATIONS};

const LIST: Read<Instances> = reads("s3control", "ListAccessGrantsInstances").needs("s3:ListAccessGrantsInstances");
const POLICY: Read<ItsPolicy> =
    reads("s3control", "GetAccessGrantsInstanceResourcePolicy").needs("s3:GetAccessGrantsInstanceResourcePolicy");
const GRANTS: Read<Grants> = reads("s3control", "ListAccessGrants").needs("s3:ListAccessGrants");

/// How S3 Control says that there is no instance.
const GONE: &[&str] = &["AccessGrantsInstanceNotExistsError"];

/// How S3 Control says that an instance has no policy.
const NO_POLICY: &[&str] = &["AccessGrantsInstanceResourcePolicyNotExists"];

/// The tables that are short if grants cannot be read.
const OF_GRANTS: [&str; 3] = [AccessGrant::TABLE, PolicyDocument::TABLE, PolicyStatement::TABLE];

/// One instance of S3 Access Grants, which holds the grants of one account and region. Its policy says which accounts
/// may use them.
#[derive(Debug, Serialize, Row)]
#[row(table = "s3_access_grants_instances", key = "arn")]
pub struct AccessGrantsInstance {
    /// The instance's ARN.
    pub arn: String,
    /// The instance's id, default.
    pub instance_id: Option<String>,
    /// When it was made (UTC). Null: AWS did not say.
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// The instance of Identity Center whose users and groups can have grants, by its ARN. Null: none.
    pub identity_center_instance_arn: Option<String>,
    /// The application of Identity Center that stands for this instance, by its ARN. Null: none.
    pub identity_center_application_arn: Option<String>,
    /// The organization that AWS says its policy is of. Null: none, or the policy could not be read.
    pub policy_organization: Option<String>,
    /// When its policy was made (UTC). Null: it has none, or it could not be read.
    pub policy_created_at: Option<Timestamp>,
}

/// One grant: an identity, and the part of the account's S3 data that it may use.
#[derive(Debug, Serialize, Row)]
#[row(table = "s3_access_grants", key = "arn")]
pub struct AccessGrant {
    /// The grant's ARN.
    pub arn: String,
    /// The grant's id.
    pub access_grant_id: String,
    /// The instance that it belongs to, by its ARN.
    pub instance_arn: String,
    /// When it was made (UTC). Null: AWS did not say.
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// IAM, or DIRECTORY_USER and DIRECTORY_GROUP of Identity Center.
    pub grantee_type: Option<String>,
    /// Who has it: the ARN of a user or role, or the id of a user or group of Identity Center.
    pub grantee: Option<String>,
    /// READ, WRITE or READWRITE.
    pub permission: Option<String>,
    /// What it is for: s3://bucket/prefix*.
    pub grant_scope: Option<String>,
    /// The location that the scope is in, by its id.
    pub location_id: Option<String>,
    /// The part of the location that it is for. Null: all of it.
    pub location_sub_prefix: Option<String>,
    /// The application of Identity Center through which alone it can be used, by its ARN. Null: any way.
    pub application_arn: Option<String>,
}

/// The instances of S3 Access Grants of one region, with their policies, locations and grants.
pub const ACCESS_GRANTS: Collector = Collector {
    name: "s3_access_grants",
    scope: Scope::Region,
    runs: Runs::Always,
    calls: &[LIST.call(), POLICY.call(), LOCATIONS.call(), GRANTS.call()],
    resources: &[S3_ACCESS_GRANTS_INSTANCE],
    tables: &[table::<AccessGrantsInstance>(), table::<AccessGrantsLocation>(), table::<AccessGrant>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Instances {
    access_grants_instances_list: Vec<Instance>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Instance {
    access_grants_instance_id: Option<String>,
    access_grants_instance_arn: Option<String>,
    created_at: Option<Moment>,
    identity_center_instance_arn: Option<String>,
    identity_center_application_arn: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct ItsPolicy {
    policy: Option<String>,
    organization: Option<String>,
    created_at: Option<Moment>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Grants {
    access_grants_list: Vec<Grant>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Grant {
    created_at: Option<Moment>,
    access_grant_id: Option<String>,
    access_grant_arn: Option<String>,
    grantee: Grantee,
    permission: Option<String>,
    access_grants_location_id: Option<String>,
    access_grants_location_configuration: Location,
    grant_scope: Option<String>,
    application_arn: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Grantee {
    grantee_type: Option<String>,
    grantee_identifier: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Location {
    #[serde(rename = "S3SubPrefix")]
    s3_sub_prefix: Option<String>,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = LIST.pages(session, json!({"AccountId": session.account_id(), "maxResults": 1000}));
    while let Some(page) = pages.next().await {
        for instance in page?.access_grants_instances_list {
            let policy = POLICY.send(session, json!({"AccountId": session.account_id()})).await.optional(NO_POLICY);
            if is_gone(GONE, &policy) {
                rows.gone();
                continue;
            }
            let arn = instance.access_grants_instance_arn.clone();
            let arn = arn.unwrap_or_else(|| session.arn("s3", "access-grants/default"));
            push(rows, &arn, instance, policy).await?;
            locations::read(session, rows, &arn).await?;
            grants(session, rows, &arn).await?;
        }
    }
    Ok(())
}

async fn push(
    rows: &mut Rows<'_>,
    arn: &str,
    it: Instance,
    mut policy: Answer<Option<ItsPolicy>>,
) -> Result<(), Error> {
    let mut unread = Unread::default();
    let said = policy.as_mut().ok().and_then(Option::as_mut);
    let (organization, made) = said.map(|it| (it.organization.take(), it.created_at.take())).unwrap_or_default();
    let created_at = unread.moment("CreatedAt", it.created_at.as_ref());
    let row = AccessGrantsInstance {
        arn: arn.to_owned(),
        instance_id: it.access_grants_instance_id,
        created_at,
        age_days: created_at.map(|at| at.days_until(rows.captured_at())),
        identity_center_instance_arn: it.identity_center_instance_arn,
        identity_center_application_arn: it.identity_center_application_arn,
        policy_organization: organization,
        policy_created_at: unread.moment("Policy.CreatedAt", made.as_ref()),
    };
    let text = policy_text(rows, given_if_set(policy, |it| it.policy, &POLICY.call().name(), "Policy"))?;
    rows.policy(Policy::of(arn, S3_ACCESS_GRANTS_INSTANCE, text)).await?;
    unread.count(rows, AccessGrantsInstance::TABLE, &LIST.call().name());
    rows.push(row).await
}

/// The grants of an instance: a row for each, and a share with each user and role of IAM.
async fn grants(session: &Session, rows: &mut Rows<'_>, instance_arn: &str) -> Result<(), Error> {
    let mut pages = GRANTS.pages(session, json!({"AccountId": session.account_id(), "maxResults": 1000}));
    while let Some(page) = pages.next().await {
        let error = page.as_ref().err().cloned();
        let page = rows.item(OF_GRANTS, page)?;
        if let Some(error) = error {
            rows.share(share(instance_arn, "", None), Err(error)).await?;
        }
        for it in page.into_iter().flat_map(|page| page.access_grants_list) {
            push_grant(rows, instance_arn, it).await?;
        }
    }
    Ok(())
}

async fn push_grant(rows: &mut Rows<'_>, instance_arn: &str, it: Grant) -> Result<(), Error> {
    let (mut unread, call) = (Unread::default(), GRANTS.call().name());
    let Some(grant) = grant(instance_arn, it, rows.captured_at(), &mut unread) else {
        rows.share(share(instance_arn, "", None), given(None, &call, "AccessGrantId")).await?;
        unread.lost(rows, OF_GRANTS, &call);
        return Ok(());
    };
    unread.count(rows, AccessGrant::TABLE, &call);
    // One of which it is not said who has it may be one of IAM.
    if grant.grantee_type.as_deref().is_none_or(|grantee_type| grantee_type == "IAM") {
        let grantee = grant.grantee.as_deref().filter(|_| grant.grantee_type.is_some());
        let sharees = given(grantee, &call, "Grantee").map(|grantee| vec![Sharee::named(grantee)]);
        let sharees = counted(rows, sharees)?;
        let share = share(instance_arn, &grant.access_grant_id, grant.permission.as_deref());
        rows.share(share, sharees).await?;
    }
    rows.push(grant).await
}

fn share<'a>(resource_arn: &'a str, name: &'a str, permission: Option<&str>) -> Share<'a> {
    let actions: &[&str] = match permission {
        Some("READ") => &["s3:GetObject", "s3:ListBucket"],
        Some("WRITE") => &["s3:PutObject", "s3:DeleteObject"],
        Some("READWRITE") => &["s3:GetObject", "s3:ListBucket", "s3:PutObject", "s3:DeleteObject"],
        _ => &["s3:*"],
    };
    let origin = PolicyKind::Grant;
    Share { resource_arn, resource: S3_ACCESS_GRANTS_INSTANCE, origin, name, actions, gate: None }
}

fn grant(instance_arn: &str, it: Grant, now: Timestamp, unread: &mut Unread) -> Option<AccessGrant> {
    let made = |id: &str| format!("{instance_arn}/grant/{id}");
    let (arn, access_grant_id) = unread.identity("AccessGrantId", it.access_grant_id, it.access_grant_arn, made)?;
    let created_at = unread.moment("CreatedAt", it.created_at.as_ref());
    Some(AccessGrant {
        arn,
        access_grant_id,
        instance_arn: instance_arn.to_owned(),
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        grantee_type: unread.value("GranteeType", it.grantee.grantee_type),
        grantee: unread.value("GranteeIdentifier", it.grantee.grantee_identifier),
        permission: unread.value("Permission", it.permission),
        grant_scope: it.grant_scope,
        location_id: it.access_grants_location_id,
        location_sub_prefix: it.access_grants_location_configuration.s3_sub_prefix.filter(|it| !it.is_empty()),
        application_arn: it.application_arn,
    })
}

#[cfg(test)]
mod tests;
