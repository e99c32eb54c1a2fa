//! One region as one account has it: a row, and what a session remembers of its account's regions.

use orgcensus_row::Row;
use serde::{Deserialize, Serialize};

/// One region as one account sees it, on or off.
#[derive(Debug, Clone, Serialize, Deserialize, Row)]
#[row(table = "account_regions", key = "region_name")]
pub struct AccountRegion {
    /// The region's name, eu-west-1.
    pub region_name: String,
    /// opt-in-not-required, opted-in or not-opted-in.
    pub opt_in_status: Option<String>,
    /// Whether the account can use the region.
    pub is_enabled: bool,
}

impl AccountRegion {
    /// A region with the status that AWS gave. Only `not-opted-in` says that it is off.
    pub(crate) fn new(region_name: String, opt_in_status: Option<String>) -> Self {
        let is_enabled = opt_in_status.as_deref() != Some("not-opted-in");
        Self { region_name, opt_in_status, is_enabled }
    }
}
