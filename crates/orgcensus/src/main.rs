//! The program: arguments, configuration, progress, exit codes. The only crate that prints.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the one place in the house that prints")]

mod args;
mod commands;
mod config;
mod failure;
mod forecast;
mod lake_access;
mod permissions;
mod plan_file;
mod reference;
mod reporter;
mod setup;
mod signals;
mod upkeep;

use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use crate::args::{Arguments, Command};
use crate::failure::{Failure, exit};

/// Thousands of short requests on many threads leave the system's allocator with pages that it does not give back.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    log_libraries();
    match run(arguments.command).await {
        Ok(code) => ExitCode::from(code),
        // Whoever reads our output may stop reading: `orgcensus query … | head`.
        Err(Failure::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::from(exit::WHOLE),
        Err(failure) => {
            eprintln!("orgcensus: {failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}

/// `ORGCENSUS_LOG=aws_config=debug` shows, as JSON lines, what the libraries beneath say; nothing by default.
fn log_libraries() {
    let filter = EnvFilter::builder().with_env_var("ORGCENSUS_LOG").with_default_directive(LevelFilter::OFF.into());
    tracing_subscriber::fmt().json().with_writer(std::io::stderr).with_env_filter(filter.from_env_lossy()).init();
}

async fn run(command: Command) -> Result<u8, Failure> {
    match command {
        Command::Demo(arguments) => commands::demo::run(&arguments).await,
        Command::Crawl(arguments) => commands::crawl::run(&arguments).await,
        Command::Plan(arguments) => commands::plan::run(&arguments).await,
        Command::Publish(arguments) => commands::publish::run(&arguments).await,
        Command::Preflight(arguments) => commands::preflight::run(&arguments).await,
        Command::Query(arguments) => commands::query::run(&arguments).await,
        Command::Ask(arguments) => commands::ask::run(&arguments).await,
        Command::Explain(arguments) => commands::explain::run(&arguments),
        Command::Catalog(arguments) => commands::catalog::run(&arguments).await,
        Command::Files(arguments) => commands::files::run(&arguments).await,
        Command::Prune(arguments) => commands::prune::run(&arguments).await,
        Command::Tables(arguments) => commands::tables::run(&arguments),
        Command::Role(arguments) => commands::role::run(&arguments),
        Command::Completions { shell } => commands::completions::run(shell),
    }
}
