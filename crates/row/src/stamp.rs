//! The columns that the engine puts on every row, so that a row says where and when it was seen.

use serde::Serialize;

use crate::{Column, ColumnType, Timestamp};

/// Where and when a row was seen.
#[derive(Debug, Clone, Serialize)]
pub struct Stamp {
    /// `o-…`.
    pub organization_id: String,
    /// 12 digits.
    pub account_id: String,
    /// The account's name in the organization.
    pub account_name: String,
    /// Names of the organizational units from the root down, `Root/Workloads/Prod`.
    pub ou_path: String,
    /// The region, or `global`.
    pub region: String,
    /// When the run started (UTC): one value for a whole snapshot.
    pub captured_at: Timestamp,
    /// The id of the run.
    pub run_id: String,
}

impl Stamp {
    /// The columns of the stamp. They come first in every table.
    pub fn columns() -> Vec<Column> {
        vec![
            text("organization_id", "The organization, o-…"),
            text("account_id", "The account, 12 digits"),
            text("account_name", "The account's name in the organization"),
            text("ou_path", "The organizational units from the root down, by name, Root/Workloads/Prod"),
            text("region", "The region, or global for what has none"),
            Column {
                name: "captured_at",
                comment: "When the run that saw this row started (UTC); one value for a whole snapshot",
                data_type: Timestamp::data_type(),
                nullable: false,
            },
            text("run_id", "The run that published this row"),
        ]
    }
}

fn text(name: &'static str, comment: &'static str) -> Column {
    Column { name, comment, data_type: String::data_type(), nullable: false }
}

/// A stamp for tests.
#[cfg(test)]
pub(crate) fn example() -> Stamp {
    Stamp {
        organization_id: "o-1".into(),
        account_id: "012345678901".into(),
        account_name: "n".into(),
        ou_path: "Root".into(),
        region: "eu-west-1".into(),
        captured_at: Timestamp(0),
        run_id: "r".into(),
    }
}
