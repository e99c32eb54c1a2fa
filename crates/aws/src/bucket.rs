//! One bucket: `governor`'s rate, one queue in order of arrival, and adaptation to what AWS answers.

use std::num::NonZeroU32;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use governor::clock::{Clock, Reference};
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use tokio::time::Instant;

use crate::limits::Rate;

/// What throttling leaves of the rate.
const DECREASE: f64 = 0.5;
/// What quiet gives back, as a part of the full rate.
const INCREASE: f64 = 0.1;
/// The lowest rate, as a part of the full rate.
const FLOOR: f64 = 0.02;
/// Throttled answers within this time are one event; so long must quiet last before the rate rises a step.
const STEP: Duration = Duration::from_secs(5);

type Limiter = RateLimiter<NotKeyed, InMemoryState, TokioClock, NoOpMiddleware<TokioInstant>>;

/// A bucket of calls.
pub(crate) struct Bucket {
    full: Rate,
    clock: TokioClock,
    /// Held by whoever is next: tokio's mutex is fair, so the queue is first in, first out.
    queue: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

struct State {
    limiter: Limiter,
    per_second: f64,
    changed_at: Option<Instant>,
}

impl Bucket {
    /// A full bucket.
    pub(crate) fn new(rate: Rate) -> Self {
        let clock = TokioClock::new();
        let limiter = RateLimiter::direct_with_clock(quota(rate.per_second, rate.burst), clock.clone());
        let state = Mutex::new(State { limiter, per_second: rate.per_second, changed_at: None });
        Self { full: rate, clock, queue: tokio::sync::Mutex::new(()), state }
    }

    /// Waits for a place. Gives how long it took.
    pub(crate) async fn take(&self) -> Duration {
        let start = Instant::now();
        let _turn = self.queue.lock().await;
        loop {
            let wait = match self.state().limiter.check() {
                Ok(()) => return start.elapsed(),
                Err(not_until) => not_until.wait_time_from(self.clock.now()),
            };
            tokio::time::sleep(wait.max(Duration::from_millis(1))).await;
        }
    }

    /// AWS said "slower": halves the rate, once for all answers of one moment.
    pub(crate) fn throttled(&self) {
        let mut state = self.state();
        if state.changed_at.is_some_and(|at| state.per_second < self.full.per_second && at.elapsed() < STEP) {
            return;
        }
        let slower = (state.per_second * DECREASE).max(self.full.per_second * FLOOR);
        self.adapt(&mut state, slower);
    }

    /// AWS answered: after a quiet while the rate rises a step.
    pub(crate) fn answered(&self) {
        let mut state = self.state();
        if state.per_second < self.full.per_second && state.changed_at.is_none_or(|at| at.elapsed() >= STEP) {
            let faster = (state.per_second + self.full.per_second * INCREASE).min(self.full.per_second);
            self.adapt(&mut state, faster);
        }
    }

    /// The rate as it is now, calls a second.
    #[cfg(test)]
    fn per_second(&self) -> f64 {
        self.state().per_second
    }

    /// A quota cannot be changed, so the limiter is replaced, and starts empty: adaptation never refills a burst.
    fn adapt(&self, state: &mut State, per_second: f64) {
        let limiter = RateLimiter::direct_with_clock(quota(per_second, self.full.burst), self.clock.clone());
        let _ = limiter.check_n(self.full.burst);
        *state = State { limiter, per_second, changed_at: Some(Instant::now()) };
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn quota(per_second: f64, burst: NonZeroU32) -> Quota {
    let period = Duration::from_secs_f64(1.0 / per_second.max(1e-6)).max(Duration::from_nanos(1));
    match Quota::with_period(period) {
        Some(quota) => quota.allow_burst(burst),
        None => Quota::per_second(burst),
    }
}

/// Tokio's clock for governor, so that a test's paused time is the bucket's time too.
#[derive(Debug, Clone)]
struct TokioClock {
    start: Instant,
}

/// Time since the clock's start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct TokioInstant(Duration);

impl TokioClock {
    fn new() -> Self {
        Self { start: Instant::now() }
    }
}

impl Clock for TokioClock {
    type Instant = TokioInstant;

    fn now(&self) -> TokioInstant {
        TokioInstant(self.start.elapsed())
    }
}

impl Reference for TokioInstant {
    fn duration_since(&self, earlier: Self) -> Nanos {
        self.0.saturating_sub(earlier.0).into()
    }

    fn saturating_sub(&self, duration: Nanos) -> Self {
        Self(self.0.saturating_sub(duration.into()))
    }
}

impl std::ops::Add<Nanos> for TokioInstant {
    type Output = Self;

    fn add(self, other: Nanos) -> Self {
        Self(self.0 + Duration::from(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(per_second: f64, burst: u32) -> Rate {
        Rate { per_second, burst: NonZeroU32::new(burst).unwrap() }
    }

    // In real time, and with lower bounds only: a slow machine can only be slower.

    #[tokio::test]
    async fn a_burst_then_the_rate() {
        let (bucket, start) = (Bucket::new(rate(200.0, 5)), Instant::now());
        for _ in 0..25 {
            bucket.take().await;
        }
        assert!(start.elapsed() >= Duration::from_millis(95), "20 calls after the burst of 5, 200 a second");
    }

    #[tokio::test]
    async fn throttling_halves_the_rate_and_refills_no_burst() {
        let bucket = Bucket::new(rate(20.0, 5));
        bucket.throttled();
        bucket.throttled();
        assert!((bucket.per_second() - 10.0).abs() < 1e-9, "answers of one moment are one event");
        let start = Instant::now();
        bucket.take().await;
        assert!(start.elapsed() >= Duration::from_millis(90), "the full burst was still there");
        bucket.answered();
        assert!((bucket.per_second() - 10.0).abs() < 1e-9, "no step before its time");
    }

    #[test]
    fn quiet_restores_the_rate_in_steps() {
        let bucket = Bucket::new(rate(10.0, 5));
        bucket.throttled();
        for expected in [6.0, 7.0, 8.0, 9.0, 10.0, 10.0] {
            bucket.state().changed_at = Instant::now().checked_sub(STEP);
            bucket.answered();
            assert!((bucket.per_second() - expected).abs() < 1e-9, "{expected}");
        }
    }
}
