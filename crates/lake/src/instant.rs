//! Moments in the lake's JSON: RFC 3339 in UTC with milliseconds, which people and DuckDB read alike.

use chrono::{DateTime, SecondsFormat, Utc};
use orgcensus_row::Timestamp;
use serde::{Deserialize, Deserializer, Serializer, de, ser};

/// A day's length.
pub(crate) const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// The day of a moment, `2026-11-22`; empty where the calendar ends.
pub(crate) fn day(millis: i64) -> String {
    let moment = DateTime::<Utc>::from_timestamp_millis(millis);
    moment.map(|it| it.format("%Y-%m-%d").to_string()).unwrap_or_default()
}

/// `2026-11-22T03:00:00.000Z`; none where the calendar ends.
pub(crate) fn text(moment: Timestamp) -> Option<String> {
    DateTime::<Utc>::from_timestamp_millis(moment.0).map(|time| time.to_rfc3339_opts(SecondsFormat::Millis, true))
}

pub(crate) fn serialize<S: Serializer>(moment: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    match text(*moment) {
        Some(text) => serializer.serialize_str(&text),
        None => Err(ser::Error::custom("a moment beyond the calendar")),
    }
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    let text = String::deserialize(deserializer)?;
    DateTime::parse_from_rfc3339(&text).map(|time| Timestamp(time.timestamp_millis())).map_err(de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_readable_and_survives() {
        #[derive(serde::Serialize, serde::Deserialize)]
        struct At(#[serde(with = "super")] Timestamp);
        let json = serde_json::to_string(&At(Timestamp(1_700_000_000_123))).unwrap();
        assert_eq!(json, r#""2023-11-14T22:13:20.123Z""#);
        assert_eq!(serde_json::from_str::<At>(&json).unwrap().0, Timestamp(1_700_000_000_123));
        assert!(serde_json::to_string(&At(Timestamp(i64::MAX))).is_err());
    }
}
