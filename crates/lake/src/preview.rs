//! A snapshot that is shown before it is committed: to readers of one clone of the lake, and to nobody else. So what is
//! made of a snapshot's files can be published with them.

use crate::commit::{Commit, ManifestReference};
use crate::manifest::{Manifest, TableEntry};
use crate::publication::{Coverage, Publication};
use crate::snapshot::MANIFEST;
use crate::{Lake, Result};

/// A commit that is not there yet, and what it would publish.
#[derive(Debug)]
pub(crate) struct Preview {
    pub(crate) commit: Commit,
    pub(crate) manifest: Manifest,
}

impl Publication {
    /// The lake as it would be if these tables, whose files are written, were committed now, and the commit that it
    /// would have. Nothing is written, and nothing can be committed to the lake that this gives.
    pub fn preview(&self, tables: Vec<TableEntry>, coverage: Coverage) -> Result<(Lake, Commit)> {
        let lake = self.lake();
        let path = lake.relative(&self.path(MANIFEST)?);
        let reference = ManifestReference { path, sha256: String::new() };
        // Its number will be larger than all that there are.
        let commit = Commit { n: u32::MAX, ..self.unnumbered(reference, coverage, lake.now()) };
        let manifest = Manifest::new(self.snapshot(), tables);
        Ok((lake.with_preview(Preview { commit: commit.clone(), manifest }), commit))
    }
}

#[cfg(test)]
mod tests {
    use orgcensus_row::Timestamp;

    use crate::FileOptions;
    use crate::fixture::{begin, coverage, lake, queues, rows, table};

    #[tokio::test]
    async fn only_readers_of_the_preview_find_what_is_not_committed() {
        let (_folder, lake) = lake();
        let publication = begin(&lake, "run-1", FileOptions::default()).await;
        let mut writer = publication.writer(&table());
        writer.write(&queues("000000000001", &["a"])).await.unwrap();
        let entry = writer.close().await.unwrap();
        let (preview, commit) = publication.preview(vec![entry.clone()], coverage()).unwrap();
        assert_eq!(preview.snapshots().await.unwrap(), std::slice::from_ref(&commit));
        assert_eq!(preview.commit_of("run-1").await.unwrap().as_ref(), Some(&commit));
        let manifest = preview.manifest(&commit).await.unwrap();
        assert_eq!(manifest.table("test_queues"), Some(&entry));
        assert_eq!(rows(&preview, &entry).await, queues("000000000001", &["a"]));
        assert!(lake.commits().await.unwrap().is_empty() && lake.manifest(&commit).await.is_err());
        let refused = preview.commit(commit.clone()).await.unwrap_err().to_string();
        assert!(refused.contains("this lake is a preview"), "{refused}");

        let published = publication.commit(vec![entry], coverage(), Timestamp(5)).await.unwrap();
        assert_eq!((published.n, published.manifest.path), (1, commit.manifest.path));
    }
}
