//! The one limiter: which bucket a call draws from, and what all calls together came to.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::bucket::Bucket;
use crate::error::{Class, Error};
use crate::limits::{Limits, Scope};

/// How long a call may wait for its permit before it counts as throttled out.
const LONGEST_WAIT: Duration = Duration::from_secs(900);

/// Limits and buckets of a whole crawl. One a process.
pub struct CrawlLimiter {
    limits: Limits,
    buckets: Buckets,
    totals: Mutex<BTreeMap<(String, String), Totals>>,
}

/// What all calls of one operation came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Attempts sent, retries and pages among them.
    pub attempts: u64,
    /// Attempts that AWS throttled.
    pub throttles: u64,
    /// Milliseconds that attempts waited for permits.
    pub waited_millis: u64,
}

/// Buckets of one account; they live and die with its turn.
pub struct AccountLimiter {
    crawl: Arc<CrawlLimiter>,
    buckets: Buckets,
}

/// Leave for one attempt.
pub struct Permit {
    bucket: Arc<Bucket>,
    /// Held while a serial call is under way.
    _serial: Option<OwnedSemaphorePermit>,
    /// How long the attempt waited.
    pub waited: Duration,
}

#[derive(Default)]
struct Buckets(Mutex<HashMap<(usize, String), Slot>>);

#[derive(Clone)]
struct Slot {
    bucket: Arc<Bucket>,
    serial: Option<Arc<Semaphore>>,
}

impl CrawlLimiter {
    /// A limiter with full buckets.
    pub fn new(limits: Limits) -> Arc<Self> {
        Arc::new(Self { limits, buckets: Buckets::default(), totals: Mutex::default() })
    }

    /// The limiter of one account.
    pub fn account(self: &Arc<Self>) -> Arc<AccountLimiter> {
        Arc::new(AccountLimiter { crawl: Arc::clone(self), buckets: Buckets::default() })
    }

    /// Every operation called so far, by service and name.
    pub fn totals(&self) -> BTreeMap<(String, String), Totals> {
        self.totals.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Counts one attempt.
    pub(crate) fn count(&self, service: &str, operation: &str, waited: Duration, is_throttled: bool) {
        let mut totals = self.totals.lock().unwrap_or_else(PoisonError::into_inner);
        let total = totals.entry((service.to_owned(), operation.to_owned())).or_default();
        total.attempts += 1;
        total.throttles += u64::from(is_throttled);
        total.waited_millis += u64::try_from(waited.as_millis()).unwrap_or(u64::MAX);
    }
}

impl AccountLimiter {
    /// Waits for leave to send one attempt of `operation` in `region`.
    pub async fn permit(&self, service: &str, operation: &str, region: &str) -> Result<Permit, Error> {
        let index = self.crawl.limits.rule_of(service, operation);
        let rule = self.crawl.limits.rule(index);
        let slot = match rule.scope {
            Scope::Crawl => self.crawl.buckets.slot(&self.crawl.limits, index, ""),
            Scope::Account => self.buckets.slot(&self.crawl.limits, index, ""),
            Scope::Region => self.buckets.slot(&self.crawl.limits, index, region),
        };
        tokio::time::timeout(LONGEST_WAIT, slot.take()).await.map_err(|_elapsed| {
            Error::new(Class::Throttled, "LimiterWait", format!("waited {} s for a permit", LONGEST_WAIT.as_secs()))
        })
    }

    /// The crawl's limiter.
    pub(crate) fn crawl(&self) -> &Arc<CrawlLimiter> {
        &self.crawl
    }
}

impl Buckets {
    fn slot(&self, limits: &Limits, index: usize, region: &str) -> Slot {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || {
            let rule = limits.rule(index);
            let serial = rule.is_serial.then(|| Arc::new(Semaphore::new(1)));
            Slot { bucket: Arc::new(Bucket::new(rule.rate)), serial }
        };
        buckets.entry((index, region.to_owned())).or_insert_with(new).clone()
    }
}

impl Slot {
    async fn take(self) -> Permit {
        let serial = match self.serial {
            Some(semaphore) => semaphore.acquire_owned().await.ok(),
            None => None,
        };
        let waited = self.bucket.take().await;
        Permit { bucket: self.bucket, _serial: serial, waited }
    }
}

impl Permit {
    /// Gives the permit back with what AWS answered, from which the bucket learns.
    pub fn finish(self, is_throttled: bool) {
        if is_throttled { self.bucket.throttled() } else { self.bucket.answered() }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use tokio::time::Instant;

    use super::*;

    fn limits() -> Limits {
        Limits::parse(
            "share = 1.0
            [[bucket]]\nservice = \"sts\"\nscope = \"crawl\"\nper_second = 10\nburst = 1\nserial = true\nsource = \"\"
            [[bucket]]\nservice = \"*\"\nscope = \"region\"\nper_second = 10\nburst = 1\nsource = \"\"",
        )
        .unwrap()
    }

    #[tokio::test]
    async fn accounts_and_regions_do_not_share_but_the_crawl_does() {
        let crawl = CrawlLimiter::new(limits());
        let (one, two, start) = (crawl.account(), crawl.account(), Instant::now());
        for (account, region) in [(&one, "a"), (&one, "b"), (&two, "a")] {
            account.permit("sqs", "ListQueues", region).await.unwrap().finish(false);
        }
        let alone = start.elapsed();
        one.permit("sts", "AssumeRole", "a").await.unwrap().finish(false);
        two.permit("sts", "AssumeRole", "b").await.unwrap().finish(false);
        assert!(start.elapsed() >= alone + Duration::from_millis(90), "the crawl's bucket is one");
    }

    #[tokio::test]
    async fn serial_calls_do_not_overlap() {
        let one = CrawlLimiter::new(limits()).account();
        let first = one.permit("sts", "AssumeRole", "a").await.unwrap();
        assert!(one.permit("sts", "AssumeRole", "a").now_or_never().is_none(), "overlapped");
        first.finish(false);
        one.permit("sts", "AssumeRole", "a").await.unwrap().finish(false);
    }
}
