//! AWS's documented rates, kept as AWS keeps them: a bucket for each account, region and operation or group, in real
//! time. What AWS does not publish is not limited here.

use crate::protocol::{Refusal, Service};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use tokio::time::Instant;

/// If there are more buckets than this, those that are full again are forgotten.
const MOST_BUCKETS: usize = 50_000;

/// What a bucket is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sharing {
    /// Each operation has its own.
    Each,
    /// All that the line names, or does not name, share one.
    Together,
}
use Sharing::{Each, Together};

/// A documented limit: its service, operations (none: all others), sharing, burst, calls a second.
type Quota = (Service, &'static [&'static str], Sharing, f64, f64);

/// From orgs_reference_limits (per account), reference_iam-quotas, ec2-api-throttling, general/gr/sns,
/// kms requests-per-second, lambda gettingstarted-limits, secretsmanager reference_limits; IAM's as others measured it.
const QUOTAS: &[Quota] = &[
    (Service::Organizations, &["ListAccounts"], Each, 12.0, 8.0),
    (Service::Organizations, &["ListTagsForResource"], Each, 15.0, 10.0),
    (
        Service::Organizations,
        &[
            "ListAccountsForParent",
            "ListDelegatedAdministrators",
            "ListOrganizationalUnitsForParent",
            "ListPolicies",
            "ListTargetsForPolicy",
        ],
        Each,
        8.0,
        5.0,
    ),
    (Service::Organizations, &["DescribePolicy"], Each, 2.0, 2.0),
    (
        Service::Organizations,
        &["ListAWSServiceAccessForOrganization", "ListDelegatedServicesForAccount"],
        Each,
        3.0,
        1.0,
    ),
    (Service::Organizations, &[], Each, 2.0, 1.0),
    (Service::Sts, &[], Together, 600.0, 600.0),
    (Service::Iam, &["GetAccountAuthorizationDetails"], Each, f64::MAX, f64::MAX),
    (Service::Iam, &[], Each, 15.0, 15.0),
    (Service::Ec2, &[], Each, 100.0, 20.0),
    (Service::Sns, &["ListTagsForResource"], Each, 10.0, 10.0),
    (Service::Sns, &["ListSubscriptions", "ListTopics"], Each, 30.0, 30.0),
    (Service::Sns, &[], Together, 30.0, 30.0),
    (Service::Kms, &["ListAliases", "ListKeys"], Each, 500.0, 500.0),
    (Service::Kms, &["GetKeyPolicy", "GetKeyRotationStatus"], Each, 1000.0, 1000.0),
    (Service::Kms, &["DescribeKey", "ListResourceTags"], Each, 2000.0, 2000.0),
    (Service::Kms, &[], Each, 100.0, 100.0),
    (Service::Lambda, &["GetFunction"], Each, 100.0, 100.0),
    (Service::Lambda, &["GetPolicy"], Each, 15.0, 15.0),
    (Service::Lambda, &[], Together, 15.0, 15.0),
    (Service::SecretsManager, &["ListSecrets"], Each, 100.0, 100.0),
    (Service::SecretsManager, &[], Together, 50.0, 50.0),
];

/// Account, region (none for global services), the number of the quota, the operation if it has its own bucket.
type Key = (String, String, usize, String);

/// The buckets of all accounts.
#[derive(Debug, Default)]
pub(crate) struct Quotas {
    buckets: Mutex<HashMap<Key, QuotaBucket>>,
    under_way: Mutex<HashMap<(String, String), usize>>,
}

#[derive(Debug, Clone, Copy)]
struct QuotaBucket {
    tokens: f64,
    counted_at: Instant,
}

/// A call of Organizations that is under way: another one of the same operation is refused meanwhile.
pub(crate) struct Turn<'a> {
    quotas: &'a Quotas,
    key: (String, String),
}

impl Quotas {
    /// Draws one call from its bucket.
    pub(crate) fn draw(
        &self,
        account_id: &str,
        region: &str,
        service: Service,
        operation: &str,
    ) -> Result<(), Refusal> {
        let Some((number, (_, _, sharing, burst, per_second))) = quota_of(service, operation) else { return Ok(()) };
        let region = if service.is_global() && service != Service::Sts { "" } else { region };
        let own = if *sharing == Each { operation } else { "" };
        let now = Instant::now();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST_BUCKETS {
            // No bucket needs longer than this to be full again.
            buckets.retain(|_, bucket| now.duration_since(bucket.counted_at).as_secs() < 10);
        }
        let key = (account_id.to_owned(), region.to_owned(), number, own.to_owned());
        let bucket = buckets.entry(key).or_insert(QuotaBucket { tokens: *burst, counted_at: now });
        let back = now.duration_since(bucket.counted_at).as_secs_f64() * per_second;
        *bucket = QuotaBucket { tokens: (bucket.tokens + back).min(*burst), counted_at: now };
        if bucket.tokens < 1.0 {
            return Err(Refusal::throttled(service));
        }
        bucket.tokens -= 1.0;
        Ok(())
    }

    /// Organizations refuses calls of one operation that overlap.
    pub(crate) fn begin(
        &self,
        account_id: &str,
        service: Service,
        operation: &str,
    ) -> Result<Option<Turn<'_>>, Refusal> {
        if service != Service::Organizations {
            return Ok(None);
        }
        let key = (account_id.to_owned(), operation.to_owned());
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

fn quota_of(service: Service, operation: &str) -> Option<(usize, &'static Quota)> {
    let of_service = || QUOTAS.iter().enumerate().filter(|(_, quota)| quota.0 == service);
    let named = of_service().find(|(_, quota)| quota.1.contains(&operation));
    named.or_else(|| of_service().find(|(_, quota)| quota.1.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test(start_paused = true)]
    async fn buckets_are_as_documented() {
        let quotas = Quotas::default();
        let drawn = |account: &str, region: &str, operation: &str| {
            (0..1000).take_while(|_| quotas.draw(account, region, Service::Lambda, operation).is_ok()).count()
        };
        assert_eq!(drawn("1", "a", "ListFunctions"), 15);
        assert_eq!(drawn("1", "a", "ListTags"), 0, "all other calls together");
        assert_eq!(
            (drawn("1", "a", "GetPolicy"), drawn("1", "b", "ListTags"), drawn("2", "a", "ListTags")),
            (15, 15, 15)
        );
        tokio::time::advance(Duration::from_millis(400)).await;
        assert_eq!(drawn("1", "a", "ListFunctions"), 6);
        assert!(quotas.draw("1", "a", Service::Sqs, "ListQueues").is_ok(), "not published, not limited");
    }

    #[test]
    fn organizations_refuses_what_overlaps() {
        let quotas = Quotas::default();
        let first = quotas.begin("1", Service::Organizations, "ListRoots").unwrap();
        let code = quotas.begin("1", Service::Organizations, "ListRoots").err().map(|refusal| refusal.code);
        assert_eq!(code.as_deref(), Some("TooManyRequestsException"));
        assert!(quotas.begin("1", Service::Organizations, "ListAccounts").is_ok());
        drop(first);
        assert!(quotas.begin("1", Service::Organizations, "ListRoots").is_ok());
    }
}
