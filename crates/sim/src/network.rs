//! How the simulated AWS is reached: at once and without errors, or as AWS is reached over a real network.

use std::time::Duration;

/// The network to the simulated AWS, and the rates that it allows.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Network {
    /// How long every answer takes.
    pub latency: Duration,
    /// Whether calls beyond AWS's documented rates are throttled.
    pub enforces_limits: bool,
    /// The faults that occur by chance.
    pub faults: Faults,
    /// The account (its place in the organization) where every call of a member is throttled.
    pub hot_account: Option<u64>,
    /// The account (its place in the organization) whose role can be assumed, but every service rejects the credentials
    /// of that role as unknown.
    pub dead_account: Option<u64>,
}

/// Faults by chance, as shares of all requests. A client overcomes each of them if it tries again.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Faults {
    /// The seed of the dice.
    pub seed: u64,
    /// Requests that are throttled, whatever the rate.
    pub throttled: f64,
    /// Requests that are answered with status 500.
    pub server_errors: f64,
    /// Connections closed without an answer.
    pub resets: f64,
    /// Answers that break off in the middle.
    pub truncated: f64,
    /// Answers that come late.
    pub slow: f64,
    /// How long the late answers take.
    pub slow_for: Duration,
}

impl Network {
    /// AWS as a distant client sees it: answers take 40 ms, and the documented rates are enforced.
    #[must_use]
    pub fn remote() -> Self {
        Self { latency: Duration::from_millis(40), enforces_limits: true, ..Self::default() }
    }

    /// Whether every request is answered at once.
    pub(crate) fn is_calm(&self) -> bool {
        *self == Self::default()
    }
}

impl Faults {
    /// A bad night: one request in ten throttled, 5 % errors, 2 % broken connections, 5 % slow by 3 s.
    #[must_use]
    pub fn of_a_bad_night(seed: u64) -> Self {
        let slow_for = Duration::from_secs(3);
        Self { seed, throttled: 0.1, server_errors: 0.05, resets: 0.01, truncated: 0.01, slow: 0.05, slow_for }
    }
}
