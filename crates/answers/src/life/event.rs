//! What happened to a row, as a row.

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;

use crate::Result;
use crate::cells::{batch_of_texts, schema_of_texts};

/// What is said of a row that is there, and of which nobody knows whether it is new: that of the first snapshot, and
/// one that was not seen before.
pub(crate) const SEEN: &str = "seen";

/// What happened to a row between two nights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The night that shows it, `YYYY-MM-DD`.
    pub snapshot_date: String,
    /// The night before it that last saw the row, or of a new row the night before; none in the first snapshot.
    pub previous_snapshot_date: Option<String>,
    /// A word of `diff`; or `seen`: it is there, and nobody knows since when.
    pub change: &'static str,
    /// The table.
    pub table_name: String,
    /// The organization.
    pub organization_id: String,
    /// The row's account.
    pub account_id: String,
    /// The account's name.
    pub account_name: Option<String>,
    /// The row's region.
    pub region: String,
    /// The row's natural key, as `diff` says it.
    pub row_key: Option<String>,
    /// The column that is different; none if it is the whole row.
    pub column_name: Option<String>,
    /// The older value; none if it is null.
    pub was: Option<String>,
    /// The newer value; none if it is null.
    pub now: Option<String>,
    /// Why nobody knows: the snapshot, the collector and its outcome.
    pub reason: Option<String>,
    /// Who made the change; none if that is not known, and where nothing was changed.
    pub actor_arn: Option<String>,
    /// When it was made (UTC), by CloudTrail's event. None where there is no event.
    pub event_time: Option<String>,
    /// The event's id. None where there is no event.
    pub event_id: Option<String>,
    /// Why nobody is named as the actor of a change; none where somebody is, and where nothing was changed.
    pub actor_reason: Option<String>,
}

/// The columns, all of them text.
const COLUMNS: [&str; 17] = [
    "snapshot_date",
    "previous_snapshot_date",
    "change",
    "table_name",
    "organization_id",
    "account_id",
    "account_name",
    "region",
    "row_key",
    "column_name",
    "was",
    "now",
    "reason",
    "actor_arn",
    "event_time",
    "event_id",
    "actor_reason",
];

pub(crate) fn schema() -> SchemaRef {
    schema_of_texts(&COLUMNS)
}

impl Event {
    fn cells(&self) -> [Option<&str>; 17] {
        [
            Some(&self.snapshot_date),
            self.previous_snapshot_date.as_deref(),
            Some(self.change),
            Some(&self.table_name),
            Some(&self.organization_id),
            Some(&self.account_id),
            self.account_name.as_deref(),
            Some(&self.region),
            self.row_key.as_deref(),
            self.column_name.as_deref(),
            self.was.as_deref(),
            self.now.as_deref(),
            self.reason.as_deref(),
            self.actor_arn.as_deref(),
            self.event_time.as_deref(),
            self.event_id.as_deref(),
            self.actor_reason.as_deref(),
        ]
    }
}

/// Events as one batch.
pub(crate) fn batch(events: &[Event]) -> Result<RecordBatch> {
    Ok(batch_of_texts(schema(), events.iter().map(Event::cells))?)
}
