//! Credentials that are fetched once, kept while they live, and renewed in time by one caller for all.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::{self, ProvideCredentials, SharedCredentialsProvider, future};
use aws_smithy_async::time::SharedTimeSource;
use tokio::sync::Mutex;

/// The longest time before their end at which credentials are renewed.
const RENEW_BEFORE: Duration = Duration::from_secs(300);

/// A provider's credentials, kept.
#[derive(Debug)]
pub(crate) struct CachedCredentials {
    source: SharedCredentialsProvider,
    time: SharedTimeSource,
    kept: Mutex<Option<Kept>>,
}

#[derive(Debug)]
struct Kept {
    credentials: Credentials,
    renew_at: Option<SystemTime>,
}

impl CachedCredentials {
    /// Keeps what `source` gives.
    pub(crate) fn new(source: SharedCredentialsProvider, time: SharedTimeSource) -> Self {
        Self { source, time, kept: Mutex::default() }
    }

    /// The kept credentials, or fresh ones. While they still live, a failed renewal is no failure.
    pub(crate) async fn get(&self) -> provider::Result {
        let mut kept = self.kept.lock().await;
        let now = self.time.now();
        let living = match kept.as_ref() {
            Some(it) if it.renew_at.is_none_or(|at| now < at) => return Ok(it.credentials.clone()),
            Some(it) => it.credentials.expiry().filter(|end| now < *end).map(|_| it.credentials.clone()),
            None => None,
        };
        match (self.source.provide_credentials().await, living) {
            (Ok(credentials), _) => {
                let renew_at = credentials.expiry().map(|end| {
                    let life = end.duration_since(now).unwrap_or_default();
                    end - RENEW_BEFORE.min(life / 4)
                });
                *kept = Some(Kept { credentials: credentials.clone(), renew_at });
                Ok(credentials)
            }
            (Err(_), Some(living)) => {
                // Not again at once: every call would wait for the same refusal.
                if let Some(it) = kept.as_mut() {
                    let left = living.expiry().and_then(|end| end.duration_since(now).ok()).unwrap_or_default();
                    it.renew_at = Some(now + left / 4);
                }
                Ok(living)
            }
            (Err(error), None) => Err(error),
        }
    }
}

impl ProvideCredentials for CachedCredentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.get())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use aws_smithy_async::time::TimeSource;

    use super::*;

    #[derive(Debug, Clone, Default)]
    struct Clock(Arc<AtomicU64>);

    impl TimeSource for Clock {
        fn now(&self) -> SystemTime {
            SystemTime::UNIX_EPOCH + Duration::from_secs(self.0.load(Ordering::Relaxed))
        }
    }

    #[derive(Debug)]
    struct Source {
        clock: Clock,
        asked: Arc<AtomicU64>,
        fails_from: u64,
    }

    impl ProvideCredentials for Source {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            let asked = self.asked.fetch_add(1, Ordering::Relaxed);
            future::ProvideCredentials::new(async move {
                tokio::time::sleep(Duration::from_millis(1)).await;
                if asked >= self.fails_from {
                    return Err(provider::error::CredentialsError::not_loaded_no_source());
                }
                let end = self.clock.now() + Duration::from_secs(60);
                Ok(Credentials::new(format!("key-{asked}"), "s", None, Some(end), "test"))
            })
        }
    }

    fn cached(fails_from: u64) -> (Clock, Arc<AtomicU64>, CachedCredentials) {
        let (clock, asked) = (Clock::default(), Arc::<AtomicU64>::default());
        let source = Source { clock: clock.clone(), asked: Arc::clone(&asked), fails_from };
        let time = SharedTimeSource::new(clock.clone());
        (clock, asked, CachedCredentials::new(SharedCredentialsProvider::new(source), time))
    }

    #[tokio::test(start_paused = true)]
    async fn renewed_in_time_and_a_failed_renewal_keeps_what_still_lives() {
        let (clock, asked, cached) = cached(2);
        let mut keys = Vec::new();
        for second in [0, 44, 45, 46, 91, 92, 100] {
            clock.0.store(second, Ordering::Relaxed);
            keys.push(cached.get().await.unwrap().access_key_id().to_owned());
        }
        assert_eq!(keys, ["key-0", "key-0", "key-1", "key-1", "key-1", "key-1", "key-1"]);
        assert_eq!(asked.load(Ordering::Relaxed), 4, "a failed renewal is not tried again by every call");
        clock.0.store(200, Ordering::Relaxed);
        assert!(cached.get().await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn renewed_once_for_all_who_wait() {
        let (clock, asked, cached) = cached(u64::MAX);
        cached.get().await.unwrap();
        clock.0.store(46, Ordering::Relaxed);
        let keys = futures::future::join_all((0..100).map(|_| cached.get())).await;
        assert!(keys.iter().all(|key| key.as_ref().unwrap().access_key_id() == "key-1"));
        assert_eq!(asked.load(Ordering::Relaxed), 2);
    }
}
