//! `orgcensus completions`: a script for a shell.

use std::io::Write;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Arguments;
use crate::failure::{Failure, exit};
use crate::terminal::output;

/// Prints the script.
pub(crate) fn run(shell: Shell) -> Result<u8, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "orgcensus", &mut script);
    output().write_all(&script)?;
    Ok(exit::WHOLE)
}
