//! The second EventBridge. It speaks nothing but CBOR, which this program does not speak. So nothing of it is read, and
//! the coverage says so for each account and region.

use orgcensus_collect::kinds::EVENTBRIDGEV2_EVENT_BUS;
use orgcensus_collect::{Collector, Error, Runs, Scope};

/// What the coverage says of it.
const REASON: &str = "cbor_not_spoken";

/// The buses of one region: they and their policies are unread.
pub const EVENT_BUSES: Collector = Collector {
    name: "eventbridgev2_event_buses",
    scope: Scope::Region,
    runs: Runs::Unread(REASON),
    calls: &[],
    resources: &[EVENTBRIDGEV2_EVENT_BUS],
    tables: &[],
    collect: |_, _| Box::pin(async { Err(Error::Unread(REASON)) }),
};

/// What reads it.
pub(crate) const COLLECTORS: &[Collector] = &[EVENT_BUSES];

#[cfg(test)]
mod tests {
    use orgcensus_collect::testing::Recorded;

    use super::*;

    #[tokio::test]
    async fn nobody_is_asked_and_the_task_is_not_complete() {
        let collected = Recorded::new().run(&EVENT_BUSES).await;
        assert!(matches!(&collected.result, Err(Error::Unread(why)) if *why == REASON), "{collected:?}");
        assert!(collected.calls.is_empty() && collected.rows.is_empty(), "{collected:?}");
    }
}
