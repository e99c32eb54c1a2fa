//! `orgcensus files`: the files of a snapshot, from its manifest, for engines that have no catalogue.

use std::sync::Arc;

use arrow::array::{Int64Array, RecordBatch, StringArray};
use orgcensus_answers::{Bounds, format_within};

use crate::args::Files;
use crate::commands::source::{self, refuse_terminal};
use crate::failure::{Failure, exit};
use crate::terminal::{output, width};

/// Lists them, each with its whole address.
pub(crate) async fn run(arguments: &Files) -> Result<u8, Failure> {
    refuse_terminal(arguments.shown.format)?;
    let (lake, snapshot) = source::open(&arguments.source, Bounds::default()).await?;
    if let Some(table) = arguments.table.as_ref().filter(|name| !snapshot.tables().contains(name)) {
        let known = snapshot.nearest_tables(table);
        return Err(Failure::Usage(format!("no table {table:?} in the snapshot; {known}")));
    }
    let mut texts: [Vec<String>; 6] = Default::default();
    let mut numbers: [Vec<i64>; 2] = Default::default();
    for commit in snapshot.commits() {
        let manifest = lake.manifest(commit).await?;
        let is_meant = |name: &String| arguments.table.as_ref().is_none_or(|table| table == name);
        for table in manifest.tables.iter().filter(|table| is_meant(&table.name)) {
            for file in &table.files {
                let address = format!("{}/{}", lake.url(), file.path);
                let row = [&commit.organization_id, &commit.snapshot_date, &commit.run_id, &table.name, &address];
                texts.iter_mut().zip(row.into_iter().chain([&file.sha256])).for_each(|(all, it)| all.push(it.clone()));
                let row = [file.rows, file.bytes].map(|it| i64::try_from(it).unwrap_or(i64::MAX));
                numbers.iter_mut().zip(row).for_each(|(all, it)| all.push(it));
            }
        }
    }
    let text = |column: Vec<String>| Arc::new(StringArray::from(column)) as arrow::array::ArrayRef;
    let number = |column: Vec<i64>| Arc::new(Int64Array::from(column)) as arrow::array::ArrayRef;
    let ([organization, date, run, table, path, sha256], [rows, bytes]) = (texts.map(text), numbers.map(number));
    let columns = [
        ("organization_id", organization),
        ("snapshot_date", date),
        ("run_id", run),
        ("table_name", table),
        ("path", path),
        ("row_count", rows),
        ("bytes", bytes),
        ("sha256", sha256),
    ];
    let batch = RecordBatch::try_from_iter(columns).map_err(std::io::Error::other)?;
    format_within(&[batch], arguments.shown.format, width(arguments.shown.wide), output())?;
    Ok(exit::WHOLE)
}
