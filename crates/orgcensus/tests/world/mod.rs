//! A simulated organization on loopback, and a folder to work in.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Command, Output};

use orgcensus_sim::{MANAGEMENT_ACCESS_KEY, MANAGEMENT_SECRET_KEY, Settings, Simulation, serve};
use tempfile::TempDir;

pub(crate) struct World {
    pub(crate) address: SocketAddr,
    folder: TempDir,
    /// Serves as long as it lives.
    _runtime: tokio::runtime::Runtime,
}

impl World {
    pub(crate) fn new(settings: Settings) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a socket");
        let address = listener.local_addr().expect("an address");
        runtime.spawn(serve(Simulation::new(settings), listener));
        let world = Self { address, folder: tempfile::tempdir().expect("a folder"), _runtime: runtime };
        world.configure("");
        world
    }

    /// A crawled organization, and its lake.
    pub(crate) fn crawled() -> Self {
        let world = Self::new(Settings::new(3, 7));
        let output = world.run(&["crawl", "--config", "crawl.toml"]);
        assert_eq!(output.code, 0, "{}", output.err);
        world
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes `crawl.toml` with these lines at its end.
    pub(crate) fn configure(&self, more: &str) {
        let text = format!(
            "[aws]\nhome_region = \"us-east-1\"\nmax_attempts = 2\nendpoint_url = \"http://{}\"\n\n\
             [select]\nregions = [\"us-east-1\"]\n\n{more}",
            self.address
        );
        std::fs::write(self.path("crawl.toml"), text).expect("written");
    }

    /// The program in the folder, where the lake is `./lake`.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_orgcensus"));
        command.current_dir(self.folder.path()).args(arguments).env_clear();
        command.env("AWS_ACCESS_KEY_ID", MANAGEMENT_ACCESS_KEY).env("AWS_SECRET_ACCESS_KEY", MANAGEMENT_SECRET_KEY);
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        self.command(arguments).output().expect("the program starts").into()
    }
}

/// How a program ended, and what it said.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Self { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }
}
