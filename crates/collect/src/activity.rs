//! Which time a task read that reads what happened, and not what there is.

use orgcensus_row::{Row, Timestamp};
use serde::Serialize;

/// The time of which the `activity` of one account in one region was read. Where an account and region have no row, it
/// was not read. A collector that declares this table is told by the engine when to begin.
#[derive(Debug, Serialize, Row)]
#[row(table = "activity_windows")]
pub struct ActivityWindow {
    /// From when on (UTC): an hour before the snapshot in which this was last read completely, since events may arrive
    /// late; the first time `[activity] first_hours` before the run. Never more than 90 days before: AWS keeps no more.
    pub since_at: Timestamp,
}
