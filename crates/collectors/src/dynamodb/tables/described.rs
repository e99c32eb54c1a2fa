//! What DynamoDB says of a table.

use orgcensus_collect::Moment;
use serde::Deserialize;

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Described {
    pub(super) table_arn: Option<String>,
    pub(super) table_id: Option<String>,
    pub(super) table_status: Option<String>,
    pub(super) creation_date_time: Option<Moment>,
    pub(super) billing_mode_summary: Billing,
    pub(super) provisioned_throughput: Throughput,
    pub(super) table_class_summary: Class,
    pub(super) item_count: Option<i64>,
    pub(super) table_size_bytes: Option<i64>,
    #[serde(rename = "SSEDescription")]
    pub(super) sse: Sse,
    pub(super) deletion_protection_enabled: Option<bool>,
    pub(super) stream_specification: Stream,
    pub(super) latest_stream_arn: Option<String>,
    pub(super) replicas: Vec<Replica>,
    pub(super) global_table_version: Option<String>,
    pub(super) multi_region_consistency: Option<String>,
    pub(super) global_secondary_indexes: Vec<Index>,
    pub(super) local_secondary_indexes: Vec<Index>,
    pub(super) restore_summary: Restored,
    pub(super) archival_summary: Archived,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Billing {
    pub(super) billing_mode: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Throughput {
    pub(super) read_capacity_units: Option<i64>,
    pub(super) write_capacity_units: Option<i64>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Class {
    pub(super) table_class: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Sse {
    pub(super) status: Option<String>,
    #[serde(rename = "SSEType")]
    pub(super) sse_type: Option<String>,
    #[serde(rename = "KMSMasterKeyArn")]
    pub(super) key_arn: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Stream {
    pub(super) stream_enabled: Option<bool>,
    pub(super) stream_view_type: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Replica {
    pub(super) region_name: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Index {
    pub(super) index_name: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Restored {
    pub(super) source_table_arn: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Archived {
    pub(super) archival_date_time: Option<Moment>,
}
