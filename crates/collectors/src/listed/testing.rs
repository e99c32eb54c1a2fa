//! One test for every kind that is declared as a list: answers are made from the declaration.

use orgcensus_collect::testing::{ACCOUNT_ID, Collected, Recorded};
use orgcensus_collect::{Class, Collector, Error, operation};
use serde_json::{Value, json};

use super::item::level_of;
use super::{Listed, Source};
use crate::testing::{columns, json_error};

const DOCUMENT: &str = r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}"#;

/// A call as the test of all kinds sees it.
#[derive(Debug, Clone, Copy)]
struct Asked {
    service: &'static str,
    operation: &'static str,
    path: &'static str,
    is_held: bool,
    is_share: bool,
    none: Option<&'static str>,
    each: Option<(&'static str, &'static str)>,
}

impl Listed {
    /// Its calls: lists, then those about each item.
    fn asked(&self) -> Vec<Asked> {
        let lists = self.lists.iter().map(|list| Asked {
            service: list.call.call().service,
            operation: list.call.call().operation,
            path: list.items,
            is_held: false,
            is_share: false,
            none: None,
            each: None,
        });
        let held = self.held.iter().filter_map(|held| {
            let call = held.call()?.call();
            Some(Asked {
                service: call.service,
                operation: call.operation,
                path: held.path,
                is_held: true,
                is_share: held.share.is_some(),
                none: held.none.first().copied(),
                each: held.each,
            })
        });
        lists.chain(held).collect()
    }

    fn list_count(&self) -> usize {
        self.lists.len()
    }

    /// Whether all that it holds may be absent.
    fn may_be_absent(&self) -> bool {
        !self.held.is_empty() && self.held.iter().all(|held| held.may_lack || !held.none.is_empty())
    }

    fn has_gone(&self) -> bool {
        !self.gone.is_empty()
    }

    fn gone_code(&self) -> &'static str {
        self.gone[0]
    }

    /// Of each policy or share whether a call of its own tells it.
    fn by_calls(&self) -> Vec<bool> {
        self.held.iter().map(|held| held.call().is_some()).collect()
    }

    fn is_held_in_item(&self, path: &str) -> bool {
        self.held.iter().any(|held| matches!(held.source, Source::Item) && held.path == path)
    }

    /// The members of an item that are no names: what it holds, moments and tags.
    fn special_members(&self, document: &str) -> Vec<(&'static str, Value)> {
        let held = self
            .held
            .iter()
            .filter(|held| held.call().is_none())
            .map(|held| (held.path, if held.share.is_some() { json!(["222233334444"]) } else { json!(document) }));
        let created = (!self.created.is_empty()).then(|| (self.created, json!(1_735_689_600)));
        let tags = (!self.tags.is_empty()).then(|| (self.tags, json!({"team": "a"})));
        let owner = (!self.owner.is_empty()).then(|| (self.owner, json!(ACCOUNT_ID)));
        held.chain(created).chain(tags).chain(owner).filter(|(path, _)| !path.starts_with('^')).collect()
    }
}

/// What happens to an item's policy or share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Read,
    Absent,
    Denied,
    Gone,
}

/// Checks that items of two pages have rows, and that what they hold is read, absent, unread, or gone with the item;
/// that an item of which nothing is said is counted; and that a denied list ends the task.
pub(crate) async fn check(collector: &Collector, kind: &Listed) {
    for call in collector.calls {
        let known = operation(call.service, call.operation);
        let known = known.unwrap_or_else(|| panic!("wanted.tsv lacks {}", call.name()));
        assert!(!known.service.protocol.is_xml(), "{}: its answers are XML, and a list's are JSON", call.name());
    }
    let mut fates = vec![Fate::Read, Fate::Read];
    let calls = kind.asked();
    if kind.may_be_absent() {
        fates.push(Fate::Absent);
    }
    if calls.iter().any(|it| it.is_held) {
        fates.push(Fate::Denied);
        if kind.has_gone() {
            fates.push(Fate::Gone);
        }
    }
    match calls.iter().filter(|it| !it.is_held).count() {
        0 => check_single(collector, &calls, &fates).await,
        lists => check_lists(collector, kind, &calls, lists, &fates).await,
    }
}

async fn check_lists(collector: &Collector, kind: &Listed, calls: &[Asked], lists: usize, fates: &[Fate]) {
    let mut recorded = Recorded::new();
    for (number, call) in calls[..lists].iter().enumerate() {
        let mut items: Vec<Value> = if number + 1 < lists {
            vec![item(kind, number, "above", Fate::Read)]
        } else {
            fates.iter().enumerate().map(|(at, fate)| item(kind, number, &format!("item-{at}"), *fate)).collect()
        };
        // One of which nothing is said.
        items.push(json!({}));
        for page in pages(call, &items) {
            recorded = recorded.answer(call.operation, &page.to_string());
        }
    }
    for call in &calls[lists..] {
        for (at, fate) in fates.iter().enumerate() {
            recorded = answer(recorded, kind, call, &format!("item-{at}"), *fate);
        }
    }
    let collected = recorded.run(collector).await;
    collected.result.as_ref().unwrap_or_else(|error| panic!("{}: {error}", collector.name));
    collected.assert_all_calls(collector);
    let is_kept = |fate: &&Fate| **fate != Fate::Gone;
    let kept: Vec<Fate> = fates.iter().filter(is_kept).copied().collect();
    let name = collector.name;
    assert_eq!(collected.table("other_resources").len(), kept.len(), "{name}: rows");
    assert_eq!(collected.gone, (fates.len() - kept.len()) as u64, "{name}: gone");
    // One of which nothing is said does not name a kind that others name.
    let nameless = lists - usize::from(kind.is_named_by_items);
    check_states(&collected, name, &kept, &kind.by_calls(), nameless);
    for row in collected.table("other_resources") {
        assert!(row["arn"].as_str().is_some_and(|arn| arn.contains("item-")), "{name}: {row}");
    }
    let first = calls[0];
    let denied = Recorded::new().refuse(first.operation, "", 403, &json_error("AccessDeniedException"));
    let denied = denied.run(collector).await;
    assert!(matches!(&denied.result, Err(Error::Aws(error)) if error.class == Class::Denied), "{name}: {denied:?}");
}

/// A kind of which each account and region has one: every fate is a task of its own.
async fn check_single(collector: &Collector, calls: &[Asked], fates: &[Fate]) {
    for fate in fates.iter().filter(|fate| **fate != Fate::Gone) {
        let recorded = calls.iter().fold(Recorded::new(), |recorded, call| answer_of(recorded, call, "", *fate));
        let collected = recorded.run(collector).await;
        collected.assert_all_calls(collector);
        if *fate == Fate::Denied {
            assert!(
                matches!(&collected.result, Err(Error::Aws(error)) if error.class == Class::Denied),
                "{collected:?}"
            );
            continue;
        }
        collected.result.as_ref().unwrap_or_else(|error| panic!("{}: {error}", collector.name));
        check_states(&collected, collector.name, &[*fate], &vec![true; calls.len()], 0);
    }
}

/// Each policy or share is in the state that its fate says. What is in the item itself is never denied. Items
/// without an id are counted.
fn check_states(collected: &Collected, name: &str, fates: &[Fate], by_calls: &[bool], nameless: usize) {
    let state = |fate: &Fate, by_call: bool| match fate {
        Fate::Absent => "absent",
        Fate::Denied | Fate::Gone if by_call => "unread",
        Fate::Read | Fate::Denied | Fate::Gone => "read",
    };
    let expected: Vec<Value> =
        fates.iter().flat_map(|fate| by_calls.iter().map(move |by_call| json!([state(fate, *by_call)]))).collect();
    assert_eq!(columns(collected, "policy_documents", &["state"]), expected, "{name}: states");
    let asked = by_calls.iter().filter(|by_call| **by_call).count();
    let denied = fates.iter().filter(|fate| **fate == Fate::Denied).count() * asked;
    assert_eq!(collected.short().0, (denied + nameless) as u64, "{name}: what is short, {:?}", collected.missed);
}

/// The answer about one item, by the item's fate.
fn answer(recorded: Recorded, kind: &Listed, call: &Asked, item: &str, fate: Fate) -> Recorded {
    match fate {
        Fate::Gone => recorded.refuse(call.operation, item, 404, &json_error(kind.gone_code())),
        _ => answer_of(recorded, call, item, fate),
    }
}

fn answer_of(recorded: Recorded, call: &Asked, item: &str, fate: Fate) -> Recorded {
    match (fate, call.none) {
        (Fate::Absent, Some(code)) => recorded.refuse(call.operation, item, 404, &json_error(code)),
        // A list is always given, if it is empty.
        (Fate::Absent, None) if call.each.is_some() => {
            let mut body = json!({});
            put(&mut body, call.path, json!([]));
            recorded.answer_to(call.operation, item, &body.to_string())
        }
        (Fate::Absent, None) => recorded.answer_to(call.operation, item, "{}"),
        (Fate::Denied | Fate::Gone, _) => {
            recorded.refuse(call.operation, item, 403, &json_error("AccessDeniedException"))
        }
        (Fate::Read, _) => {
            let mut body = json!({});
            let one = json!(if call.is_share { "222233334444" } else { DOCUMENT });
            let value = match call.each {
                Some((path, name)) => {
                    let mut member = json!({});
                    for (path, value) in [(path, one), (name, json!("default"))] {
                        if !path.is_empty() {
                            put(&mut member, path, value);
                        }
                    }
                    json!([member])
                }
                None if call.is_share => json!([one]),
                None => one,
            };
            put(&mut body, call.path, value);
            recorded.answer_to(call.operation, item, &body.to_string())
        }
    }
}

/// One item of a list: each of its members is the item's name.
fn item(kind: &Listed, number: usize, name: &str, fate: Fate) -> Value {
    let mut item = json!({});
    for (at, path) in kind.members() {
        let (up, path) = level_of(path);
        if at.checked_sub(up) == Some(number) {
            put(&mut item, path, json!(format!("arn:of:{name}")));
        }
    }
    if number + 1 < kind.list_count() {
        return item;
    }
    for (path, value) in kind.special_members(DOCUMENT) {
        if fate != Fate::Absent || !kind.is_held_in_item(path) {
            put(&mut item, path, value);
        } else {
            put(&mut item, path, Value::Null);
        }
    }
    // A list of names.
    if item.as_object().is_some_and(serde_json::Map::is_empty) { json!(name) } else { item }
}

/// The items on two pages, if the call has pages.
fn pages(call: &Asked, items: &[Value]) -> Vec<Value> {
    let known = operation(call.service, call.operation).expect("a known call");
    let page = |items: &[Value], token: Option<&str>| {
        let mut page = json!({});
        put(&mut page, call.path, json!(items));
        for path in known.tokens_out.iter().filter(|_| token.is_some()) {
            put(&mut page, path, json!(token));
        }
        if let Some(more) = known.more {
            put(&mut page, more, json!(token.is_some()));
        }
        page
    };
    match items {
        [first, rest @ ..] if !known.tokens_out.is_empty() => {
            vec![page(std::slice::from_ref(first), Some("more")), page(rest, None)]
        }
        _ => vec![page(items, None)],
    }
}

/// Puts a value at a path of an object, and makes what leads there.
fn put(object: &mut Value, path: &str, value: Value) {
    let mut place = object;
    for step in path.split('.') {
        if !place.is_object() {
            *place = json!({});
        }
        place = &mut place[step];
    }
    *place = value;
}
