//! A crawl of a simulated organization into a lake of its own, for the tests in this folder.

use std::path::Path;
use std::sync::{Arc, Mutex};

use orgcensus_answers::{Format, Snapshot, Which, ask_json, format, select};
use orgcensus_aws::{Base, Chain, Credentials, Hop, Limits, Options, SharedCredentialsProvider, SharedHttpClient};
use orgcensus_collectors::COLLECTORS;
use orgcensus_crawl::{Bounds, Crawl, Report, Selection};
use orgcensus_lake::{FileOptions, Lake, LakeOptions};
use orgcensus_row::Timestamp;
use orgcensus_sim::{MANAGEMENT_ACCESS_KEY, MANAGEMENT_SECRET_KEY, Settings, Simulation};
use serde_json::Value;
use tempfile::TempDir;

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
    folder: TempDir,
}

/// How the crawl reaches the organization.
pub enum Way {
    /// In this process.
    Inside,
    /// Over a socket, with the program's own HTTP client.
    Socket(String),
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

/// Crawls an organization with these settings, inside this process.
pub async fn crawl(settings: Settings) -> Crawled {
    crawl_by(settings, Way::Inside).await
}

/// Crawls an organization. The run starts at the organization's own moment, so that ages agree to the day.
pub async fn crawl_by(settings: Settings, way: Way) -> Crawled {
    let place = Place::new(settings, way);
    let report = orgcensus_crawl::run(place.crawl().await).await.expect("a run");
    let snapshot = place.snapshot().await;
    let log = place.log.lock().expect("no worker panicked").clone();
    Crawled { simulation: place.simulation, report, snapshot, log, folder: place.folder }
}

/// An organization, and a lake for what is crawled of it.
pub struct Place {
    /// The organization, which counts every call.
    pub simulation: Simulation,
    /// The lake.
    pub lake: Lake,
    way: Way,
    log: Arc<Mutex<String>>,
    folder: TempDir,
}

impl Place {
    /// An organization with these settings, and an empty lake.
    pub fn new(settings: Settings, way: Way) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = folder.path().join("lake").display().to_string();
        let lake = Lake::open(&url, &LakeOptions::default()).expect("a lake");
        Self { simulation: Simulation::new(settings), lake, way, log: Arc::default(), folder }
    }

    /// The folder that holds the lake and the stages.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The newest complete snapshot.
    pub async fn snapshot(&self) -> Snapshot {
        Snapshot::open(&self.lake, &Which::Newest).await.expect("a snapshot")
    }

    /// A crawl of it, to be run or changed.
    pub async fn crawl(&self) -> Crawl {
        let settings = self.simulation.settings();
        let (http_client, endpoint_url) = match &self.way {
            Way::Inside => (Some(self.simulation.http_client()), None),
            Way::Socket(url) => (None::<SharedHttpClient>, Some(url.clone())),
        };
        let key = Credentials::new(MANAGEMENT_ACCESS_KEY, MANAGEMENT_SECRET_KEY, None, None, "test");
        let options = Options {
            home_region: settings.regions.first().cloned(),
            credentials: Some(SharedCredentialsProvider::new(key)),
            limits: Limits::unlimited(),
            max_attempts: 2,
            http_client,
            endpoint_url,
            ..Options::default()
        };
        let base = Base::load(options).await.expect("a base");
        let hop = Hop {
            role_arn: format!("arn:{{partition}}:iam::{{account_id}}:role/{}", settings.crawler_role),
            session_name: "test".to_owned(),
            external_id: settings.external_id.clone(),
            ..Hop::default()
        };
        let written = Arc::clone(&self.log);
        Crawl {
            run_id: format!("test-{}", settings.seed),
            captured_at: Timestamp(settings.now_millis),
            chain: Chain::new(&base, &[], hop).await.expect("a chain"),
            base,
            own_account_id: Some(self.simulation.account_id(0)),
            collectors: COLLECTORS.to_vec(),
            all_collectors: COLLECTORS.to_vec(),
            selection: Selection {
                regions: settings.regions.iter().chain([&settings.opt_in_region]).cloned().collect(),
                ..Selection::default()
            },
            trusted_accounts: Vec::new(),
            stage_directory: self.folder.path().join("stage"),
            lake: self.lake.clone(),
            file_options: FileOptions::default(),
            min_coverage: 0.5,
            bounds: Bounds::default(),
            listener: Arc::new(move |event| {
                written.lock().expect("no worker panicked").push_str(&format!("{event:?}\n"));
            }),
            stop: orgcensus_crawl::never(),
        }
    }
}
