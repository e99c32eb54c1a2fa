//! `orgcensus tables`: the reference, from the doc comments.

use std::io::Write;

use crate::args::Tables;
use crate::failure::{Failure, exit};
use crate::reference;

/// Prints the list, or one table's page, or the types of resources that can have a policy.
pub(crate) fn run(arguments: &Tables) -> Result<u8, Failure> {
    let tables = reference::tables();
    let text = match &arguments.name {
        None if arguments.policies => reference::policies(),
        None if arguments.markdown => reference::markdown(&tables),
        None => reference::list(&tables),
        Some(name) => {
            let table = tables.iter().find(|table| table.name == name);
            let unknown = || Failure::Usage(format!("no table {name:?}; `orgcensus tables` lists them"));
            let table = table.ok_or_else(unknown)?;
            if arguments.markdown { reference::markdown(&[*table]) } else { reference::page(table) }
        }
    };
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(exit::WHOLE)
}
