//! A simulated organization on loopback, and a folder to work in.

use std::fs::File;
use std::io::Read;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

use orgcensus_sim::{MANAGEMENT_ACCESS_KEY, MANAGEMENT_SECRET_KEY, Settings, Simulation, serve};
use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use serde_json::Value;
use tempfile::TempDir;

/// Rates as fast as the simulator can.
const RATES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/rates.toml");

/// The lake's folder, unless the configuration names another.
const LAKE: &str = "lake";

pub(crate) struct World {
    pub(crate) address: SocketAddr,
    pub(crate) simulation: Simulation,
    folder: TempDir,
    /// Serves as long as it lives.
    _runtime: tokio::runtime::Runtime,
}

impl World {
    pub(crate) fn new(settings: Settings) -> Self {
        let simulation = Simulation::new(settings);
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a socket");
        let address = listener.local_addr().expect("an address");
        runtime.spawn(serve(simulation.clone(), listener));
        let folder = tempfile::tempdir().expect("a folder");
        let world = Self { address, simulation, folder, _runtime: runtime };
        world.configure("");
        world
    }

    /// An organization of so many accounts.
    pub(crate) fn of(accounts: u64) -> Self {
        Self::new(Settings::new(accounts, 7))
    }

    /// An organization of three accounts and its lake: a copy of the one that is crawled once for all tests.
    pub(crate) fn crawled() -> Self {
        static CRAWLED: LazyLock<PathBuf> = LazyLock::new(|| {
            let world = World::of(3);
            let output = world.crawl(&[]);
            assert_eq!(output.code, 0, "{}", output.err);
            let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("crawled");
            // That of an earlier run.
            let _ = std::fs::remove_dir_all(&kept);
            copy(&world.path(LAKE), &kept);
            kept
        });
        let world = Self::of(3);
        copy(&CRAWLED, &world.path(LAKE));
        world
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes `crawl.toml` with these lines at its end.
    pub(crate) fn configure(&self, more: &str) {
        self.configure_all(&format!("[select]\nregions = [\"us-east-1\"]\n\n{more}"));
    }

    /// Writes `crawl.toml` with nothing but `[aws]` before these lines: the regions too are those that they select.
    pub(crate) fn configure_all(&self, more: &str) {
        let text = format!(
            "[aws]\nhome_region = \"us-east-1\"\nmax_attempts = 2\nendpoint_url = \"http://{}\"\n\n{more}",
            self.address
        );
        std::fs::write(self.path("crawl.toml"), text).expect("written");
    }

    /// The program in the folder, where the lake is `./lake`. It waits for no rate.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command(self.folder.path(), arguments);
        command.env("ORGCENSUS_LIMITS__RATES_FILE", RATES);
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        self.command(arguments).output().expect("the program starts").into()
    }

    /// `orgcensus … --config crawl.toml`
    pub(crate) fn run_configured(&self, arguments: &[&str]) -> Ended {
        self.run(&[arguments, &["--config", "crawl.toml"]].concat())
    }

    /// `orgcensus crawl … --config crawl.toml`
    pub(crate) fn crawl(&self, more: &[&str]) -> Ended {
        self.run_configured(&[&["crawl"], more].concat())
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder").map(|entry| entry.expect("read")) {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() { copy(&from, &to) } else { std::fs::copy(from, to).map(drop).expect("copied") }
    }
}

/// The program in a folder, as the organization's management account.
pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_orgcensus"));
    command.current_dir(folder).args(arguments).env_clear();
    command.env("AWS_ACCESS_KEY_ID", MANAGEMENT_ACCESS_KEY).env("AWS_SECRET_ACCESS_KEY", MANAGEMENT_SECRET_KEY);
    command
}

/// A moment of an earlier day, as `--captured-at` takes it.
pub(crate) fn days_ago(days: u128) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_millis();
    (now - days * 86_400_000).to_string()
}

/// Runs a command on a terminal of this width: its exit code, and all that was shown, on both streams.
pub(crate) fn on_terminal(mut command: Command, columns: u16) -> (i32, String) {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
    grantpt(&ours).expect("granted");
    unlockpt(&ours).expect("unlocked");
    let name = ptsname(&ours, Vec::new()).expect("its name");
    let theirs = rustix::fs::open(name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).expect("its other end");
    tcsetwinsize(&ours, Winsize { ws_row: 40, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }).expect("its width");
    let second = theirs.try_clone().expect("a second handle");
    command.stdin(Stdio::null()).stdout(Stdio::from(theirs)).stderr(Stdio::from(second));
    let mut child = command.spawn().expect("the program starts");
    // It holds the other end open, and there would be no end of what is read.
    drop(command);
    let (mut shown, mut bytes, mut ours) = (Vec::new(), [0; 4096], File::from(ours));
    // When the program has ended, reading is an error: that is how Linux tells it.
    while let Ok(read @ 1..) = ours.read(&mut bytes) {
        shown.extend_from_slice(&bytes[..read]);
    }
    let code = child.wait().expect("it ends").code().unwrap_or(-1);
    (code, String::from_utf8_lossy(&shown).replace("\r\n", "\n"))
}

/// How a program ended, and what it said.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ended {
    /// All that it said, on both streams.
    pub(crate) fn words(&self) -> String {
        format!("{}{}", self.out, self.err)
    }

    /// Its events, where it says nothing else: each is a line of JSON.
    pub(crate) fn events(&self) -> Vec<Value> {
        let read = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        self.err.lines().filter(|line| !line.is_empty()).map(read).collect()
    }

    /// The first event of this name, among whatever else it says.
    pub(crate) fn event(&self, name: &str) -> Value {
        let mut events = self.err.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        events.find(|event| event["event"] == name).unwrap_or_else(|| panic!("no {name} in {}", self.err))
    }
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Self { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }
}
