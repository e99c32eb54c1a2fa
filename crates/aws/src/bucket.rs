//! One bucket: `governor`'s rate, one queue in order of arrival, and adaptation to what AWS answers.
//!
//! A `governor` limiter cannot change its rate, so it is replaced. The new one starts with the calls that were left in
//! the old one, so a change of rate never refills the burst.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use governor::clock::{Clock, Reference};
use governor::middleware::StateInformationMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use tokio::time::Instant;

use crate::limits::Rate;
use crate::own_task::in_own_task;

/// The part of the rate that is left after throttling.
const DECREASE: f64 = 0.5;
/// How much the rate rises in one step after a quiet time, as a part of the full rate.
const INCREASE: f64 = 0.1;
/// The lowest rate, as a part of the full rate.
const FLOOR: f64 = 0.02;
/// How long it must be quiet before the rate rises a step.
const STEP: Duration = Duration::from_secs(5);

type Limiter = RateLimiter<NotKeyed, InMemoryState, TokioClock, StateInformationMiddleware>;

/// A bucket of calls.
pub(crate) struct TokenBucket {
    full: Rate,
    /// Locked by the caller who is next: tokio's mutex is fair, so the queue is first in, first out.
    queue: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

struct State {
    limiter: Limiter,
    clock: TokioClock,
    rate: Rate,
    /// Calls that could go at once, as of `counted_at`.
    left: u32,
    counted_at: Instant,
    lowered_at: Option<Instant>,
    raised_at: Option<Instant>,
}

impl TokenBucket {
    /// A full bucket.
    pub(crate) fn new(rate: Rate) -> Self {
        let state = State::new(rate, rate.burst.get(), TokioClock { start: Instant::now() });
        Self { full: rate, queue: tokio::sync::Mutex::new(()), state: Mutex::new(state) }
    }

    /// Waits for a place in the order of asking.
    ///
    /// Who must wait does so in a task of its own, so that the turn is never with a future that nobody polls.
    pub(crate) async fn take(self: &Arc<Self>) {
        if self.queue.try_lock().is_ok_and(|_turn| self.state().take().is_ok()) {
            return;
        }
        let bucket = Arc::clone(self);
        in_own_task(async move { bucket.wait().await }).await;
    }

    async fn wait(&self) {
        let _turn = self.queue.lock().await;
        loop {
            let wait = match self.state().take() {
                Ok(()) => return,
                Err(wait) => wait,
            };
            tokio::time::sleep(wait.max(Duration::from_millis(1))).await;
        }
    }

    /// AWS throttled a call that was let go at `taken_at`: halves the rate and empties the bucket. Calls that were
    /// already on their way when the rate was last lowered do not lower it again.
    pub(crate) fn throttled(&self, taken_at: Instant) {
        let mut state = self.state();
        if state.lowered_at.is_some_and(|at| taken_at <= at) {
            return;
        }
        let slower = (state.rate.per_second * DECREASE).max(self.full.per_second * FLOOR);
        state.change(self.part(slower), 0);
        state.lowered_at = Some(Instant::now());
    }

    /// AWS answered: after a quiet while the rate rises a step.
    pub(crate) fn answered(&self) {
        let mut state = self.state();
        let changed_at = state.lowered_at.max(state.raised_at);
        if state.rate.per_second < self.full.per_second && changed_at.is_none_or(|at| at.elapsed() >= STEP) {
            let faster = (state.rate.per_second + self.full.per_second * INCREASE).min(self.full.per_second);
            let left = state.left_now();
            state.change(self.part(faster), left);
            state.raised_at = Some(Instant::now());
        }
    }

    /// The rate as it is now, calls a second.
    pub(crate) fn per_second(&self) -> f64 {
        self.state().rate.per_second
    }

    /// While the rate is lowered, so is the burst.
    fn part(&self, per_second: f64) -> Rate {
        Rate::new(per_second, f64::from(self.full.burst.get()) * per_second / self.full.per_second)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn new(rate: Rate, left: u32, clock: TokioClock) -> Self {
        let limiter = RateLimiter::direct_with_clock(quota(rate), clock.clone());
        let limiter = limiter.with_middleware::<StateInformationMiddleware>();
        if let Some(gone) = NonZeroU32::new(rate.burst.get().saturating_sub(left)) {
            // It is never more than the burst, and the limiter is full.
            let _ = limiter.check_n(gone);
        }
        Self { limiter, clock, rate, left, counted_at: Instant::now(), lowered_at: None, raised_at: None }
    }

    /// Takes a place, or says how long it takes until the next one is free.
    fn take(&mut self) -> Result<(), Duration> {
        match self.limiter.check() {
            Ok(snapshot) => {
                (self.left, self.counted_at) = (snapshot.remaining_burst_capacity(), Instant::now());
                Ok(())
            }
            Err(not_until) => Err(not_until.wait_time_from(self.clock.now())),
        }
    }

    /// Calls that became available since the last call count too.
    fn left_now(&self) -> u32 {
        let back = self.counted_at.elapsed().as_secs_f64() * self.rate.per_second;
        Rate::whole_calls(f64::from(self.left) + back).min(self.rate.burst.get())
    }

    fn change(&mut self, rate: Rate, left: u32) {
        let (lowered_at, raised_at) = (self.lowered_at, self.raised_at);
        *self = Self { lowered_at, raised_at, ..Self::new(rate, left.min(rate.burst.get()), self.clock.clone()) };
    }
}

fn quota(rate: Rate) -> Quota {
    let period = Duration::from_secs_f64(1.0 / rate.per_second.max(1e-6)).max(Duration::from_nanos(1));
    match Quota::with_period(period) {
        Some(quota) => quota.allow_burst(rate.burst),
        None => Quota::per_second(rate.burst),
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

    fn bucket(per_second: f64, burst: u32) -> Arc<TokenBucket> {
        Arc::new(TokenBucket::new(Rate { per_second, burst: NonZeroU32::new(burst).unwrap() }))
    }

    async fn seconds_of(bucket: &Arc<TokenBucket>, calls: u32) -> f64 {
        let start = Instant::now();
        for _ in 0..calls {
            bucket.take().await;
        }
        start.elapsed().as_secs_f64()
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_then_the_rate() {
        let bucket = bucket(20.0, 5);
        assert!(seconds_of(&bucket, 5).await < 0.001, "the burst waits for nothing");
        let seconds = seconds_of(&bucket, 100).await;
        assert!((seconds - 5.0).abs() < 0.01, "{seconds} s for 100 calls at 20 a second");
        tokio::time::sleep(Duration::from_secs(3600)).await;
        let seconds = seconds_of(&bucket, 25).await;
        assert!((seconds - 1.0).abs() < 0.01, "{seconds} s: a pause earns one burst and no more");
    }

    #[tokio::test(start_paused = true)]
    async fn adaptation_refills_no_burst() {
        let bucket = bucket(10.0, 50);
        seconds_of(&bucket, 48).await;
        bucket.throttled(Instant::now());
        let seconds = seconds_of(&bucket, 10).await;
        assert!((seconds - 2.0).abs() < 0.01, "{seconds} s: what was left of the burst is gone, the rate is halved");
        for _ in 0..5 {
            tokio::time::sleep(STEP).await;
            seconds_of(&bucket, 60).await;
            bucket.answered();
        }
        assert!((bucket.per_second() - 10.0).abs() < 1e-9);
        let seconds = seconds_of(&bucket, 20).await;
        assert!(seconds > 1.9, "{seconds} s: rising refilled the burst");
    }

    #[tokio::test(start_paused = true)]
    async fn answers_to_calls_of_one_moment_are_one_event() {
        let bucket = bucket(20.0, 5);
        let taken_at = Instant::now();
        tokio::time::sleep(Duration::from_millis(40)).await;
        for _ in 0..10 {
            bucket.throttled(taken_at);
        }
        assert!((bucket.per_second() - 10.0).abs() < 1e-9);
        bucket.take().await;
        bucket.throttled(Instant::now());
        assert!((bucket.per_second() - 5.0).abs() < 1e-9, "a later call says something new");
        for _ in 0..20 {
            bucket.take().await;
            bucket.throttled(Instant::now());
        }
        assert!((bucket.per_second() - 20.0 * FLOOR).abs() < 1e-9, "it never stops");
    }

    #[tokio::test(start_paused = true)]
    async fn quiet_restores_the_rate_in_steps() {
        let bucket = bucket(10.0, 5);
        bucket.throttled(Instant::now());
        bucket.answered();
        assert!((bucket.per_second() - 5.0).abs() < 1e-9, "no step before its time");
        for expected in [6.0, 7.0, 8.0, 9.0, 10.0, 10.0] {
            tokio::time::sleep(STEP).await;
            bucket.answered();
            bucket.answered();
            assert!((bucket.per_second() - expected).abs() < 1e-9, "{expected}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_queue_is_in_order() {
        let bucket = bucket(1.0, 1);
        let order = Mutex::new(Vec::new());
        let one = |number| {
            let (bucket, order) = (&bucket, &order);
            async move {
                bucket.take().await;
                order.lock().unwrap().push(number);
            }
        };
        futures::future::join_all((0..5).map(one)).await;
        assert_eq!(*order.lock().unwrap(), [0, 1, 2, 3, 4]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_caller_whom_nobody_polls_keeps_nobody_waiting() {
        let bucket = bucket(1.0, 1);
        bucket.take().await;
        let mut forgotten = Box::pin(bucket.take());
        assert!(futures::poll!(forgotten.as_mut()).is_pending());
        let taken = tokio::time::timeout(Duration::from_secs(10), bucket.take()).await;
        assert!(taken.is_ok(), "the turn is with a future that is not polled");
    }

    #[tokio::test(start_paused = true)]
    async fn rates_below_one_a_second_hold() {
        let bucket = bucket(0.5, 1);
        let seconds = seconds_of(&bucket, 4).await;
        assert!((5.99..6.1).contains(&seconds), "{seconds} s for 4 calls, one of them the burst");
    }
}
