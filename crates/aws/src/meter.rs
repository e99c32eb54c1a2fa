//! The counts of each operation, and the bucket that its calls draw from.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use crate::bucket::TokenBucket;
use crate::error::{Class, Error};
use crate::limits::Rule;

/// How long an attempt may wait for its permit before it counts as throttled out.
const LONGEST_WAIT: Duration = Duration::from_secs(900);

/// The counts of one operation's calls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Operations called; a page is a call.
    pub calls: u64,
    /// Attempts that were sent, including retries.
    pub attempts: u64,
    /// Attempts that AWS throttled.
    pub throttles: u64,
    /// Milliseconds that attempts waited for permits.
    pub waited_millis: u64,
}

/// One operation in one account and region: the counts of its calls, and the bucket that they drew from.
#[derive(Debug, Clone)]
pub struct Used {
    /// The region; none where the bucket is the account's or the crawl's.
    pub region: Option<Arc<str>>,
    /// The service by its SDK's name, `secretsmanager`.
    pub service: Arc<str>,
    /// The operation, `ListSecrets`.
    pub operation: Arc<str>,
    /// The counts of its calls.
    pub counts: Counts,
    /// The bucket's rate as it is now, calls a second.
    pub per_second: f64,
    /// The bucket's declaration.
    pub rule: Rule,
}

/// A bucket, and the turn of calls that must not overlap.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) bucket: Arc<TokenBucket>,
    serial: Option<Arc<Semaphore>>,
}

impl Place {
    pub(crate) fn new(rule: &Rule) -> Self {
        let serial = rule.is_serial.then(|| Arc::new(Semaphore::new(1)));
        Self { bucket: Arc::new(TokenBucket::new(rule.rate)), serial }
    }
}

/// Counts one operation's calls and lets its attempts go.
pub(crate) struct Meter {
    /// The service as the SDK writes it, `Secrets Manager`.
    sdk_service: String,
    pub(crate) service: Arc<str>,
    pub(crate) operation: Arc<str>,
    region: Option<Arc<str>>,
    rule: Rule,
    place: Place,
    counts: Mutex<Counts>,
}

impl Meter {
    pub(crate) fn new(sdk_service: &str, operation: &str, region: Option<&str>, rule: &Rule, place: Place) -> Self {
        Self {
            sdk_service: sdk_service.to_owned(),
            service: normal(sdk_service).into(),
            operation: operation.into(),
            region: region.map(Arc::from),
            rule: rule.clone(),
            place,
            counts: Mutex::default(),
        }
    }

    /// Counts the beginning of a call.
    pub(crate) fn begin(&self) {
        self.counts().calls += 1;
    }

    /// Waits for permission to send one attempt.
    pub(crate) async fn permit(self: &Arc<Self>) -> Result<Permit, Error> {
        let start = Instant::now();
        let wait = async {
            let serial = match self.place.serial.clone() {
                Some(semaphore) => semaphore.acquire_owned().await.ok(),
                None => None,
            };
            self.place.bucket.take().await;
            serial
        };
        let serial = tokio::time::timeout(LONGEST_WAIT, wait).await.map_err(|_elapsed| {
            Error::new(Class::Throttled, "LimiterWait", format!("waited {} s for a permit", LONGEST_WAIT.as_secs()))
        })?;
        let taken_at = Instant::now();
        let mut counts = self.counts();
        counts.attempts += 1;
        counts.waited_millis += u64::try_from((taken_at - start).as_millis()).unwrap_or(u64::MAX);
        Ok(Permit { meter: Arc::clone(self), taken_at, _serial: serial })
    }

    fn used(&self) -> Used {
        Used {
            region: self.region.clone(),
            service: Arc::clone(&self.service),
            operation: Arc::clone(&self.operation),
            counts: *self.counts(),
            per_second: self.place.bucket.per_second(),
            rule: self.rule.clone(),
        }
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Leave for one attempt.
pub(crate) struct Permit {
    meter: Arc<Meter>,
    taken_at: Instant,
    /// Held while a serial call is under way.
    _serial: Option<OwnedSemaphorePermit>,
}

impl Permit {
    /// When it was given.
    pub(crate) fn taken_at(&self) -> Instant {
        self.taken_at
    }

    /// Gives the permit back with what AWS answered, from which the bucket learns.
    pub(crate) fn finish(self, is_throttled: bool) {
        if is_throttled {
            self.meter.counts().throttles += 1;
            self.meter.place.bucket.throttled(self.taken_at);
        } else {
            self.meter.place.bucket.answered();
        }
    }
}

/// Meters by region and operation. A region has a few dozen, so that a scan finds one without building a key.
#[derive(Default)]
pub(crate) struct Meters(Mutex<HashMap<String, Vec<Arc<Meter>>>>);

impl Meters {
    /// The meter of an operation, made at its first call.
    pub(crate) fn get(
        &self,
        region: &str,
        sdk_service: &str,
        operation: &str,
        make: impl FnOnce() -> Arc<Meter>,
    ) -> Arc<Meter> {
        let mut meters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |meter: &&Arc<Meter>| *meter.operation == *operation && meter.sdk_service == sdk_service;
        if let Some(found) = meters.get(region).and_then(|of_region| of_region.iter().find(is_it)) {
            return Arc::clone(found);
        }
        let made = make();
        meters.entry(region.to_owned()).or_default().push(Arc::clone(&made));
        made
    }

    /// What all of them counted, by region, service and operation.
    pub(crate) fn used(&self) -> Vec<Used> {
        let meters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut used: Vec<Used> = meters.values().flatten().map(|meter| meter.used()).collect();
        used.sort_by(|one, other| {
            (&one.region, &one.service, &one.operation).cmp(&(&other.region, &other.service, &other.operation))
        });
        used
    }
}

/// The SDK's `Secrets Manager` is `secretsmanager` here.
pub(crate) fn normal(sdk_service: &str) -> String {
    sdk_service.to_lowercase().replace(' ', "")
}
