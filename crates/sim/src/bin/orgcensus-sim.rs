//! The simulated organization as a program: `serve` answers AWS clients, `truth` says what they should find.
#![expect(clippy::print_stdout, reason = "a program speaks by printing")]

use clap::{Args, Parser, Subcommand};
use orgcensus_sim::{
    Faults, MANAGEMENT_ACCESS_KEY, MANAGEMENT_SECRET_KEY, Network, Settings, Simulation, Troubles, serve,
};
use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;
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
        /// How long credentials of an assumed role last if the caller does not say.
        #[arg(long, default_value_t = 3600)]
        session_seconds: i64,
        #[command(flatten)]
        reach: Reach,
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
    /// The seed that the population is computed from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Switch off all troubles: no suspended account, no missing role, no denial, no error.
    #[arg(long)]
    no_troubles: bool,
    /// Leave little in the accounts: at most two things of a sort, all in the first region.
    #[arg(long, conflicts_with = "large_account")]
    little: bool,
    /// Give the account at this place of the organization 5,000 roles and 1,500 policies.
    #[arg(long)]
    large_account: Option<u64>,
    /// The simulated present, in milliseconds since 1970; midnight of today unless given.
    #[arg(long)]
    now_millis: Option<i64>,
    /// Which night it is: the same organization as in night 0, and what the nights since then changed. The present is
    /// that night's.
    #[arg(long, default_value_t = 0)]
    night: u32,
}

/// How the simulated AWS is reached.
#[derive(Debug, Args)]
struct Reach {
    /// How long every answer takes.
    #[arg(long, default_value_t = 40)]
    latency_millis: u64,
    /// Throttle calls beyond AWS's documented rates.
    #[arg(long)]
    enforce_limits: bool,
    /// Throttle, fail, break and delay requests by chance, from this seed.
    #[arg(long)]
    fault_seed: Option<u64>,
    /// Throttle every call in the account at this place of the organization.
    #[arg(long)]
    hot_account: Option<u64>,
}

impl Reach {
    fn network(&self) -> Network {
        Network {
            latency: Duration::from_millis(self.latency_millis),
            enforces_limits: self.enforce_limits,
            faults: self.fault_seed.map(Faults::of_a_bad_night).unwrap_or_default(),
            hot_account: self.hot_account,
            dead_account: None,
        }
    }
}

impl Population {
    fn settings(&self) -> Settings {
        let settings = Settings::new(self.accounts, self.seed);
        let settings = if self.little { settings.with_little() } else { settings };
        let troubles = if self.no_troubles { Troubles::none() } else { settings.troubles };
        let now_millis = self.now_millis.unwrap_or(settings.now_millis);
        Settings { troubles, now_millis, night: self.night, large_account: self.large_account, ..settings }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    match Arguments::parse().command {
        Command::Serve { population, listen, page_size, session_seconds, reach } => {
            let network = reach.network();
            let settings = Settings { page_size, session_seconds, network, ..population.settings() };
            let simulation = Simulation::new(settings);
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
