//! The accounts' tags: one call for each account, at so slow a rate that for some crawls this takes longest. So the
//! tags are read while the tree is still being read.

use std::collections::BTreeMap;

use futures::StreamExt;
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use orgcensus_aws::{Class, Error, Session, organization};
use orgcensus_row::GLOBAL;
use tokio::task::JoinSet;

use crate::outcome::Outcome;
use crate::task_record::{TaskRecord, TaskStart};

/// The engine's task that reads the accounts' tags.
pub(crate) const ACCOUNT_TAGS: &str = "account_tags";

/// Requests for tags on their way at once; the limiter sets the pace.
const AT_ONCE: usize = 8;

/// Tags by account; `None` where they could not be read.
pub(crate) type Tags = BTreeMap<String, Option<BTreeMap<String, String>>>;

/// The tags, and how reading them went.
pub(crate) type Tagging = (Tags, TaskRecord);

/// Reads the tags of each account that it is told about. Dropping it ends the reading.
#[derive(Debug)]
pub(crate) struct TagReader {
    /// As many as the organization has accounts, whose list is held anyway.
    account_ids: UnboundedSender<String>,
    reading: JoinSet<Tagging>,
}

impl TagReader {
    pub(crate) fn begin(session: Session) -> Self {
        let (account_ids, told) = unbounded();
        let mut reading = JoinSet::new();
        reading.spawn(async move { read(&session, told).await });
        Self { account_ids, reading }
    }

    pub(crate) fn tell(&self, account_id: &str) {
        // The reading ended at a refusal: AWS would have refused all other accounts too.
        let _ = self.account_ids.unbounded_send(account_id.to_owned());
    }

    /// The tags of all accounts that it was told of. None, and why, if reading them panicked.
    pub(crate) async fn finish(mut self) -> Tagging {
        self.account_ids.close_channel();
        match self.reading.join_next().await {
            Some(Ok(read)) => read,
            Some(Err(error)) => failed("Panicked", &error.to_string()),
            None => failed("Panicked", "nobody reads them"),
        }
    }
}

/// No tags, because of a bug.
fn failed(code: &str, message: &str) -> Tagging {
    let (tags, task) = untried(Outcome::Failed);
    (tags, task.because(&Error::new(Class::Failed, code, message)))
}

/// No tags, for this reason.
pub(crate) fn untried(outcome: Outcome) -> Tagging {
    (Tags::new(), TaskRecord::untried(ACCOUNT_TAGS, GLOBAL, outcome))
}

/// The first refusal ends the reading, because AWS would refuse the other accounts too.
async fn read(session: &Session, account_ids: UnboundedReceiver<String>) -> Tagging {
    let begun = TaskStart::now();
    let mut told = account_ids
        .map(|id| async move {
            let tags = organization::tags(session, &id).await;
            (id, tags)
        })
        .buffer_unordered(AT_ONCE);
    let (mut tags, mut first, mut missed) = (Tags::new(), None::<Error>, 0);
    while let Some((id, result)) = told.next().await {
        match result {
            Ok(of_account) => {
                tags.insert(id, Some(of_account));
            }
            Err(error) => {
                let is_refused = matches!(error.class, Class::Denied | Class::DeniedByScp);
                missed += 1;
                first.get_or_insert(error);
                if is_refused {
                    break;
                }
            }
        }
    }
    drop(told);
    let outcome = match &first {
        None => Outcome::Complete,
        Some(error) if tags.is_empty() => Outcome::of(error),
        Some(_) => Outcome::Partial,
    };
    let record = TaskRecord::measured(ACCOUNT_TAGS, GLOBAL, (outcome, first.as_ref()), session.usage(), begun);
    (tags, TaskRecord { missed, ..record })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_told() {
        let (account_ids, _told) = unbounded();
        let mut reading = JoinSet::new();
        reading.spawn(async { panic!("of a test") });
        let (tags, task) = TagReader { account_ids, reading }.finish().await;
        assert!(tags.is_empty());
        assert_eq!((task.outcome, task.error_code.as_deref()), (Outcome::Failed, Some("Panicked")));
        assert!(task.error_message.is_some_and(|words| words.contains("of a test")));
    }
}
