//! `orgcensus config check`: what the file and the environment come to, without AWS.

use crate::args::{Accepting, ConfigCheck};
use crate::config::Layers;
use crate::failure::{Failure, exit};
use crate::terminal::printable;
use crate::{accepting, setup};

/// Checks the configuration, and prints every value with where it came from.
pub(crate) fn run(arguments: &ConfigCheck) -> Result<u8, Failure> {
    let ConfigCheck::Check { config } = arguments;
    let layers = match config {
        Some(path) => Layers::read(path, std::env::vars())?,
        None => Layers::parse("", "the environment", std::env::vars())?,
    };
    setup::limits(&layers.config)?;
    accepting::read(&layers.config, &Accepting::default())?;
    let rows: Vec<[String; 3]> = layers
        .entries()
        .into_iter()
        .map(|entry| [entry.key, printable(entry.value.as_deref().unwrap_or("-")), entry.origin])
        .collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let (keys, values) = (width(0), width(1).min(VALUE_WIDTH_MAX));
    for [key, value, origin] in &rows {
        println!("{key:keys$}  {value:values$}  {origin}");
    }
    println!("\nEvery value can be used. `orgcensus preflight` asks AWS whether what they name is there.");
    Ok(exit::WHOLE)
}

/// A longer value pushes its origin out of the column.
const VALUE_WIDTH_MAX: usize = 40;
