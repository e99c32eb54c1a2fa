//! Identity and Access Management: who is in an account, what they may do, and how they sign in.

use orgcensus_collect::Collector;

pub mod access_keys;
pub mod account_aliases;
pub mod account_summary;
pub mod action_last_accessed;
pub mod authorization_details;
pub mod credential_report;
pub mod delegation_requests;
mod detail;
pub mod groups;
pub mod instance_profiles;
pub mod managed_policies;
pub mod mfa_devices;
pub mod oidc_providers;
pub mod outbound_federation;
pub mod password_policy;
pub mod principal;
pub mod roles;
pub mod root_users;
pub mod saml_providers;
pub mod server_certificates;
pub mod service_last_accessed;
pub mod service_specific_credentials;
pub mod signing_certificates;
pub mod ssh_public_keys;
pub mod user_credentials;
pub mod users;

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[
    account_aliases::ACCOUNT_ALIASES,
    account_summary::ACCOUNT_SUMMARY,
    authorization_details::AUTHORIZATION_DETAILS,
    credential_report::CREDENTIAL_REPORT,
    delegation_requests::DELEGATION_REQUESTS,
    instance_profiles::INSTANCE_PROFILES,
    oidc_providers::OIDC_PROVIDERS,
    outbound_federation::OUTBOUND_FEDERATION,
    password_policy::PASSWORD_POLICIES,
    saml_providers::SAML_PROVIDERS,
    server_certificates::SERVER_CERTIFICATES,
    service_last_accessed::SERVICE_LAST_ACCESSED,
    service_specific_credentials::SERVICE_SPECIFIC_CREDENTIALS,
    ssh_public_keys::SSH_PUBLIC_KEYS,
    user_credentials::USER_CREDENTIALS,
];
