//! Kinds of resources that are a list, and for each item a policy or those with whom it is shared. What differs between
//! kinds is declared in a few lines; all of them are rows of one table, `other_resources`.

mod collect;
mod found;
mod item;
#[cfg(test)]
pub(crate) mod testing;

use std::collections::{BTreeMap, BTreeSet};

use futures::future::BoxFuture;
use orgcensus_collect::{
    Call, Collector, Error, Language, PolicyKind, Read, ResourceKind, Rows, Runs, Scope, Session, call, read as reads,
};
use orgcensus_row::{Row, Table, Timestamp, table};
use serde::Serialize;
use serde_json::Value;

pub(crate) use collect::collect;
use item::{level_of, paths_of};

/// One resource of a kind that has no table of its own.
#[derive(Debug, Serialize, Row)]
#[row(table = "other_resources", key = "arn")]
pub struct OtherResource {
    /// The resource's ARN. Where AWS gives it none: its account, region and name, written as an ARN.
    pub arn: String,
    /// Its type, backup_vault.
    pub resource_type: String,
    /// Its name or id. Null: AWS did not say, or there is one for each account and region.
    pub resource_name: Option<String>,
    /// When it was made (UTC). Null: its list does not say.
    pub created_at: Option<Timestamp>,
    /// Whole days since it was made.
    pub age_days: Option<i32>,
    /// The KMS key that encrypts it, by its ARN or id. Null: a key of AWS's own does, or its list does not say.
    pub kms_key_id: Option<String>,
    /// What its list says of it that has no column here, by AWS's names, as JSON. Null: nothing.
    pub details_json: Option<String>,
    /// Tags. Empty: none, or its list does not say.
    pub tags: BTreeMap<String, String>,
}

/// A kind of resource, as its service lists it.
pub(crate) struct Listed {
    name: &'static str,
    resource: ResourceKind,
    scope: Scope,
    region: &'static str,
    lists: &'static [List],
    arn: &'static str,
    resource_name: &'static str,
    created: &'static str,
    tags: &'static str,
    key: &'static str,
    keeps: &'static [&'static str],
    held: &'static [Held],
    gone: &'static [&'static str],
    owner: &'static str,
    is_named_by_items: bool,
}

/// A list of a service: its call, and where the items are in the answer.
pub(crate) struct List {
    call: Read<Value>,
    inputs: &'static [(&'static str, Input)],
    items: &'static str,
}

/// What is held by an item: policies, or a share.
pub(crate) struct Held {
    source: Source,
    /// Where the policy or the sharees are: in the answer of its call, or else in the item.
    path: &'static str,
    /// Where each of several is, if there is a list at the path, and where its name is.
    each: Option<(&'static str, &'static str)>,
    /// Its name; empty where an item holds one only.
    label: &'static str,
    none: &'static [&'static str],
    may_lack: bool,
    language: Language,
    share: Option<(PolicyKind, &'static [&'static str])>,
    is_for_owner: bool,
    /// Where the answer says whether the policy is evaluated, and how it says that it is not.
    switch: Option<(&'static str, &'static str)>,
}

enum Source {
    Call(Read<Value>, &'static [(&'static str, Input)]),
    Item,
}

/// The value of an input.
pub(crate) enum Input {
    /// This text.
    Text(&'static str),
    /// Yes or no.
    Flag(bool),
    /// The member at this path of the item; with `^` before it of the item that it belongs to.
    Of(&'static str),
    /// The resource's ARN.
    Arn,
}

/// Declares a kind: the collector's name, the resource's type, its lists (one below the other; none if each account
/// and region has one), and what each item holds.
pub(crate) const fn listed(
    name: &'static str,
    resource: ResourceKind,
    lists: &'static [List],
    held: &'static [Held],
) -> Listed {
    Listed {
        name,
        resource,
        scope: Scope::Region,
        region: "",
        lists,
        arn: "",
        resource_name: "",
        created: "",
        tags: "",
        key: "",
        keeps: &[],
        held,
        gone: &[],
        owner: "",
        is_named_by_items: false,
    }
}

/// A list whose items are at this path of each page.
pub(crate) const fn list(
    service: &'static str,
    operation: &'static str,
    items: &'static str,
    inputs: &'static [(&'static str, Input)],
) -> List {
    List { call: reads(service, operation), inputs, items }
}

/// A policy that one call for each item answers, as text at this path.
pub(crate) const fn policy(
    service: &'static str,
    operation: &'static str,
    inputs: &'static [(&'static str, Input)],
    path: &'static str,
) -> Held {
    Held::new(Source::Call(reads(service, operation), inputs), path)
}

/// A policy that is in the item itself, as text at this path.
pub(crate) const fn in_item(path: &'static str) -> Held {
    Held::new(Source::Item, path)
}

impl Held {
    const fn new(source: Source, path: &'static str) -> Self {
        Self {
            source,
            path,
            each: None,
            label: "",
            none: &[],
            may_lack: false,
            language: Language::Iam,
            share: None,
            is_for_owner: false,
            switch: None,
        }
    }

    /// It is a share for these actions. The path leads to those with whom: a list, or one of them.
    pub(crate) const fn shares(self, origin: PolicyKind, actions: &'static [&'static str]) -> Self {
        Self { share: Some((origin, actions)), may_lack: true, ..self }
    }

    /// It is a share that always has someone, or a switch: where its path leads nowhere, it is unread.
    pub(crate) const fn always(self) -> Self {
        Self { may_lack: false, ..self }
    }

    /// The services with whom it is shared act for the account that owns it, and for no other.
    pub(crate) const fn for_owner(self) -> Self {
        Self { is_for_owner: true, ..self }
    }

    /// There is a list at its path. In each of its members the policy, or the one with whom it is shared, is at one path
    /// and the policy's name at the other.
    pub(crate) const fn each(self, path: &'static str, name: &'static str) -> Self {
        Self { each: Some((path, name)), ..self }
    }

    /// Its name among several that an item holds.
    pub(crate) const fn called(self, label: &'static str) -> Self {
        Self { label, ..self }
    }

    /// These codes mean that there is none.
    pub(crate) const fn none(self, codes: &'static [&'static str]) -> Self {
        Self { none: codes, ..self }
    }

    /// An answer without it, or with an empty one, means that there is none.
    pub(crate) const fn may_lack(self) -> Self {
        Self { may_lack: true, ..self }
    }

    /// Its language.
    pub(crate) const fn language(self, language: Language) -> Self {
        Self { language, ..self }
    }

    /// The answer says at this path whether the service evaluates the policy; with this word it does not.
    pub(crate) const fn unless(self, path: &'static str, word: &'static str) -> Self {
        Self { switch: Some((path, word)), ..self }
    }

    /// The paths that are read of its call's answer.
    fn names(&self) -> BTreeSet<String> {
        let Some((path, name)) = self.each else {
            let switch = self.switch.map(|(path, _)| paths_of("", path)).unwrap_or_default();
            return paths_of("", self.path).into_iter().chain(switch).collect();
        };
        let within = format!("{}[]", self.path);
        let members = [path, name].into_iter().filter(|path| !path.is_empty());
        paths_of("", &within).into_iter().chain(members.flat_map(|path| paths_of(&within, path))).collect()
    }

    fn call(&self) -> Option<&Read<Value>> {
        match &self.source {
            Source::Call(call, _) => Some(call),
            Source::Item => None,
        }
    }
}

impl Listed {
    /// Where its ARN is in the item; or, with `{…}` in it, the ARN's end from the service on: `lex:bot/{botId}`.
    pub(crate) const fn arn(self, arn: &'static str) -> Self {
        Self { arn, ..self }
    }

    /// Where its name is in the item.
    pub(crate) const fn name(self, path: &'static str) -> Self {
        Self { resource_name: path, ..self }
    }

    /// Where the moment is at which it was made.
    pub(crate) const fn created(self, path: &'static str) -> Self {
        Self { created: path, ..self }
    }

    /// Where its tags are: a map, or a list of keys and values.
    pub(crate) const fn tags(self, path: &'static str) -> Self {
        Self { tags: path, ..self }
    }

    /// Where the KMS key is that encrypts it.
    pub(crate) const fn key(self, path: &'static str) -> Self {
        Self { key: path, ..self }
    }

    /// Further members of the item that are kept.
    pub(crate) const fn keeps(self, paths: &'static [&'static str]) -> Self {
        Self { keeps: paths, ..self }
    }

    /// How the service says that a listed item went away.
    pub(crate) const fn gone(self, codes: &'static [&'static str]) -> Self {
        Self { gone: codes, ..self }
    }

    /// Where the account is that owns an item: others' items are read in their accounts.
    pub(crate) const fn owner(self, path: &'static str) -> Self {
        Self { owner: path, ..self }
    }

    /// Its list is of other things, which name it by their way: some do not, and several may name the same.
    pub(crate) const fn named_by_items(self) -> Self {
        Self { is_named_by_items: true, ..self }
    }

    /// Once for each account, in the home region.
    pub(crate) const fn once(self) -> Self {
        Self { scope: Scope::Account, ..self }
    }

    /// Once for each account, in this region of the partition `aws`: no other partition has it.
    pub(crate) const fn once_in(self, region: &'static str) -> Self {
        Self { scope: Scope::Account, region, ..self }
    }

    /// Its type.
    pub(crate) const fn resource(&self) -> ResourceKind {
        self.resource
    }

    /// How many calls it declares.
    pub(crate) const fn count(&self) -> usize {
        let (mut count, mut at) = (self.lists.len(), 0);
        while at < self.held.len() {
            if matches!(self.held[at].source, Source::Call(..)) {
                count += 1;
            }
            at += 1;
        }
        count
    }

    /// Its calls, each with the function that names what is read of its answer.
    pub(crate) const fn calls<const N: usize>(&self, names: [fn() -> BTreeSet<String>; 6]) -> [Call; N] {
        let none = call("", "");
        let mut calls = [none; N];
        let (mut filled, mut at) = (0, 0);
        while at < self.lists.len() {
            calls[filled] = self.lists[at].call.call().reads(names[filled]);
            filled += 1;
            at += 1;
        }
        at = 0;
        while at < self.held.len() {
            if let Source::Call(call, _) = &self.held[at].source {
                calls[filled] = call.call().reads(names[filled]);
                filled += 1;
            }
            at += 1;
        }
        calls
    }

    /// The paths that are read of the answer to one of its calls, in their order.
    pub(crate) fn names(&self, number: usize) -> BTreeSet<String> {
        let Some(list) = self.lists.get(number) else {
            let mut held = self.held.iter().filter(|it| it.call().is_some());
            return held.nth(number - self.lists.len()).map(Held::names).unwrap_or_default();
        };
        let within = format!("{}[]", list.items);
        let mut paths = paths_of("", &within);
        for (at, path) in self.members() {
            let (up, path) = level_of(path);
            if at.checked_sub(up) == Some(number) {
                paths.extend(paths_of(&within, path));
            }
        }
        paths
    }

    /// The members of items that are read, each with the number of the list from whose item its path begins.
    fn members(&self) -> impl Iterator<Item = (usize, &str)> {
        let last = self.lists.len().saturating_sub(1);
        let of = |inputs: &'static [(&'static str, Input)]| {
            inputs.iter().filter_map(|(_, input)| match input {
                Input::Of(path) => Some(*path),
                _ => None,
            })
        };
        let above = self.lists.iter().enumerate().skip(1);
        let above = above.flat_map(move |(number, list)| of(list.inputs).map(move |path| (number - 1, path)));
        let asked = self.held.iter().flat_map(move |held| match held.source {
            Source::Call(_, inputs) => of(inputs).collect::<Vec<_>>(),
            Source::Item => vec![held.path],
        });
        let own = [self.created, self.tags, self.resource_name, self.owner, self.key]
            .into_iter()
            .chain(self.keeps.iter().copied());
        let arn = self.arn.split_once('{').map_or(vec![self.arn], |(_, rest)| {
            rest.split('{').filter_map(|part| Some(part.split_once('}')?.0)).collect()
        });
        let all = asked.chain(own).chain(arn).map(move |path| (last, path));
        above.chain(all).filter(|(_, path)| !path.is_empty() && !path.ends_with('@'))
    }
}

/// The collector of one kind.
pub(crate) const fn collector(
    kind: &'static Listed,
    calls: &'static [Call],
    resources: &'static [ResourceKind],
    collect: for<'a> fn(&'a Session, &'a mut Rows<'_>) -> BoxFuture<'a, Result<(), Error>>,
) -> Collector {
    let tables: &[Table] = if kind.lists.is_empty() { &[] } else { const { &[table::<OtherResource>()] } };
    Collector { name: kind.name, scope: kind.scope, runs: Runs::Always, calls, resources, tables, collect }
}

/// Makes collectors of declarations: `listed_collectors! { /// What it is. PROFILES = listed(…).arn("arn"); }`. The file
/// lists them, as every service's does.
macro_rules! listed_collectors {
    ($($(#[$comment:meta])* $name:ident = $listed:expr;)+) => {
        $(
            $(#[$comment])*
            pub const $name: orgcensus_collect::Collector = {
                const LISTED: crate::listed::Listed = $listed;
                const CALLS: [orgcensus_collect::Call; LISTED.count()] = LISTED.calls([
                    || LISTED.names(0),
                    || LISTED.names(1),
                    || LISTED.names(2),
                    || LISTED.names(3),
                    || LISTED.names(4),
                    || LISTED.names(5),
                ]);
                crate::listed::collector(&LISTED, &CALLS, &[LISTED.resource()], |session, rows| {
                    Box::pin(crate::listed::collect(session, rows, &LISTED))
                })
            };
        )+

        #[cfg(test)]
        mod tests {
            use super::*;

            #[tokio::test]
            async fn each_kind_is_read_absent_denied_and_gone() {
                $({
                    const LISTED: crate::listed::Listed = $listed;
                    crate::listed::testing::check(&super::$name, &LISTED).await;
                })+
            }
        }
    };
}
pub(crate) use listed_collectors;
