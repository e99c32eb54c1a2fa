//! A user or a root user, as far as an account's rows tell of it.

use orgcensus_row::Timestamp;

use super::review::Facts;

/// A user, or the root user.
#[derive(Debug, Default)]
pub(super) struct Subject {
    pub(super) facts: Facts,
    pub(super) arn: Option<String>,
    pub(super) path: Option<String>,
    /// The value of the user's owner tag.
    pub(super) owner: Option<String>,
    pub(super) created_at: Option<Timestamp>,
    pub(super) password_used_at: Option<Timestamp>,
    pub(super) last_key_use: Option<KeyUse>,
    pub(super) report_generated_at: Option<Timestamp>,
}

/// When and where a key was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KeyUse {
    pub(super) at: Timestamp,
    pub(super) region: Option<String>,
    pub(super) service: Option<String>,
}

impl Subject {
    /// Notes a use of a key, if it is the latest.
    pub(super) fn key_used(&mut self, at: Option<Timestamp>, region: Option<&str>, service: Option<&str>) {
        if let Some(at) = at.filter(|at| self.last_key_use.as_ref().is_none_or(|last| last.at < *at)) {
            let text = |text: Option<&str>| text.map(str::to_owned);
            self.last_key_use = Some(KeyUse { at, region: text(region), service: text(service) });
        }
    }
}
