//! Traces and metrics, as a collector of OpenTelemetry receives them; and none where no one asked for any.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::net::{SocketAddr, TcpListener};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::metrics::v1::{metric, number_data_point};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use tempfile::TempDir;

const ACCOUNTS: usize = 4;

/// What a collector received: paths and bodies.
type Received = Arc<Mutex<Vec<(String, Bytes)>>>;

/// A collector on loopback.
struct Collector {
    address: SocketAddr,
    received: Received,
    /// Serves as long as it lives.
    _runtime: tokio::runtime::Runtime,
}

impl Collector {
    fn new() -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a socket");
        let (address, received) = (listener.local_addr().expect("an address"), Received::default());
        runtime.spawn(serve(listener, Arc::clone(&received)));
        Self { address, received, _runtime: runtime }
    }

    fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The bodies that came to a path.
    fn bodies<M: Message + Default>(&self, path: &str) -> Vec<M> {
        let received = self.received.lock().expect("no panic");
        let of_path = received.iter().filter(|(found, _)| found == path);
        of_path.map(|(_, body)| M::decode(body.clone()).expect("a message of OTLP")).collect()
    }
}

async fn serve(listener: tokio::net::TcpListener, received: Received) {
    while let Ok((stream, _)) = listener.accept().await {
        let received = Arc::clone(&received);
        let service = service_fn(move |request: Request<Incoming>| {
            let received = Arc::clone(&received);
            async move {
                let path = request.uri().path().to_owned();
                let body = request.into_body().collect().await.expect("a body").to_bytes();
                received.lock().expect("no panic").push((path, body));
                Ok::<_, Infallible>(Response::new(Empty::<Bytes>::new()))
            }
        });
        tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

/// `orgcensus demo` in an environment that has nothing else.
fn demo(variables: &[(&str, &str)]) -> (Output, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_orgcensus"));
    command.current_dir(folder.path()).env_clear().envs(variables.iter().copied());
    command.args(["demo", "--lake", "lake", "--seed", "3", "--accounts", &ACCOUNTS.to_string()]);
    (command.output().expect("the program starts"), folder)
}

/// How many lines of standard error are warnings.
fn warnings(output: &Output) -> usize {
    let text = String::from_utf8_lossy(&output.stderr);
    text.lines().filter(|line| line.contains(r#""event":"warning""#)).count()
}

fn text(value: &AnyValue) -> String {
    match &value.value {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::IntValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    }
}

fn attributes(attributes: &[KeyValue]) -> BTreeMap<String, String> {
    attributes.iter().map(|it| (it.key.clone(), it.value.as_ref().map(text).unwrap_or_default())).collect()
}

#[test]
fn each_account_is_a_span_of_the_run_and_each_task_one_of_its_account() {
    let collector = Collector::new();
    let (output, _folder) = demo(&[("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.endpoint())]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(warnings(&output), 0);

    let requests: Vec<ExportTraceServiceRequest> = collector.bodies("/v1/traces");
    let of_resources: Vec<_> = requests.into_iter().flat_map(|it| it.resource_spans).collect();
    let resource = attributes(&of_resources[0].resource.as_ref().expect("a resource").attributes);
    assert_eq!(resource["service.name"], "orgcensus");
    let spans: Vec<Span> = of_resources.into_iter().flat_map(|it| it.scope_spans).flat_map(|it| it.spans).collect();
    let named = |name: &'static str| spans.iter().filter(move |span| span.name == name);
    let run = named("run").next().expect("a run");
    assert!(attributes(&run.attributes).contains_key("run_id") && run.parent_span_id.is_empty(), "{run:?}");

    let mut accounts = BTreeMap::new();
    for account in named("account") {
        let said = attributes(&account.attributes);
        assert_eq!(account.parent_span_id, run.span_id, "an account is of the run");
        assert!(said.contains_key("outcome") && said["calls"].parse::<u64>().is_ok(), "{said:?}");
        accounts.insert(account.span_id.clone(), said["account_id"].clone());
    }
    assert_eq!(accounts.values().collect::<BTreeSet<_>>().len(), ACCOUNTS);
    let mut tasks = 0;
    for task in named("task").filter(|task| accounts.contains_key(&task.parent_span_id)) {
        let said = attributes(&task.attributes);
        assert_eq!(said["account_id"], accounts[&task.parent_span_id]);
        for key in ["collector", "region", "outcome", "calls", "rows", "throttles"] {
            assert!(said.contains_key(key), "no {key} in {said:?}");
        }
        tasks += 1;
    }
    assert!(tasks > 2 * ACCOUNTS, "only {tasks} tasks");
}

#[test]
fn metrics_count_what_the_run_came_to() {
    let collector = Collector::new();
    let endpoint = format!("{}/of/metrics", collector.endpoint());
    let variables = [
        ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", endpoint.as_str()),
        ("OTEL_SERVICE_NAME", "census"),
        ("OTEL_RESOURCE_ATTRIBUTES", "team=security"),
    ];
    let (output, folder) = demo(&variables);
    assert!(output.status.success() && warnings(&output) == 0, "{}", String::from_utf8_lossy(&output.stderr));
    let runs = folder.path().join("lake/_runs");
    let run = std::fs::read_dir(runs).expect("reports").next().expect("one").expect("a folder");
    let report = std::fs::read(run.path().join("run.json")).expect("a report");
    let report: serde_json::Value = serde_json::from_slice(&report).expect("JSON");

    let requests: Vec<ExportMetricsServiceRequest> = collector.bodies("/of/metrics");
    // The last one has the sums.
    let last = requests.into_iter().flat_map(|it| it.resource_metrics).next_back().expect("metrics");
    let resource = attributes(&last.resource.as_ref().expect("a resource").attributes);
    assert_eq!((resource["service.name"].as_str(), resource["team"].as_str()), ("census", "security"));
    let metrics: Vec<_> = last.scope_metrics.into_iter().flat_map(|it| it.metrics).collect();
    let data = |name: &str| metrics.iter().find(|it| it.name == name).and_then(|it| it.data.clone()).expect(name);
    let sum = |name: &str| match data(name) {
        metric::Data::Sum(sum) => sum.data_points.iter().map(|point| number(point.value)).sum::<i64>(),
        other => panic!("{name} is no sum: {other:?}"),
    };
    assert_eq!(Some(sum("orgcensus.calls")), report["totals"]["calls"].as_i64());
    assert_eq!(Some(sum("orgcensus.rows")), report["totals"]["rows"].as_i64());
    let tasks = report["totals"]["tasks"].as_object().expect("outcomes");
    assert_eq!(sum("orgcensus.tasks"), tasks.values().filter_map(serde_json::Value::as_i64).sum::<i64>());
    let metric::Data::Histogram(durations) = data("orgcensus.account.duration") else { panic!("no histogram") };
    assert_eq!(durations.data_points.iter().map(|point| point.count).sum::<u64>(), ACCOUNTS as u64);
    let metric::Data::Gauge(left) = data("orgcensus.accounts.left") else { panic!("no gauge") };
    assert_eq!(number(left.data_points[0].value), 0);
    assert!(collector.received.lock().expect("no panic").iter().all(|(path, _)| path == "/of/metrics"), "no traces");
}

fn number(value: Option<number_data_point::Value>) -> i64 {
    match value {
        Some(number_data_point::Value::AsInt(number)) => number,
        other => panic!("no whole number: {other:?}"),
    }
}

#[test]
fn nothing_is_sent_where_nothing_is_set_or_all_is_switched_off() {
    let collector = Collector::new();
    let endpoint = collector.endpoint();
    // A collector may listen at the default address, but it is used only if the environment names it.
    for variables in [
        &[("OTEL_SERVICE_NAME", "orgcensus")][..],
        &[("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()), ("OTEL_SDK_DISABLED", "true")],
    ] {
        let (output, _folder) = demo(variables);
        assert!(output.status.success() && warnings(&output) == 0, "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert!(collector.received.lock().expect("no panic").is_empty());
}

#[test]
fn a_collector_that_is_not_there_or_never_answers_costs_one_warning_and_little_time() {
    // A port that nobody listens on, and a server that accepts but never answers.
    let gone = TcpListener::bind("127.0.0.1:0").expect("a socket").local_addr().expect("an address");
    let silent = TcpListener::bind("127.0.0.1:0").expect("a socket");
    for address in [gone, silent.local_addr().expect("an address")] {
        let start = Instant::now();
        let (output, _folder) = demo(&[("OTEL_EXPORTER_OTLP_ENDPOINT", &format!("http://{address}"))]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(warnings(&output), 1, "{}", String::from_utf8_lossy(&output.stderr));
        assert!(start.elapsed() < Duration::from_secs(60), "it took {:?}", start.elapsed());
    }
}
