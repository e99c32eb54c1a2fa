//! Rows of the real tables, with the columns that the tests ask for; all other columns are null or empty.

use std::collections::BTreeMap;

use orgcensus_aws::organization::{AccountRow, OrganizationRow};
use orgcensus_collect::{PolicyDocument, PolicyStatement};
use orgcensus_collectors::ec2::instances::Instance;
use orgcensus_collectors::iam::credential_report::Credentials;
use orgcensus_collectors::s3::buckets::Bucket;
use orgcensus_collectors::sns::topics::Topic;
use orgcensus_crawl::{Outcome, TaskCoverage, TaskRecord};
use orgcensus_derive::ResourceAccess;
use orgcensus_row::GLOBAL;

/// An account in use.
pub(super) fn account(arn: &str) -> AccountRow {
    AccountRow {
        arn: arn.into(),
        email: None,
        status: Some("ACTIVE".into()),
        joined_method: None,
        joined_at: None,
        joined_days: None,
        ou_id: None,
        ou_id_path: None,
        is_management: false,
        is_active: Some(true),
        is_selected: true,
        tags: None,
    }
}

pub(super) fn organization(arn: &str) -> OrganizationRow {
    OrganizationRow {
        arn: arn.into(),
        management_account_id: Some("000000000000".into()),
        management_account_email: None,
        feature_set: None,
        is_whole: true,
    }
}

/// A task that ended in this way.
pub(super) fn task(collector: &str, outcome: Outcome) -> TaskCoverage {
    TaskCoverage::from(&TaskRecord::untried(collector, GLOBAL, outcome))
}

/// A user without a password, an MFA device or an active key.
pub(super) fn person(user_name: &str) -> Credentials {
    Credentials {
        user_name: user_name.into(),
        arn: None,
        is_root: false,
        created_at: None,
        age_days: None,
        password_enabled: Some(false),
        password_last_used_at: None,
        password_last_used_days: None,
        password_last_used_state: None,
        password_last_changed_at: None,
        password_age_days: None,
        password_next_rotation_at: None,
        mfa_active: Some(false),
        active_access_key_count: None,
        access_key_1_active: Some(false),
        access_key_1_last_rotated_at: None,
        access_key_1_age_days: None,
        access_key_1_last_used_at: None,
        access_key_1_last_used_days: None,
        access_key_1_last_used_region: None,
        access_key_1_last_used_service: None,
        access_key_2_active: Some(false),
        access_key_2_last_rotated_at: None,
        access_key_2_age_days: None,
        access_key_2_last_used_at: None,
        access_key_2_last_used_days: None,
        access_key_2_last_used_region: None,
        access_key_2_last_used_service: None,
        cert_1_active: None,
        cert_1_last_rotated_at: None,
        cert_2_active: None,
        cert_2_last_rotated_at: None,
        report_generated_at: None,
        user_path: None,
        additional_credentials_info: None,
        additional_access_key_count: Some(0),
        other_columns: BTreeMap::new(),
    }
}

pub(super) fn instance(arn: &str, is_terminated: bool, is_imdsv2_required: Option<bool>) -> Instance {
    Instance {
        arn: arn.into(),
        instance_id: arn.into(),
        instance_name: None,
        state: None,
        is_terminated: Some(is_terminated),
        state_transition_reason: None,
        http_tokens: None,
        http_endpoint: None,
        http_put_response_hop_limit: None,
        instance_metadata_tags: None,
        is_imdsv2_required,
        instance_profile_arn: None,
        image_id: None,
        instance_type: None,
        architecture: None,
        platform_details: None,
        key_name: None,
        lifecycle: None,
        tenancy: None,
        availability_zone: None,
        vpc_id: None,
        subnet_id: None,
        security_group_ids: Vec::new(),
        public_ip_address: None,
        private_ip_address: None,
        has_public_ip_address: false,
        is_monitored: None,
        launched_at: None,
        age_days: None,
        tags: BTreeMap::new(),
    }
}

pub(super) fn bucket(arn: &str) -> Bucket {
    Bucket {
        arn: arn.into(),
        bucket_name: arn.into(),
        bucket_region: None,
        owner_id: None,
        created_at: None,
        age_days: None,
        policy_status_is_public: None,
        object_ownership: None,
        has_public_access_block: None,
        block_public_acls: None,
        ignore_public_acls: None,
        block_public_policy: None,
        restrict_public_buckets: None,
        encryption_algorithm: None,
        encryption_kms_key_id: None,
        is_bucket_key_enabled: None,
        versioning_status: None,
        is_mfa_delete_enabled: None,
        is_object_lock_enabled: None,
        object_lock_mode: None,
        object_lock_days: None,
        is_logging_enabled: None,
        logging_target_bucket: None,
        logging_target_prefix: None,
        tags: None,
    }
}

pub(super) fn topic(arn: &str) -> Topic {
    Topic {
        arn: arn.into(),
        topic_name: arn.into(),
        display_name: None,
        owner_id: None,
        is_fifo: false,
        is_encrypted: None,
        kms_key_id: None,
        confirmed_subscription_count: None,
        pending_subscription_count: None,
        deleted_subscription_count: None,
        signature_version: None,
        tracing_mode: None,
        delivery_policy_json: None,
        tags: None,
    }
}

/// A policy that could not be read.
pub(super) fn unread(resource_arn: &str, resource_type: &str) -> PolicyDocument {
    PolicyDocument {
        resource_arn: resource_arn.into(),
        resource_type: resource_type.into(),
        policy_kind: "resource".into(),
        policy_name: String::new(),
        state: "unread".into(),
        error_code: None,
        document: None,
        size_bytes: None,
        statement_count: None,
        is_in_force: true,
        is_valid: None,
        flags: Vec::new(),
        gate: None,
        language: Some("iam".to_owned()),
    }
}

/// A statement that allows something to everyone.
pub(super) fn allow_all(resource_arn: &str, resource_type: &str, policy_kind: &str) -> PolicyStatement {
    PolicyStatement {
        resource_arn: resource_arn.into(),
        resource_type: resource_type.into(),
        policy_kind: policy_kind.into(),
        policy_name: String::new(),
        is_in_force: true,
        ordinal: 0,
        sid: None,
        effect: "Allow".into(),
        is_allow: true,
        principals: vec!["AWS:*".into()],
        has_wildcard_principal: true,
        is_not_principal: false,
        actions: Vec::new(),
        is_not_action: false,
        access_levels: Vec::new(),
        resources: Vec::new(),
        is_not_resource: false,
        conditions_json: None,
        condition_keys: Vec::new(),
        has_condition: false,
        has_wildcard_action: false,
        has_service_wildcard_action: false,
        has_wildcard_resource: false,
        allows_everything: false,
        flags: Vec::new(),
    }
}

/// The verdict on a resource.
pub(super) fn access(resource_arn: &str, resource_type: &str, is_public: Option<bool>) -> ResourceAccess {
    ResourceAccess {
        resource_arn: resource_arn.into(),
        resource_type: resource_type.into(),
        resource_account_id: "000000000000".into(),
        is_public,
        is_external: None,
        is_in_org: None,
        is_policy_public: None,
        aws_is_public: None,
        has_rcp: None,
        has_policy: None,
        gated_by: Vec::new(),
        flags: Vec::new(),
        reasons: Vec::new(),
    }
}
