//! Tells of a run when it has ended: an event of EventBridge, a message of SNS, a call of a webhook, as configured.
//! What cannot be delivered is a warning, and changes nothing of the run's result.
//!
//! ```text
//! changed    the previous complete snapshot and this one -> how much was found, and the most important of it
//! message    a run's report and what changed -> JSON. Pure
//! calls      PutEvents and Publish: beside the catalogue's the only writes of this program
//! webhook    JSON to an address that is a secret
//! ```

mod calls;
mod changed;
mod message;
mod webhook;

use std::fmt;
use std::time::Duration;

use orgcensus_aws::{Chain, Hop, Session};
use orgcensus_lake::Lake;

pub(crate) use calls::call_of;

use crate::config::{Config, Notify, Secret};
use crate::failure::Failure;
use crate::run_report::RunReport;
use crate::{reporter, setup};
use changed::{Changed, Missing};
use message::{Message, Run};
use webhook::{Bounds, Webhook};

/// How long everything may take that one of them is told.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(60);

/// How long a webhook may ask to be left alone before it is told again.
const WAIT_MAX: Duration = Duration::from_secs(20);

/// Where one can read more. None of what was not written.
pub(crate) struct Addresses<'a> {
    /// The page for browsers.
    pub(crate) page: Option<&'a str>,
    /// The report of what the run did.
    pub(crate) run_report: Option<&'a str>,
}

/// Who is told.
#[derive(Clone, Copy)]
enum Target<'a> {
    /// An event bus or a topic, by its ARN.
    Aws(&'a str),
    /// The address is not printed.
    Webhook(&'a Secret),
}

impl fmt::Display for Target<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Aws(arn) => formatter.write_str(arn),
            Self::Webhook(_) => formatter.write_str("the webhook"),
        }
    }
}

/// Tells of a run, if the configuration says to whom.
pub(crate) async fn tell(config: &Config, lake: Option<&Lake>, report: &RunReport, addresses: &Addresses<'_>) {
    let Some(notify) = &config.notify else { return };
    let changed = changes(config, notify, lake, report).await;
    if let Err(Missing::Unread(why)) = &changed {
        reporter::say("warning", &format!("notify: what changed is not told: {why}"));
    }
    let messages = message::all(&Run { report, addresses }, &changed, notify.with_names);
    let aws = [&notify.event_bus, &notify.topic].into_iter().flatten().map(|arn| Target::Aws(arn));
    for target in aws.chain(notify.webhook.iter().map(Target::Webhook)) {
        deliver(config, notify, target, &messages).await;
    }
}

/// What changed since the snapshot before; nothing is known of a run without a snapshot.
async fn changes(
    config: &Config,
    notify: &Notify,
    lake: Option<&Lake>,
    report: &RunReport,
) -> Result<Changed, Missing> {
    match (lake, &report.run_id, &report.snapshot) {
        (Some(lake), Some(run_id), Some(_)) => {
            changed::read(config, lake, run_id, notify.each.map(Into::into), notify.each_max).await
        }
        _ => Err(Missing::NoSnapshot),
    }
}

/// Delivers all messages to one target, in their order, and says how that went.
async fn deliver(config: &Config, notify: &Notify, target: Target<'_>, messages: &[Message]) {
    let mut delivered = 0;
    let sent = tokio::time::timeout(DELIVERY_TIMEOUT, send(config, notify, target, messages, &mut delivered)).await;
    let why = match sent {
        Ok(Ok(())) => {
            println!("notified     {target}  messages {delivered}");
            return;
        }
        Ok(Err(why)) => why,
        Err(_elapsed) => format!("it took longer than {} s", DELIVERY_TIMEOUT.as_secs()),
    };
    let all = messages.len();
    reporter::say("warning", &format!("notify: {target} was told {delivered} of {all} messages: {why}"));
}

/// Sends one message after the other. After one that was not taken there are no more: the next would not be taken
/// either, and each would cost its time.
async fn send(
    config: &Config,
    notify: &Notify,
    target: Target<'_>,
    messages: &[Message],
    delivered: &mut usize,
) -> Result<(), String> {
    match target {
        Target::Aws(arn) => {
            let session = session(config, notify, arn).await.map_err(|failure| failure.to_string())?;
            for (number, message) in messages.iter().enumerate() {
                let sent = calls::send(&session, arn, &message.call(number)).await;
                sent.map_err(|error| error.to_string())?;
                *delivered += 1;
            }
        }
        Target::Webhook(url) => {
            let bounds = Bounds { answer: Duration::from_secs(notify.timeout_seconds), wait_max: WAIT_MAX };
            let webhook = Webhook::new(url, bounds)?;
            for message in messages {
                webhook.post(&message.json()).await?;
                *delivered += 1;
            }
        }
    }
    Ok(())
}

/// The identity that tells, in the region of the bus or the topic.
async fn session(config: &Config, notify: &Notify, arn: &str) -> Result<Session, Failure> {
    let base = setup::base(config).await?;
    let hop = |role_arn: &String| Hop {
        role_arn: role_arn.clone(),
        external_id: notify.external_id.clone(),
        session_name: config.role.session_name.clone(),
        ..Hop::default()
    };
    let between: Vec<Hop> = notify.role_arn.iter().map(hop).collect();
    let doing = "assume notify's role";
    let chain = Chain::new(&base, &between, Hop::default()).await.map_err(|source| Failure::Aws { doing, source })?;
    Ok(chain.last().session(arn.split(':').nth(3).unwrap_or(base.home_region())))
}
