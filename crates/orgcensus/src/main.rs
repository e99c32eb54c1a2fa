//! The program: arguments, configuration, progress, exit codes. The only crate that prints.

#[macro_use]
mod terminal;

mod accepting;
mod args;
mod bounded;
mod cloudwatch;
mod commands;
mod config;
mod crawl_setup;
mod failure;
mod forecast;
mod lake_access;
mod notify;
mod own_files;
mod pager;
mod permissions;
mod plan_file;
mod privacy;
mod reference;
mod reporter;
mod run_report;
mod setup;
mod signals;
mod telemetry;
mod upkeep;
mod values;
mod watch;
mod words;

use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::args::{Arguments, Command};
use crate::failure::{Failure, exit};
use crate::telemetry::{Metrics, Telemetry};

/// Thousands of short requests on many threads leave the system's allocator with pages that it does not give back.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    privacy::begin();
    let arguments = Arguments::parse();
    let runtime = match &arguments.command {
        Command::Query(query) if query.bounded => bounded::runtime(query.memory_mib),
        run if run.is_run() => tokio::runtime::Runtime::new(),
        _ => bounded::reading(),
    };
    match runtime {
        Ok(runtime) => runtime.block_on(begin(arguments)),
        Err(error) => {
            eprintln!("orgcensus: failed to start its threads: {error}");
            ExitCode::from(exit::NOT_PUBLISHED)
        }
    }
}

async fn begin(arguments: Arguments) -> ExitCode {
    let telemetry = arguments.command.is_run().then(Telemetry::from_environment).flatten();
    listen(telemetry.as_ref());
    if arguments.command.is_paged() {
        pager::begin();
    }
    let result = run(arguments.command, telemetry.as_ref().and_then(Telemetry::metrics)).await;
    if let Some(telemetry) = telemetry {
        telemetry.end().await;
    }
    pager::end();
    match result {
        Ok(code) => ExitCode::from(code),
        // The reader of the output may stop reading: `orgcensus query … | head`.
        Err(failure) if failure.is_of_output() && terminal::is_reader_gone() => ExitCode::from(exit::WHOLE),
        Err(failure) => {
            eprintln!("orgcensus: {}", terminal::set_in(&failure.to_string()));
            ExitCode::from(failure.exit_code())
        }
    }
}

/// Where spans and the words of libraries go.
fn listen(telemetry: Option<&Telemetry>) {
    tracing_subscriber::registry().with(words::layer()).with(telemetry.and_then(Telemetry::layer)).init();
}

async fn run(command: Command, metrics: Option<&Metrics>) -> Result<u8, Failure> {
    match command {
        Command::Demo(arguments) => commands::demo::run(&arguments, metrics).await,
        Command::Crawl(arguments) => commands::crawl::run(&arguments, metrics).await,
        Command::Plan(arguments) => commands::plan::run(&arguments).await,
        Command::Publish(arguments) => commands::publish::run(&arguments, metrics).await,
        Command::Preflight(arguments) => commands::preflight::run(&arguments).await,
        Command::Query(arguments) => commands::query::run(&arguments).await,
        Command::Ask(arguments) => commands::ask::run(&arguments).await,
        Command::Diff(arguments) => commands::diff::run(&arguments).await,
        Command::Changes(arguments) => commands::changes::run(&arguments).await,
        Command::History(arguments) => commands::history::run(&arguments).await,
        Command::Exceptions(arguments) => commands::exceptions::run(&arguments).await,
        Command::Report(arguments) => commands::report::run(&arguments).await,
        Command::Explain(arguments) => commands::explain::run(&arguments),
        Command::May(arguments) => commands::may::run(&arguments),
        Command::WhoCan(arguments) => commands::reach::who(&arguments).await,
        Command::WhatCan(arguments) => commands::reach::what(&arguments).await,
        Command::Catalog(arguments) => commands::catalog::run(&arguments).await,
        Command::Files(arguments) => commands::files::run(&arguments).await,
        Command::Snapshots(arguments) => commands::snapshots::run(&arguments).await,
        Command::Verify(arguments) => commands::verify::run(&arguments).await,
        Command::Prune(arguments) => commands::prune::run(&arguments).await,
        Command::Tables(arguments) => commands::tables::run(&arguments),
        Command::Config(arguments) => commands::config::run(&arguments),
        Command::Role(arguments) => commands::role::run(&arguments),
        Command::Completions { shell } => commands::completions::run(shell),
    }
}
