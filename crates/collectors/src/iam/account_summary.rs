//! The account's summary, by GetAccountSummary: counts and quotas of IAM, and what the root user has.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_iam::types::SummaryKeyType as Key;
use orgcensus_collect::{Collector, Error, Rows, Runs, Scope, Session, call, client};
use orgcensus_row::{Row, table};
use serde::Serialize;

/// IAM's own counts and quotas of one account.
#[derive(Debug, Serialize, Row)]
#[row(table = "iam_account_summary")]
pub struct AccountSummary {
    /// Whether the root user has an MFA device.
    pub is_root_mfa_enabled: Option<bool>,
    /// Whether the root user has a password.
    pub has_root_password: Option<bool>,
    /// Whether the root user has an access key, active or not.
    pub has_root_access_key: Option<bool>,
    /// Whether the root user has a signing certificate.
    pub has_root_signing_certificate: Option<bool>,
    /// Users.
    pub user_count: Option<i32>,
    /// Users that the account may have.
    pub user_quota: Option<i32>,
    /// Groups.
    pub group_count: Option<i32>,
    /// Groups that the account may have.
    pub group_quota: Option<i32>,
    /// Roles.
    pub role_count: Option<i32>,
    /// Roles that the account may have.
    pub role_quota: Option<i32>,
    /// Customer managed policies.
    pub policy_count: Option<i32>,
    /// Customer managed policies that the account may have.
    pub policy_quota: Option<i32>,
    /// Versions of customer managed policies.
    pub policy_version_count: Option<i32>,
    /// Versions of customer managed policies that the account may have.
    pub policy_version_quota: Option<i32>,
    /// Instance profiles.
    pub instance_profile_count: Option<i32>,
    /// Instance profiles that the account may have.
    pub instance_profile_quota: Option<i32>,
    /// Server certificates.
    pub server_certificate_count: Option<i32>,
    /// Server certificates that the account may have.
    pub server_certificate_quota: Option<i32>,
    /// Identity providers, SAML and OIDC.
    pub provider_count: Option<i32>,
    /// MFA devices, assigned or not.
    pub mfa_device_count: Option<i32>,
    /// MFA devices that are assigned to a user or to root.
    pub mfa_device_in_use_count: Option<i32>,
    /// Access keys that one user may have.
    pub access_keys_per_user_quota: Option<i32>,
    /// The version of the tokens that the global STS endpoint issues: 1 are valid in regions that are on by default only.
    pub global_endpoint_token_version: Option<i32>,
    /// Everything that AWS answered, by AWS's names.
    pub summary: BTreeMap<String, String>,
}

/// The summary of an account.
pub const ACCOUNT_SUMMARY: Collector = Collector {
    name: "iam_account_summary",
    scope: Scope::Account,
    runs: Runs::Always,
    calls: &[call("iam", "GetAccountSummary")],
    resources: &[],
    tables: &[table::<AccountSummary>()],
    collect: |session, rows| Box::pin(collect(session, rows)),
};

async fn collect(session: &Session, rows: &mut Rows<'_>) -> Result<(), Error> {
    let answer = client!(session, aws_sdk_iam).get_account_summary().send().await?;
    rows.push(summary(&answer.summary_map.unwrap_or_default())).await
}

fn summary(map: &HashMap<Key, i32>) -> AccountSummary {
    let count = |key: Key| map.get(&key).copied();
    let is = |key: Key| count(key).map(|value| value > 0);
    AccountSummary {
        is_root_mfa_enabled: is(Key::AccountMfaEnabled),
        has_root_password: is(Key::AccountPasswordPresent),
        has_root_access_key: is(Key::AccountAccessKeysPresent),
        has_root_signing_certificate: is(Key::AccountSigningCertificatesPresent),
        user_count: count(Key::Users),
        user_quota: count(Key::UsersQuota),
        group_count: count(Key::Groups),
        group_quota: count(Key::GroupsQuota),
        role_count: count(Key::Roles),
        role_quota: count(Key::RolesQuota),
        policy_count: count(Key::Policies),
        policy_quota: count(Key::PoliciesQuota),
        policy_version_count: count(Key::PolicyVersionsInUse),
        policy_version_quota: count(Key::PolicyVersionsInUseQuota),
        instance_profile_count: count(Key::InstanceProfiles),
        instance_profile_quota: count(Key::InstanceProfilesQuota),
        server_certificate_count: count(Key::ServerCertificates),
        server_certificate_quota: count(Key::ServerCertificatesQuota),
        provider_count: count(Key::Providers),
        mfa_device_count: count(Key::MfaDevices),
        mfa_device_in_use_count: count(Key::MfaDevicesInUse),
        access_keys_per_user_quota: count(Key::AccessKeysPerUserQuota),
        global_endpoint_token_version: count(Key::GlobalEndpointTokenVersion),
        summary: map.iter().map(|(key, value)| (key.as_str().to_owned(), value.to_string())).collect(),
    }
}

#[cfg(test)]
mod tests {
    use orgcensus_aws::Class;
    use orgcensus_collect::testing::Recorded;

    use super::*;
    use crate::testing::xml_error;

    const ANSWER: &str = "<GetAccountSummaryResponse><GetAccountSummaryResult><SummaryMap>\
        <entry><key>Users</key><value>32</value></entry>\
        <entry><key>AccountMFAEnabled</key><value>0</value></entry>\
        <entry><key>AccountAccessKeysPresent</key><value>1</value></entry>\
        <entry><key>QuantumKeysQuota</key><value>7</value></entry>\
        </SummaryMap></GetAccountSummaryResult></GetAccountSummaryResponse>";

    #[tokio::test]
    async fn a_summary_is_one_row_and_keeps_unknown_keys() {
        let collected = Recorded::new().answer("GetAccountSummary", ANSWER).run(&ACCOUNT_SUMMARY).await;
        collected.result.as_ref().unwrap();
        let [row] = collected.assert_all_calls(&ACCOUNT_SUMMARY).table("iam_account_summary") else { panic!() };
        assert_eq!((&row["user_count"], &row["is_root_mfa_enabled"]), (&32.into(), &false.into()));
        assert_eq!(row["has_root_access_key"], true);
        assert!(row.get("group_count").is_none_or(serde_json::Value::is_null), "{row}");
        assert_eq!(row["summary"]["QuantumKeysQuota"], "7");
    }

    #[tokio::test]
    async fn a_refusal_ends_the_task() {
        let denied = xml_error("AccessDenied");
        let collected = Recorded::new().refuse("GetAccountSummary", "", 403, &denied).run(&ACCOUNT_SUMMARY).await;
        let Err(Error::Aws(error)) = &collected.result else { panic!("{collected:?}") };
        assert_eq!(error.class, Class::Denied);
    }
}
