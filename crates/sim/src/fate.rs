//! Decides by chance what happens to one request on its way.

use crate::dice::Dice;
use crate::network::Faults;
use std::sync::atomic::{AtomicU64, Ordering};

/// What happens to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Answered,
    Throttled,
    ServerError,
    Reset,
    Truncated,
    Slow,
}

/// Counts requests, so that each request has its own dice.
#[derive(Debug, Default)]
pub(crate) struct Fates(AtomicU64);

impl Fates {
    /// The fate of the next request.
    pub(crate) fn next(&self, faults: &Faults) -> Fate {
        if *faults == Faults::default() {
            return Fate::Answered;
        }
        let number = self.0.fetch_add(1, Ordering::Relaxed);
        let mut dice = Dice::new(faults.seed, &["fate", &number.to_string()]);
        let mut left = dice.share();
        for (share, fate) in [
            (faults.throttled, Fate::Throttled),
            (faults.server_errors, Fate::ServerError),
            (faults.resets, Fate::Reset),
            (faults.truncated, Fate::Truncated),
            (faults.slow, Fate::Slow),
        ] {
            left -= share;
            if left < 0.0 {
                return fate;
            }
        }
        Fate::Answered
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_occur_as_often_as_they_should() {
        let (faults, fates) = (Faults::of_a_bad_night(3), Fates::default());
        let seen: Vec<Fate> = (0..10_000).map(|_| fates.next(&faults)).collect();
        for (fate, share) in [
            (Fate::Answered, 0.78),
            (Fate::Throttled, 0.1),
            (Fate::ServerError, 0.05),
            (Fate::Reset, 0.01),
            (Fate::Truncated, 0.01),
            (Fate::Slow, 0.05),
        ] {
            let expected = share * 10_000.0;
            let count = seen.iter().filter(|it| **it == fate).count();
            assert!((count as f64 - expected).abs() < 4.0 * f64::sqrt(expected), "{fate:?}: {count} of 10,000");
        }
        let again = Fates::default();
        assert!(seen.iter().take(100).all(|fate| *fate == again.next(&faults)), "seeded");
        assert_eq!(Fates::default().next(&Faults::default()), Fate::Answered);
    }
}
