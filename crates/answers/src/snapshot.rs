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
use crate::published_table::{PublishedTable, STORE_URL};
use crate::{Accepted, Answer, Error, Exceptions, Extent, RestsOn, Result, Which, nearest_in_words};

const CATALOG: &str = "lake";
/// The schema of the chosen snapshots; Athena's database of the same name shows the newest.
const SCHEMA: &str = "orgcensus";
/// The schema of all living snapshots.
const HISTORY: &str = "orgcensus_history";

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
        let statement = state.sql_to_statement(sql, &state.config_options().sql_parser.dialect)?;
        let named = state.resolve_table_references(&statement)?;
        match state.statement_to_plan(statement).await {
            Ok(plan) => {
                let is_named = |table: &&String| named.iter().any(|it| it.table() == table.as_str());
                Ok((plan, self.tables.iter().filter(is_named).cloned().collect()))
            }
            Err(error) => Err(self.unknown_table(&named).unwrap_or_else(|| error.into())),
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
        let known = nearest_in_words(name, self.tables.iter().map(String::as_str));
        known.unwrap_or_else(|| format!("the snapshot has {}", self.tables.join(", ")))
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
    Ok(SessionContext::new_with_config_rt(config, runtime))
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
mod tests {
    use super::*;
    use crate::testing;

    async fn open(lake: &Lake) -> Snapshot {
        Snapshot::open(lake, &Which::Newest).await.unwrap()
    }

    async fn refusal(snapshot: &Snapshot, sql: &str) -> Error {
        match snapshot.query(sql).await {
            Ok(_) => panic!("{sql} was run"),
            Err(error) => error,
        }
    }

    #[tokio::test]
    async fn plain_names_show_the_newest_snapshot_and_history_all() {
        let (_folder, lake) = testing::lake().await;
        let snapshot = open(&lake).await;
        assert_eq!(snapshot.commits().len(), 2);
        let sql = "SELECT org_id, snapshot_date, COUNT(*) AS accounts FROM accounts GROUP BY 1, 2 ORDER BY 1, 2";
        let rows = testing::text(&snapshot, sql).await;
        assert_eq!(rows, "o-big,2026-11-22,11\no-small,2026-11-22,1\n");
        let sql = sql.replace("FROM accounts", "FROM orgcensus_history.accounts");
        let rows = testing::text(&snapshot, &sql).await;
        assert_eq!(rows, "o-big,2026-11-21,1\no-big,2026-11-22,11\no-small,2026-11-22,1\n");
        let yesterday = Snapshot::open(&lake, &Which::Date("2026-11-21".into())).await.unwrap();
        assert_eq!(testing::text(&yesterday, "SELECT COUNT(*) AS n FROM accounts").await, "1\n");
    }

    #[tokio::test]
    async fn a_column_that_older_files_lack_is_null_there() {
        let (_folder, lake) = testing::lake().await;
        let snapshot = open(&lake).await;
        let sql = "SELECT snapshot_date, status FROM orgcensus_history.accounts
            WHERE account_id = '000000000000' AND org_id = 'o-big' ORDER BY 1";
        assert_eq!(testing::text(&snapshot, sql).await, "2026-11-21,\n2026-11-22,ACTIVE\n");
    }

    #[tokio::test]
    async fn nothing_but_queries_runs() {
        let (folder, lake) = testing::lake().await;
        let snapshot = open(&lake).await;
        let target = folder.path().join("out.csv");
        let copy = format!("COPY (SELECT 1 AS x) TO '{}'", target.display());
        let statements = [
            copy.as_str(),
            "CREATE TABLE x AS SELECT 1 AS y",
            "CREATE EXTERNAL TABLE x STORED AS CSV LOCATION '/etc/passwd'",
            "CREATE VIEW v AS SELECT 1 AS y",
            "DROP TABLE accounts",
            "INSERT INTO accounts SELECT * FROM accounts",
            "DELETE FROM accounts",
            "SET datafusion.execution.batch_size = 1",
            "SELECT 1 AS y INTO x",
        ];
        for sql in statements {
            let error = refusal(&snapshot, sql).await;
            assert!(matches!(error, Error::NotAQuery(_)), "{sql}: {error}");
        }
        assert!(!target.exists());
        for sql in ["SELECT * FROM '/etc/passwd'", "SELECT 1; SELECT 2", "SELEC 1"] {
            let error = refusal(&snapshot, sql).await;
            assert!(matches!(error, Error::UnknownTable { .. } | Error::Query(_)), "{sql}: {error}");
        }
    }

    #[tokio::test]
    async fn an_unknown_table_is_answered_with_those_that_exist() {
        let (_folder, lake) = testing::lake().await;
        let snapshot = open(&lake).await;
        let error =
            refusal(&snapshot, "WITH x AS (SELECT 1 AS y) SELECT * FROM x CROSS JOIN iam_userz").await.to_string();
        assert!(error.starts_with("find table iam_userz; the snapshot has accounts, coverage, "), "{error}");
        let error = refusal(&snapshot, "SELECT * FROM orgcensus_history.sqs_qeues").await.to_string();
        assert_eq!(error, "find table orgcensus_history.sqs_qeues; the nearest is sqs_queues");
        let error = refusal(&snapshot, "SELECT acount_name FROM accounts").await.to_string();
        assert!(error.contains("Did you mean") && error.contains("account_name"), "{error}");
        let error = refusal(&snapshot, "SELECT no_such_column FROM accounts").await.to_string();
        assert!(error.contains("no_such_column") && error.starts_with("run the query: "), "{error}");
    }

    #[tokio::test]
    async fn a_changed_byte_is_an_error_and_never_other_rows() {
        let (_folder, lake) = testing::lake().await;
        let sql = "SELECT * FROM policy_statements";
        let rows = testing::text(&open(&lake).await, sql).await;
        let commit = open(&lake).await.commits()[0].clone();
        let manifest = lake.manifest(&commit).await.unwrap();
        let entry = &manifest.table("policy_statements").unwrap().files[0];
        let file = lake.local().unwrap().join(&entry.path);
        let good = std::fs::read(&file).unwrap();
        for at in (0..good.len()).step_by(211).chain([good.len() - 5]) {
            let mut bad = good.clone();
            bad[at] ^= 0x10;
            std::fs::write(&file, &bad).unwrap();
            let snapshot = open(&lake).await;
            let asked = async { snapshot.query(sql).await?.collect().await };
            let error = asked.await.expect_err("other rows").to_string();
            assert!(error.contains("are not those that were published"), "byte {at}: {error}");
            assert!(!testing::text(&snapshot, "SELECT * FROM accounts").await.is_empty(), "the other tables are there");
        }
        std::fs::write(&file, &good).unwrap();
        assert_eq!(testing::text(&open(&lake).await, sql).await, rows);
    }

    #[tokio::test]
    async fn columns_have_the_files_types() {
        let (_folder, lake) = testing::lake().await;
        let snapshot = open(&lake).await;
        let answer = snapshot.query("SELECT * FROM policy_statements").await.unwrap();
        let types: Vec<_> = answer.schema().fields().iter().map(|it| it.data_type().to_string()).collect();
        assert!(
            types.iter().any(|it| it.starts_with("List(")) && types.contains(&"Timestamp(ms)".to_owned()),
            "{types:?}"
        );
        assert!(!types.iter().any(|it| it.contains("View")), "{types:?}");
        assert!(!answer.collect().await.unwrap().is_empty());
    }
}
