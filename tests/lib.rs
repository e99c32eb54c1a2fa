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

/// Crawls an organization with these settings, inside this process.
pub async fn crawl(settings: Settings) -> Crawled {
    crawl_by(settings, Way::Inside).await
}

/// Crawls an organization. The run starts at the organization's own moment, so that ages agree to the day.
pub async fn crawl_by(settings: Settings, way: Way) -> Crawled {
    let simulation = Simulation::new(settings.clone());
    let (http_client, endpoint_url, place) = match way {
        Way::Inside => (Some(simulation.http_client()), None, 0),
        Way::Socket(url) => (None::<SharedHttpClient>, Some(url), 0),
        Way::Member(place) => (Some(simulation.http_client()), None, place),
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
    let own = Hop { role_arn: hop.arn_in(&settings.partition, &simulation.account_id(place)), ..hop.clone() };
    let between = if place == 0 { vec![] } else { vec![own] };
    let folder = tempfile::tempdir().expect("a folder");
    let lake = Lake::open(&folder.path().join("lake").display().to_string(), &LakeOptions::default()).expect("a lake");
    let log = Arc::new(Mutex::new(String::new()));
    let written = Arc::clone(&log);
    let crawl = Crawl {
        run_id: format!("test-{}", settings.seed),
        captured_at: Timestamp(settings.now_millis),
        chain: Chain::new(&base, &between, hop).await.expect("a chain"),
        base,
        own_account_id: Some(simulation.account_id(place)),
        collectors: COLLECTORS.to_vec(),
        all_collectors: COLLECTORS.to_vec(),
        selection: Selection {
            regions: settings.regions.iter().chain([&settings.opt_in_region]).cloned().collect(),
            ..Selection::default()
        },
        trusted_accounts: Vec::new(),
        stage_directory: folder.path().join("stage"),
        lake: lake.clone(),
        file_options: FileOptions::default(),
        min_coverage: 0.5,
        bounds: Bounds::default(),
        listener: Arc::new(move |event| {
            written.lock().expect("no worker panicked").push_str(&format!("{event:?}\n"));
        }),
    };
    let report = orgcensus_crawl::run(crawl).await.expect("a run");
    let snapshot = Snapshot::open(&lake, &Which::Newest).await.expect("a snapshot");
    let log = log.lock().expect("no worker panicked").clone();
    Crawled { simulation, report, snapshot, log, folder }
}
