//! Whether the tables of this version have what a question or a rule reads.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::catalog::{CatalogProvider, MemoryCatalogProvider, MemorySchemaProvider, SchemaProvider};
use datafusion::datasource::MemTable;
use datafusion::error::DataFusionError;
use datafusion::prelude::SessionContext;
use futures::executor::block_on;

use super::TableSchemas;
use super::text::Text;
use crate::diff::Columns;
use crate::error::missing_column;
use crate::published_table::PARTITION_COLUMNS;
use crate::snapshot::{CATALOG, HISTORY, SCHEMA, settings};
use crate::{FileError, Kind, Question, RestsOn, Result, Rule, changes, nearest_behind};

/// The lines of a header that name a column for one share.
const SHARE_COLUMNS: [&str; 3] = ["where", "is so", "of each"];

/// The tables of this version without a row, and an engine that knows them.
pub(crate) struct Checks<'a> {
    engine: SessionContext,
    tables: &'a TableSchemas,
}

impl<'a> Checks<'a> {
    pub(crate) fn new(tables: &'a TableSchemas) -> Result<Self> {
        let settings =
            settings().with_default_catalog_and_schema(CATALOG, SCHEMA).with_create_default_catalog_and_schema(false);
        let engine = SessionContext::new_with_config(settings);
        let catalog = MemoryCatalogProvider::new();
        for name in [SCHEMA, HISTORY] {
            catalog.register_schema(name, Arc::new(without_rows(tables)?))?;
        }
        engine.register_catalog(CATALOG, Arc::new(catalog));
        Ok(Self { engine, tables })
    }

    /// Checks the questions of a file.
    pub(crate) fn questions(&self, file: &Text, questions: &[Question]) -> Result<(), FileError> {
        let Some(question) = questions.first() else { return Ok(()) };
        if let Some(table) = question.tables.iter().find(|it| !self.tables.contains_key(*it)) {
            return Err(file.error_in_sql(table, self.no_table(table)));
        }
        let schema = self.schema(&question.filled(question.sql)).map_err(|error| in_sql(file, &error))?;
        let named = match &question.kind {
            Kind::Fact { subject, .. } => subject,
            Kind::List { key } => key,
        };
        if let Some(column) = named.iter().find(|name| schema.field_with_name(name).is_err()) {
            return Err(file.error_in_header(&["subject", "key"], column, format!("the query has no column {column}")));
        }
        for question in questions {
            // What the engine adds reads the columns that the header names for each share.
            for statement in [question.cases(), question.statement(&RestsOn::default())] {
                self.schema(&statement).map_err(|error| match missing_column(&error) {
                    Some(column) => file.error_in_header(&SHARE_COLUMNS, &column, words(&error)),
                    None => in_sql(file, &error),
                })?;
            }
        }
        Ok(())
    }

    /// Checks a rule.
    pub(crate) fn rule(&self, file: &Text, rule: &Rule) -> Result<(), FileError> {
        let Some(watched) = &rule.watches else { return Ok(()) };
        let Some(schema) = self.tables.get(watched.table) else {
            return Err(file.error_in_header(&["watches"], watched.table, self.no_table(watched.table)));
        };
        let fields = Columns::askable(schema.fields());
        let mut named = watched.resource.iter().chain(&watched.shows).chain(&watched.sets);
        if let Some(column) = named.find(|name| !has(&fields, name)) {
            let why = format!("{} has no column {column}, or it is a list", watched.table);
            return Err(file.error_in_header(&["resource", "shows", "sets"], column, why));
        }
        changes::check(&self.engine, &fields, watched).map_err(|error| match missing_column(&error) {
            Some(column) => file.error_in_header(&["when"], &column, words(&error)),
            None => in_sql(file, &error),
        })
    }

    /// The columns that a statement gives. Planning waits for nothing, since the tables are in memory: so what is no
    /// asynchronous function may ask for it.
    fn schema(&self, sql: &str) -> Result<Schema, DataFusionError> {
        let state = self.engine.state();
        let plan = block_on(state.create_logical_plan(sql))?;
        // Types are compared when a plan is made ready.
        Ok(state.optimize(&plan)?.schema().as_arrow().clone())
    }

    fn no_table(&self, table: &str) -> String {
        format!("there is no table {table}{}", nearest_behind(table, self.tables.keys().map(String::as_str)))
    }
}

fn without_rows(tables: &TableSchemas) -> Result<MemorySchemaProvider> {
    let schema = MemorySchemaProvider::new();
    for (name, table) in tables {
        let table = MemTable::try_new(published(table), vec![Vec::new()])?;
        schema.register_table(name.clone(), Arc::new(table))?;
    }
    Ok(schema)
}

/// The columns of a table as a snapshot shows it.
fn published(table: &SchemaRef) -> SchemaRef {
    let partition = PARTITION_COLUMNS.map(|name| Arc::new(Field::new(name, DataType::Utf8, false)));
    Arc::new(Schema::new(table.fields().iter().cloned().chain(partition).collect::<Vec<_>>()))
}

fn has(fields: &[Field], name: &str) -> bool {
    fields.iter().any(|field| field.name() == name)
}

/// An error of the query, in the line of the column that it is about.
fn in_sql(file: &Text, error: &DataFusionError) -> FileError {
    file.error_in_sql(&missing_column(error).unwrap_or_default(), words(error))
}

/// One line: an engine may use several.
fn words(error: &DataFusionError) -> String {
    error.strip_backtrace().lines().map(str::trim).collect::<Vec<_>>().join(" ")
}
