//! `orgcensus prune`: snapshots beyond the retention go, and what unfinished runs left.

use crate::args::Prune;
use crate::failure::{Failure, exit};
use crate::terminal::printable;
use crate::{lake_access, setup, upkeep};

/// Removes what has expired from the catalogue, if one is configured, and from the lake, and what was abandoned; or only
/// says what would go.
pub(crate) async fn run(arguments: &Prune) -> Result<u8, Failure> {
    let config = setup::load_place(&arguments.place)?;
    let Some(days) = arguments.retention_days.or(config.lake.retention_days) else {
        let words = "how long to keep snapshots: --retention-days, or retention_days in [lake] of the configuration";
        return Err(Failure::Usage(words.to_owned()));
    };
    let lake = lake_access::open(&config).await?;
    let expired = upkeep::expired(&lake, Some(days)).await?;
    let abandoned = upkeep::abandoned(&config, &lake).await?;
    let garbage = lake.garbage_commits().await?;
    if abandoned.is_empty() && garbage.is_empty() && lake.commits().await?.is_empty() {
        let words = "nothing was published to this lake, and no run left anything in it; is it the right one?";
        return Err(Failure::Nothing(format!("find anything to prune in {}: {words}", lake.url())));
    }
    if arguments.dry_run {
        for commit in &expired {
            println!("would remove {} {}  run {}", commit.organization_id, commit.snapshot_date, commit.run_id);
        }
        for left in &abandoned {
            println!("would remove unfinished run {}", printable(&left.name));
        }
        for name in &garbage {
            println!("would remove {name}, which is no commit");
        }
    } else {
        if let (Some(catalog), false) = (&config.catalog, expired.is_empty()) {
            upkeep::apply(&config, catalog, &lake, &expired).await?;
        }
        upkeep::remove(&lake, &expired).await?;
        upkeep::remove_abandoned(&lake, &abandoned).await?;
        for name in &garbage {
            lake.remove_garbage_commit(name).await?;
            println!("removed      {name}, which was no commit");
        }
    }
    println!("{} snapshots {}", expired.len(), if arguments.dry_run { "would go" } else { "removed" });
    Ok(exit::WHOLE)
}
