//! The organization's policies: ListPolicies for each type there is, then DescribePolicy and ListTargetsForPolicy for
//! each policy. Calls: one for each type, two for each policy; no call for each account.

use std::collections::BTreeMap;

use aws_sdk_organizations::Client;
use aws_sdk_organizations::types::{PolicySummary, PolicyTargetSummary, PolicyType};
use futures::StreamExt;
use orgcensus_collect::kinds::ORGANIZATION_POLICY;
use orgcensus_collect::{Collector, Error, Policy, PolicyText, Rows, Runs, Scope, Session, call, client};
use orgcensus_row::{Row, table};
use serde::Serialize;

use super::policy_types::{self, OrganizationPolicyType};
use crate::items::{Answer, Unread, details, given, is_gone, policy_text_of, with_policies};

const LIST: &str = "organizations:ListPolicies";
const TARGETS: &str = "organizations:ListTargetsForPolicy";

/// How AWS says that there is no such policy.
const GONE: &[&str] = &["PolicyNotFoundException"];

/// One policy of the organization, whatever its type.
#[derive(Debug, Serialize, Row)]
#[row(table = "organization_policies", key = "policy_id")]
pub struct OrganizationPolicy {
    /// The policy's ARN.
    pub arn: String,
    /// Its id, p-….
    pub policy_id: String,
    /// Its name.
    pub policy_name: Option<String>,
    /// Its description; empty when none is set.
    pub description: Option<String>,
    /// Its type, SERVICE_CONTROL_POLICY, RESOURCE_CONTROL_POLICY, TAG_POLICY …, as AWS says it.
    pub policy_type: String,
    /// Whether it is AWS's own, FullAWSAccess.
    pub is_aws_managed: bool,
    /// Whether policies of its type are switched on at the root.
    pub is_type_enabled: bool,
    /// To how many roots, units and accounts it is attached; null when that could not be read.
    pub target_count: Option<i32>,
    /// Whether it is attached to anything; null when that could not be read.
    pub is_attached: Option<bool>,
    /// Its content byte for byte, in the language of its type; null when it could not be read.
    pub document: Option<String>,
    /// The content's length in bytes; null when it could not be read.
    pub size_bytes: Option<i64>,
}

/// One root, unit or account that one policy of the organization is attached to.
#[derive(Debug, Serialize, Row)]
#[row(table = "organization_policy_targets", key = "policy_id, target_id")]
pub struct PolicyTarget {
    /// The policy's ARN.
    pub policy_arn: String,
    /// The policy's id, p-….
    pub policy_id: String,
    /// The policy's name.
    pub policy_name: Option<String>,
    /// The policy's type, as AWS says it.
    pub policy_type: String,
    /// Whether the policy is AWS's own.
    pub is_aws_managed: bool,
    /// Whether policies of its type are switched on at the root.
    pub is_type_enabled: bool,
    /// What it is attached to, r-…, ou-… or an account's 12 digits.
    pub target_id: String,
    /// The ARN of what it is attached to.
    pub target_arn: Option<String>,
    /// The name of what it is attached to.
    pub target_name: Option<String>,
    /// ROOT, ORGANIZATIONAL_UNIT or ACCOUNT.
    pub target_type: Option<String>,
}

/// Every policy of the organization, its content, and what it is attached to.
pub const POLICIES: Collector = Collector {
    name: "organization_policies",
    scope: Scope::Organization,
    runs: Runs::Always,
    calls: &[
        call("organizations", "ListRoots"),
        call("organizations", "ListPolicies"),
        call("organizations", "DescribePolicy"),
        call("organizations", "ListTargetsForPolicy"),
    ],
    resources: &[ORGANIZATION_POLICY],
    tables: &[table::<OrganizationPolicy>(), table::<OrganizationPolicyType>(), table::<PolicyTarget>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

/// What AWS answers for a type that it does not have here.
const NO_SUCH_TYPE: &[&str] = &["InvalidInputException", "UnsupportedAPIEndpointException"];

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let organizations = client!(session, aws_sdk_organizations);
    // All tables depend on this call: each of them says whether a policy's type is switched on.
    let named = policy_types::read(&organizations, rows).await?;
    rows.part([OrganizationPolicyType::TABLE], Ok::<_, Error>(()))?;
    // The types that this program knows, and further types that the organization names.
    let mut types: BTreeMap<&str, bool> = PolicyType::values().iter().map(|known| (*known, false)).collect();
    types.extend(named.iter().map(|(name, is_enabled)| (name.as_str(), *is_enabled)));
    for (policy_type, is_enabled) in types {
        let policies = match list(&organizations, policy_type).await {
            Err(error) if error.is(NO_SUCH_TYPE) && !named.contains_key(policy_type) => continue,
            answer => rows.part(of_policies(), answer)?.unwrap_or_default(),
        };
        let mut read = details(policies, |summary| read(organizations.clone(), summary));
        while let Some(found) = read.next().await {
            push(rows, found, policy_type, is_enabled).await?;
        }
    }
    Ok(())
}

/// The tables that a refused list of policies makes short.
fn of_policies() -> impl Iterator<Item = &'static str> {
    with_policies([OrganizationPolicy::TABLE, PolicyTarget::TABLE])
}

async fn list(organizations: &Client, policy_type: &str) -> Answer<Vec<PolicySummary>> {
    let mut policies = Vec::new();
    let mut pages = organizations.list_policies().filter(PolicyType::from(policy_type)).into_paginator().send();
    while let Some(page) = pages.next().await {
        policies.extend(page?.policies.unwrap_or_default());
    }
    Ok(policies)
}

/// A policy, what AWS answered for its content, and for its targets.
struct Found {
    summary: PolicySummary,
    content: Answer<Option<String>>,
    targets: Answer<Vec<PolicyTargetSummary>>,
}

async fn read(organizations: Client, summary: PolicySummary) -> Found {
    let id = match given(summary.id.clone(), LIST, "Id") {
        Ok(id) => id,
        Err(error) => return Found { summary, content: Err(error.clone()), targets: Err(error) },
    };
    let content = organizations.describe_policy().policy_id(&id).send().await;
    let content: Answer<_> = content.map(|answer| answer.policy.and_then(|policy| policy.content)).map_err(Into::into);
    let content = content.and_then(|it| given(it, "organizations:DescribePolicy", "Content")).map(Some);
    let targets = if is_gone(GONE, &content) { Ok(Vec::new()) } else { targets(&organizations, &id).await };
    Found { summary, content, targets }
}

async fn targets(organizations: &Client, policy_id: &str) -> Answer<Vec<PolicyTargetSummary>> {
    let mut targets = Vec::new();
    let mut pages = organizations.list_targets_for_policy().policy_id(policy_id).into_paginator().send();
    while let Some(page) = pages.next().await {
        targets.extend(page?.targets.unwrap_or_default());
    }
    Ok(targets)
}

async fn push(rows: &mut Rows<'_>, mut found: Found, policy_type: &str, is_type_enabled: bool) -> Result<(), Error> {
    if is_gone(GONE, &found.content) {
        rows.gone();
        return Ok(());
    }
    let mut unread = Unread::default();
    let id = unread.value("Id", found.summary.id.take());
    let Some(ids) = id.zip(unread.value("Arn", found.summary.arn.take())) else {
        unread.lost(rows, of_policies(), LIST);
        return Ok(());
    };
    let text = policy_text_of(rows, &[OrganizationPolicy::TABLE], found.content)?;
    let targets = rows.item([PolicyTarget::TABLE, OrganizationPolicy::TABLE], found.targets)?;
    let row = policy_row(ids, found.summary, policy_type, is_type_enabled, &text, targets.as_deref());
    // Only these two are policies of IAM's language.
    if matches!(policy_type, "SERVICE_CONTROL_POLICY" | "RESOURCE_CONTROL_POLICY") {
        let is_in_force = is_type_enabled;
        rows.policy(Policy { is_in_force, ..Policy::of(&row.arn, ORGANIZATION_POLICY, text) }).await?;
    }
    for target in targets.unwrap_or_default() {
        let mut unread = Unread::default();
        let target = target_row(&row, target, &mut unread);
        unread.push(rows, TARGETS, target).await?;
    }
    rows.push(row).await
}

fn policy_row(
    (policy_id, arn): (String, String),
    summary: PolicySummary,
    policy_type: &str,
    is_type_enabled: bool,
    text: &PolicyText,
    targets: Option<&[PolicyTargetSummary]>,
) -> OrganizationPolicy {
    let document = match text {
        PolicyText::Document(document) => Some(document.clone()),
        PolicyText::Absent | PolicyText::Unread(_) => None,
    };
    // The SDK returns false for a flag that AWS leaves out; the ARN shows the same thing.
    let is_aws_managed = summary.aws_managed || arn.split(':').nth(4) == Some("aws");
    OrganizationPolicy {
        arn,
        policy_id,
        policy_name: summary.name,
        description: summary.description,
        policy_type: summary.r#type.map_or_else(|| policy_type.to_owned(), |it| it.as_str().to_owned()),
        is_aws_managed,
        is_type_enabled,
        target_count: targets.map(|targets| i32::try_from(targets.len()).unwrap_or(i32::MAX)),
        is_attached: targets.map(|targets| !targets.is_empty()),
        size_bytes: document.as_ref().map(|text| i64::try_from(text.len()).unwrap_or(i64::MAX)),
        document,
    }
}

fn target_row(policy: &OrganizationPolicy, target: PolicyTargetSummary, unread: &mut Unread) -> Option<PolicyTarget> {
    let target_id = unread.value("TargetId", target.target_id)?;
    Some(PolicyTarget {
        policy_arn: policy.arn.clone(),
        policy_id: policy.policy_id.clone(),
        policy_name: policy.policy_name.clone(),
        policy_type: policy.policy_type.clone(),
        is_aws_managed: policy.is_aws_managed,
        is_type_enabled: policy.is_type_enabled,
        target_id,
        target_arn: target.arn,
        target_name: target.name,
        target_type: target.r#type.map(|it| it.as_str().to_owned()),
    })
}

#[cfg(test)]
mod tests;
