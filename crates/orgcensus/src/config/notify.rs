//! `[notify]`: who is told of a run, and what.

use std::fmt;

use orgcensus_answers::Priority;
use serde::{Deserialize, Serialize};

use crate::values::{event_bus, topic};

/// `[notify]`
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Notify {
    pub(crate) event_bus: Option<String>,
    pub(crate) topic: Option<String>,
    pub(crate) webhook: Option<Secret>,
    pub(crate) role_arn: Option<String>,
    pub(crate) external_id: Option<String>,
    pub(crate) each: Option<Floor>,
    pub(crate) each_max: usize,
    pub(crate) with_names: bool,
    pub(crate) timeout_seconds: u64,
}

impl Default for Notify {
    fn default() -> Self {
        Self {
            event_bus: None,
            topic: None,
            webhook: None,
            role_arn: None,
            external_id: None,
            each: None,
            each_max: 20,
            with_names: false,
            timeout_seconds: 10,
        }
    }
}

/// A value that opens something to everyone who knows it. It is never printed.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct Secret(String);

impl Secret {
    /// The value itself.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(value: &str) -> Self {
        Self(value.to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("set")
    }
}

/// The lowest priority of changes that are told one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Floor {
    Critical,
    Error,
    Warning,
    Notice,
    Info,
}

impl From<Floor> for Priority {
    fn from(floor: Floor) -> Self {
        match floor {
            Floor::Critical => Self::Critical,
            Floor::Error => Self::Error,
            Floor::Warning => Self::Warning,
            Floor::Notice => Self::Notice,
            Floor::Info => Self::Info,
        }
    }
}

impl Notify {
    /// The key that cannot be meant, and why. No error has a webhook's address.
    pub(super) fn refused(&self) -> Option<(&'static str, String)> {
        if self.event_bus.is_none() && self.topic.is_none() && self.webhook.is_none() {
            return Some(("notify", "it names none of event_bus, topic and webhook".to_owned()));
        }
        if let Some(Err(why)) = self.event_bus.as_deref().map(event_bus) {
            return Some(("notify.event_bus", why.to_owned()));
        }
        if let Some(Err(why)) = self.topic.as_deref().map(topic) {
            return Some(("notify.topic", why.to_owned()));
        }
        if let Some(false) = self.webhook.as_ref().map(|url| is_webhook(url.reveal())) {
            let why = "expected https://… (http:// of this machine alone), without a user before the host";
            return Some(("notify.webhook", why.to_owned()));
        }
        (self.timeout_seconds == 0).then(|| ("notify.timeout_seconds", "expected a whole number from 1".to_owned()))
    }
}

/// Whether a webhook may have this address. Without TLS the secret and what is told would be read on the way.
fn is_webhook(url: &str) -> bool {
    let is_plain = url.chars().all(|letter| letter.is_ascii_graphic());
    let (scheme, rest) = url.split_once("://").unwrap_or_default();
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    let is_here = ["127.0.0.1", "[::1]", "localhost"].contains(&host);
    is_plain && !host.is_empty() && !authority.contains('@') && (scheme == "https" || (scheme == "http" && is_here))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhook_is_reached_by_tls_or_is_on_this_machine() {
        for right in [
            "https://hooks.example.com/services/T0/B0/x",
            "https://hooks.example.com:8443?key=x",
            "http://127.0.0.1:8080/x",
            "http://[::1]:8080/x",
            "http://localhost/x",
        ] {
            assert!(is_webhook(right), "{right}");
        }
        for wrong in [
            "",
            "hooks.example.com",
            "http://hooks.example.com/x",
            "http://127.0.0.1@example.com/x",
            "http://127.0.0.1.example.com/x",
            "https://user:secret@example.com/x",
            "https:///x",
            "https://example.com/a b",
            "ftp://example.com",
        ] {
            assert!(!is_webhook(wrong), "{wrong}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused_by_its_key_and_no_address_is_said() {
        let bus = "arn:aws:events:eu-west-1:111122223333:event-bus/census";
        let topic = "arn:aws:sns:eu-west-1:111122223333:census";
        let of = |event_bus: Option<&str>, topic: Option<&str>, webhook: Option<&str>| Notify {
            event_bus: event_bus.map(str::to_owned),
            topic: topic.map(str::to_owned),
            webhook: webhook.map(Secret::from),
            ..Notify::default()
        };
        assert_eq!(of(Some(bus), Some(topic), Some("https://example.com/x")).refused(), None);
        let key = |notify: Notify| notify.refused().map(|(key, _)| key);
        assert_eq!(key(of(None, None, None)), Some("notify"));
        assert_eq!(key(of(Some(topic), None, None)), Some("notify.event_bus"));
        assert_eq!(key(of(None, Some(bus), None)), Some("notify.topic"));
        assert_eq!(key(Notify { timeout_seconds: 0, ..of(Some(bus), None, None) }), Some("notify.timeout_seconds"));
        let (key, why) = of(None, None, Some("http://example.com/token")).refused().unwrap();
        assert!(key == "notify.webhook" && !why.contains("token"), "{why}");
        assert!(!format!("{:?}", of(None, None, Some("https://example.com/token"))).contains("token"));
    }
}
