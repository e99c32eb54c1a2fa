//! The one limiter: it says which bucket a call draws from, and counts all calls.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::limits::{Limits, Scope};
use crate::meter::{Meter, Meters, Place, Used, normal};

/// Limits and buckets of a whole crawl. One a process.
pub struct CrawlLimiter {
    limits: Limits,
    places: Places,
    meters: Meters,
}

/// Buckets of one account; they live and die with its turn.
pub(crate) struct AccountLimiter {
    crawl: Arc<CrawlLimiter>,
    places: Places,
    /// What this account pays for.
    own: Meters,
    /// Every meter that was used here, including the crawl's, by the region of the call.
    seen: Meters,
}

/// Buckets by the number of their rule and their region.
#[derive(Default)]
struct Places(Mutex<HashMap<(usize, String), Place>>);

impl CrawlLimiter {
    /// A limiter with full buckets.
    pub fn new(limits: Limits) -> Arc<Self> {
        Arc::new(Self { limits, places: Places::default(), meters: Meters::default() })
    }

    /// The limits that it keeps.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// What AWS charged to the crawl's own account: every operation called so far whose bucket is the crawl's.
    pub fn used(&self) -> Vec<Used> {
        self.meters.used()
    }

    /// The limiter of one account.
    pub(crate) fn account(self: &Arc<Self>) -> Arc<AccountLimiter> {
        Arc::new(AccountLimiter {
            crawl: Arc::clone(self),
            places: Places::default(),
            own: Meters::default(),
            seen: Meters::default(),
        })
    }
}

impl AccountLimiter {
    /// The meter of an operation, by the names that the SDK has for it.
    pub(crate) fn meter(&self, sdk_service: &str, operation: &str, region: &str) -> Arc<Meter> {
        self.seen.get(region, sdk_service, operation, || {
            let limits = &self.crawl.limits;
            let index = limits.rule_of(&normal(sdk_service), operation);
            let (meters, places, region) = match limits.rule(index).scope {
                Scope::Crawl => (&self.crawl.meters, &self.crawl.places, None),
                Scope::Account => (&self.own, &self.places, None),
                Scope::Region => (&self.own, &self.places, Some(region)),
            };
            meters.get(region.unwrap_or_default(), sdk_service, operation, || {
                let place = places.get(limits, index, region.unwrap_or_default());
                Arc::new(Meter::new(sdk_service, operation, region, limits.rule(index), place))
            })
        })
    }

    /// What AWS charged to this account, by region, service and operation.
    pub(crate) fn used(&self) -> Vec<Used> {
        self.own.used()
    }
}

impl Places {
    fn get(&self, limits: &Limits, index: usize, region: &str) -> Place {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        places.entry((index, region.to_owned())).or_insert_with(|| Place::new(limits.rule(index))).clone()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

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

    async fn call(account: &AccountLimiter, service: &str, operation: &str, region: &str, is_throttled: bool) {
        let meter = account.meter(service, operation, region);
        meter.begin();
        meter.permit().await.unwrap().finish(is_throttled);
    }

    #[tokio::test(start_paused = true)]
    async fn accounts_and_regions_do_not_share_but_the_crawl_does() {
        let crawl = CrawlLimiter::new(limits());
        let (one, two, start) = (crawl.account(), crawl.account(), Instant::now());
        for (account, region) in [(&one, "a"), (&one, "b"), (&two, "a")] {
            call(account, "SQS", "ListQueues", region, false).await;
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
        call(&one, "STS", "AssumeRole", "a", false).await;
        call(&two, "STS", "AssumeRole", "b", false).await;
        assert!(start.elapsed() >= Duration::from_millis(100), "the crawl's bucket is one");
    }

    #[tokio::test(start_paused = true)]
    async fn serial_calls_do_not_overlap() {
        let one = CrawlLimiter::new(limits()).account();
        let meter = one.meter("STS", "AssumeRole", "a");
        let first = meter.permit().await.unwrap();
        tokio::time::advance(Duration::from_secs(10)).await;
        assert!(meter.permit().now_or_never().is_none(), "overlapped");
        first.finish(false);
        assert!(meter.permit().now_or_never().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn one_hot_account_delays_no_other() {
        let crawl = CrawlLimiter::new(limits());
        let (hot, calm) = (crawl.account(), crawl.account());
        let hundred = async |account: &AccountLimiter, is_throttled| {
            let start = Instant::now();
            for _ in 0..100 {
                call(account, "SQS", "ListQueues", "a", is_throttled).await;
            }
            start.elapsed().as_secs_f64()
        };
        let (of_hot, of_calm) = futures::join!(hundred(&hot, true), hundred(&calm, false));
        assert!((of_calm - 9.9).abs() < 0.1, "{of_calm} s for 100 calls at 10 a second");
        assert!(of_hot > 300.0, "{of_hot} s: the hot one slows itself");
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_learned_can_be_read() {
        let crawl = CrawlLimiter::new(limits());
        let account = crawl.account();
        call(&account, "Secrets Manager", "ListSecrets", "b", false).await;
        call(&account, "Secrets Manager", "ListSecrets", "b", true).await;
        call(&account, "STS", "AssumeRole", "b", false).await;
        let used = account.used();
        assert_eq!(used.len(), 1, "what the crawl pays is not the account's");
        let (region, name) = (used[0].region.as_deref(), (&*used[0].service, &*used[0].operation));
        assert_eq!((region, name), (Some("b"), ("secretsmanager", "ListSecrets")));
        let counts = used[0].counts;
        assert_eq!((counts.calls, counts.attempts, counts.throttles, counts.waited_millis), (2, 2, 1, 100));
        assert_eq!((used[0].per_second, used[0].rule.rate.per_second), (5.0, 10.0));
        let of_crawl = crawl.used();
        assert_eq!((of_crawl.len(), of_crawl[0].region.as_deref()), (1, None));
    }
}
