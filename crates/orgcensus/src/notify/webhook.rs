//! JSON to a webhook. Its address is a secret: no error and no line of the log has it, and no redirect is followed.

use std::time::Duration;

use chrono::{DateTime, Utc};
use orgcensus_aws::{Error, Plain};

use crate::config::Secret;

/// How often a message is sent to a webhook that asks to be left alone for a while.
const ATTEMPTS_MAX: usize = 3;

/// The answers that ask for that.
const LATER: [u16; 2] = [429, 503];

/// How long to wait if the webhook does not say.
const USUAL_WAIT: Duration = Duration::from_secs(1);

/// How long things may take.
pub(super) struct Bounds {
    /// A whole answer.
    pub(super) answer: Duration,
    /// The wait before the next attempt. A webhook that asks for more is not told.
    pub(super) wait_max: Duration,
}

/// A webhook.
pub(super) struct Webhook<'a> {
    plain: Plain,
    url: &'a Secret,
    bounds: Bounds,
}

impl<'a> Webhook<'a> {
    pub(super) fn new(url: &'a Secret, bounds: Bounds) -> Result<Self, String> {
        // The client bounds parts of an answer. The whole has its bound below, which ends first.
        let plain = Plain::new(bounds.answer.saturating_mul(2)).map_err(|error| error.to_string())?;
        Ok(Self { plain, url, bounds })
    }

    /// Sends one message. Only one that was refused with a word about later is sent again: of any other it is not known
    /// whether it was taken.
    pub(super) async fn post(&self, json: &str) -> Result<(), String> {
        for attempt in 1.. {
            let Some((wait, why)) = self.attempt(json).await? else { break };
            if attempt == ATTEMPTS_MAX {
                return Err(format!("{why}, {ATTEMPTS_MAX} times"));
            }
            tokio::time::sleep(wait).await;
        }
        Ok(())
    }

    /// None if the message was taken, or how long to wait before the next attempt, and why.
    async fn attempt(&self, json: &str) -> Result<Option<(Duration, String)>, String> {
        let sent = self.plain.post(self.url.reveal(), json.as_bytes().to_vec());
        let answer = match tokio::time::timeout(self.bounds.answer, sent).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => return Err(self.in_words(&error)),
            Err(_elapsed) => return Err(format!("no answer in {} s", self.bounds.answer.as_secs_f64())),
        };
        let status = answer.status();
        let why = format!("it answered {status}");
        if status.is_success() {
            return Ok(None);
        }
        if !LATER.contains(&status.as_u16()) {
            return Err(why);
        }
        let said = answer.headers().get("retry-after").and_then(|it| it.to_str().ok());
        let wait = said.and_then(|said| wait(said, Utc::now())).unwrap_or(USUAL_WAIT);
        if wait > self.bounds.wait_max {
            return Err(format!("{why} and asks for {} s", wait.as_secs()));
        }
        Ok(Some((wait, why)))
    }

    /// An error of the network. It may name the host or the path, which are parts of the address.
    fn in_words(&self, error: &Error) -> String {
        let url = self.url.reveal();
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
        // The path / is in most words.
        let hidden = [url, path, authority, host].into_iter().filter(|it| it.len() > 1);
        hidden.fold(error.message.clone(), |words, it| words.replace(it, "…"))
    }
}

/// How long the header `Retry-After` asks to wait: seconds, or until a date.
fn wait(said: &str, now: DateTime<Utc>) -> Option<Duration> {
    if let Ok(seconds) = said.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = DateTime::parse_from_rfc2822(said.trim()).ok()?;
    // A date that is over asks for no wait.
    Some((until.with_timezone(&Utc) - now).to_std().unwrap_or_default())
}

#[cfg(test)]
mod tests;
