//! Moments in answers: in JSON a number of seconds or a text, in XML a text.

use std::fmt;

use chrono::{DateTime, NaiveDateTime};
use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// A moment as AWS wrote it: `1766361600.25`, `2025-12-22T00:00:00Z`. The text is kept, so that a moment that cannot be
/// read loses one value and not the whole answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moment(String);

impl Moment {
    /// As AWS wrote it.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Milliseconds since 1970. None: it cannot be read as a moment.
    pub fn millis(&self) -> Option<i64> {
        let text = self.0.trim();
        seconds(text)
            .or_else(|| DateTime::parse_from_rfc3339(text).ok().map(|it| it.timestamp_millis()))
            // Some services leave the zone out; it is UTC.
            .or_else(|| {
                Some(NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok()?.and_utc().timestamp_millis())
            })
            // Lambda has a zone without a colon.
            .or_else(|| Some(DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z").ok()?.timestamp_millis()))
    }
}

/// Seconds since 1970, with or without a fraction or an exponent, in whole milliseconds, rounded down.
fn seconds(text: &str) -> Option<i64> {
    let is_number = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E');
    if !text.bytes().all(is_number) {
        return None;
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_plain = [whole, fraction].iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    if is_plain && !whole.is_empty() {
        // Computed from the digits: as a binary fraction a number of milliseconds may come out a little too small.
        let millis: i64 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
        return whole.parse::<i64>().ok()?.checked_mul(1000)?.checked_add(millis);
    }
    let millis = (text.parse::<f64>().ok()? * 1000.0).round();
    // A hundred thousand years either way. A number beyond that is not a moment, and no column can hold it.
    #[allow(clippy::cast_possible_truncation)]
    (millis.abs() < 3.2e15).then_some(millis as i64)
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MomentVisitor)
    }
}

struct MomentVisitor;

impl Visitor<'_> for MomentVisitor {
    type Value = Moment;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a moment: seconds since 1970, or a text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Moment, E> {
        Ok(Moment(text.to_owned()))
    }

    fn visit_i64<E: Error>(self, seconds: i64) -> Result<Moment, E> {
        Ok(Moment(seconds.to_string()))
    }

    fn visit_u64<E: Error>(self, seconds: u64) -> Result<Moment, E> {
        Ok(Moment(seconds.to_string()))
    }

    fn visit_f64<E: Error>(self, seconds: f64) -> Result<Moment, E> {
        Ok(Moment(seconds.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_every_protocol_writes_them() {
        let millis = |json: &str| serde_json::from_str::<Moment>(json).unwrap().millis();
        for json in [
            "1766361600",
            "1766361600.0",
            "1.7663616E9",
            "\"1766361600\"",
            "\"2025-12-22T00:00:00Z\"",
            "\"2025-12-22T00:00:00.000Z\"",
            "\"2025-12-22T00:00:00\"",
            "\"2025-12-22T00:00:00.000+0000\"",
            "\"2025-12-22T01:00:00+01:00\"",
        ] {
            assert_eq!(millis(json), Some(1_766_361_600_000), "{json}");
        }
        assert_eq!(millis("1766361600.25"), Some(1_766_361_600_250));
        assert_eq!(millis("1766361600.1239"), Some(1_766_361_600_123));
        assert_eq!(millis("1766361600.001"), Some(1_766_361_600_001));
        assert_eq!(millis("\"2025-12-22T00:00:00.251999Z\""), Some(1_766_361_600_251));
        assert_eq!(millis("-1"), Some(-1000));
        for odd in ["\"soon\"", "\"\"", "1e300", "\"2025-13-01T00:00:00Z\"", "\"-\""] {
            assert_eq!(millis(odd), None, "{odd}");
        }
    }
}
