//! What all collectors do alike with a list's items: read their details, several at a time, and count what is missing.

use std::collections::BTreeMap;

use aws_smithy_types::DateTime;
use futures::stream::{self, Stream, StreamExt};
use orgcensus_collect::{Class, Error, Moment, POLICY_TABLE_NAMES, PolicyText, Read, Rows, Session, timestamp};
use orgcensus_row::{Row, Timestamp};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// How many items' details are read at once within one task. The limiter decides how fast their calls go.
const AT_ONCE: usize = 8;

/// What AWS answered to one call about an item.
pub(crate) type Answer<T> = Result<T, orgcensus_aws::Error>;

/// Reads the details of listed items, several at a time, in the order of the list.
///
/// Whoever takes them one by one makes no further call between two of them: as long as it waits, nobody reads the rest.
pub(crate) fn details<I, T, F>(items: I, read: impl FnMut(I::Item) -> F + Send) -> impl Stream<Item = T> + Send + Unpin
where
    I: IntoIterator<IntoIter: Send>,
    F: Future<Output = T> + Send,
    T: Send,
{
    stream::iter(items).map(read).buffered(AT_ONCE)
}

/// All items of a list, page after page. If a page fails, the whole list fails.
pub(crate) async fn all<T: DeserializeOwned, I>(
    list: &Read<T>,
    session: &Session,
    input: Value,
    items: fn(T) -> Vec<I>,
) -> Answer<Vec<I>> {
    let mut pages = list.pages(session, input);
    let mut listed = Vec::new();
    while let Some(page) = pages.next().await {
        listed.extend(items(page?));
    }
    Ok(listed)
}

/// Whether AWS says by one of these codes that an item went away between the list and its details. Only the service's
/// own code for this says so. After any other refusal, even one that says "not found", the item may still be there.
pub(crate) fn is_gone<T>(codes: &[&str], answer: &Answer<T>) -> bool {
    answer.as_ref().is_err_and(|error| error.is(codes))
}

/// The policy of an item that AWS gives by a call of its own. If the call is refused, the policy is unread and the task
/// partial.
pub(crate) fn policy_text(rows: &mut Rows<'_>, answer: Answer<Option<String>>) -> Result<PolicyText, Error> {
    policy_text_of(rows, &[], answer)
}

/// The same of a policy that a table of the collector's own tells of as well.
pub(crate) fn policy_text_of(
    rows: &mut Rows<'_>,
    tables: &[&'static str],
    answer: Answer<Option<String>>,
) -> Result<PolicyText, Error> {
    let unread = answer.as_ref().err().cloned();
    let tables = POLICY_TABLE_NAMES.into_iter().chain(tables.iter().copied());
    let text = rows.item(tables, answer)?.map(PolicyText::read);
    Ok(text.or(unread.map(PolicyText::Unread)).unwrap_or(PolicyText::Absent))
}

/// These tables, and those of policies: what is short of an item that has a policy.
pub(crate) fn with_policies<const N: usize>(tables: [&'static str; N]) -> impl Iterator<Item = &'static str> {
    POLICY_TABLE_NAMES.into_iter().chain(tables)
}

/// A member that an answer must have. If it is missing, it counts as unread and not as "there is none".
pub(crate) fn given<T>(answer: Option<T>, call: &str, member: &str) -> Answer<T> {
    answer.ok_or_else(|| unread(call, &[member]))
}

/// The same of an answer about what may not be set: where it is set, the answer must have the member.
pub(crate) fn given_if_set<T, V>(
    answer: Answer<Option<T>>,
    of: impl FnOnce(T) -> Option<V>,
    call: &str,
    member: &str,
) -> Answer<Option<V>> {
    answer.and_then(|it| it.map(|it| given(of(it), call, member)).transpose())
}

/// A moment that AWS always gives. If it is missing, the SDK returns 1970, when AWS did not exist.
pub(crate) fn made_at(moment: &DateTime) -> Option<Timestamp> {
    timestamp(moment).filter(|at| at.0 != 0)
}

/// A word that AWS always gives. If it is missing, the SDK returns this word, or nothing.
pub(crate) fn word(text: &str) -> Option<String> {
    Some(text).filter(|text| !matches!(*text, "" | "no value was set")).map(str::to_owned)
}

/// An action as policies name it, `s3:PutObject`. Some answers leave out its service.
pub(crate) fn action_of(service: &str, name: String) -> String {
    if name.contains(':') { name } else { format!("{service}:{name}") }
}

/// A tag as most services write it.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Tag {
    key: String,
    value: String,
}

/// Tags as a row has them.
pub(crate) fn by_key(tags: Vec<Tag>) -> BTreeMap<String, String> {
    tags.into_iter().map(|tag| (tag.key, tag.value)).collect()
}

/// Values of one row that are missing in its answer or cannot be read: they are null in the row, and counted.
#[derive(Debug, Default)]
pub(crate) struct Unread(Vec<String>);

impl Unread {
    /// A value that AWS always gives, by its name at AWS.
    pub(crate) fn value<T>(&mut self, name: &str, value: Option<T>) -> Option<T> {
        if value.is_none() && !self.0.iter().any(|known| known == name) {
            self.0.push(name.to_owned());
        }
        value
    }

    /// The values that AWS always gives of each of several: those that are there.
    pub(crate) fn each<T>(&mut self, name: &str, values: impl IntoIterator<Item = Option<T>>) -> Vec<T> {
        values.into_iter().filter_map(|value| self.value(name, value)).collect()
    }

    /// The ARN and the name of an item. AWS always gives the name, and of it the ARN is made where AWS left it out.
    /// None: neither is there, and without them the item has no row.
    pub(crate) fn identity(
        &mut self,
        member: &str,
        name: Option<String>,
        arn: Option<String>,
        made: impl FnOnce(&str) -> String,
    ) -> Option<(String, String)> {
        let name = self.value(member, name);
        let arn = arn.or_else(|| name.as_deref().map(made))?;
        Some((arn, name.unwrap_or_default()))
    }

    /// A value that AWS may leave out, and that must be readable where it is there.
    pub(crate) fn parsed<T>(&mut self, name: &str, text: Option<&str>, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        text.and_then(|text| self.value(name, parse(text)))
    }

    /// A moment that AWS may leave out, and that must be readable where it is there.
    pub(crate) fn moment(&mut self, name: &str, moment: Option<&Moment>) -> Option<Timestamp> {
        moment.and_then(|moment| self.value(name, moment.millis().map(Timestamp)))
    }

    /// Whether one whose name begins so is among them.
    pub(crate) fn has(&self, prefix: &str) -> bool {
        self.0.iter().any(|name| name.starts_with(prefix))
    }

    /// Counts each of them: the table is short of it.
    pub(crate) fn count(self, rows: &mut Rows<'_>, table: &'static str, call: &str) {
        for name in &self.0 {
            rows.miss([table], unread(call, &[name]));
        }
    }

    /// Counts each of them, and adds the row. None: the item lacks what tells it from others, so it is only counted.
    pub(crate) async fn push<R: Row>(self, rows: &mut Rows<'_>, call: &str, row: Option<R>) -> Result<(), Error> {
        self.count(rows, R::TABLE, call);
        match row {
            Some(row) => rows.push(row).await,
            None => Ok(()),
        }
    }

    /// Counts, once, an item that lacks what tells it from others, and so has no row in any of these tables.
    pub(crate) fn lost(self, rows: &mut Rows<'_>, tables: impl IntoIterator<Item = &'static str>, call: &str) {
        let names: Vec<&str> = self.0.iter().map(String::as_str).collect();
        rows.miss(tables, unread(call, &names));
    }
}

/// The items that can be told from others, each with its ARN. One whose ARN is neither given nor can be made is counted
/// as lost for these tables, and nothing is asked about it.
pub(crate) fn with_arns<T>(
    rows: &mut Rows<'_>,
    (call, member): (&str, &str),
    tables: &[&'static str],
    items: Vec<T>,
    arn: impl Fn(&T) -> Option<String>,
) -> Vec<(String, T)> {
    let mut known = Vec::with_capacity(items.len());
    for item in items {
        let mut unread = Unread::default();
        match unread.value(member, arn(&item)) {
            Some(arn) => known.push((arn, item)),
            None => unread.lost(rows, tables.iter().copied(), call),
        }
    }
    known
}

fn unread(call: &str, names: &[&str]) -> orgcensus_aws::Error {
    let message = format!("the answer lacks {}, or it cannot be read", names.join(", "));
    orgcensus_aws::Error::new(Class::Failed, "ValueUnread", message).during(call)
}

/// Seconds since 1970 as text, with or without a fraction, as a moment.
pub(crate) fn seconds_text(text: &str) -> Option<Timestamp> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let millis: i64 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    Some(Timestamp(whole.parse::<i64>().ok()?.checked_mul(1000)?.checked_add(millis)?))
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

    #[test]
    fn seconds_may_have_a_fraction() {
        let millis = |text: &str| seconds_text(text).map(|at| at.0);
        assert_eq!(millis("1766361600"), Some(1_766_361_600_000));
        assert_eq!(
            (millis("1766361600.25"), millis("1766361600.1239")),
            (Some(1_766_361_600_250), Some(1_766_361_600_123))
        );
        assert_eq!(millis("1766361600."), Some(1_766_361_600_000));
        for odd in ["", "soon", ".5", "-1", "1e9", "1766361600.x", "99999999999999999999"] {
            assert_eq!(millis(odd), None, "{odd}");
        }
    }

    #[test]
    fn of_several_values_those_that_are_there_are_kept() {
        let mut unread = Unread::default();
        assert_eq!(unread.each("groupId", [Some("sg-1"), Some("sg-2")]), ["sg-1", "sg-2"]);
        assert!(!unread.has("groupId"));
        assert_eq!(unread.each("groupId", [Some("sg-1"), None, None]), ["sg-1"]);
        assert!(unread.has("groupId"));
    }

    #[test]
    fn what_the_sdk_makes_up_is_not_said() {
        assert_eq!(made_at(&DateTime::from_secs(0)), None);
        assert_eq!(made_at(&DateTime::from_secs(1)), Some(Timestamp(1000)));
        assert_eq!((word("no value was set"), word(""), word("Active")), (None, None, Some("Active".to_owned())));
    }
}
