//! The rows of the worklist.

use orgcensus_row::{Row, Timestamp};
use serde::Serialize;

/// One IAM user, or one root user: who uses it, every reason why it is on the worklist of credentials, and the next
/// step in a safe order. Nothing is deactivated that was used within a year before its owner was asked, and nothing is
/// deleted before it was inactive for 90 days. Old, idle and never used mean for over 90 days, in use within 30.
/// Class: person (a password was used), program (an access key was), both, or never_used.
/// Reasons: report_missing, not_in_report, user_gone, report_old (older than a day), facts_unread, password_never_used,
/// password_idle, no_mfa (a password is on without a device), root_access_key, root_access_key_inactive, root_used,
/// key_never_used, key_idle, key_old, two_keys_in_use (and no rotation in progress), idle_key_beside_another,
/// keys_beyond_two, inactive_key_left, person_and_program, nothing_active.
/// Steps: confirm_with_owner, deactivate, wait (it rests), delete, add_mfa, replace_or_rotate.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Row)]
#[row(table = "credential_review", key = "user_name")]
pub struct CredentialReview {
    /// The user's name; <root_account> for the root user.
    pub user_name: String,
    /// The user's ARN. Null: it was not read.
    pub arn: Option<String>,
    /// The user's path, / by default. Null: root, or it was not read.
    pub user_path: Option<String>,
    /// Whether this is the root user.
    pub is_root: bool,
    /// person, program, both or never_used, as the table's comment says. Null: it cannot be told.
    pub class: Option<String>,
    /// What the class rests on: password_enabled, password_used, mfa_device, active_access_key, access_key_used,
    /// access_keys_unread, signing_certificate, ssh_key, service_credential. The last three are active ones.
    pub class_facts: Vec<String>,
    /// Every reason why it is on the worklist, as the table's comment names them. Empty: it is not.
    pub reasons: Vec<String>,
    /// How many reasons there are.
    pub reason_count: i32,
    /// The next step, as the table's comment names them. Nobody takes it but the reader. Null: none, or too little is
    /// known.
    pub next_step: Option<String>,
    /// Which of its credentials the next step is about: password, or access keys by their ids (access_key_1 where the
    /// report alone was read). The others may be in use. Empty: the user as a whole, or no step.
    pub next_step_about: Vec<String>,
    /// What could take its place: identity_center for a person; for a program instance_role, function_role or
    /// task_role, where such run in the account and region of the key's last use, else workload_federation.
    pub replacements: Vec<String>,
    /// Whom to ask: the value of the account's owner tag, which the configuration names. Null: no such tag, or not
    /// read.
    pub account_owner: Option<String>,
    /// The value of the user's own owner tag. Null: it has none, is root, or was not read.
    pub user_owner: Option<String>,
    /// Whom to ask: the user's owner, else whom account_owners names for the account. Null: nothing is known.
    pub ask: Option<String>,
    /// Whether it has a console password. Null: not said, which is usual for root, or not read.
    pub password_enabled: Option<bool>,
    /// Whether it has an MFA device. Null: not read.
    pub mfa_active: Option<bool>,
    /// When the password was last used (UTC). Null: never, or not read.
    pub password_last_used_at: Option<Timestamp>,
    /// Days since then.
    pub password_last_used_days: Option<i32>,
    /// How many access keys that are described are active. Null: there is no report.
    pub active_access_key_count: Option<i32>,
    /// Days since the oldest access key was made, active or not. Null: no key, or not read.
    pub oldest_access_key_age_days: Option<i32>,
    /// When one of the access keys was last used (UTC). Null: never, or not read.
    pub access_key_last_used_at: Option<Timestamp>,
    /// Days since then.
    pub access_key_last_used_days: Option<i32>,
    /// The region of that use. Null: never, not read, or the service has no regions.
    pub access_key_last_used_region: Option<String>,
    /// The service of that use, s3. Null: never, or not read.
    pub access_key_last_used_service: Option<String>,
    /// Whether nothing of it works any more, although it is still there; of root, its access keys. Null: not known.
    pub is_inactive: Option<bool>,
    /// Since which snapshot it was seen so, without one that saw it otherwise (UTC). Null: it works, or no earlier
    /// snapshot was read.
    pub inactive_seen_since: Option<Timestamp>,
    /// Days since then.
    pub inactive_seen_days: Option<i32>,
    /// The days of the last 30 on which root was used, as the snapshots since then saw it, 2026-11-22. Null: no root
    /// user, or no earlier snapshot was read.
    pub root_used_dates: Option<Vec<String>>,
    /// How many such days there are. AWS says the last use alone, so days between two snapshots may be missing.
    pub root_used_date_count: Option<i32>,
    /// When AWS made the credential report (UTC). Null: it was not read.
    pub report_generated_at: Option<Timestamp>,
}
