//! What the three lists answer.

use orgcensus_collect::Moment;
use serde::Deserialize;

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Shares {
    pub(super) resource_shares: Vec<ListedShare>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ListedShare {
    pub(super) resource_share_arn: Option<String>,
    pub(super) name: Option<String>,
    pub(super) owning_account_id: Option<String>,
    pub(super) allow_external_principals: Option<bool>,
    pub(super) status: Option<String>,
    pub(super) status_message: Option<String>,
    pub(super) tags: Vec<ShareTag>,
    pub(super) creation_time: Option<Moment>,
    pub(super) last_updated_time: Option<Moment>,
    pub(super) feature_set: Option<String>,
    pub(super) resource_share_configuration: Configuration,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ShareTag {
    pub(super) key: String,
    pub(super) value: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Configuration {
    pub(super) retain_sharing_on_account_leave_organization: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Principals {
    pub(super) principals: Vec<ListedPrincipal>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ListedPrincipal {
    pub(super) id: Option<String>,
    pub(super) resource_share_arn: Option<String>,
    pub(super) creation_time: Option<Moment>,
    pub(super) last_updated_time: Option<Moment>,
    pub(super) external: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Resources {
    pub(super) resources: Vec<ListedResource>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ListedResource {
    pub(super) arn: Option<String>,
    #[serde(rename = "type")]
    pub(super) resource_type: Option<String>,
    pub(super) resource_share_arn: Option<String>,
    pub(super) resource_group_arn: Option<String>,
    pub(super) status: Option<String>,
    pub(super) status_message: Option<String>,
    pub(super) creation_time: Option<Moment>,
    pub(super) last_updated_time: Option<Moment>,
    pub(super) resource_region_scope: Option<String>,
}
