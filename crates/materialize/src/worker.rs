//! Answers are worked out on a thread of their own, since their futures may stay on one thread, and are handed over a
//! few at a time, so that memory holds no more of them than that. A panic there is an error here.

use orgcensus_answers::Bounds;
use orgcensus_crawl::{Failed, Materialize, Placed};
use orgcensus_row::{GLOBAL, Row};
use tokio::runtime::Handle;
use tokio::sync::mpsc::{Sender, channel};
use tokio::task::spawn_blocking;

/// What an answer may use. One thread: what is read at the same time is in memory at the same time, and a census waits
/// for nobody.
pub(crate) const BOUNDS: Bounds = Bounds { memory_bytes: 512 << 20, disk_bytes: 10 << 30, threads: Some(1) };

/// Lists of rows that wait.
const WAITING_MAX: usize = 4;

/// Rows on their way from the thread.
pub(crate) type Rows<R> = Sender<Vec<Placed<R>>>;

/// Runs work on a thread of its own and adds its rows to the table. What the work gives in the end is given back.
pub(crate) async fn add<R: Row, O: Send + 'static, W>(
    to: &mut Materialize<'_>,
    work: impl FnOnce(Rows<R>) -> W + Send + 'static,
) -> Result<O, Failed>
where
    W: Future<Output = Result<O, Failed>>,
{
    let mut rows = to.rows::<R>()?;
    let (sender, mut receiver) = channel(WAITING_MAX);
    let handle = Handle::current();
    let worker = spawn_blocking(move || {
        handle.block_on(async {
            let closed = sender.clone();
            tokio::select! {
                done = work(sender) => done,
                // Nobody waits for it any longer: the time is over, or the stage is full.
                () = closed.closed() => Err("finish: nobody waits for it".into()),
            }
        })
    });
    while let Some(placed) = receiver.recv().await {
        for it in placed {
            to.push(&mut rows, it)?;
        }
    }
    to.stage(&mut rows)?;
    worker.await?
}

/// Hands rows over, if there are any.
pub(crate) async fn send<R: Row>(rows: &Rows<R>, placed: Vec<Placed<R>>) -> Result<(), Failed> {
    if placed.is_empty() {
        return Ok(());
    }
    rows.send(placed).await.map_err(|_| "hand over rows: nobody waits for them".into())
}

/// A row that is about no account.
pub(crate) fn of_no_account<R>(row: R) -> Placed<R> {
    Placed { account_id: String::new(), account_name: String::new(), region: GLOBAL.to_owned(), row }
}
