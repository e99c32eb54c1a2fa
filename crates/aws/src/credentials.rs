//! Credentials that are fetched once, kept while they live, and renewed in time by one caller for all.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::{self, ProvideCredentials, SharedCredentialsProvider, future};
use aws_smithy_async::time::SharedTimeSource;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::own_task::in_own_task;

/// The longest time before their end at which credentials are renewed.
const RENEW_BEFORE: Duration = Duration::from_secs(300);

/// The shortest time between two renewals. If the local clock is ahead, all credentials seem to have ended: without
/// this time every attempt would assume the role again.
const RENEWALS_APART: Duration = Duration::from_secs(10);

/// A provider's credentials, kept. Clones share them.
#[derive(Debug, Clone)]
pub(crate) struct CachedCredentials {
    source: SharedCredentialsProvider,
    time: SharedTimeSource,
    kept: Arc<Mutex<Option<Kept>>>,
    /// Set if new credentials had already ended, by the local clock, when they came.
    came_past: Arc<AtomicBool>,
}

#[derive(Debug)]
struct Kept {
    credentials: Credentials,
    renew_at: Option<SystemTime>,
    fetched_at: Instant,
}

impl CachedCredentials {
    /// Keeps what `source` gives; sets `came_past` where credentials are past, by the local clock, when they come.
    pub(crate) fn new(source: SharedCredentialsProvider, time: SharedTimeSource, came_past: Arc<AtomicBool>) -> Self {
        Self { source, time, kept: Arc::default(), came_past }
    }

    /// The kept credentials, or fresh ones. If a renewal fails while the kept ones are still valid, that is not an
    /// error.
    ///
    /// They are renewed in a task of its own, so that the lock is never with a future that nobody polls.
    pub(crate) async fn get(&self) -> provider::Result {
        if let Some(fresh) = self.fresh() {
            return Ok(fresh);
        }
        let this = self.clone();
        in_own_task(async move { this.renewed().await }).await
    }

    /// The kept credentials, if they need no renewal and nobody renews them.
    fn fresh(&self) -> Option<Credentials> {
        let kept = self.kept.try_lock().ok()?;
        let now = self.time.now();
        kept.as_ref().filter(|it| it.renew_at.is_none_or(|at| now < at)).map(|it| it.credentials.clone())
    }

    async fn renewed(&self) -> provider::Result {
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
                    self.came_past.fetch_or(life.is_zero(), Ordering::Relaxed);
                    now + RENEWALS_APART.max(life - RENEW_BEFORE.min(life / 4))
                });
                *kept = Some(Kept { credentials: credentials.clone(), renew_at, fetched_at: Instant::now() });
                Ok(credentials)
            }
            (Err(_), Some(living)) => {
                // Do not try again at once: every call would wait for the same refusal.
                if let Some(it) = kept.as_mut() {
                    let left = living.expiry().and_then(|end| end.duration_since(now).ok()).unwrap_or_default();
                    it.renew_at = Some(now + RENEWALS_APART.max(left / 4));
                }
                Ok(living)
            }
            (Err(error), None) => Err(error),
        }
    }

    /// Drops credentials that have ended, as AWS says, even if their own expiry is later. So the next attempt gets new
    /// ones. False where that would be no use: the ones that an attempt which began at `begun` was sent with are as new
    /// as they can be.
    pub(crate) fn give_up(&self, begun: Instant) -> bool {
        // Locked: they are being renewed.
        let Ok(mut kept) = self.kept.try_lock() else { return true };
        let Some(it) = kept.as_ref() else { return true };
        if it.fetched_at > begun {
            return true;
        }
        let may_be_renewed = it.fetched_at.elapsed() >= RENEWALS_APART;
        if may_be_renewed {
            *kept = None;
        }
        may_be_renewed
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
    use std::sync::atomic::AtomicU64;

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
        /// Seconds by which the source's clock is behind.
        behind: u64,
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
                let end = self.clock.now() + Duration::from_secs(60) - Duration::from_secs(self.behind);
                Ok(Credentials::new(format!("key-{asked}"), "s", None, Some(end), "test"))
            })
        }
    }

    fn cached(fails_from: u64, behind: u64) -> (Clock, Arc<AtomicU64>, CachedCredentials) {
        let (clock, asked) = (Clock::default(), Arc::<AtomicU64>::default());
        let source = Source { clock: clock.clone(), asked: Arc::clone(&asked), fails_from, behind };
        let time = SharedTimeSource::new(clock.clone());
        (clock, asked, CachedCredentials::new(SharedCredentialsProvider::new(source), time, Arc::default()))
    }

    #[tokio::test(start_paused = true)]
    async fn renewed_in_time_and_a_failed_renewal_keeps_what_still_lives() {
        let (clock, asked, cached) = cached(2, 0);
        let mut keys = Vec::new();
        for second in [0, 44, 45, 46, 91, 92, 100, 102] {
            clock.0.store(second, Ordering::Relaxed);
            keys.push(cached.get().await.unwrap().access_key_id().to_owned());
        }
        assert_eq!(keys, ["key-0", "key-0", "key-1", "key-1", "key-1", "key-1", "key-1", "key-1"]);
        assert_eq!(asked.load(Ordering::Relaxed), 4, "a failed renewal is not tried again by every call");
        clock.0.store(200, Ordering::Relaxed);
        assert!(cached.get().await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn renewed_once_for_all_who_wait() {
        let (clock, asked, cached) = cached(u64::MAX, 0);
        cached.get().await.unwrap();
        clock.0.store(46, Ordering::Relaxed);
        let keys = futures::future::join_all((0..100).map(|_| cached.get())).await;
        assert!(keys.iter().all(|key| key.as_ref().unwrap().access_key_id() == "key-1"));
        assert_eq!(asked.load(Ordering::Relaxed), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_caller_whom_nobody_polls_keeps_nobody_waiting() {
        let (_, asked, cached) = cached(u64::MAX, 0);
        let mut forgotten = [Box::pin(cached.get()), Box::pin(cached.get())];
        for caller in &mut forgotten {
            assert!(futures::poll!(caller.as_mut()).is_pending());
        }
        let given = tokio::time::timeout(Duration::from_secs(10), cached.get()).await;
        assert!(given.is_ok(), "the lock is with a future that is not polled");
        assert_eq!(asked.load(Ordering::Relaxed), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_ahead_does_not_fetch_them_for_every_attempt() {
        for behind in [60, 61, 3600] {
            let (clock, asked, cached) = cached(u64::MAX, behind);
            for second in 5000..5060 {
                clock.0.store(second, Ordering::Relaxed);
                cached.get().await.unwrap();
            }
            assert_eq!(asked.load(Ordering::Relaxed), 6, "{behind} s ahead: one in ten seconds");
            assert!(cached.came_past.load(Ordering::Relaxed), "{behind}");
        }
        let (_, _, cached) = cached(u64::MAX, 0);
        cached.get().await.unwrap();
        assert!(!cached.came_past.load(Ordering::Relaxed));
    }

    #[tokio::test(start_paused = true)]
    async fn given_up_once_and_not_when_they_are_new() {
        let (_, asked, cached) = cached(u64::MAX, 0);
        let key = async || cached.get().await.unwrap().access_key_id().to_owned();
        assert_eq!(key().await, "key-0");
        let begun = Instant::now();
        assert!(!cached.give_up(begun), "just fetched");
        tokio::time::advance(RENEWALS_APART).await;
        let later = Instant::now();
        assert!(cached.give_up(later));
        assert_eq!(key().await, "key-1");
        assert!(cached.give_up(begun), "another attempt has done it");
        assert_eq!(key().await, "key-1");
        assert_eq!(asked.load(Ordering::Relaxed), 2);
    }
}
