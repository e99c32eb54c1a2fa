//! Collects a kind as it is declared: its lists, then what each item holds, then the rows.

use std::collections::BTreeSet;

use futures::StreamExt;
use orgcensus_collect::{
    Error, Gate, Moment, Optional, POLICY_TABLE_NAMES, Pages, Policy, Read, Rows, Session, Share, Sharee, operation,
};
use orgcensus_row::{Row, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::found::{sharees, tags, text};
use super::item::Item;
use super::{Held, Input, List, Listed, OtherResource, Source};
use crate::items::{Answer, Unread, details, given, is_gone, policy_text, with_policies};
use crate::shares::counted;

/// The largest page that is asked for.
const PAGE_MAX: u32 = 1000;

/// Collects one kind, where it is.
pub(crate) async fn collect(session: &Session, rows: &mut Rows<'_>, kind: &'static Listed) -> Result<(), Error> {
    match kind.region {
        "" => collect_in(session, rows, kind).await,
        _ if session.partition() != "aws" => Ok(()),
        region => collect_in(&session.in_region(region), rows, kind).await,
    }
}

async fn collect_in(session: &Session, rows: &mut Rows<'_>, kind: &'static Listed) -> Result<(), Error> {
    let Some((first, below)) = kind.lists.split_first() else {
        let item = Item::default();
        let answers = read(session, kind, &item).await.into_iter().collect::<Result<Vec<_>, _>>()?;
        return push(session, rows, kind, item, answers.into_iter().map(Ok).collect()).await;
    };
    let mut named = BTreeSet::new();
    let mut pages = first.pages(session, &Item::default(), kind)?;
    while let Some(page) = pages.next().await {
        let mut items = Item::all(page?, first.items, &Item::default());
        for list in below {
            items = listed_below(session, rows, kind, list, items).await?;
        }
        items.retain(|item| is_own(kind, item, session));
        if kind.is_named_by_items {
            items.retain(|item| arn(kind, item, session).is_some_and(|arn| named.insert(arn)));
        }
        let mut answers = details(items, |item| async move {
            let answers = read(session, kind, &item).await;
            (item, answers)
        });
        while let Some((item, answers)) = answers.next().await {
            push(session, rows, kind, item, answers).await?;
        }
    }
    Ok(())
}

/// Whether the item is the account's own. What another account shares with this one is read in that account.
fn is_own(kind: &Listed, item: &Item, session: &Session) -> bool {
    let arn = arn(kind, item, session);
    let account = arn.as_deref().and_then(|arn| arn.split(':').nth(4)).filter(|account| account.len() == 12);
    let owner = item.text(kind.owner);
    [account, owner.as_deref()].into_iter().flatten().all(|account| account == session.account_id())
}

/// The items of a list that there is for each item above.
async fn listed_below(
    session: &Session,
    rows: &mut Rows<'_>,
    kind: &'static Listed,
    list: &'static List,
    above: Vec<Item>,
) -> Result<Vec<Item>, Error> {
    let mut answers = details(above, |item| async move {
        let mut pages = list.pages(session, &item, kind)?;
        let mut items = Vec::new();
        while let Some(page) = pages.next().await {
            match page {
                Ok(page) => items.extend(Item::all(page, list.items, &item)),
                Err(error) => return Err(error),
            }
        }
        Ok(items)
    });
    let mut all = Vec::new();
    while let Some(answer) = answers.next().await {
        if is_gone(kind.gone, &answer) {
            rows.gone();
        } else {
            all.extend(rows.item(with_policies([OtherResource::TABLE]), answer)?.unwrap_or_default());
        }
    }
    Ok(all)
}

/// What a call told: what an item holds, and whether the service has switched it off.
type Told = Answer<Option<(Value, bool)>>;

/// What an item holds, as far as calls tell it: one answer for each call.
async fn read(session: &Session, kind: &'static Listed, item: &Item) -> Vec<Told> {
    let mut answers = Vec::new();
    for held in kind.held {
        if let Source::Call(call, named) = &held.source {
            let is_list = held.each.is_some() || held.share.is_some();
            let answer = match inputs(named, item, session, kind) {
                Err(error) => Err(error),
                Ok(input) if is_list => all(call, session, input, held).await.map(|it| it.map(|it| (it, false))),
                Ok(input) => one(call, session, input, held).await,
            };
            answers.push(answer);
        }
    }
    answers
}

/// A policy. If it is missing in the answer it is unread, unless it may be missing.
async fn one(call: &Read<Value>, session: &Session, input: Value, held: &Held) -> Told {
    let Some(answer) = call.send(session, input).await.optional(held.none)? else { return Ok(None) };
    let answer = Item::of(answer);
    let is_off = held.switch.is_some_and(|(path, word)| answer.text(path).as_deref() == Some(word));
    let found = answer.at(held.path).cloned();
    let found = if held.may_lack { Ok(found) } else { given(found, &call.call().name(), held.path).map(Some) };
    found.map(|it| it.map(|it| (it, is_off)))
}

/// A list, page by page; or a switch.
async fn all(call: &Read<Value>, session: &Session, input: Value, held: &Held) -> Answer<Option<Value>> {
    let mut pages = call.pages(session, input);
    let (mut all, mut is_there) = (Vec::new(), held.may_lack || held.share.is_none());
    while let Some(page) = pages.next().await {
        let Some(page) = page.optional(held.none)? else { return Ok(None) };
        match Item::of(page).at(held.path).cloned() {
            None => continue,
            Some(Value::Array(items)) => all.extend(items),
            Some(other) => all.push(other),
        }
        is_there = true;
    }
    given(is_there.then_some(Some(Value::Array(all))), &call.call().name(), held.path)
}

async fn push(
    session: &Session,
    rows: &mut Rows<'_>,
    kind: &'static Listed,
    item: Item,
    answers: Vec<Told>,
) -> Result<(), Error> {
    if answers.iter().any(|answer| is_gone(kind.gone, answer)) {
        rows.gone();
        return Ok(());
    }
    let mut unread = Unread::default();
    let call = kind.lists.last().map(|list| list.call.call().name()).unwrap_or_default();
    let Some(arn) = unread.value(kind.arn, arn(kind, &item, session)) else {
        unread.lost(rows, with_policies([OtherResource::TABLE]), &call);
        return Ok(());
    };
    let mut answers = answers.into_iter();
    for held in kind.held {
        let found = match held.call() {
            None => Ok(item.at(held.path).cloned().map(|it| (it, false))),
            Some(_) => answers.next().unwrap_or(Ok(None)),
        };
        hold(session, rows, kind, held, &arn, found).await?;
    }
    if kind.lists.is_empty() {
        return Ok(());
    }
    let row = row(kind, arn, &item, rows.captured_at(), &mut unread);
    unread.count(rows, OtherResource::TABLE, &call);
    rows.push(row).await
}

async fn hold(
    session: &Session,
    rows: &mut Rows<'_>,
    kind: &'static Listed,
    held: &'static Held,
    arn: &str,
    told: Told,
) -> Result<(), Error> {
    let is_off = matches!(told, Ok(Some((_, true))));
    let found = told.map(|told| told.map(|(value, _)| value));
    if let Some((origin, actions)) = held.share {
        let sharees = found.and_then(|found| match found {
            Some(found) => given(sharees(&found, held.each), kind.name, held.path),
            None if held.may_lack || held.call().is_some() => Ok(Vec::new()),
            None => given(None, kind.name, held.path),
        });
        let mut sharees = counted(rows, sharees)?;
        if let (true, Ok(sharees)) = (held.is_for_owner, &mut sharees) {
            for sharee in sharees {
                if let Sharee::Service(name) = sharee {
                    *sharee = Sharee::ServiceFor(std::mem::take(name), session.account_id().to_owned());
                }
            }
        }
        let (resource_arn, resource, name) = (arn, kind.resource, held.label);
        return rows.share(Share { resource_arn, resource, origin, name, actions, gate: None }, sharees).await;
    }
    let Some((path, name)) = held.each else {
        let text = found.map(|found| found.map(text).filter(|text| !text.is_empty()));
        return policy(rows, kind, held, (arn, held.label), text, is_off).await;
    };
    let several = match found {
        Ok(Some(Value::Array(several))) if !several.is_empty() => several,
        found => return policy(rows, kind, held, (arn, held.label), found.map(|_| None), is_off).await,
    };
    for one in several {
        let one = Item::of(one);
        let name = rows.item(POLICY_TABLE_NAMES, given(one.text(name), kind.name, name))?.unwrap_or_default();
        let text = given(one.at(path).cloned().map(text), kind.name, path).map(Some);
        policy(rows, kind, held, (arn, &name), text, is_off).await?;
    }
    Ok(())
}

async fn policy(
    rows: &mut Rows<'_>,
    kind: &'static Listed,
    held: &'static Held,
    (arn, name): (&str, &str),
    text: Answer<Option<String>>,
    is_off: bool,
) -> Result<(), Error> {
    let policy = Policy::of(arn, kind.resource, policy_text(rows, text)?);
    let gate = is_off.then_some(Gate::PolicyInactive);
    rows.policy(Policy { name, language: held.language, is_in_force: !is_off, gate, ..policy }).await
}

/// The input of a call. Without a member of the item that goes into it, the call would be about something else: it is
/// not sent, and counts.
fn inputs(named: &[(&str, Input)], item: &Item, session: &Session, kind: &'static Listed) -> Answer<Value> {
    let mut members = Map::new();
    for (name, input) in named {
        let value = match input {
            Input::Text(text) => Some(json!(text)),
            Input::Flag(flag) => Some(json!(flag)),
            Input::Of(path) => item.at(path).filter(|it| !it.is_null() && it.as_str() != Some("")).cloned(),
            Input::Arn => arn(kind, item, session).map(Value::String),
        };
        members.insert((*name).to_owned(), given(value, kind.name, name)?);
    }
    Ok(Value::Object(members))
}

/// The item's ARN: AWS's own, or one that is put together. None: the item lacks it, or a part of it.
fn arn(kind: &Listed, item: &Item, session: &Session) -> Option<String> {
    let Some((service, rest)) = kind.arn.split_once(':').filter(|_| kind.arn.contains('{') || kind.lists.is_empty())
    else {
        return item.text(kind.arn);
    };
    Some(session.arn(service, &item.filled(rest)?))
}

fn row(kind: &Listed, arn: String, item: &Item, now: Timestamp, unread: &mut Unread) -> OtherResource {
    let moment = item.at(kind.created).filter(|it| !it.is_null());
    let moment = moment.and_then(|value| Moment::deserialize(value).ok());
    let created_at = unread.moment(kind.created, moment.as_ref());
    let kept: Map<String, Value> = kind
        .keeps
        .iter()
        .filter_map(|path| Some(((*path).to_owned(), item.at(path).filter(|it| !it.is_null())?.clone())))
        .collect();
    OtherResource {
        arn,
        resource_type: kind.resource.resource_type.to_owned(),
        resource_name: item.text(kind.resource_name),
        created_at,
        age_days: created_at.map(|at| at.days_until(now)),
        kms_key_id: item.text(kind.key),
        details_json: (!kept.is_empty()).then(|| Value::Object(kept).to_string()),
        tags: item.at(kind.tags).map(tags).unwrap_or_default(),
    }
}

impl List {
    /// The pages below an item, each as large as the service gives.
    fn pages(&self, session: &Session, item: &Item, kind: &'static Listed) -> Answer<Pages<Value>> {
        let mut input = inputs(self.inputs, item, session, kind)?;
        let call = self.call.call();
        let known = operation(call.service, call.operation);
        if let Some((limit, most)) = known.and_then(|it| it.limit.zip(it.limit_max))
            && input.get(limit).is_none()
        {
            input[limit] = json!(most.min(PAGE_MAX));
        }
        Ok(self.call.pages(session, input))
    }
}
