//! Images as DescribeImages answers them.

use orgcensus_collect::Moment;
use serde::Deserialize;

use crate::ec2::tags::Tag;

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Page {
    pub(super) images_set: Vec<Described>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Described {
    pub(super) image_id: Option<String>,
    pub(super) name: Option<String>,
    pub(super) description: Option<String>,
    pub(super) image_owner_id: Option<String>,
    pub(super) image_state: Option<String>,
    pub(super) state_reason: StateReason,
    pub(super) is_public: Option<bool>,
    pub(super) image_allowed: Option<bool>,
    pub(super) image_type: Option<String>,
    pub(super) architecture: Option<String>,
    pub(super) platform: Option<String>,
    pub(super) platform_details: Option<String>,
    pub(super) usage_operation: Option<String>,
    pub(super) virtualization_type: Option<String>,
    pub(super) boot_mode: Option<String>,
    pub(super) imds_support: Option<String>,
    pub(super) tpm_support: Option<String>,
    pub(super) ena_support: Option<bool>,
    pub(super) root_device_type: Option<String>,
    pub(super) root_device_name: Option<String>,
    pub(super) block_device_mapping: Vec<Device>,
    pub(super) image_location: Option<String>,
    pub(super) source_image_id: Option<String>,
    pub(super) source_image_region: Option<String>,
    pub(super) source_instance_id: Option<String>,
    pub(super) deregistration_protection: Option<String>,
    pub(super) product_codes: Vec<ProductCode>,
    pub(super) image_watermark_set: Vec<Watermark>,
    pub(super) scan_results: ScanResults,
    pub(super) creation_date: Option<Moment>,
    pub(super) deprecation_time: Option<Moment>,
    pub(super) last_launched_time: Option<Moment>,
    pub(super) tag_set: Vec<Tag>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct StateReason {
    pub(super) code: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Device {
    pub(super) ebs: Option<Volume>,
}

/// A volume that is made at a launch, of a snapshot or empty.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Volume {
    pub(super) snapshot_id: Option<String>,
    pub(super) encrypted: Option<bool>,
    pub(super) kms_key_id: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ProductCode {
    pub(super) product_code: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Watermark {
    pub(super) watermark_key: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ScanResults {
    pub(super) highest_finding_severity_label: Option<String>,
}
