//! `orgcensus completions`: a script for a shell.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Arguments;
use crate::failure::{Failure, exit};

/// Prints the script.
pub(crate) fn run(shell: Shell) -> Result<u8, Failure> {
    clap_complete::generate(shell, &mut Arguments::command(), "orgcensus", &mut std::io::stdout());
    Ok(exit::WHOLE)
}
