//! What users, groups and roles have in common: inline policies and attached managed policies.

use aws_sdk_iam::types::{AttachedPolicy, PolicyDetail};
use orgcensus_collect::{Error, Policy, PolicyKind, ResourceKind, Rows};
use orgcensus_row::Row;
use serde::Serialize;

use super::detail::{CALL, count, document, is_aws_managed, name_or_last};
use crate::items::Unread;

/// One policy written into a user, a group or a role. Its document is in policy_documents.
#[derive(Debug, Serialize, Row)]
#[row(table = "iam_inline_policies", key = "principal_arn, policy_name")]
pub struct InlinePolicy {
    /// The ARN of the user, group or role.
    pub principal_arn: String,
    /// user, group or role.
    pub principal_type: String,
    /// The name of the user, group or role.
    pub principal_name: String,
    /// The policy's name.
    pub policy_name: String,
}

/// One managed policy attached to a user, a group or a role.
#[derive(Debug, Serialize, Row)]
#[row(table = "iam_policy_attachments", key = "principal_arn, policy_arn")]
pub struct PolicyAttachment {
    /// The ARN of the user, group or role.
    pub principal_arn: String,
    /// user, group or role.
    pub principal_type: String,
    /// The name of the user, group or role.
    pub principal_name: String,
    /// The policy's ARN.
    pub policy_arn: String,
    /// The policy's name.
    pub policy_name: String,
    /// Whether the policy is AWS's, not the account's.
    pub is_aws_managed: bool,
    /// Whether the policy is AWS's AdministratorAccess.
    pub is_administrator_access: bool,
}

/// Whose policies these are.
pub(super) struct Principal<'a> {
    pub(super) arn: &'a str,
    /// user, group or role.
    pub(super) kind: &'static str,
    pub(super) resource: ResourceKind,
    pub(super) name: &'a str,
    /// The table in which it has its row.
    pub(super) table: &'static str,
}

/// The policies of one principal, as the answer has them.
pub(super) struct Policies {
    inline: Vec<PolicyDetail>,
    attached: Vec<AttachedPolicy>,
}

impl Policies {
    pub(super) fn new(inline: Option<Vec<PolicyDetail>>, attached: Option<Vec<AttachedPolicy>>) -> Self {
        Self { inline: inline.unwrap_or_default(), attached: attached.unwrap_or_default() }
    }

    pub(super) fn inline_names(&self) -> Vec<String> {
        sorted(self.inline.iter().filter_map(|policy| policy.policy_name.clone()))
    }

    pub(super) fn attached_arns(&self) -> Vec<String> {
        sorted(self.attached.iter().filter_map(|policy| policy.policy_arn.clone()))
    }

    /// How many are written into it and how many are attached, also those of which it is not said which they are.
    pub(super) fn counts(&self) -> (i32, i32) {
        (count(&self.inline), count(&self.attached))
    }

    /// Adds a row for each, and the inline policies' documents.
    pub(super) async fn push(self, rows: &mut Rows<'_>, principal: &Principal<'_>) -> Result<(), Error> {
        for policy in self.inline {
            // One without a name still allows something.
            let mut unread = Unread::default();
            let policy_name = unread.value("PolicyName", policy.policy_name).unwrap_or_default();
            unread.count(rows, InlinePolicy::TABLE, CALL);
            let text = document(rows, policy.policy_document);
            let written = Policy::of(principal.arn, principal.resource, text);
            rows.policy(Policy { kind: PolicyKind::Inline, name: &policy_name, ..written }).await?;
            rows.push(inline_policy(principal, policy_name)).await?;
        }
        for policy in self.attached {
            let mut unread = Unread::default();
            match attachment(principal, policy, &mut unread) {
                Some(row) => rows.push(row).await?,
                None => unread.lost(rows, [PolicyAttachment::TABLE, principal.table], CALL),
            }
        }
        Ok(())
    }
}

fn inline_policy(principal: &Principal<'_>, policy_name: String) -> InlinePolicy {
    InlinePolicy {
        principal_arn: principal.arn.to_owned(),
        principal_type: principal.kind.to_owned(),
        principal_name: principal.name.to_owned(),
        policy_name,
    }
}

fn attachment(principal: &Principal<'_>, policy: AttachedPolicy, unread: &mut Unread) -> Option<PolicyAttachment> {
    let policy_arn = unread.value("PolicyArn", policy.policy_arn)?;
    let is_aws_managed = is_aws_managed(&policy_arn);
    Some(PolicyAttachment {
        principal_arn: principal.arn.to_owned(),
        principal_type: principal.kind.to_owned(),
        principal_name: principal.name.to_owned(),
        policy_name: name_or_last(policy.policy_name, &policy_arn),
        is_aws_managed,
        is_administrator_access: is_aws_managed && policy_arn.ends_with(":policy/AdministratorAccess"),
        policy_arn,
    })
}

fn sorted(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use orgcensus_collect::kinds::IAM_ROLE;

    use super::*;

    const WEB: Principal<'_> = Principal {
        arn: "arn:aws:iam::111122223333:role/web",
        kind: "role",
        resource: IAM_ROLE,
        name: "web",
        table: "iam_roles",
    };

    fn attached(arn: &str) -> PolicyAttachment {
        attachment(&WEB, AttachedPolicy::builder().policy_arn(arn).build(), &mut Unread::default()).unwrap()
    }

    #[test]
    fn only_awss_own_policy_is_administrator_access() {
        assert!(attached("arn:aws-cn:iam::aws:policy/AdministratorAccess").is_administrator_access);
        let own = attached("arn:aws:iam::111122223333:policy/AdministratorAccess");
        assert!(!own.is_administrator_access && !own.is_aws_managed);
        assert!(!attached("arn:aws:iam::aws:policy/job-function/Billing").is_administrator_access);
    }

    #[test]
    fn an_attachment_without_a_name_takes_it_from_the_arn() {
        assert_eq!(attached("arn:aws:iam::aws:policy/job-function/Billing").policy_name, "Billing");
        let mut unread = Unread::default();
        assert!(attachment(&WEB, AttachedPolicy::builder().build(), &mut unread).is_none());
        assert!(unread.has("PolicyArn"), "{unread:?}");
    }
}
