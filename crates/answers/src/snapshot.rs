//! A snapshot that can be asked in SQL.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::catalog::{
    CatalogProvider, MemoryCatalogProvider, MemorySchemaProvider, SchemaProvider, TableProvider,
};
use datafusion::common::TableReference;
use datafusion::error::DataFusionError;
use datafusion::execution::context::SQLOptions;
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::{SessionConfig, SessionContext};
use orgcensus_lake::{Commit, Lake};
use url::Url;

use crate::history::{History, manifests};
use crate::nearest::tables_in_words;
use crate::published_table::{PublishedTable, STORE_URL};
use crate::{Accepted, Answer, Error, Exceptions, Extent, RestsOn, Result, Which, athena};

pub(crate) const CATALOG: &str = "lake";
/// The schema of the chosen snapshots; Athena's database of the same name shows the newest.
pub(crate) const SCHEMA: &str = "orgcensus";
/// The schema of all living snapshots.
pub(crate) const HISTORY: &str = "orgcensus_history";

/// What a query may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Memory for sorts, joins and groups; beyond it they go to the disk, or the query fails and says so.
    pub memory_bytes: usize,
    /// Disk for what memory does not hold.
    pub disk_bytes: u64,
    /// Threads; none means one for each core.
    pub threads: Option<usize>,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { memory_bytes: 512 << 20, disk_bytes: 10 << 30, threads: None }
    }
}

/// The chosen snapshots of a lake, opened for queries: one for each organization, each table under its plain name.
#[derive(Clone)]
pub struct Snapshot {
    context: SessionContext,
    commits: Vec<Commit>,
    tables: Vec<String>,
    rests_on: RestsOn,
    extent: Option<Extent>,
    accepted: Option<Arc<Accepted>>,
}

impl Snapshot {
    /// Opens the snapshots that are meant, with the default bounds.
    pub async fn open(lake: &Lake, which: &Which) -> Result<Self> {
        Self::open_within(lake, which, Bounds::default()).await
    }

    /// Opens the snapshots that are meant. Reads their manifests and no data.
    pub async fn open_within(lake: &Lake, which: &Which, bounds: Bounds) -> Result<Self> {
        let living = lake.snapshots().await?;
        let commits = match which {
            Which::Run(_) => which.choose(&lake.commits().await?),
            Which::Newest | Which::Date(_) => which.choose(&living),
        };
        let commits = commits.map_err(|error| match error {
            Error::NoSnapshot { wanted, known } => {
                Error::NoSnapshot { wanted: format!("{wanted} in {}", lake.url()), known }
            }
            error => error,
        })?;
        let manifests = manifests(lake, &commits).await?;
        let rests_on = RestsOn::of(&manifests);
        let published = PublishedTable::all(lake, &manifests)?;
        let tables: Vec<String> = published.keys().cloned().collect();
        let context = context(lake, bounds)?;
        let catalog = MemoryCatalogProvider::new();
        catalog.register_schema(SCHEMA, Arc::new(schema(published)?))?;
        catalog.register_schema(HISTORY, Arc::new(History::new(lake.clone(), living, tables.clone())))?;
        context.register_catalog(CATALOG, Arc::new(catalog));
        Ok(Self { context, commits, tables, rests_on, extent: None, accepted: None })
    }

    /// The same, but shipped questions are answered for some accounts. Plain queries still see all.
    #[must_use]
    pub fn within(&self, extent: Extent) -> Self {
        Self { extent: Some(extent), ..self.clone() }
    }

    /// The accounts that questions are answered for; all, if none are named.
    pub fn extent(&self) -> Option<&Extent> {
        self.extent.as_ref()
    }

    /// The same, but cases of shipped questions say whether they are accepted, and facts how many of theirs are.
    pub async fn accepting(&self, exceptions: &Exceptions) -> Result<Self> {
        let accepted = Accepted::of(self, exceptions).await?;
        Ok(Self { accepted: Some(Arc::new(accepted)), ..self.clone() })
    }

    /// The exceptions; none if there is no list of them.
    pub fn accepted(&self) -> Option<&Arc<Accepted>> {
        self.accepted.as_ref()
    }

    /// What was published, by organization.
    pub fn commits(&self) -> &[Commit] {
        &self.commits
    }

    /// The names of the tables, sorted.
    pub fn tables(&self) -> &[String] {
        &self.tables
    }

    /// Whether it has a table: an older version may not have published it yet.
    pub fn has_table(&self, name: &str) -> bool {
        self.tables.iter().any(|table| table == name)
    }

    /// The collectors that each table rests on, as the snapshots' manifests say.
    pub fn rests_on(&self) -> &RestsOn {
        &self.rests_on
    }

    /// Runs one query. Whatever would change or write anything is refused before it runs.
    pub async fn query(&self, sql: &str) -> Result<Answer> {
        let (plan, tables) = self.plan(sql).await?;
        let reads_only = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        reads_only.verify_plan(&plan).map_err(|error| Error::NotAQuery(error.message().into_owned()))?;
        let rows = self.context.execute_logical_plan(plan).await?.execute_stream().await?;
        Ok(Answer::new(rows, tables))
    }

    /// The plan, and which of the snapshot's tables the SQL names.
    async fn plan(&self, sql: &str) -> Result<(LogicalPlan, Vec<String>)> {
        let state = self.context.state();
        let dialect = athena::dialect(sql, state.config_options().sql_parser.dialect);
        let mut statement = state.sql_to_statement(sql, &dialect)?;
        athena::rewrite(&mut statement);
        let portable = athena::portable_form(&statement);
        let named = state.resolve_table_references(&statement)?;
        if let Some(refused) = athena::refused(&statement) {
            return Err(self.unknown_table(&named).unwrap_or(refused));
        }
        match state.statement_to_plan(statement).await {
            Ok(plan) => {
                let is_named = |table: &&String| named.iter().any(|it| it.table() == table.as_str());
                Ok((plan, self.tables.iter().filter(is_named).cloned().collect()))
            }
            Err(error) => Err(self.unknown_table(&named).unwrap_or_else(|| match portable {
                Some(portable) => Error::NotPortable { source: Box::new(error), portable },
                None => error.into(),
            })),
        }
    }

    /// The better error where the SQL names tables that do not exist.
    fn unknown_table(&self, named: &[TableReference]) -> Option<Error> {
        let is_unknown = |table: &&TableReference| !self.context.table_exist((*table).clone()).unwrap_or(false);
        let unknown: Vec<&TableReference> = named.iter().filter(is_unknown).collect();
        let first = unknown.first()?;
        let table = unknown.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        Some(Error::UnknownTable { table, known: self.nearest_tables(first.table()) })
    }

    /// The tables whose names are nearest to one that does not exist, in words; all tables if none is near.
    pub fn nearest_tables(&self, name: &str) -> String {
        let tables: Vec<&str> = self.tables.iter().map(String::as_str).collect();
        tables_in_words(name, "the snapshot has", &tables)
    }
}

fn context(lake: &Lake, bounds: Bounds) -> Result<SessionContext> {
    let runtime = RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(FairSpillPool::new(bounds.memory_bytes)))
        .with_max_temp_directory_size(bounds.disk_bytes)
        .build_arc()?;
    let url = Url::parse(STORE_URL).map_err(|error| DataFusionError::External(error.into()))?;
    runtime.register_object_store(&url, Arc::clone(lake.store()));
    let mut config = settings()
        .with_default_catalog_and_schema(CATALOG, SCHEMA)
        .with_create_default_catalog_and_schema(false)
        .with_information_schema(true);
    if let Some(threads) = bounds.threads {
        config = config.with_target_partitions(threads.max(1));
    }
    let context = SessionContext::new_with_config_rt(config, runtime);
    athena::register(&context);
    Ok(context)
}

/// What every statement runs under, a snapshot's and that of a question's case.
pub(crate) fn settings() -> SessionConfig {
    SessionConfig::new()
        // Text is Utf8 on the way in and out, as the files and every other engine have it.
        .set_bool("datafusion.sql_parser.map_string_types_to_utf8view", false)
        .set_bool("datafusion.execution.parquet.schema_force_view_types", false)
        // Sorts below a union forget a column that is constant in one of its parts, and the plan is refused.
        .set_bool("datafusion.optimizer.repartition_sorts", false)
}

fn schema(tables: BTreeMap<String, Arc<PublishedTable>>) -> Result<MemorySchemaProvider> {
    let schema = MemorySchemaProvider::new();
    for (name, table) in tables {
        schema.register_table(name, table as Arc<dyn TableProvider>)?;
    }
    Ok(schema)
}

#[cfg(test)]
mod tests;
