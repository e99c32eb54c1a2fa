//! What all collectors do alike with a list's items: read their details, several at a time.

use futures::stream::{self, Stream, StreamExt};
use orgcensus_collect::{Class, Error, Policy, PolicyKind, PolicyText, Rows};

/// Items whose details are read at once within one task. The limiter decides how fast their calls go.
const AT_ONCE: usize = 8;

/// What AWS answered to one call about an item.
pub(crate) type Answer<T> = Result<T, orgcensus_aws::Error>;

/// Reads the details of listed items, several at a time, in the order of the list.
pub(crate) fn details<I, T, F>(items: I, read: impl FnMut(I::Item) -> F + Send) -> impl Stream<Item = T> + Send + Unpin
where
    I: IntoIterator<IntoIter: Send>,
    F: Future<Output = T> + Send,
    T: Send,
{
    stream::iter(items).map(read).buffered(AT_ONCE)
}

/// Whether an item went away between the list and its details.
pub(crate) fn is_gone<T>(answer: &Answer<T>) -> bool {
    answer.as_ref().is_err_and(|error| error.class == Class::NotFound)
}

/// The policy of an item that AWS gives by a call of its own. Denied, it is unread, and the task partial.
pub(crate) fn policy_text(rows: &mut Rows<'_>, answer: Answer<Option<String>>) -> Result<PolicyText, Error> {
    let unread = answer.as_ref().err().cloned();
    let text = rows.item(answer)?.map(PolicyText::read);
    Ok(text.or(unread.map(PolicyText::Unread)).unwrap_or(PolicyText::Absent))
}

/// The policy of a resource that has one at most.
pub(crate) fn resource_policy<'a>(resource_arn: &'a str, resource_type: &'a str, text: PolicyText) -> Policy<'a> {
    Policy { resource_arn, resource_type, kind: PolicyKind::Resource, name: "", is_in_force: true, text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn details_keep_the_order_of_the_list() {
        let slow_first = |item: u32| async move {
            for _ in item..20 {
                tokio::task::yield_now().await;
            }
            item
        };
        let read: Vec<_> = details(0..20, slow_first).collect().await;
        assert_eq!(read, (0..20).collect::<Vec<_>>());
    }
}
