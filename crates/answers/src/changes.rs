//! What the rules of change find between two snapshots of an organization.
//!
//! The tables that rules watch are merged as `diff` merges them, pair of rows by pair of rows, so memory does not grow
//! with the rows. A condition is SQL, and null is unknown. Where a rule could not look, it says `not_seen`.
//!
//! ```text
//! watch      a rule and a table's columns -> conditions that are ready; pairs of rows -> what is found
//! verdict    was so, is so, what is looked for -> found, unknown, or nothing
//! found      what is found, as a row; how much of it there is
//! states     whether exceptions accept what is found
//! ```

#[cfg(test)]
mod cases;
mod found;
mod states;
#[cfg(test)]
mod tests;
mod verdict;
mod watch;

use std::collections::{BTreeSet, VecDeque};
use std::io::Write;
use std::sync::Arc;

use datafusion::prelude::SessionContext;
use orgcensus_lake::{Commit, Lake};

pub use found::{Found, Told};

use crate::diff::{
    Both, Change, Columns, Judge, Pair, Pairs, TableDiff, TwoManifests, in_both, is_derived, other_keys, two_of_each,
};
use crate::format::Output;
use crate::rule::{Find, Rule, Watched};
use crate::{Accepted, Format, RestsOn, Result, Which};
use watch::Watch;

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

/// Rules that look at the same rows in the same way.
struct Group {
    table: &'static str,
    rests_on: Vec<&'static str>,
    rules: Vec<(Rule, Watched)>,
}

/// The organization that is being looked at.
struct OneOrganization {
    manifests: TwoManifests,
    rests_on: RestsOn,
    both: Arc<Both>,
    /// The rules that are still to come, and those that need events besides.
    groups: VecDeque<Group>,
    events: Vec<Rule>,
    open: Option<Open>,
}

/// A table and the rules that watch it.
struct Open {
    table: TableDiff,
    watches: Vec<Watch>,
    with_states: bool,
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
                self.current = Some(OneOrganization::open(&self.lake, manifests, &self.rules).await?);
                continue;
            };
            if !current.fill(&self.lake, &self.engine, self.with_states, &mut found).await? {
                self.current = None;
            }
        }
        Ok(Some(found))
    }

    /// Writes all that is found as it is found, and counts it.
    pub async fn write(mut self, format: Format, writer: impl Write + Send) -> Result<Told> {
        let columns = states::beside(&found::batch(&[])?, &[])?.schema();
        let mut output = Output::begin(format, None, &columns, writer)?;
        let mut told = Told::default();
        while let Some(found) = self.next().await? {
            let states = states::of(&found, self.accepted.as_ref());
            told.add(&found, &states);
            output.write(&states::beside(&found::batch(&found)?, &states)?)?;
        }
        output.finish()?;
        Ok(told)
    }
}

impl OneOrganization {
    async fn open(lake: &Lake, manifests: TwoManifests, rules: &[Rule]) -> Result<Self> {
        let both = Arc::new(Both::read(lake, &manifests).await?);
        let rests_on = RestsOn::of(&manifests);
        let events = rules.iter().filter(|rule| rule.needs_event()).cloned().collect();
        Ok(Self { manifests, rests_on, both, groups: groups(rules), events, open: None })
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
                let event = rule.event.unwrap_or_default();
                let reason = format!("{event}: CloudTrail's activity is not collected");
                found.push(self.not_seen(&rule, None, reason));
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
                found.extend(group.rules.iter().map(|(rule, _)| self.not_seen(rule, None, reason.clone())));
                return Ok(None);
            }
        };
        let mut ready = Vec::new();
        for (rule, watched) in group.rules {
            match Watch::open(engine, &columns.fields(), &rule, &watched) {
                Ok(watch) => ready.push((rule, watched, watch.columns())),
                Err(reason) => found.push(self.not_seen(&rule, None, reason)),
            }
        }
        if ready.is_empty() {
            return Ok(None);
        }
        let names: BTreeSet<String> = ready.iter().flat_map(|(.., names)| names.clone()).collect();
        let Ok(tables) = in_both(&self.manifests, group.table) else { return Ok(None) };
        let named: BTreeSet<String> = group.rests_on.iter().map(|&it| it.to_owned()).collect();
        let rests_on = if named.is_empty() { self.rests_on.of_table(group.table) } else { Some(&named) };
        let judge = Judge::new(&self.both, group.table, rests_on, is_derived(tables));
        let table = TableDiff::open(lake, self.organization_id(), tables, columns.only(&names), judge).await?;
        for unseen in table.unseen() {
            let not_seen = |rule| self.not_seen(rule, unseen.place.as_ref(), unseen.reason.clone());
            found.extend(ready.iter().map(|(rule, ..)| not_seen(rule)));
        }
        let mut watches = Vec::new();
        for (rule, watched, _) in ready {
            // The same columns, fewer of them.
            match Watch::open(engine, &table.fields(), &rule, &watched) {
                Ok(watch) => watches.push(watch),
                Err(reason) => found.push(self.not_seen(&rule, None, reason)),
            }
        }
        Ok(Some(Open { table, watches, with_states }))
    }

    /// The columns of a table that both snapshots have, or why its rows cannot be matched.
    fn columns(&self, table: &str) -> Result<Result<Columns, String>> {
        let tables = match in_both(&self.manifests, table) {
            Ok(tables) => tables,
            Err(reason) => return Ok(Err(reason)),
        };
        Ok(Columns::plain(tables[0], tables[1])?.ok_or_else(|| other_keys(tables)))
    }

    fn organization_id(&self) -> &str {
        &self.manifests[1].organization_id
    }

    /// Says that a rule could not look at a place, an account and a region; at nothing, if there is none.
    fn not_seen(&self, rule: &Rule, place: Option<&(String, String)>, reason: String) -> Found {
        Found {
            rule_id: rule.id.to_owned(),
            priority: rule.priority,
            title: rule.title.to_owned(),
            change: Change::NotSeen,
            organization_id: self.organization_id().to_owned(),
            account_id: place.map(|(account_id, _)| account_id.clone()),
            account_name: None,
            region: place.map(|(_, region)| region.clone()),
            resource: None,
            was: None,
            now: None,
            reason: Some(reason),
        }
    }
}

impl Open {
    /// Adds what is found in the next pairs; false at the end of the table.
    async fn fill(&mut self, found: &mut Vec<Found>) -> Result<bool> {
        let with_same = self.with_states && self.watches.iter().any(|watch| watch.finds(Find::Still));
        let Some(pairs) = self.table.pairs(with_same).await? else { return Ok(false) };
        if !pairs.pairs.is_empty() {
            for watch in &self.watches {
                found.extend(watch.found(&pairs, self.with_states, |side, row| self.table.short(side, row))?);
            }
        }
        Ok(true)
    }
}

/// Rules by what they watch, in the order of their first ones.
fn groups(rules: &[Rule]) -> VecDeque<Group> {
    let mut groups = VecDeque::<Group>::new();
    for rule in rules {
        let Some(watched) = &rule.watches else { continue };
        let with = (rule.clone(), watched.clone());
        let is_of = |group: &&mut Group| group.table == watched.table && group.rests_on == watched.rests_on;
        match groups.iter_mut().find(is_of) {
            Some(group) => group.rules.push(with),
            None => {
                let (table, rests_on) = (watched.table, watched.rests_on.clone());
                groups.push_back(Group { table, rests_on, rules: vec![with] });
            }
        }
    }
    groups
}
