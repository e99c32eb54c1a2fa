//! Permission sets of IAM Identity Center, with all their policies. Calls: one in each region; where the instance is,
//! one for each 100 sets and at least six for each set.

use std::collections::BTreeMap;

use aws_sdk_ssoadmin::Client;
use aws_sdk_ssoadmin::types::PermissionSet as SdkSet;
use futures::StreamExt;
use orgcensus_collect::{
    Collector, Error, POLICY_TABLE_NAMES, Policy, PolicyKind, Rows, Scope, Session, call, client, timestamp,
};
use orgcensus_row::{Row, Timestamp, table};
use serde::Serialize;

use super::instances::{self, Instance};
use super::permission_set_policies::{self as policies, Attached, PermissionSetPolicy};
use crate::items::{Answer, Unread, details, is_gone, policy_text_of};

/// How Identity Center says that there is no such set.
const GONE: &[&str] = &["ResourceNotFoundException"];

/// One permission set: what whoever it is assigned to may do in an account.
#[derive(Debug, Serialize, Row)]
#[row(table = "identity_center_permission_sets", key = "arn")]
pub struct PermissionSet {
    /// The permission set's ARN.
    pub arn: String,
    /// The instance's ARN.
    pub instance_arn: String,
    /// Its name.
    pub permission_set_name: Option<String>,
    /// Its description.
    pub description: Option<String>,
    /// How long a session lasts, in seconds; null when it is not said, or not as AWS documents it.
    pub session_duration_seconds: Option<i64>,
    /// Where users land after signing in.
    pub relay_state: Option<String>,
    /// Whether it has an inline policy, which is in policy_documents; null when that could not be read.
    pub has_inline_policy: Option<bool>,
    /// How many of AWS's managed policies it has; null when they could not be read.
    pub managed_policy_count: Option<i32>,
    /// How many policies of the accounts' own it names; null when they could not be read.
    pub customer_managed_policy_count: Option<i32>,
    /// Whether it has AWS's AdministratorAccess; null when its managed policies could not be read.
    pub has_administrator_access: Option<bool>,
    /// Whether it has a permissions boundary; null when that could not be read.
    pub has_permissions_boundary: Option<bool>,
    /// When it was made (UTC).
    pub created_at: Option<Timestamp>,
    /// Whole days since then.
    pub age_days: Option<i32>,
    /// Its tags; null when they could not be read.
    pub tags: Option<BTreeMap<String, String>>,
}

/// Instances, permission sets and their policies.
pub const PERMISSION_SETS: Collector = Collector {
    name: "identity_center_permission_sets",
    scope: Scope::OrganizationRegion,
    calls: &[
        call("ssoadmin", "ListInstances").needs("sso:ListInstances"),
        call("ssoadmin", "ListPermissionSets").needs("sso:ListPermissionSets"),
        call("ssoadmin", "DescribePermissionSet").needs("sso:DescribePermissionSet"),
        call("ssoadmin", "GetInlinePolicyForPermissionSet").needs("sso:GetInlinePolicyForPermissionSet"),
        call("ssoadmin", "ListManagedPoliciesInPermissionSet").needs("sso:ListManagedPoliciesInPermissionSet"),
        call("ssoadmin", "ListCustomerManagedPolicyReferencesInPermissionSet")
            .needs("sso:ListCustomerManagedPolicyReferencesInPermissionSet"),
        call("ssoadmin", "GetPermissionsBoundaryForPermissionSet").needs("sso:GetPermissionsBoundaryForPermissionSet"),
        call("ssoadmin", "ListTagsForResource").needs("sso:ListTagsForResource"),
    ],
    tables: &[table::<Instance>(), table::<PermissionSet>(), table::<PermissionSetPolicy>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let sso = client!(session, aws_sdk_ssoadmin);
    let instances = instances::list(&sso).await?;
    rows.part([Instance::TABLE], Ok::<_, Error>(()))?;
    for instance in instances {
        let row = instances::row(&instance, session.region(), rows.stamp());
        let (arn, is_read) = (row.arn.clone(), row.is_read());
        rows.push(row).await?;
        if is_read {
            of_instance(&sso, &arn, rows).await?;
        }
    }
    Ok(())
}

async fn of_instance(sso: &Client, instance_arn: &str, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = sso.list_permission_sets().instance_arn(instance_arn).max_results(100).into_paginator().send();
    while let Some(page) = pages.next().await {
        let Some(page) = rows.part(of_sets(), page)? else { return Ok(()) };
        let arns = page.permission_sets.unwrap_or_default();
        let mut read = details(arns, |arn| read(sso.clone(), instance_arn.to_owned(), arn));
        while let Some(found) = read.next().await {
            push(rows, instance_arn, found).await?;
        }
    }
    Ok(())
}

/// The tables that a refused list of sets makes short.
fn of_sets() -> impl Iterator<Item = &'static str> {
    POLICY_TABLE_NAMES.into_iter().chain([PermissionSet::TABLE, PermissionSetPolicy::TABLE])
}

/// What AWS answered about one set; nothing more is asked of one that went away.
struct Found {
    arn: String,
    described: Answer<Option<SdkSet>>,
    inline: Answer<Option<String>>,
    attached: Attached,
    tags: Answer<BTreeMap<String, String>>,
}

async fn read(sso: Client, instance_arn: String, arn: String) -> Found {
    let described = sso.describe_permission_set().instance_arn(&instance_arn).permission_set_arn(&arn).send().await;
    let described = described.map(|answer| answer.permission_set).map_err(Into::into);
    if is_gone(GONE, &described) {
        return Found { arn, described, inline: Ok(None), attached: Attached::none(), tags: Ok(BTreeMap::new()) };
    }
    let inline =
        sso.get_inline_policy_for_permission_set().instance_arn(&instance_arn).permission_set_arn(&arn).send().await;
    Found {
        described,
        // AWS says that there is none by an empty text.
        inline: inline.map(|it| it.inline_policy.filter(|text| !text.is_empty())).map_err(Into::into),
        attached: policies::read(&sso, &instance_arn, &arn).await,
        tags: tags(&sso, &instance_arn, &arn).await,
        arn,
    }
}

async fn tags(sso: &Client, instance_arn: &str, arn: &str) -> Answer<BTreeMap<String, String>> {
    let mut tags = BTreeMap::new();
    let list = sso.list_tags_for_resource().instance_arn(instance_arn).resource_arn(arn);
    let mut pages = list.into_paginator().send();
    while let Some(page) = pages.next().await {
        tags.extend(page?.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)));
    }
    Ok(tags)
}

async fn push(rows: &mut Rows<'_>, instance_arn: &str, found: Found) -> Result<(), Error> {
    if is_gone(GONE, &found.described) {
        rows.gone();
        return Ok(());
    }
    let set = rows.item([PermissionSet::TABLE], found.described)?.flatten();
    let has_inline_policy = found.inline.as_ref().ok().map(Option::is_some);
    let text = policy_text_of(rows, &[PermissionSet::TABLE], found.inline)?;
    let (resource_arn, resource_type) = (found.arn.as_str(), "identity_center_permission_set");
    rows.policy(Policy { resource_arn, resource_type, kind: PolicyKind::Inline, name: "", is_in_force: true, text })
        .await?;
    let counted = policies::push(rows, resource_arn, found.attached).await?;
    let tags = rows.item([PermissionSet::TABLE], found.tags)?;
    let mut unread = Unread::default();
    let duration = set.as_ref().and_then(SdkSet::session_duration);
    let session_duration_seconds = unread.parsed("SessionDuration", duration, seconds);
    unread.count(rows, PermissionSet::TABLE, "ssoadmin:DescribePermissionSet");
    let created_at = set.as_ref().and_then(|set| set.created_date.as_ref()).and_then(timestamp);
    let of = |text: fn(&SdkSet) -> Option<&str>| set.as_ref().and_then(text).map(str::to_owned);
    let row = PermissionSet {
        instance_arn: instance_arn.to_owned(),
        permission_set_name: of(SdkSet::name),
        description: of(SdkSet::description),
        session_duration_seconds,
        relay_state: of(SdkSet::relay_state),
        has_inline_policy,
        managed_policy_count: counted.managed,
        customer_managed_policy_count: counted.customer_managed,
        has_administrator_access: counted.has_administrator_access,
        has_permissions_boundary: counted.has_boundary,
        created_at,
        age_days: created_at.map(|at| at.days_until(rows.captured_at())),
        tags,
        arn: found.arn,
    };
    rows.push(row).await
}

/// The seconds of a duration as AWS writes it, `PT8H`, `PT1H30M`.
fn seconds(duration: &str) -> Option<i64> {
    let (mut total, mut number) = (0_i64, String::new());
    for character in duration.strip_prefix("PT")?.chars() {
        let unit = match character {
            '0'..='9' => {
                number.push(character);
                continue;
            }
            'H' => 3600,
            'M' => 60,
            'S' => 1,
            _ => return None,
        };
        total = total.checked_add(number.parse::<i64>().ok()?.checked_mul(unit)?)?;
        number.clear();
    }
    (number.is_empty() && total > 0).then_some(total)
}

#[cfg(test)]
mod tests;
