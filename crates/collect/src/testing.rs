//! For the tests of collectors: recorded answers by operation and page, and what a collector made of them.
//!
//! No feature: with one, everything above this crate would be compiled twice, for the program and for the tests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::json::ArrayWriter;
use arrow::record_batch::RecordBatch;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use futures::FutureExt;
use futures::future::BoxFuture;
use orgcensus_aws::{Base, Credentials, Options, Permitted, SharedCredentialsProvider, SharedHttpClient};
use orgcensus_row::{GLOBAL, Row, Stamp, Table, Timestamp};
use serde_json::Value;

use crate::{Collector, Error, Finished, Missed, PolicyDocument, Rows, Scope, Sink};

/// The moment of every test's run: 2026-01-01T00:00:00Z.
pub const CAPTURED_AT: Timestamp = Timestamp(1_767_225_600_000);
/// The account of every test.
pub const ACCOUNT_ID: &str = "111122223333";

/// Recorded answers of one account in one region.
#[derive(Debug, Clone, Default)]
pub struct Recorded {
    answers: Arc<Mutex<Vec<Answer>>>,
    calls: Arc<Mutex<BTreeSet<String>>>,
}

#[derive(Debug)]
struct Answer {
    operation: String,
    contains: String,
    status: u16,
    body: String,
    is_used: bool,
}

/// What a collector made of the answers.
#[derive(Debug)]
pub struct Collected {
    /// Rows by table, without the stamp.
    pub rows: BTreeMap<String, Vec<Value>>,
    /// How the task ended.
    pub result: Result<(), Error>,
    /// What could not be read of listed items.
    pub missed: Option<Missed>,
    /// Items that went away between list and read.
    pub gone: u64,
    /// Rows whose key an earlier one had.
    pub duplicates: u64,
    /// Why there may be more than the rows say.
    pub reason: Option<&'static str>,
    /// Operations called, `sqs:ListQueues`.
    pub calls: BTreeSet<String>,
}

impl Recorded {
    /// No answers yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The next answer to `operation`.
    pub fn answer(self, operation: &str, body: &str) -> Self {
        self.add(operation, "", 200, body)
    }

    /// The next answer to a request for `operation` whose URI or body contains a text: an item's name, a token.
    pub fn answer_to(self, operation: &str, contains: &str, body: &str) -> Self {
        self.add(operation, contains, 200, body)
    }

    /// The next answer to such a request, with another status: an error.
    pub fn refuse(self, operation: &str, contains: &str, status: u16, body: &str) -> Self {
        self.add(operation, contains, status, body)
    }

    fn add(self, operation: &str, contains: &str, status: u16, body: &str) -> Self {
        let (operation, contains, body) = (operation.to_owned(), contains.to_owned(), body.to_owned());
        let answer = Answer { operation, contains, status, body, is_used: false };
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).push(answer);
        self
    }

    /// Runs a collector on these answers, in `eu-west-1`. An answer that nobody asked for is an error, as is a call, or a
    /// policy of a type of resource, that the collector does not declare.
    pub async fn run(&self, collector: &Collector) -> Collected {
        let options = Options {
            home_region: Some("eu-west-1".to_owned()),
            http_client: Some(SharedHttpClient::new(self.clone())),
            credentials: Some(SharedCredentialsProvider::new(Credentials::new("key", "secret", None, None, "test"))),
            max_attempts: 1,
            ..Options::default()
        };
        let base = Base::load(options).await.expect("a base with static credentials");
        let session = base.caller(ACCOUNT_ID).home_session();
        let mut sink = Kept::default();
        let mut rows = Rows::new(stamp(collector.scope), &mut sink);
        let mut result = (collector.collect)(&session, &mut rows).await;
        let Finished { missed, gone, duplicates, reason, .. } = match rows.finish().await {
            Ok(finished) => finished,
            Err(error) => {
                result = result.and(Err(error));
                Finished::default()
            }
        };
        let calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.check(collector, &calls);
        sink.check(collector);
        Collected { rows: sink.rows, result, missed, gone, duplicates, reason, calls }
    }

    fn check(&self, collector: &Collector, calls: &BTreeSet<String>) {
        let declared: BTreeSet<String> =
            collector.calls.iter().map(|call| format!("{}:{}", call.service, call.operation)).collect();
        let undeclared: Vec<_> = calls.difference(&declared).collect();
        assert!(undeclared.is_empty(), "{} calls what it does not declare: {undeclared:?}", collector.name);
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let unused: Vec<_> = answers.iter().filter(|it| !it.is_used).map(|it| (&it.operation, &it.contains)).collect();
        assert!(unused.is_empty(), "{} never asked for {unused:?}", collector.name);
    }

    fn take(&self, operation: &str, text: &str) -> (u16, String) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let next =
            answers.iter_mut().find(|it| !it.is_used && it.operation == operation && text.contains(&it.contains));
        match next {
            Some(answer) => {
                answer.is_used = true;
                (answer.status, answer.body.clone())
            }
            None => (599, format!("no recorded answer to {operation}: {text}")),
        }
    }
}

impl Collected {
    /// The rows of one table; none if it stayed empty.
    pub fn table(&self, name: &str) -> &[Value] {
        self.rows.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// How many things could not be read, and the tables that are short of them.
    pub fn short(&self) -> (u64, Vec<&'static str>) {
        let tables = |missed: &Missed| missed.tables.iter().copied().collect();
        self.missed.as_ref().map(|missed| (missed.items, tables(missed))).unwrap_or_default()
    }

    /// Asserts that every declared call was made.
    pub fn assert_all_calls(&self, collector: &Collector) -> &Self {
        for call in collector.calls {
            let name = format!("{}:{}", call.service, call.operation);
            assert!(self.calls.contains(&name), "{} declares {name} and did not call it", collector.name);
        }
        self
    }
}

fn stamp(scope: Scope) -> Stamp {
    Stamp {
        organization_id: "o-test".to_owned(),
        account_id: ACCOUNT_ID.to_owned(),
        account_name: "test".to_owned(),
        ou_path: "Root".to_owned(),
        region: if scope.is_regional() { "eu-west-1".to_owned() } else { GLOBAL.to_owned() },
        captured_at: CAPTURED_AT,
        run_id: "test".to_owned(),
    }
}

#[derive(Default)]
struct Kept {
    rows: BTreeMap<String, Vec<Value>>,
}

impl Kept {
    /// The types of resources whose policies were read are those that the collector declares.
    fn check(&self, collector: &Collector) {
        for policy in self.rows.get(PolicyDocument::TABLE).into_iter().flatten() {
            let is_declared = collector.resources.iter().any(|it| policy["resource_type"] == it.resource_type);
            assert!(is_declared, "{} declares no {}", collector.name, policy["resource_type"]);
        }
    }
}

impl Sink for Kept {
    fn write<'a>(&'a mut self, table: Table, batch: RecordBatch) -> BoxFuture<'a, Result<(), Error>> {
        let stamped = Stamp::columns().len();
        let own: Vec<usize> = (stamped..batch.num_columns()).collect();
        let rows = batch.project(&own).map_err(|error| error.to_string()).and_then(|own| json(&own));
        let result = rows.map(|rows| self.rows.entry(table.name.to_owned()).or_default().extend(rows));
        futures::future::ready(result.map_err(Error::Stage)).boxed()
    }
}

fn json(batch: &RecordBatch) -> Result<Vec<Value>, String> {
    let mut writer = ArrayWriter::new(Vec::new());
    writer.write(batch).and_then(|()| writer.finish()).map_err(|error| error.to_string())?;
    serde_json::from_slice(&writer.into_inner()).map_err(|error| error.to_string())
}

impl HttpClient for Recorded {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Recorded {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let request = request.try_into_http1x().expect("an HTTP request");
        let name = request.extensions().get::<Permitted>().cloned().expect("the gate named the call");
        let call = format!("{}:{}", name.service, name.operation);
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).insert(call);
        let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
        let (status, body) = self.take(&name.operation, &format!("{} {body}", request.uri()));
        let status = StatusCode::try_from(status).expect("a status");
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(body))))
    }
}
