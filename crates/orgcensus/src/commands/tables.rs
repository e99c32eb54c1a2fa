//! `orgcensus tables`: the reference, from the doc comments.

use std::io::Write;

use orgcensus_answers::nearest_behind;

use crate::args::Tables;
use crate::failure::{Failure, exit};
use crate::reference;
use crate::terminal::{columns, hung, output};

/// Prints the list, or one table's page, or the types of resources that can have a policy, or the collectors.
pub(crate) fn run(arguments: &Tables) -> Result<u8, Failure> {
    let tables = reference::tables();
    let text = match &arguments.name {
        None if arguments.policies => reference::policies(),
        None if arguments.collectors => reference::collectors(),
        None if arguments.markdown => reference::markdown(&tables),
        None => reference::list(&tables),
        Some(name) => {
            let table = tables.iter().find(|table| table.name == name);
            let unknown = || {
                let nearest = nearest_behind(name, tables.iter().map(|table| table.name));
                Failure::Usage(format!("no table {name:?}{nearest}; `orgcensus tables` lists them"))
            };
            let table = table.ok_or_else(unknown)?;
            if arguments.markdown { reference::markdown(&[*table]) } else { reference::page(table) }
        }
    };
    let text = match columns() {
        Some(columns) if !arguments.markdown => hung(&text, columns),
        _ => text,
    };
    output().write_all(text.as_bytes())?;
    Ok(exit::WHOLE)
}
