//! Reports of runs: what each process of a run did, told at its end, also by one that published nothing. Objects for
//! people; no reader of a snapshot looks at them. Those of a published run go when retention removes it.

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use object_store::path::Path;
use object_store::{Attribute, ObjectStore, PutOptions};

use crate::snapshot::check_name;
use crate::{Error, Lake, Result};

const FOLDER: &str = "_runs";
const PAGE: &str = "report.html";

/// Reports read at once.
const READS_MAX: usize = 16;

impl Lake {
    /// Writes a process's report over an earlier one of the same name. Its address.
    pub async fn write_run_report(&self, run_id: &str, name: &str, json: impl Into<Bytes>) -> Result<String> {
        check_name(name)?;
        let path = self.path(&format!("{}/{name}.json", folder(run_id)?))?;
        self.put(&path, json.into()).await?;
        Ok(self.name(&path))
    }

    /// Writes a page about what a run published, for browsers, over an earlier one. Its address.
    pub async fn write_run_page(&self, run_id: &str, html: impl Into<Bytes>) -> Result<String> {
        let path = self.path(&format!("{}/{PAGE}", folder(run_id)?))?;
        let mut options = PutOptions::default();
        // A folder's files have no attributes.
        if self.local().is_none() {
            options.attributes.insert(Attribute::ContentType, "text/html; charset=utf-8".into());
        }
        let html: Bytes = html.into();
        let written = self.store().put_opts(&path, html.into(), options).await;
        written.map_err(|error| Error::store(self.name(&path), error))?;
        Ok(self.name(&path))
    }

    /// All reports of a run with their names, in the names' order; none if there are none.
    pub async fn run_reports(&self, run_id: &str) -> Result<Vec<(String, Bytes)>> {
        let listed = self.list(&self.path(&folder(run_id)?)?).await?;
        let mut paths: Vec<Path> = listed.into_iter().map(|object| object.location).collect();
        paths.sort();
        let named = paths.into_iter().filter_map(|path| Some((name(&path)?, path)));
        let reads = named.map(|(name, path)| async move { Ok((name, self.get(&path).await?)) });
        stream::iter(reads).buffered(READS_MAX).try_collect().await
    }

    /// Removes what the processes of a run reported.
    pub(crate) async fn remove_run_reports(&self, run_id: &str) -> Result<()> {
        self.remove_all(&self.path(&folder(run_id)?)?).await
    }
}

fn folder(run_id: &str) -> Result<String> {
    check_name(run_id)?;
    Ok(format!("{FOLDER}/{run_id}"))
}

fn name(path: &Path) -> Option<String> {
    path.filename()?.strip_suffix(".json").map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LakeOptions;
    use crate::fixture::lake;

    async fn kept_until_removed(lake: &Lake) {
        assert!(lake.run_reports("run-1").await.unwrap().is_empty());
        for (run_id, name, text) in [("run-1", "shard-1", "b"), ("run-1", "run", "old"), ("run-1", "run", "a")] {
            let address = lake.write_run_report(run_id, name, text).await.unwrap();
            assert!(address.ends_with(&format!("/_runs/run-1/{name}.json")), "{address}");
        }
        lake.write_run_report("run-10", "run", "another's").await.unwrap();
        let page = lake.write_run_page("run-1", "<!DOCTYPE html>").await.unwrap();
        assert!(page.ends_with("/_runs/run-1/report.html"), "{page}");
        assert_eq!(lake.read("_runs/run-1/report.html").await.unwrap(), "<!DOCTYPE html>");
        let reports = lake.run_reports("run-1").await.unwrap();
        let reports: Vec<_> = reports.iter().map(|(name, bytes)| (name.as_str(), bytes.as_ref())).collect();
        assert_eq!(reports, [("run", b"a".as_slice()), ("shard-1", b"b".as_slice())]);
        lake.remove_run_reports("run-1").await.unwrap();
        lake.remove_run_reports("run-1").await.unwrap();
        assert!(lake.run_reports("run-1").await.unwrap().is_empty());
        assert!(lake.read("_runs/run-1/report.html").await.is_err(), "it goes with them");
        assert_eq!(lake.run_reports("run-10").await.unwrap().len(), 1);
        assert!(lake.write_run_report("../data", "run", "x").await.is_err());
    }

    #[tokio::test]
    async fn reports_are_kept_until_they_are_removed_in_a_folder() {
        let (_folder, lake) = lake();
        kept_until_removed(&lake).await;
    }

    #[tokio::test]
    async fn and_in_an_object_store() {
        kept_until_removed(&Lake::open("memory:///a/prefix", &LakeOptions::default()).unwrap()).await;
    }
}
