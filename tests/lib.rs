//! A crawl of a simulated organization into a lake of its own, for the tests in this folder.

mod name_server;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use orgcensus_answers::{Format, Snapshot, Which, ask_json, format, select};
use orgcensus_aws::{
    Base, Chain, Credentials, Hop, Limits, NameError, Options, SharedCredentialsProvider, SharedDnsResolver,
    SharedHttpClient, SharedTimeSource, TimeSource,
};
use orgcensus_collectors::COLLECTORS;
use orgcensus_crawl::{Bounds, Crawl, Event, Report, RoleActions, Roster, Selection};
use orgcensus_derive::DERIVATIONS;
use orgcensus_lake::{FileOptions, Lake, LakeOptions};
use orgcensus_row::Timestamp;
use orgcensus_sim::{MANAGEMENT_ACCESS_KEY, MANAGEMENT_SECRET_KEY, Settings, Simulation};
use serde_json::Value;
use tempfile::TempDir;
use tokio::time::Instant;

pub mod odd;

/// How many seeds a test has: as many as this variable says, else the usual number.
pub fn seeds(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(usual)
}

/// A crawled organization.
pub struct Crawled {
    /// The organization, which counted every call.
    pub simulation: Simulation,
    /// What the run reported.
    pub report: Report,
    /// The published snapshot.
    pub snapshot: Snapshot,
    /// Every event as text, as a log would have it.
    pub log: String,
    /// How long the run took.
    pub elapsed: Duration,
    /// When each account ended, counted from the start.
    pub ended: BTreeMap<String, Duration>,
    folder: TempDir,
}

/// How a crawl goes about it.
pub struct Manner {
    /// How it reaches the organization.
    pub way: Way,
    /// The rates that it keeps.
    pub limits: Limits,
    /// Attempts of one call.
    pub max_attempts: u32,
    /// Whether tokio's clock, which a test may pause, decides when credentials end.
    pub is_on_tokios_clock: bool,
    /// Answers that are given instead of the organization's, inside this process.
    pub odd: Option<odd::Answers>,
    /// How far that clock is ahead of the organization's; negative: behind.
    pub clock_ahead_seconds: i64,
    /// The name server that says which hosts exist; none: all exist.
    pub name_server: Option<NameServer>,
}

/// What a name server says about a host.
pub type NameServer = fn(&str) -> Result<(), NameError>;

impl Default for Manner {
    fn default() -> Self {
        Self {
            way: Way::Inside,
            limits: Limits::unlimited(),
            max_attempts: 2,
            is_on_tokios_clock: false,
            clock_ahead_seconds: 0,
            name_server: None,
            odd: None,
        }
    }
}

/// The real time when it was made, and from then on tokio's.
#[derive(Debug, Clone)]
struct TokiosClock(SystemTime, Instant);

impl TimeSource for TokiosClock {
    fn now(&self) -> SystemTime {
        self.0 + self.1.elapsed()
    }
}

/// How the crawl reaches the organization.
pub enum Way {
    /// In this process.
    Inside,
    /// Over a socket, with the program's own HTTP client.
    Socket(String),
    /// In this process, with the role of the member at this place: a delegated administrator.
    Member(u64),
}

impl Crawled {
    /// The folder that holds the lake and the stage.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A query's rows as JSON objects.
    pub async fn rows(&self, sql: &str) -> Vec<Value> {
        let batches = self.snapshot.query(sql).await.expect(sql).collect().await.expect(sql);
        let mut bytes = Vec::new();
        format(&batches, Format::Json, &mut bytes).expect("JSON");
        serde_json::from_slice(&bytes).expect("an array")
    }

    /// A query's one number.
    pub async fn number(&self, sql: &str) -> u64 {
        let rows = self.rows(sql).await;
        let row = rows.first().and_then(Value::as_object).expect(sql);
        row.values().next().and_then(Value::as_u64).expect(sql)
    }

    /// The shipped questions of a part.
    pub async fn answers(&self, part: &str) -> Vec<Value> {
        let answers = ask_json(&self.snapshot, &select(&[part]).expect(part)).await.expect(part);
        answers.as_array().cloned().expect("an array")
    }
}

/// Crawls an organization by a given way.
pub async fn crawl_by(settings: Settings, way: Way) -> Crawled {
    crawl_as(settings, Manner { way, ..Manner::default() }).await
}

/// Crawls an organization. The run starts at the organization's own moment, so that ages agree to the day.
pub async fn crawl_as(settings: Settings, manner: Manner) -> Crawled {
    let place = Place::with(settings, manner);
    let crawl = place.crawl().await;
    place.run(crawl).await
}

/// An organization, and a lake for what is crawled of it.
pub struct Place {
    /// The organization, which counted every call.
    pub simulation: Simulation,
    /// The lake.
    pub lake: Lake,
    manner: Manner,
    start: Instant,
    log: Arc<Mutex<String>>,
    ended: Arc<Mutex<BTreeMap<String, Duration>>>,
    folder: TempDir,
}

impl Place {
    /// An organization with these settings, and an empty lake.
    pub fn new(settings: Settings, way: Way) -> Self {
        Self::with(settings, Manner { way, ..Manner::default() })
    }

    /// The same, crawled with given settings.
    pub fn with(settings: Settings, manner: Manner) -> Self {
        Self::within(tempfile::tempdir().expect("a folder"), settings, manner)
    }

    /// The same, with lake and stages in this folder.
    pub fn within(folder: TempDir, settings: Settings, manner: Manner) -> Self {
        let url = folder.path().join("lake").display().to_string();
        let lake = Lake::open(&url, &LakeOptions::default()).expect("a lake");
        let (simulation, start) = (Simulation::new(settings), Instant::now());
        Self { simulation, lake, manner, start, log: Arc::default(), ended: Arc::default(), folder }
    }

    /// The folder that holds the lake and the stages.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The same lake, and the organization as these settings have it: in another night.
    pub fn in_night(self, settings: Settings) -> Self {
        Self { simulation: Simulation::new(settings), start: Instant::now(), ..self }
    }

    /// The newest complete snapshot.
    pub async fn snapshot(&self) -> Snapshot {
        Snapshot::open(&self.lake, &Which::Newest).await.expect("a snapshot")
    }

    /// Runs a crawl of it.
    pub async fn run(self, crawl: Crawl) -> Crawled {
        let report = orgcensus_crawl::run(crawl).await.expect("a run");
        let elapsed = self.start.elapsed();
        let snapshot = self.snapshot().await;
        let log = self.log.lock().expect("no worker panicked").clone();
        let ended = self.ended.lock().expect("no worker panicked").clone();
        Crawled { simulation: self.simulation, report, snapshot, log, elapsed, ended, folder: self.folder }
    }

    /// A crawl by this role and of this selection.
    pub async fn crawl_by(&self, role_arn: &str, selection: Selection) -> Crawl {
        let (base, _) = self.base().await;
        let hop = Hop { role_arn: role_arn.to_owned(), session_name: "test".to_owned(), ..Hop::default() };
        Crawl { chain: Chain::new(&base, &[], hop).await.expect("a chain"), base, selection, ..self.crawl().await }
    }

    /// A crawl of it, to be run or changed.
    pub async fn crawl(&self) -> Crawl {
        let settings = self.simulation.settings();
        let (base, place) = self.base().await;
        let own_account_id = self.simulation.account_id(place);
        let hop = Hop {
            role_arn: format!("arn:{{partition}}:iam::{{account_id}}:role/{}", settings.crawler_role),
            session_name: "test".to_owned(),
            external_id: settings.external_id.clone(),
            ..Hop::default()
        };
        let own = Hop { role_arn: hop.arn_in(&settings.partition, &own_account_id), ..hop.clone() };
        let between = if place == 0 { vec![] } else { vec![own] };
        let (written, ended, start) = (Arc::clone(&self.log), Arc::clone(&self.ended), self.start);
        Crawl {
            run_id: format!("test-{}", settings.seed),
            captured_at: Timestamp(settings.now_millis),
            chain: Chain::new(&base, &between, hop).await.expect("a chain"),
            base,
            roster: Roster::Organization,
            own_account_id: Some(own_account_id),
            collectors: COLLECTORS.to_vec(),
            all_collectors: COLLECTORS.to_vec(),
            derivations: DERIVATIONS,
            materializations: Vec::new(),
            selection: Selection {
                regions: settings.regions.iter().chain([&settings.opt_in_region]).cloned().collect(),
                ..Selection::default()
            },
            trusted_accounts: Vec::new(),
            trusted_tenants: Vec::new(),
            owner_tag: None,
            role_actions: RoleActions::default(),
            stage_directory: self.folder.path().join("stage"),
            lake: self.lake.clone(),
            file_options: FileOptions::default(),
            min_coverage: 0.5,
            bounds: self.bounds(),
            listener: Arc::new(move |event| {
                written.lock().expect("no worker panicked").push_str(&format!("{event:?}\n"));
                if let Event::AccountEnded { account_id, .. } = event {
                    ended.lock().expect("no worker panicked").insert((*account_id).to_owned(), start.elapsed());
                }
            }),
            stop: orgcensus_crawl::never(),
        }
    }

    /// On real time a task that waits for ever is soon found to be late.
    fn bounds(&self) -> Bounds {
        let bounds = Bounds::default();
        let task = if self.manner.is_on_tokios_clock { bounds.task } else { Duration::from_secs(240) };
        Bounds { task, ..bounds }
    }

    /// The way to the organization, and the place of the account whose identity is used.
    async fn base(&self) -> (Arc<Base>, u64) {
        let (http_client, endpoint_url, place) = match &self.manner.way {
            Way::Inside => (Some(self.simulation.http_client()), None, 0),
            Way::Socket(url) => (None::<SharedHttpClient>, Some(url.clone()), 0),
            Way::Member(place) => (Some(self.simulation.http_client()), None, *place),
        };
        let http_client = match (&self.manner.odd, http_client) {
            (Some(answers), Some(client)) => Some(odd::Odd::client(client, Arc::clone(answers))),
            (_, client) => client,
        };
        let key = Credentials::new(MANAGEMENT_ACCESS_KEY, MANAGEMENT_SECRET_KEY, None, None, "test");
        let ahead = Duration::from_secs(self.manner.clock_ahead_seconds.unsigned_abs());
        let start = SystemTime::now();
        let start = if self.manner.clock_ahead_seconds < 0 { start - ahead } else { start + ahead };
        let clock = TokiosClock(start, self.start);
        let http_client = match (http_client, self.manner.name_server) {
            (Some(client), Some(server)) => Some(name_server::before(client, server)),
            (client, _) => client,
        };
        let options = Options {
            home_region: self.simulation.settings().regions.first().cloned(),
            credentials: Some(SharedCredentialsProvider::new(key)),
            time_source: self.manner.is_on_tokios_clock.then(|| SharedTimeSource::new(clock)),
            limits: self.manner.limits.clone(),
            max_attempts: self.manner.max_attempts,
            http_client,
            names: self.manner.name_server.map(|server| SharedDnsResolver::new(name_server::Resolver(server))),
            endpoint_url,
            ..Options::default()
        };
        (Base::load(options).await.expect("a base"), place)
    }
}
