//! Events of a run, sent to a listener. The crawl itself prints nothing.

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
        /// How long it is kept if nobody resumes it.
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
    /// An account's turn has begun. It has this many tasks.
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
    /// The calls to AWS's API that are charged to an account, sent when the account's turn is over. For the crawl's own
    /// identity it is sent when all turns are over, or when the run is told to stop.
    Used {
        /// 12 digits.
        account_id: &'a str,
        /// Each operation, in each region.
        used: &'a [Used],
    },
    /// The stage was copied to the lake, so that another machine can resume the run.
    Checkpoint {
        /// Why it was not copied. The run continues.
        error: Option<&'a str>,
    },
    /// Something that a person should look at. The run continues.
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
