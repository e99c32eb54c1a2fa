//! Every collector, one file each, and the one list of them.

use orgcensus_collect::Collector;

mod items;
#[cfg(test)]
mod testing;

/// Elastic Compute Cloud.
pub mod ec2 {
    pub mod instances;
    pub mod metadata_defaults;
    mod tags;
    pub mod vpc_endpoints;
    pub mod vpcs;
}

/// Elastic Container Registry.
pub mod ecr {
    pub mod registry_policies;
    pub mod repositories;
}

/// Identity and Access Management: who is in an account, what they may do, and how they sign in.
pub mod iam {
    pub mod access_keys;
    pub mod account_aliases;
    pub mod account_summary;
    pub mod authorization_details;
    pub mod credential_report;
    mod detail;
    pub mod groups;
    pub mod instance_profiles;
    pub mod managed_policies;
    pub mod mfa_devices;
    pub mod oidc_providers;
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
}

/// IAM Identity Center: the organization's own users and groups, and what they may do in which account.
pub mod identity_center {
    pub mod account_assignments;
    pub mod directory;
    pub mod instances;
    pub mod permission_set_policies;
    pub mod permission_sets;
}

/// Key Management Service.
pub mod kms {
    pub mod keys;
}

/// Lambda.
pub mod lambda {
    pub mod function_urls;
    pub mod functions;
}

/// Organizations, and what else is read once for the whole organization.
pub mod organizations {
    pub mod delegated_administrators;
    pub mod policies;
    pub mod policy_types;
    pub mod resource_policy;
    pub mod root_access;
    pub mod services;
}

/// Simple Storage Service.
pub mod s3 {
    pub mod account_public_access_blocks;
    pub mod buckets;
    mod details;
}

/// Secrets Manager.
pub mod secretsmanager {
    pub mod secrets;
}

/// Simple Notification Service.
pub mod sns {
    pub mod topics;
}

/// Simple Queue Service.
pub mod sqs {
    pub mod queues;
}

/// Every collector, sorted by name. A file that is not listed here collects nothing.
pub const COLLECTORS: &[Collector] = &[
    organizations::delegated_administrators::DELEGATED_ADMINISTRATORS,
    ec2::instances::INSTANCES,
    ec2::metadata_defaults::METADATA_DEFAULTS,
    ec2::vpc_endpoints::VPC_ENDPOINTS,
    ec2::vpcs::VPCS,
    ecr::registry_policies::REGISTRY_POLICIES,
    ecr::repositories::REPOSITORIES,
    iam::account_aliases::ACCOUNT_ALIASES,
    iam::account_summary::ACCOUNT_SUMMARY,
    iam::authorization_details::AUTHORIZATION_DETAILS,
    iam::credential_report::CREDENTIAL_REPORT,
    iam::instance_profiles::INSTANCE_PROFILES,
    iam::oidc_providers::OIDC_PROVIDERS,
    iam::password_policy::PASSWORD_POLICIES,
    iam::saml_providers::SAML_PROVIDERS,
    iam::server_certificates::SERVER_CERTIFICATES,
    iam::service_last_accessed::SERVICE_LAST_ACCESSED,
    iam::service_specific_credentials::SERVICE_SPECIFIC_CREDENTIALS,
    iam::ssh_public_keys::SSH_PUBLIC_KEYS,
    iam::user_credentials::USER_CREDENTIALS,
    identity_center::account_assignments::ACCOUNT_ASSIGNMENTS,
    identity_center::directory::DIRECTORY,
    identity_center::permission_sets::PERMISSION_SETS,
    kms::keys::KEYS,
    lambda::functions::FUNCTIONS,
    organizations::policies::POLICIES,
    organizations::resource_policy::RESOURCE_POLICY,
    organizations::root_access::ROOT_ACCESS,
    organizations::services::SERVICES,
    s3::account_public_access_blocks::ACCOUNT_PUBLIC_ACCESS_BLOCKS,
    s3::buckets::BUCKETS,
    secretsmanager::secrets::SECRETS,
    sns::topics::TOPICS,
    sqs::queues::QUEUES,
];

/// Collectors that run only where the configuration names them, by name, and what they cost.
pub const OFF_UNLESS_NAMED: &[(&str, &str)] =
    &[("iam_service_last_accessed", "at least 2 calls, a job among them, for each user and role of each account")];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{COLLECTORS, OFF_UNLESS_NAMED};

    #[test]
    fn the_list_is_sorted_and_no_name_or_table_comes_twice() {
        let names: Vec<_> = COLLECTORS.iter().map(|collector| collector.name).collect();
        assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
        let tables: Vec<_> = COLLECTORS.iter().flat_map(|it| it.tables).map(|table| table.name).collect();
        assert_eq!(tables.len(), tables.iter().collect::<BTreeSet<_>>().len(), "{tables:?}");
    }

    #[test]
    fn what_is_off_exists() {
        let exists = |name: &str| COLLECTORS.iter().any(|collector| collector.name == name);
        assert!(OFF_UNLESS_NAMED.iter().all(|(name, _)| exists(name)));
    }

    #[test]
    fn every_call_is_a_read() {
        for call in COLLECTORS.iter().flat_map(|collector| collector.calls) {
            // IAM's two "Generate…" make reports and change nothing.
            let verbs = ["Describe", "GenerateCredentialReport", "GenerateServiceLastAccessedDetails", "Get", "List"];
            assert!(verbs.iter().any(|verb| call.operation.starts_with(verb)), "{call:?}");
        }
    }
}
