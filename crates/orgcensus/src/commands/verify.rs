//! `orgcensus verify`: whether a snapshot is still what was published.

use orgcensus_answers::Which;
use orgcensus_lake::Verified;

use crate::args::Verify;
use crate::failure::{Failure, exit};
use crate::lake_access;
use crate::terminal::printable;

/// Reads every file of the snapshots that are meant, and says what differs from their manifests.
pub(crate) async fn run(arguments: &Verify) -> Result<u8, Failure> {
    let lake = lake_access::of(&arguments.place).await?;
    let commits = match &arguments.snapshot {
        Which::Run(_) => lake.commits().await?,
        Which::Newest | Which::Date(_) => lake.snapshots().await?,
    };
    let mut findings = 0;
    for commit in arguments.snapshot.choose(&commits)? {
        let Verified { files, bytes, rows, findings: found } = lake.verify(&commit).await?;
        for finding in &found {
            println!("damaged  {}: {}", printable(&finding.path), printable(&finding.what));
        }
        findings += found.len();
        let word = if found.is_empty() { "whole  " } else { "DAMAGED" };
        let (organization_id, date, run_id) = (&commit.organization_id, &commit.snapshot_date, &commit.run_id);
        println!("{word}  {organization_id} {date} run {run_id}: {files} files, {rows} rows, {bytes} bytes");
    }
    if findings == 0 { Ok(exit::WHOLE) } else { Err(Failure::Damaged { findings }) }
}
