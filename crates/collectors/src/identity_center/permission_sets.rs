//! Permission sets of IAM Identity Center, with all their policies. Calls: one in each region; where the instance is,
//! one for each 100 sets and at least six for each set.

use std::collections::BTreeMap;

use futures::StreamExt;
use orgcensus_collect::kinds::IDENTITY_CENTER_PERMISSION_SET;
use orgcensus_collect::{Collector, Error, Moment, Pages, Policy, Read, Rows, Runs, Scope, Session, read as reads};
use orgcensus_row::{Row, Timestamp, table};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::instances::{self, Instance};
use super::permission_set_policies::{self as policies, Attached, PermissionSetPolicy};
use crate::items::{Answer, Unread, all, details, given, is_gone, policy_text_of, with_policies};

pub(super) const LIST: Read<Page> = reads("ssoadmin", "ListPermissionSets").needs("sso:ListPermissionSets");
const DESCRIBE: Read<Described> = reads("ssoadmin", "DescribePermissionSet").needs("sso:DescribePermissionSet");
const INLINE: Read<Inline> =
    reads("ssoadmin", "GetInlinePolicyForPermissionSet").needs("sso:GetInlinePolicyForPermissionSet");
const TAGS: Read<TagPage> = reads("ssoadmin", "ListTagsForResource").needs("sso:ListTagsForResource");

/// How Identity Center says that there is no such set.
const GONE: &[&str] = &["ResourceNotFoundException"];

/// One permission set: what whoever it is assigned to may do in an account.
#[derive(Debug, Serialize, Row)]
#[row(table = "identity_center_permission_sets", key = "arn")]
pub struct PermissionSet {
    /// The permission set's ARN.
    pub arn: String,
    /// The same, by the name that all tables about permission sets give it.
    pub permission_set_arn: String,
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
    runs: Runs::Always,
    calls: &[
        instances::LIST.call(),
        LIST.call(),
        DESCRIBE.call(),
        INLINE.call(),
        policies::MANAGED.call(),
        policies::CUSTOMER_MANAGED.call(),
        policies::BOUNDARY.call(),
        TAGS.call(),
    ],
    resources: &[IDENTITY_CENTER_PERMISSION_SET],
    tables: &[table::<Instance>(), table::<PermissionSet>(), table::<PermissionSetPolicy>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Page {
    pub(super) permission_sets: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Described {
    permission_set: Option<Set>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Set {
    name: Option<String>,
    description: Option<String>,
    session_duration: Option<String>,
    relay_state: Option<String>,
    created_date: Option<Moment>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Inline {
    inline_policy: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct TagPage {
    tags: Vec<Tag>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Tag {
    key: String,
    value: String,
}

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let instances = instances::list(session).await?;
    rows.part([Instance::TABLE], Ok::<_, Error>(()))?;
    for instance in instances {
        let mut unread = Unread::default();
        let Some(row) = instances::row(&instance, session.region(), rows.stamp(), &mut unread) else {
            unread.lost(rows, of_sets().chain([Instance::TABLE]), &instances::LIST.call().name());
            continue;
        };
        unread.count(rows, Instance::TABLE, &instances::LIST.call().name());
        let (is_read, arn) = (row.is_read(), row.arn.clone());
        rows.push(row).await?;
        if is_read {
            of_instance(session, &arn, rows).await?;
        }
    }
    Ok(())
}

/// The ARNs of an instance's sets.
pub(super) fn list(session: &Session, instance_arn: &str) -> Pages<Page> {
    LIST.pages(session, json!({"InstanceArn": instance_arn, "MaxResults": 100}))
}

async fn of_instance(session: &Session, instance_arn: &str, rows: &mut Rows<'_>) -> Result<(), Error> {
    let mut pages = list(session, instance_arn);
    while let Some(page) = pages.next().await {
        let Some(page) = rows.part(of_sets(), page)? else { return Ok(()) };
        let mut read = details(page.permission_sets, |arn| read(session, instance_arn, arn));
        while let Some(found) = read.next().await {
            push(rows, instance_arn, found).await?;
        }
    }
    Ok(())
}

/// The tables that a refused list of sets makes short.
fn of_sets() -> impl Iterator<Item = &'static str> {
    with_policies([PermissionSet::TABLE, PermissionSetPolicy::TABLE])
}

/// What AWS answered about one set; nothing more is asked of one that went away.
struct Found {
    arn: String,
    described: Answer<Set>,
    inline: Answer<Option<String>>,
    attached: Attached,
    tags: Answer<BTreeMap<String, String>>,
}

async fn read(session: &Session, instance_arn: &str, arn: String) -> Found {
    let input = json!({"InstanceArn": instance_arn, "PermissionSetArn": arn});
    let described = DESCRIBE.send(session, input.clone()).await;
    let described = described.and_then(|it| given(it.permission_set, &DESCRIBE.call().name(), "PermissionSet"));
    if is_gone(GONE, &described) {
        return Found { arn, described, inline: Ok(None), attached: Attached::none(), tags: Ok(BTreeMap::new()) };
    }
    let inline = INLINE.send(session, input).await;
    Found {
        described,
        // AWS answers an empty text if there is none.
        inline: inline.map(|it| it.inline_policy.filter(|text| !text.is_empty())),
        attached: policies::read(session, instance_arn, &arn).await,
        tags: tags(session, instance_arn, &arn).await,
        arn,
    }
}

async fn tags(session: &Session, instance_arn: &str, arn: &str) -> Answer<BTreeMap<String, String>> {
    let tags = all(&TAGS, session, json!({"InstanceArn": instance_arn, "ResourceArn": arn}), |page| page.tags).await?;
    Ok(tags.into_iter().map(|tag| (tag.key, tag.value)).collect())
}

async fn push(rows: &mut Rows<'_>, instance_arn: &str, found: Found) -> Result<(), Error> {
    if is_gone(GONE, &found.described) {
        rows.gone();
        return Ok(());
    }
    let set = rows.item([PermissionSet::TABLE], found.described)?;
    let has_inline_policy = found.inline.as_ref().ok().map(Option::is_some);
    let text = policy_text_of(rows, &[PermissionSet::TABLE], found.inline)?;
    rows.policy(Policy::of(&found.arn, IDENTITY_CENTER_PERMISSION_SET, text)).await?;
    let counted = policies::push(rows, &found.arn, found.attached).await?;
    let tags = rows.item([PermissionSet::TABLE], found.tags)?;
    let set = set.unwrap_or_default();
    let mut unread = Unread::default();
    let session_duration_seconds = unread.parsed("SessionDuration", set.session_duration.as_deref(), seconds);
    let created_at = unread.moment("CreatedDate", set.created_date.as_ref());
    unread.count(rows, PermissionSet::TABLE, &DESCRIBE.call().name());
    let row = PermissionSet {
        permission_set_arn: found.arn.clone(),
        instance_arn: instance_arn.to_owned(),
        permission_set_name: set.name,
        description: set.description,
        session_duration_seconds,
        relay_state: set.relay_state,
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
