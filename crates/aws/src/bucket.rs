//! One bucket: tokens that come back at a rate, one queue in order of arrival, and adaptation to what AWS answers.
//!
//! Not `governor`'s: its rate is fixed, and a limiter put in its place has forgotten how full the last one was. Here a
//! change of rate keeps the level, so adaptation never refills a burst.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::limits::Rate;

/// What throttling leaves of the rate.
const DECREASE: f64 = 0.5;
/// What quiet gives back, as a part of the full rate.
const INCREASE: f64 = 0.1;
/// The lowest rate, as a part of the full rate.
const FLOOR: f64 = 0.02;
/// So long must quiet last before the rate rises a step.
const STEP: Duration = Duration::from_secs(5);

/// A bucket of calls.
pub(crate) struct Bucket {
    full: Rate,
    /// Held by whoever is next: tokio's mutex is fair, so the queue is first in, first out.
    queue: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

struct State {
    /// Calls that may go at once, as of `counted_at`.
    tokens: f64,
    counted_at: Instant,
    per_second: f64,
    lowered_at: Option<Instant>,
    raised_at: Option<Instant>,
}

impl Bucket {
    /// A full bucket.
    pub(crate) fn new(rate: Rate) -> Self {
        let state = State {
            tokens: f64::from(rate.burst.get()),
            counted_at: Instant::now(),
            per_second: rate.per_second,
            lowered_at: None,
            raised_at: None,
        };
        Self { full: rate, queue: tokio::sync::Mutex::new(()), state: Mutex::new(state) }
    }

    /// Waits for a place in the order of asking.
    pub(crate) async fn take(&self) {
        let _turn = self.queue.lock().await;
        loop {
            let wait = match self.state().take(&self.full) {
                Ok(()) => return,
                Err(wait) => wait,
            };
            tokio::time::sleep(wait.max(Duration::from_millis(1))).await;
        }
    }

    /// AWS said "slower" to a call that was let go at `taken_at`: halves the rate and empties the bucket. Calls that
    /// were on their way already when the rate was last lowered say nothing new.
    pub(crate) fn throttled(&self, taken_at: Instant) {
        let mut state = self.state();
        if state.lowered_at.is_some_and(|at| taken_at <= at) {
            return;
        }
        state.count(&self.full);
        state.tokens = state.tokens.min(0.0);
        state.per_second = (state.per_second * DECREASE).max(self.full.per_second * FLOOR);
        state.lowered_at = Some(Instant::now());
    }

    /// AWS answered: after a quiet while the rate rises a step.
    pub(crate) fn answered(&self) {
        let mut state = self.state();
        let changed_at = state.lowered_at.max(state.raised_at);
        if state.per_second < self.full.per_second && changed_at.is_none_or(|at| at.elapsed() >= STEP) {
            state.count(&self.full);
            state.per_second = (state.per_second + self.full.per_second * INCREASE).min(self.full.per_second);
            state.raised_at = Some(Instant::now());
        }
    }

    /// The rate as it is now, calls a second.
    pub(crate) fn per_second(&self) -> f64 {
        self.state().per_second
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Takes a token, or says how long the next one takes to come.
    fn take(&mut self, full: &Rate) -> Result<(), Duration> {
        self.count(full);
        // A hair less than one is one: waking up in whole milliseconds must not cost another one.
        if self.tokens > 1.0 - 1e-6 {
            self.tokens -= 1.0;
            return Ok(());
        }
        Err(Duration::from_secs_f64((1.0 - self.tokens) / self.per_second.max(1e-6)))
    }

    /// Adds what came back since it was last counted. While the rate is lowered, so is the burst.
    fn count(&mut self, full: &Rate) {
        let now = Instant::now();
        let most = (f64::from(full.burst.get()) * self.per_second / full.per_second).max(1.0);
        let back = now.saturating_duration_since(self.counted_at).as_secs_f64() * self.per_second;
        self.tokens = (self.tokens + back).min(most.max(self.tokens));
        self.counted_at = now;
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    fn bucket(per_second: f64, burst: u32) -> Bucket {
        Bucket::new(Rate { per_second, burst: NonZeroU32::new(burst).unwrap() })
    }

    async fn seconds_of(bucket: &Bucket, calls: u32) -> f64 {
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
}
