//! The schema that shows every living snapshot, not only the newest. Its manifests are read when it is first used.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::catalog::{SchemaProvider, TableProvider};
use datafusion::error::{DataFusionError, Result as EngineResult};
use futures::{StreamExt, TryStreamExt, stream};
use orgcensus_lake::{Commit, Lake, Manifest};
use tokio::sync::OnceCell;

use crate::Result;
use crate::published_table::PublishedTable;

/// Manifests read at once.
const READS_MAX: usize = 16;

/// Every living snapshot.
#[derive(Debug)]
pub(crate) struct History {
    lake: Lake,
    living: Vec<Commit>,
    /// The names that the chosen snapshots have: what is listed before all manifests were read.
    names: Vec<String>,
    tables: OnceCell<BTreeMap<String, Arc<PublishedTable>>>,
}

impl History {
    pub(crate) fn new(lake: Lake, living: Vec<Commit>, names: Vec<String>) -> Self {
        Self { lake, living, names, tables: OnceCell::new() }
    }

    async fn tables(&self) -> Result<&BTreeMap<String, Arc<PublishedTable>>> {
        let read = || async { PublishedTable::all(&self.lake, &manifests(&self.lake, &self.living).await?) };
        self.tables.get_or_try_init(read).await
    }
}

/// The manifests of some commits, in their order.
pub(crate) async fn manifests(lake: &Lake, commits: &[Commit]) -> Result<Vec<Manifest>> {
    // Owned, because the engine's boxed futures do not accept a closure over borrowed commits.
    let reads = commits.iter().cloned().map(|commit| {
        let lake = lake.clone();
        async move { lake.manifest(&commit).await }
    });
    Ok(stream::iter(reads).buffered(READS_MAX).try_collect().await?)
}

#[async_trait]
impl SchemaProvider for History {
    fn table_names(&self) -> Vec<String> {
        match self.tables.get() {
            Some(tables) => tables.keys().cloned().collect(),
            None => self.names.clone(),
        }
    }

    async fn table(&self, name: &str) -> EngineResult<Option<Arc<dyn TableProvider>>> {
        let tables = self.tables().await.map_err(|error| DataFusionError::External(error.into()))?;
        Ok(tables.get(name).map(|table| Arc::clone(table) as Arc<dyn TableProvider>))
    }

    fn table_exist(&self, name: &str) -> bool {
        match self.tables.get() {
            Some(tables) => tables.contains_key(name),
            None => self.names.iter().any(|known| known == name),
        }
    }
}
