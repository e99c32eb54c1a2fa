//! The simulated organization as a program: `serve` answers AWS clients, `truth` says what they should find.
#![expect(clippy::print_stdout, reason = "a program speaks by printing")]

use clap::{Args, Parser, Subcommand};
use orgcensus_sim::{MANAGEMENT_ACCESS_KEY, MANAGEMENT_SECRET_KEY, Settings, Simulation, Troubles, serve};
use std::error::Error;
use std::net::SocketAddr;
use tokio::net::TcpListener;

/// A simulated AWS organization.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer AWS clients at an address, until stopped.
    Serve {
        #[command(flatten)]
        population: Population,
        /// Where to listen; port 0 takes a free one.
        #[arg(long, default_value = "127.0.0.1:4510")]
        listen: SocketAddr,
        /// The most items that any list call answers at once.
        #[arg(long)]
        page_size: Option<usize>,
    },
    /// Print what a perfect census finds, as JSON.
    Truth {
        #[command(flatten)]
        population: Population,
    },
}

#[derive(Debug, Args)]
struct Population {
    /// How many accounts the organization has.
    #[arg(long, default_value_t = 40)]
    accounts: u64,
    /// What the population is computed from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Let nothing go wrong: no suspended account, no missing role, no denial, no error.
    #[arg(long)]
    no_troubles: bool,
    /// The simulated present, in milliseconds since 1970; midnight of today unless given.
    #[arg(long)]
    now_millis: Option<i64>,
}

impl Population {
    fn settings(&self) -> Settings {
        let settings = Settings::new(self.accounts, self.seed);
        let troubles = if self.no_troubles { Troubles::none() } else { settings.troubles };
        Settings { troubles, now_millis: self.now_millis.unwrap_or(settings.now_millis), ..settings }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    match Arguments::parse().command {
        Command::Serve { population, listen, page_size } => {
            let simulation = Simulation::new(Settings { page_size, ..population.settings() });
            let listener = TcpListener::bind(listen).await?;
            println!("export AWS_ENDPOINT_URL=http://{}", listener.local_addr()?);
            println!("export AWS_ACCESS_KEY_ID={MANAGEMENT_ACCESS_KEY} AWS_SECRET_ACCESS_KEY={MANAGEMENT_SECRET_KEY}");
            println!("export AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1");
            tokio::select! {
                ended = serve(simulation, listener) => ended?,
                stopped = tokio::signal::ctrl_c() => stopped?,
            }
        }
        Command::Truth { population } => {
            println!("{}", serde_json::to_string_pretty(&Simulation::new(population.settings()).truth())?);
        }
    }
    Ok(())
}
