//! What happens, told to whoever listens. The crawl itself prints nothing.

use std::sync::Arc;
use std::time::Duration;

use orgcensus_aws::Used;

use crate::coverage::Tally;
use crate::task_record::TaskRecord;

/// Something that happened in a run.
#[derive(Debug)]
pub enum Event<'a> {
    /// An earlier run of the organization is not finished. This one does not touch it.
    Unfinished {
        /// That run.
        run_id: &'a str,
        /// Its day, `YYYY-MM-DD`.
        snapshot_date: &'a str,
        /// How long it is kept, unless someone goes on with it.
        kept: Duration,
    },
    /// The organization was read and the work begins.
    Started {
        /// The run.
        run_id: &'a str,
        /// The organization.
        organization_id: &'a str,
        /// Accounts chosen.
        accounts: usize,
        /// Accounts that an earlier process of this run had done already.
        accounts_done: usize,
        /// Collectors chosen.
        collectors: usize,
    },
    /// An account's turn has come, and so many tasks it has.
    AccountPlanned {
        /// 12 digits.
        account_id: &'a str,
        /// Its tasks.
        tasks: usize,
    },
    /// A task ended.
    TaskEnded {
        /// 12 digits.
        account_id: &'a str,
        /// What became of it.
        task: &'a TaskRecord,
    },
    /// An account's rows are committed to the journal.
    AccountEnded {
        /// 12 digits.
        account_id: &'a str,
        /// The sum of its tasks.
        tally: &'a Tally,
        /// How long its turn took.
        duration_millis: u64,
    },
    /// What was called of AWS's API and is charged to an account, when its turn is over; of the crawl's own identity,
    /// when all turns are, or when the run is told to stop.
    Used {
        /// 12 digits.
        account_id: &'a str,
        /// Each operation, in each region.
        used: &'a [Used],
    },
    /// The stage was copied to the lake, for another machine to go on from.
    Checkpoint {
        /// Why it was not; the run goes on.
        error: Option<&'a str>,
    },
    /// Something that someone should look at. The run goes on.
    Warning {
        /// What, in words.
        message: &'a str,
    },
    /// Compaction and upload begin.
    Publishing {
        /// Tables to write.
        tables: usize,
    },
    /// One table is written.
    TableWritten {
        /// Its name.
        table: &'a str,
        /// Rows.
        rows: u64,
        /// Files.
        files: usize,
        /// Bytes.
        bytes: u64,
    },
}

/// Who listens. Called from many workers at once; must not block.
pub type Listener = Arc<dyn Fn(&Event<'_>) + Send + Sync>;
