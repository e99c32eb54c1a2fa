//! The simulated present and the formats in which AWS writes a moment.

use crate::dice::Dice;
use chrono::{DateTime, Utc};
use tokio::time::Instant;

/// A day.
pub(crate) const DAY_MILLIS: i64 = 86_400_000;

/// The ages at which a fact changes: "over N days" means more than N whole days.
const THRESHOLD_DAYS: [i64; 3] = [30, 90, 365];

/// The simulated present, and the first night, from which all that exists counts its age.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    pub(crate) now_millis: i64,
    /// The present of the first night: what came into being before it did so at the same moment in every night.
    pub(crate) first_millis: i64,
}

impl Clock {
    /// The clock of a night that is so many days after the first.
    pub(crate) fn new(now_millis: i64, night: u32) -> Self {
        Self { now_millis, first_millis: now_millis - i64::from(night) * DAY_MILLIS }
    }

    /// When the changes of a night are made: half a day before its census.
    pub(crate) fn changes_millis(self, night: u32) -> i64 {
        self.first_millis + i64::from(night) * DAY_MILLIS - DAY_MILLIS / 2
    }

    /// A moment of that day, counted back from the first night. Its age then stays on the same side of every threshold
    /// until the day ends, because the present of a census is later than the simulation's, by up to a day.
    pub(crate) fn days_ago(self, days: i64, dice: &mut Dice) -> i64 {
        let exact = days <= 0 || THRESHOLD_DAYS.iter().any(|threshold| (0..=1).contains(&(days - threshold)));
        let seconds = if exact { 0 } else { dice.between(0, 86_399) };
        self.first_millis - days.max(0) * DAY_MILLIS + seconds * 1000
    }

    /// The time that answers show: the real time if the simulated day is today, else the simulated present.
    pub(crate) fn wall_millis(self) -> i64 {
        let real = Utc::now().timestamp_millis();
        if (0..DAY_MILLIS).contains(&(real - self.now_millis)) { real } else { self.now_millis }
    }

    /// How many whole days before the present this moment is.
    pub(crate) fn age_days(self, millis: i64) -> i64 {
        (self.now_millis - millis).div_euclid(DAY_MILLIS)
    }
}

/// The real time, which decides when credentials end. It advances with tokio's clock, so that a test may let hours
/// pass.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Started {
    at_seconds: i64,
    instant: Instant,
}

impl Started {
    pub(crate) fn now() -> Self {
        Self { at_seconds: Utc::now().timestamp(), instant: Instant::now() }
    }

    /// Seconds since 1970.
    pub(crate) fn seconds(self) -> i64 {
        self.at_seconds + i64::try_from(self.instant.elapsed().as_secs()).unwrap_or_default()
    }
}

/// `2026-11-22T00:00:00Z`, as query APIs write.
pub(crate) fn iso(millis: i64) -> String {
    format(millis, "%Y-%m-%dT%H:%M:%SZ")
}

/// `2026-11-22T00:00:00+00:00`, as the credential report writes.
pub(crate) fn iso_offset(millis: i64) -> String {
    format(millis, "%Y-%m-%dT%H:%M:%S+00:00")
}

/// `2026-11-22T00:00:00.000Z`, as EC2 and S3 write.
pub(crate) fn iso_millis(millis: i64) -> String {
    format(millis, "%Y-%m-%dT%H:%M:%S%.3fZ")
}

/// `2026-11-22T00:00:00.000+0000`, as Lambda writes.
pub(crate) fn iso_lambda(millis: i64) -> String {
    format(millis, "%Y-%m-%dT%H:%M:%S%.3f+0000")
}

/// Seconds since 1970, as JSON APIs write.
pub(crate) fn epoch_seconds(millis: i64) -> i64 {
    millis.div_euclid(1000)
}

fn format(millis: i64, pattern: &str) -> String {
    DateTime::<Utc>::from_timestamp_millis(millis).unwrap_or_default().format(pattern).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_exists_is_a_day_older_each_night() {
        let (first, later) = (Clock::new(1_700_006_400_000, 0), Clock::new(1_700_006_400_000 + 3 * DAY_MILLIS, 3));
        let made = |clock: Clock| clock.days_ago(40, &mut Dice::new(1, &["clock"]));
        assert_eq!(made(later), made(first));
        assert_eq!(later.age_days(made(later)), first.age_days(made(first)) + 3);
    }

    #[test]
    fn ages_keep_their_side_of_a_threshold_all_day() {
        let clock = Clock::new(1_700_006_400_000, 0);
        let mut dice = Dice::new(1, &["clock"]);
        for days in 0..400 {
            let moment = clock.days_ago(days, &mut dice);
            assert!(moment <= clock.now_millis);
            for later in [0, DAY_MILLIS / 2, DAY_MILLIS - 1] {
                let seen = Clock::new(clock.now_millis + later, 0).age_days(moment);
                for threshold in THRESHOLD_DAYS {
                    assert_eq!(seen > threshold, clock.age_days(moment) > threshold, "{days} days, {later} ms later");
                }
            }
        }
    }
}
