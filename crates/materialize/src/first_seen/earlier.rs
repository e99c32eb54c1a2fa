//! The earlier snapshot whose entries are carried on.

use std::error::Error;

use futures::TryStreamExt;
use orgcensus_answers::{Carried, CarriedOf, Error as AnswersError};
use orgcensus_crawl::Failed;
use orgcensus_derive::{ExternalAccess, ResourceAccess};
use orgcensus_lake::{Commit, Error as LakeError, Lake, Manifest};
use orgcensus_row::Row;

use super::{FirstSeen, PUBLIC};

/// An earlier snapshot that can be read.
pub(super) struct Earlier {
    pub(super) commit: Commit,
    pub(super) manifest: Manifest,
    pub(super) judges: Judges,
}

/// What two snapshots say of what only one of them has.
pub(super) struct Judges {
    public: CarriedOf,
    external: CarriedOf,
    /// Whether there is a complete snapshot between the two whose entries could not be carried on: it may have seen what
    /// seems new.
    pub(super) is_after_gap: bool,
}

impl Judges {
    pub(super) fn of(&self, kind: &str) -> &CarriedOf {
        if kind == PUBLIC { &self.public } else { &self.external }
    }
}

/// The newest of these snapshots, which come the newest first, that has the table and can be read; none if there is
/// none. Beside it why others could not be read.
///
/// It is read to the end before anything is made of it, so that damage found late leaves no half of a table. Going on
/// from an older snapshot loses least: with nothing to go on from all moments would be null, and if there were no table
/// the next night would meet the same damage, and so on.
pub(super) async fn choose(
    lake: &Lake,
    commits: Vec<Commit>,
    now: &Manifest,
) -> Result<(Option<Earlier>, Vec<Failed>), Failed> {
    let mut damaged = Vec::new();
    for (passed_over, commit) in commits.into_iter().enumerate() {
        match read(lake, commit, now, passed_over > 0).await {
            Ok(None) => {}
            Ok(found) => return Ok((found, damaged)),
            Err(error) if is_damage(&*error) => {
                // If this snapshot itself cannot be read, no earlier one helps.
                Carried::read(lake, [now.clone(), now.clone()]).await?;
                damaged.push(error);
            }
            Err(error) => return Err(error),
        }
    }
    Ok((None, damaged))
}

/// Reads all that is asked of an earlier snapshot; none if it lacks the table.
async fn read(lake: &Lake, commit: Commit, now: &Manifest, is_after_gap: bool) -> Result<Option<Earlier>, Failed> {
    let manifest = lake.manifest(&commit).await?;
    let Some(entries) = manifest.table(FirstSeen::TABLE) else { return Ok(None) };
    let mut rows = lake.rows(entries, None)?;
    while rows.try_next().await?.is_some() {}
    let carried = Carried::read(lake, [manifest.clone(), now.clone()]).await?;
    let (public, external) = (carried.of(ResourceAccess::TABLE), carried.of(ExternalAccess::TABLE));
    Ok(Some(Earlier { commit, manifest, judges: Judges { public, external, is_after_gap } }))
}

/// Whether it will be so tomorrow: a file is damaged, is not there, or is of another version. What cannot be reached today
/// may be reached tomorrow.
fn is_damage(error: &(dyn Error + Send + Sync + 'static)) -> bool {
    let of_lake = error.downcast_ref::<LakeError>().or_else(|| match error.downcast_ref::<AnswersError>() {
        Some(AnswersError::Lake(error)) => Some(error),
        _ => None,
    });
    let is_lasting = |it: &LakeError| {
        matches!(it, LakeError::Corrupt { .. } | LakeError::Missing { .. } | LakeError::OtherFormat { .. })
    };
    of_lake.is_some_and(is_lasting)
}
