//! A rule that is ready for the rows of a table.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{Array, AsArray, BooleanArray};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;
use datafusion::common::DFSchema;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::simplify::SimplifyContext;
use datafusion::optimizer::simplify_expressions::ExprSimplifier;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::prelude::SessionContext;

use super::found::{Found, FoundRow};
use super::made_by::MadeBy;
use super::verdict::{Says, verdict};
use crate::cells::text_cell;
use crate::diff::{ACTIVITY, Change, Difference, Next, Side, WholePairs};
use crate::rule::{Find, Rule, Watched};
use crate::{Error, Result};

/// A rule that is ready for the rows of a table with these columns.
#[derive(Debug)]
pub(crate) struct Watch {
    rule: Rule,
    watched: Watched,
    fields: Vec<Field>,
    is_so: Condition,
    when: Option<Condition>,
    /// The columns that the conditions read, by their numbers.
    reads: BTreeSet<usize>,
    /// The names of the columns that its events can change.
    sets: Arc<BTreeSet<String>>,
    resource: Option<usize>,
    shows: Vec<usize>,
    /// Of events who did it and when.
    event: Option<[usize; 2]>,
    /// By which columns the event is known that made a change.
    about: Vec<usize>,
}

/// A condition, and the columns that it reads, by their numbers.
#[derive(Debug)]
struct Condition {
    expression: Arc<dyn PhysicalExpr>,
    reads: Vec<usize>,
}

impl Watch {
    /// Makes a rule ready; if it cannot be, says why.
    pub(crate) fn open(
        engine: &SessionContext,
        fields: &[Field],
        rule: &Rule,
        watched: &Watched,
    ) -> Result<Self, String> {
        let (is_so, when) = conditions(engine, fields, watched).map_err(|error| error.strip_backtrace())?;
        let of_both: BTreeSet<usize> =
            when.iter().flat_map(|when| &when.reads).map(|column| column % fields.len()).collect();
        let reads: BTreeSet<usize> = is_so.reads.iter().chain(&of_both).copied().collect();
        let sets = Arc::new(sets(watched, fields, &reads, &of_both));
        let column = |name: &str| {
            let found = fields.iter().position(|field| field.name() == name);
            found.ok_or_else(|| format!("the snapshots do not both have the column {name}, or it is a list"))
        };
        let resource = watched.resource.map(column).transpose()?;
        let shows = watched.shows.iter().map(|name| column(name)).collect::<Result<_, _>>()?;
        let about = watched.known_by.iter().map(|name| column(name)).collect::<Result<_, _>>()?;
        let event = if watched.table == ACTIVITY { Some([column("actor_arn")?, column("event_time")?]) } else { None };
        let (rule, watched, fields) = (rule.clone(), watched.clone(), fields.to_vec());
        Ok(Self { rule, watched, fields, is_so, when, reads, sets, resource, shows, event, about })
    }

    /// The names of all columns that it needs.
    pub(crate) fn columns(&self) -> BTreeSet<String> {
        let event = self.event.iter().flatten();
        let numbers = self.reads.iter().chain(&self.resource).chain(&self.shows).chain(event).chain(&self.about);
        numbers.map(|&number| self.fields[number].name().clone()).collect()
    }

    /// The names of events that some rules look for, to know who made a change.
    pub(crate) fn made_by(watches: &[Self]) -> BTreeSet<&'static str> {
        watches.iter().flat_map(|watch| watch.watched.made_by.iter().copied()).collect()
    }

    /// Whether the rule looks for this.
    pub(crate) fn finds(&self, find: Find) -> bool {
        self.watched.finds.contains(&find)
    }

    /// What it finds in some pairs of rows. `short` says why a null of a row may be a value that was not read.
    pub(crate) fn found(
        &self,
        pairs: &WholePairs,
        with_states: bool,
        short: impl Fn(Side, &Difference) -> Option<String>,
    ) -> Result<Vec<Found>> {
        let was = self.is_so.answers(&pairs.was)?;
        let now = self.is_so.answers(&pairs.now)?;
        let when = self.when.as_ref().map(|when| when.answers(&pairs.both)).transpose()?;
        let mut found = Vec::new();
        for (index, (next, row)) in pairs.pairs.iter().enumerate() {
            let at = |answers: &BooleanArray| answers.is_valid(index).then(|| answers.value(index));
            let is_so = [at(&was), at(&now)];
            let says = verdict(&self.watched.finds, *next, is_so, when.as_ref().and_then(at), with_states);
            let unread = || self.unread(pairs, index, &short);
            if let Some((change, reason)) = named(says, row, unread) {
                found.push(self.row(pairs, index, change, reason).map_err(|source| self.failed(source))?);
            }
        }
        Ok(found)
    }

    /// Why a null that the conditions read in this pair may be a value that was not read; none if it was.
    fn unread(
        &self,
        pairs: &WholePairs,
        index: usize,
        short: impl Fn(Side, &Difference) -> Option<String>,
    ) -> Option<String> {
        let (next, row) = &pairs.pairs[index];
        let sides = [(Side::From, &pairs.was, Next::Found), (Side::To, &pairs.now, Next::Lost)];
        sides.into_iter().filter(|(.., without)| next != without).find_map(|(side, batch, _)| {
            let has_null = self.reads.iter().any(|&column| batch.column(column).is_null(index));
            if has_null { short(side, row) } else { None }
        })
    }

    fn row(
        &self,
        pairs: &WholePairs,
        index: usize,
        change: Change,
        reason: Option<String>,
    ) -> Result<Found, ArrowError> {
        let (next, row) = &pairs.pairs[index];
        let newest = if *next == Next::Lost { &pairs.was } else { &pairs.now };
        let resource = match self.resource {
            Some(column) => text_cell(newest.column(column), index)?,
            None => row.row_key.clone(),
        };
        let text = |column: usize| text_cell(newest.column(column), index);
        let [actor_arn, event_time] = match self.event {
            Some([actor, time]) => [text(actor)?, text(time)?],
            None => [None, None],
        };
        let made_by = match self.watched.made_by.as_slice() {
            [] => None,
            events => {
                let about = self.about.iter().map(|&column| text(column)).collect::<Result<Option<Vec<_>>, _>>()?;
                about.map(|about| MadeBy { events: events.to_vec(), about })
            }
        };
        let shown = |batch, without| if *next == without { Ok(None) } else { self.shown(batch, index) };
        Ok(Found {
            rule_id: self.rule.id.to_owned(),
            priority: self.rule.priority,
            title: self.rule.title.to_owned(),
            change,
            organization_id: row.organization_id.clone(),
            account_id: row.account_id.clone(),
            account_name: row.account_name.clone(),
            region: row.region.clone(),
            resource,
            was: shown(&pairs.was, Next::Found)?,
            now: shown(&pairs.now, Next::Lost)?,
            reason,
            actor_arn,
            event_time,
            made_by,
            no_actor: None,
            event_id: self.event.and_then(|_| row.row_key.clone()),
            row: Some(FoundRow {
                table: self.watched.table,
                row_key: row.row_key.clone(),
                sets: Arc::clone(&self.sets),
                are_sets_said: !self.watched.sets.is_empty(),
            }),
        })
    }

    /// What the rule shows of a row: a value, or an object in JSON if it shows several columns.
    fn shown(&self, batch: &RecordBatch, index: usize) -> Result<Option<String>, ArrowError> {
        match self.shows.as_slice() {
            [] => Ok(None),
            [column] => text_cell(batch.column(*column), index),
            columns => {
                let mut shown = serde_json::Map::new();
                for &column in columns {
                    let text = text_cell(batch.column(column), index)?;
                    shown.insert(self.fields[column].name().clone(), text.into());
                }
                Ok(Some(serde_json::Value::Object(shown).to_string()))
            }
        }
    }

    fn failed(&self, source: ArrowError) -> Error {
        Error::Table { table: self.watched.table.to_owned(), source: source.into() }
    }
}

/// The columns that a rule's events can change. If it does not say which, a row that became so, or no longer is, has
/// changed in what the rule reads, and another in what its `when` compares.
fn sets(watched: &Watched, fields: &[Field], reads: &BTreeSet<usize>, compared: &BTreeSet<usize>) -> BTreeSet<String> {
    if !watched.sets.is_empty() {
        return watched.sets.iter().map(|&name| name.to_owned()).collect();
    }
    let may_turn = watched.finds.iter().any(|find| matches!(find, Find::Became | Find::Ended));
    let numbers = if may_turn { reads } else { compared };
    numbers.iter().map(|&number| fields[number].name().clone()).collect()
}

/// Makes the conditions of a rule ready: that on a row, and that on both.
fn conditions(
    engine: &SessionContext,
    fields: &[Field],
    watched: &Watched,
) -> Result<(Condition, Option<Condition>), DataFusionError> {
    let schema = Schema::new(fields.to_vec());
    let of_side = |side: &str| DFSchema::try_from_qualified_schema(side, &schema);
    let is_so = Condition::of(engine, watched.is_so, &DFSchema::try_from(schema.clone())?)?;
    let when = watched.when.map(|text| Condition::of(engine, text, &of_side("was")?.join(&of_side("now")?)?));
    Ok((is_so, when.transpose()?))
}

/// Checks the conditions of a rule over a table with these columns.
pub(crate) fn check(engine: &SessionContext, fields: &[Field], watched: &Watched) -> Result<(), DataFusionError> {
    conditions(engine, fields, watched).map(drop)
}

/// What a finding is called, and why nobody knows; none if it is no finding. An account that has left and a region that
/// was switched off took their rows with them, and nobody deleted anything there.
fn named(says: Says, row: &Difference, unread: impl Fn() -> Option<String>) -> Option<(Change, Option<String>)> {
    match (says, row.change) {
        (Says::Nothing, _) | (_, Change::AccountLeft | Change::RegionOff) => None,
        (Says::Still, _) => Some((Change::Still, None)),
        // The rows are the same.
        (_, Change::Still) => None,
        (_, Change::NotSeen) => Some((Change::NotSeen, row.reason.clone())),
        (Says::Found, change) => match unread() {
            Some(reason) => Some((Change::Unknown, Some(reason))),
            None => Some((change, None)),
        },
        (Says::Unknown, _) => {
            let reason = unread().unwrap_or_else(|| "null says that it is not known".to_owned());
            Some((Change::Unknown, Some(reason)))
        }
    }
}

impl Condition {
    fn of(engine: &SessionContext, text: &str, schema: &DFSchema) -> Result<Self, DataFusionError> {
        let expression = engine.parse_sql_expr(&format!("(\n{text}\n)"), schema)?;
        let mut reads = Vec::new();
        for column in expression.column_refs() {
            reads.push(schema.index_of_column(column)?);
        }
        // Without it COALESCE would fail where it is evaluated: the engine only ever runs what it is simplified to.
        let context = SimplifyContext::builder().with_schema(Arc::new(schema.clone())).build();
        let simplifier = ExprSimplifier::new(context);
        let expression = simplifier.simplify(simplifier.coerce(expression, schema)?)?;
        let expression = engine.create_physical_expr(expression, schema)?;
        match expression.data_type(schema.as_arrow())? {
            DataType::Boolean => Ok(Self { expression, reads }),
            other => {
                Err(DataFusionError::Plan(format!("the condition is neither true nor false, but of type {other}")))
            }
        }
    }

    /// What it says of each row.
    fn answers(&self, batch: &RecordBatch) -> Result<BooleanArray> {
        let answers = self.expression.evaluate(batch)?.into_array(batch.num_rows())?;
        let answers = answers.as_boolean_opt().cloned();
        answers.ok_or_else(|| DataFusionError::Internal("a condition without an answer".to_owned()).into())
    }
}
