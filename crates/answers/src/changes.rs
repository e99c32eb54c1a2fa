//! What the rules of change find between two snapshots of an organization.
//!
//! The tables that rules watch are merged as `diff` merges them, pair of rows by pair of rows, so memory does not grow
//! with the rows. A condition is SQL, and null is unknown. Where a rule could not look, it says `not_seen`.
//!
//! ```text
//! by_account a table's rows, account after account; times: when tasks ran
//! watch      a rule and a table's columns -> conditions that are ready; pairs of rows -> what is found
//! groups     rules by the table that they look at
//! actors     what one event alone can have made -> who did it, and when
//! heard      where and since when the newer snapshot knows what happened
//! verdict    was so, is so, what is looked for -> found, unknown, or nothing
//! found      what is found, as a row; how much of it there is
//! unlooked   where the rules of a table could not look
//! sql        what rules ask of events, for engines that read a trail
//! states     whether exceptions accept what is found
//! about      the same of one thing alone, for its history
//! ```

mod about;
mod actors;
mod by_account;
#[cfg(test)]
mod cases;
mod found;
mod groups;
mod heard;
mod made_by;
mod sql;
mod states;
#[cfg(test)]
mod tests;
mod times;
mod unlooked;
mod verdict;
mod watch;

use std::borrow::Cow;
use std::collections::{BTreeSet, VecDeque};
use std::io::Write;
use std::sync::Arc;

use datafusion::prelude::SessionContext;
use orgcensus_lake::{Commit, Lake, TableEntry};

pub use found::{Found, Told};
pub use sql::{Events, changes_sql};

use crate::diff::{
    ACTIVITY, Both, Columns, Judge, Pair, Pairs, TableDiff, TwoManifests, in_both, is_derived, other_keys, two_of_each,
};
use crate::format::Output;
use crate::rule::{Find, Rule};
use crate::{Accepted, CaseState, Format, RestsOn, Result, Which};
use actors::Actors;
use groups::{Group, groups, not_collected};
use heard::Heard;
use states::State;
use unlooked::Unlooked;
use watch::Watch;

pub(crate) use about::{About, found_about};
pub(crate) use made_by::NoActor;
pub(crate) use watch::check;

/// What rules find between two snapshots: organization by organization, table by table, in the order of account, region
/// and key.
pub struct Changes {
    lake: Lake,
    engine: SessionContext,
    pairs: Pairs,
    waiting: VecDeque<TwoManifests>,
    rules: Vec<Rule>,
    with_states: bool,
    accepted: Option<Accepted>,
    current: Option<OneOrganization>,
}

/// The organization that is being looked at.
struct OneOrganization {
    manifests: TwoManifests,
    rests_on: RestsOn,
    both: Arc<Both>,
    heard: Arc<Heard>,
    /// When both runs began, by the clock of their tasks.
    begun: [Option<i64>; 2],
    /// The rules that are still to come, and those that need events which nobody looks for.
    groups: VecDeque<Group>,
    events: Vec<Rule>,
    open: Option<Open>,
    /// Only the rows about a thing; all, if there is none.
    about: Option<About>,
}

/// A table and the rules that watch it.
struct Open {
    table: TableDiff,
    unlooked: Unlooked,
    watches: Vec<Watch>,
    with_states: bool,
    /// Of a table of events, since when they are new.
    heard: Option<Arc<Heard>>,
    /// Who made the changes; none if no rule of the table can know.
    actors: Option<Actors>,
}

impl Changes {
    /// Opens two snapshots of each organization, as `Diff` does. With states a rule that looks for them also tells what
    /// was so before and is so still. Reads manifests and no data.
    pub async fn open(
        lake: &Lake,
        from: Option<&Which>,
        to: &Which,
        rules: &[&Rule],
        with_states: bool,
    ) -> Result<Self> {
        let (pairs, waiting) = two_of_each(lake, from, to).await?;
        let rules = rules.iter().copied().cloned().collect();
        let engine = SessionContext::new();
        Ok(Self { lake: lake.clone(), engine, pairs, waiting, rules, with_states, accepted: None, current: None })
    }

    /// With exceptions: what is written says whether one accepts it, and what is accepted is counted apart.
    #[must_use]
    pub fn accepting(self, accepted: Accepted) -> Self {
        Self { accepted: Some(accepted), ..self }
    }

    /// The snapshots that are compared.
    pub fn pairs(&self) -> &[Pair] {
        &self.pairs.pairs
    }

    /// The newer snapshots that have no older one to be compared with.
    pub fn alone(&self) -> &[Commit] {
        &self.pairs.alone
    }

    /// What is found next; none at the end. Never an empty list.
    pub async fn next(&mut self) -> Result<Option<Vec<Found>>> {
        let mut found = Vec::new();
        while found.is_empty() {
            let Some(current) = &mut self.current else {
                let Some(manifests) = self.waiting.pop_front() else { return Ok(None) };
                self.current = Some(OneOrganization::open(&self.lake, manifests, &self.rules, None).await?);
                continue;
            };
            if !current.fill(&self.lake, &self.engine, self.with_states, &mut found).await? {
                self.current = None;
            }
        }
        Ok(Some(found))
    }

    /// What is found next and nobody has accepted; none at the end. All of it is counted, what is accepted too.
    pub async fn next_active(&mut self, told: &mut Told) -> Result<Option<Vec<Found>>> {
        let Some((found, states)) = self.next_counted(told).await? else { return Ok(None) };
        let is_active = |state: &State| state.0 != Some(CaseState::Accepted);
        Ok(Some(found.into_iter().zip(&states).filter(|(_, state)| is_active(state)).map(|(it, _)| it).collect()))
    }

    /// Writes all that is found as it is found, a table at most so many letters wide, and counts it.
    pub async fn write(mut self, format: Format, width: Option<usize>, writer: impl Write + Send) -> Result<Told> {
        let columns = states::beside(&found::batch(&[])?, &[])?.schema();
        let mut output = Output::begin(format, width, &columns, writer)?;
        let mut told = Told::default();
        while let Some((found, states)) = self.next_counted(&mut told).await? {
            output.write(&states::beside(&found::batch(&found)?, &states)?)?;
        }
        output.finish()?;
        Ok(told)
    }

    async fn next_counted(&mut self, told: &mut Told) -> Result<Option<(Vec<Found>, Vec<State>)>> {
        let Some(found) = self.next().await? else { return Ok(None) };
        let states = states::of(&found, self.accepted.as_ref());
        found.iter().zip(&states).for_each(|(it, (state, _))| told.add(it, *state));
        Ok(Some((found, states)))
    }
}

impl OneOrganization {
    async fn open(lake: &Lake, manifests: TwoManifests, rules: &[Rule], about: Option<About>) -> Result<Self> {
        let accounts = about.as_ref().and_then(|it| it.accounts.as_ref());
        let both = Arc::new(Both::read_within(lake, [&manifests[0], &manifests[1]], accounts).await?);
        let rests_on = RestsOn::of(&manifests);
        let judge = Judge::new(&both, ACTIVITY, rests_on.of_table(ACTIVITY), false);
        let heard = Arc::new(Heard::read(lake, &manifests, &judge, accounts).await?);
        let has_activity = manifests[1].table(ACTIVITY).is_some();
        let begun = if has_activity { times::begun(lake, &manifests, &both).await? } else { [None; 2] };
        let events = rules.iter().filter(|rule| rule.needs_event() && !rule.hears()).cloned().collect();
        Ok(Self { manifests, rests_on, both, heard, begun, groups: groups(rules), events, open: None, about })
    }

    /// Adds what is found next; false after the last rule.
    async fn fill(
        &mut self,
        lake: &Lake,
        engine: &SessionContext,
        with_states: bool,
        found: &mut Vec<Found>,
    ) -> Result<bool> {
        if let Some(open) = &mut self.open {
            if !open.fill(found).await? {
                self.open = None;
            }
            return Ok(true);
        }
        let Some(group) = self.groups.pop_front() else {
            for rule in std::mem::take(&mut self.events) {
                found.push(self.not_seen(&rule, not_collected(&rule)));
            }
            return Ok(false);
        };
        self.open = self.open_group(lake, engine, group, with_states, found).await?;
        Ok(true)
    }

    /// Opens the table of a group. A rule that cannot look at it, or not everywhere, says so.
    async fn open_group(
        &self,
        lake: &Lake,
        engine: &SessionContext,
        group: Group,
        with_states: bool,
        found: &mut Vec<Found>,
    ) -> Result<Option<Open>> {
        let columns = match self.columns(group.table)? {
            Ok(columns) => columns,
            Err(reason) => {
                let reason = |rule| if group.table == ACTIVITY { not_collected(rule) } else { reason.clone() };
                found.extend(group.rules.iter().map(|(rule, _)| self.not_seen(rule, reason(rule))));
                return Ok(None);
            }
        };
        let mut ready = Vec::new();
        for (rule, watched) in group.rules {
            match Watch::open(engine, &columns.fields(), &rule, &watched) {
                Ok(watch) => ready.push((rule, watched, watch.columns())),
                Err(reason) => found.push(self.not_seen(&rule, reason)),
            }
        }
        if ready.is_empty() {
            return Ok(None);
        }
        let names: BTreeSet<String> = ready.iter().flat_map(|(.., names)| names.clone()).collect();
        let Ok(tables) = self.tables(group.table) else { return Ok(None) };
        let tables: [&TableEntry; 2] = [&tables[0], &tables[1]];
        let named: BTreeSet<String> = group.rests_on.iter().map(|&it| it.to_owned()).collect();
        let rests_on = if named.is_empty() { self.rests_on.of_table(group.table) } else { Some(&named) };
        let judge = Judge::new(&self.both, group.table, rests_on, is_derived(tables));
        let wanted = tables.map(|table| self.about.as_ref().map(|it| it.subject.wanted(table)));
        let wanted = [wanted[0].as_ref(), wanted[1].as_ref()];
        let table = TableDiff::open(lake, self.organization_id(), tables, columns.only(&names), judge, wanted).await?;
        let heard = (group.table == ACTIVITY).then(|| Arc::clone(&self.heard));
        let late = heard.as_ref().map(|it| it.late()).transpose()?.unwrap_or_default();
        let rules = ready.iter().map(|(rule, ..)| rule.clone()).collect();
        let unlooked = Unlooked::new(group.table, self.organization_id(), rules, table.unseen(), late);
        let mut watches = Vec::new();
        for (rule, watched, _) in ready {
            // The same columns, fewer of them.
            match Watch::open(engine, &table.fields(), &rule, &watched) {
                Ok(watch) => watches.push(watch),
                Err(reason) => found.push(self.not_seen(&rule, reason)),
            }
        }
        let of = (self.rests_on.of_table(ACTIVITY), rests_on);
        let (names, accounts) = (Watch::made_by(&watches), self.about.as_ref().and_then(|it| it.accounts.as_ref()));
        let actors = Actors::open(lake, &self.manifests, self.begun, &self.heard, names, of, accounts)?;
        Ok(Some(Open { table, unlooked, watches, with_states, heard, actors }))
    }

    /// The columns of a table that both snapshots have, or why its rows cannot be matched.
    fn columns(&self, table: &str) -> Result<Result<Columns, String>> {
        let tables = match self.tables(table) {
            Ok(tables) => tables,
            Err(reason) => return Ok(Err(reason)),
        };
        let tables: [&TableEntry; 2] = [&tables[0], &tables[1]];
        Ok(Columns::plain(tables[0], tables[1])?.ok_or_else(|| other_keys(tables)))
    }

    /// A table of both snapshots. What happened since is in the newer one; the older one may lack the table.
    fn tables(&self, name: &str) -> Result<[Cow<'_, TableEntry>; 2], String> {
        let [from, to] = &self.manifests;
        if let (ACTIVITY, None, Some(to)) = (name, from.table(name), to.table(name)) {
            return Ok([Cow::Owned(heard::without_rows(to)), Cow::Borrowed(to)]);
        }
        in_both(&self.manifests, name).map(|tables| tables.map(Cow::Borrowed))
    }

    fn organization_id(&self) -> &str {
        &self.manifests[1].organization_id
    }

    /// Says that a rule could not look anywhere.
    fn not_seen(&self, rule: &Rule, reason: String) -> Found {
        Found::not_seen(rule, self.organization_id(), None, reason)
    }
}

impl Open {
    /// Adds where the rules could not look, then what is found in the next pairs; false at the end of the table.
    async fn fill(&mut self, found: &mut Vec<Found>) -> Result<bool> {
        if self.unlooked.fill(found) {
            return Ok(true);
        }
        let with_same = self.with_states && self.watches.iter().any(|watch| watch.finds(Find::Still));
        let Some(pairs) = self.table.pairs(with_same).await? else { return Ok(false) };
        if !pairs.pairs.is_empty() {
            let begin = found.len();
            for watch in &self.watches {
                let of_watch = watch.found(&pairs, self.with_states, |side, row| self.table.short(side, row))?;
                let is_new = |it: &Found| self.heard.as_ref().is_none_or(|heard| heard.is_new(it));
                found.extend(of_watch.into_iter().filter(is_new));
            }
            if let Some(actors) = &mut self.actors {
                actors.find(&mut found[begin..]).await?;
            }
        }
        Ok(true)
    }
}
