//! AWS's documented rates, enforced as AWS enforces them: a bucket for each account, region and operation or group, in
//! real time. Where AWS publishes no rate, nothing is limited.

use crate::protocol::Refusal;
use crate::quota::{Quota, Sharing};
use crate::service::{Scope, Service};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use tokio::time::Instant;

/// If there are more buckets than this, the buckets that are full again are removed.
const MOST_BUCKETS: usize = 50_000;

/// Account, region (empty for global services), service, the number of its quota, and the operation if it has its own
/// bucket.
type Key = (String, String, &'static str, usize, String);

/// The buckets of all accounts.
#[derive(Debug, Default)]
pub(crate) struct Quotas {
    buckets: Mutex<HashMap<Key, QuotaBucket>>,
    under_way: Mutex<HashMap<(String, String), usize>>,
}

/// The calls that a quota has left, and the moment at which they were counted.
#[derive(Debug, Clone, Copy)]
struct QuotaBucket {
    tokens: f64,
    counted_at: Instant,
}

/// A call that is being answered. Until it ends, another call of the same operation is refused.
pub(crate) struct Turn<'a> {
    quotas: &'a Quotas,
    key: (String, String),
}

impl Quotas {
    /// Takes one call from its bucket.
    pub(crate) fn draw(
        &self,
        account_id: &str,
        region: &str,
        service: &Service,
        operation: &str,
    ) -> Result<(), Refusal> {
        let Some((number, quota)) = quota_of(service, operation) else { return Ok(()) };
        let Quota { sharing, burst, per_second, .. } = quota;
        let region = if service.scope == Scope::Global { "" } else { region };
        let own = if *sharing == Sharing::Each { operation } else { "" };
        let now = Instant::now();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST_BUCKETS {
            // After this time every bucket is full again.
            buckets.retain(|_, bucket| now.duration_since(bucket.counted_at).as_secs() < 10);
        }
        let key = (account_id.to_owned(), region.to_owned(), service.name, number, own.to_owned());
        let bucket = buckets.entry(key).or_insert(QuotaBucket { tokens: *burst, counted_at: now });
        let back = now.duration_since(bucket.counted_at).as_secs_f64() * per_second;
        *bucket = QuotaBucket { tokens: (bucket.tokens + back).min(*burst), counted_at: now };
        if bucket.tokens < 1.0 {
            return Err(Refusal::throttled(service));
        }
        bucket.tokens -= 1.0;
        Ok(())
    }

    /// Begins a call. Some services refuse it if another call of the same operation has not ended.
    pub(crate) fn begin(
        &self,
        account_id: &str,
        service: &Service,
        operation: &str,
    ) -> Result<Option<Turn<'_>>, Refusal> {
        if !service.refuses_overlap {
            return Ok(None);
        }
        let key = (account_id.to_owned(), format!("{}:{operation}", service.name));
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        let count = under_way.entry(key.clone()).or_default();
        if *count > 0 {
            return Err(Refusal::throttled(service));
        }
        *count += 1;
        Ok(Some(Turn { quotas: self, key }))
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.quotas.under_way.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

fn quota_of<'a>(service: &'a Service, operation: &str) -> Option<(usize, &'a Quota)> {
    let quotas = || service.quotas.iter().enumerate();
    let named = quotas().find(|(_, quota)| quota.operations.contains(&operation));
    named.or_else(|| quotas().find(|(_, quota)| quota.operations.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::{lambda, organizations, sqs};
    use std::time::Duration;

    #[tokio::test(start_paused = true)]
    async fn buckets_are_as_documented() {
        let quotas = Quotas::default();
        let drawn = |account: &str, region: &str, operation: &str| {
            (0..1000).take_while(|_| quotas.draw(account, region, &lambda::SERVICE, operation).is_ok()).count()
        };
        assert_eq!(drawn("1", "a", "ListFunctions"), 15);
        assert_eq!(drawn("1", "a", "ListTags"), 0, "all other calls together");
        assert_eq!(
            (drawn("1", "a", "GetPolicy"), drawn("1", "b", "ListTags"), drawn("2", "a", "ListTags")),
            (15, 15, 15)
        );
        tokio::time::advance(Duration::from_millis(400)).await;
        assert_eq!(drawn("1", "a", "ListFunctions"), 6);
        assert!(quotas.draw("1", "a", &sqs::SERVICE, "ListQueues").is_ok(), "not published, not limited");
    }

    #[test]
    fn organizations_refuses_what_overlaps() {
        let quotas = Quotas::default();
        let first = quotas.begin("1", &organizations::SERVICE, "ListRoots").unwrap();
        let code = quotas.begin("1", &organizations::SERVICE, "ListRoots").err().map(|refusal| refusal.code);
        assert_eq!(code.as_deref(), Some("TooManyRequestsException"));
        assert!(quotas.begin("1", &organizations::SERVICE, "ListAccounts").is_ok());
        drop(first);
        assert!(quotas.begin("1", &organizations::SERVICE, "ListRoots").is_ok());
    }
}
