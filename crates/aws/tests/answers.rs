//! Bad answers: late, too short, too long, or the same page again. Each is an error that names the call and says what
//! was wrong.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_credential_types::provider::{ProvideCredentials, future};
use aws_smithy_runtime_api::client::dns::{DnsFuture, ResolveDns, ResolveDnsError};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use futures::StreamExt;
use http_body_util::StreamBody;
use hyper::body::{Bytes, Frame};
use orgcensus_aws::{
    Base, Chain, Class, Credentials, Error, Hop, NameError, Options, Session, SharedCredentialsProvider,
    SharedDnsResolver, client, organization, regions, whoami,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::Instant;

const WHOAMI: &str = "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>111122223333</Account>\
                      </GetCallerIdentityResult></GetCallerIdentityResponse>";
const EXPIRED: &str = "<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredToken</Code><Message>The security token \
                       included in the request is expired</Message></Error></ErrorResponse>";

/// Gives answers in their order, and then the last one again and again: a status and a body; without a body the answer
/// trickles.
#[derive(Debug, Clone, Default)]
struct Scripted(Arc<Mutex<VecDeque<Scene>>>, Arc<AtomicU64>);

/// A status and a body; without one the answer never comes.
type Scene = (u16, Option<String>);

impl Scripted {
    fn new(answers: &[(u16, Option<&str>)]) -> Self {
        let answers = answers.iter().map(|(status, body)| (*status, body.map(str::to_owned)));
        Self(Arc::new(Mutex::new(answers.collect())), Arc::default())
    }

    fn sent(&self) -> u64 {
        self.1.load(Ordering::SeqCst)
    }
}

impl HttpClient for Scripted {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Scripted {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        self.1.fetch_add(1, Ordering::SeqCst);
        let mut answers = self.0.lock().expect("no panic");
        let (status, body) =
            if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() }.expect("one");
        let body = body.map_or_else(trickle, SdkBody::from);
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status.try_into().expect("a status"), body)))
    }
}

/// Two bytes a second, for ever.
fn trickle() -> SdkBody {
    let bytes = futures::stream::repeat(()).then(|()| async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        Ok::<_, Infallible>(Frame::data(Bytes::from_static(b"  ")))
    });
    SdkBody::from_body_1_x(StreamBody::new(Box::pin(bytes)))
}

fn options() -> Options {
    let key = Credentials::new("AKIAIOSFODNN7EXAMPLE", "secret", None, None, "test");
    Options {
        home_region: Some("eu-west-1".to_owned()),
        credentials: Some(SharedCredentialsProvider::new(key)),
        max_attempts: 2,
        ..Options::default()
    }
}

async fn session_with(options: Options) -> Session {
    Base::load(options).await.expect("a base").caller("111122223333").home_session()
}

async fn session(answers: &[(u16, Option<&str>)]) -> (Session, Scripted) {
    let wire = Scripted::new(answers);
    let options = Options { http_client: Some(SharedHttpClient::new(wire.clone())), ..options() };
    (session_with(options).await, wire)
}

/// What becomes of a call that is answered so.
async fn error_of(answers: &[(u16, Option<&str>)]) -> Error {
    whoami(&session(answers).await.0).await.expect_err("an error")
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_trickles_is_late() {
    let begun = Instant::now();
    let error = error_of(&[(200, None)]).await;
    assert_eq!((error.class, error.operation.as_deref()), (Class::TimedOut, Some("sts:GetCallerIdentity")), "{error}");
    assert!(error.message.contains("no whole answer in 120 s"), "{error}");
    let seconds = begun.elapsed().as_secs();
    assert!((240..270).contains(&seconds), "two attempts: {seconds} s");
}

/// Answers after 40 seconds without reading the request, like a request that waits for a connection.
#[derive(Debug, Clone)]
struct Busy;

impl HttpClient for Busy {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Busy {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(async move {
            tokio::time::sleep(Duration::from_secs(40)).await;
            drop(request);
            Ok(HttpResponse::new(200.try_into().expect("a status"), SdkBody::from(WHOAMI)))
        })
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_that_waits_for_its_connection_has_not_stalled() {
    let options = Options { http_client: Some(SharedHttpClient::new(Busy)), max_attempts: 1, ..options() };
    whoami(&session_with(options).await).await.expect("an answer");
}

#[tokio::test(start_paused = true)]
async fn a_call_ends_with_its_time_however_many_attempts_it_has() {
    let begun = Instant::now();
    let wire = Scripted::new(&[(200, None)]);
    let limits = Options { max_attempts: 1000, operation_timeout: Duration::from_secs(500), ..options() };
    let session = session_with(Options { http_client: Some(SharedHttpClient::new(wire.clone())), ..limits }).await;
    let error = whoami(&session).await.expect_err("late");
    assert_eq!((error.class, begun.elapsed().as_secs()), (Class::TimedOut, 500), "{error}");
    assert!(wire.sent() <= 5, "{}", wire.sent());
}

/// A server that answers every request with two bytes a second.
async fn trickling_server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut request = [0_u8; 16_384];
                let _ = stream.read(&mut request).await;
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n").await;
                while stream.write_all(b"  ").await.is_ok() {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            });
        }
    });
    format!("http://{address}")
}

#[tokio::test]
async fn a_trickling_server_holds_no_call() {
    let attempt_timeout = Duration::from_millis(200);
    let options =
        Options { endpoint_url: Some(trickling_server().await), attempt_timeout, max_attempts: 1, ..options() };
    let base = Base::load(options).await.expect("a base");
    let session = base.caller("111122223333").home_session();
    let hop =
        Hop { role_arn: "arn:aws:iam::{account_id}:role/r".into(), session_name: "test".into(), ..Hop::default() };
    let chain = Chain::new(&base, &[], hop).await.expect("a chain");
    for (call, error) in [
        ("sts:GetCallerIdentity", whoami(&session).await.err()),
        ("organizations:DescribeOrganization", organization::read(&session, |_| ()).await.err()),
        ("ec2:DescribeRegions", regions::read(&session).await.err()),
        ("sts:AssumeRole", chain.enter("111122223333").await.err()),
    ] {
        let error = error.expect(call);
        assert_eq!((error.class, error.operation.as_deref()), (Class::TimedOut, Some(call)), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_short_answer_is_no_answer_and_is_asked_for_again() {
    for body in ["", "   ", "<", "<GetCallerIdentityResponse><GetCallerIdentityResult>", "{"] {
        let (session, wire) = session(&[(200, Some(body))]).await;
        let error = whoami(&session).await.expect_err(body);
        assert_eq!((error.class, error.code.as_str(), wire.sent()), (Class::Failed, "AnswerTooShort", 2), "{body:?}");
        assert_eq!(error.operation.as_deref(), Some("sts:GetCallerIdentity"));
    }
    let (session, _) = session(&[(200, Some("")), (200, Some(WHOAMI))]).await;
    assert_eq!(whoami(&session).await.expect("the second").account_id, "111122223333");
}

#[tokio::test(start_paused = true)]
async fn an_organization_of_an_empty_answer_is_not_read() {
    for body in ["", "{}", "[]", "null"] {
        let (session, _) = session(&[(200, Some(body))]).await;
        let error = organization::read(&session, |_| ()).await.expect_err(body);
        assert_eq!(error.class, Class::Failed, "{body:?}: {error}");
    }
    for body in ["<DescribeRegionsResponse><regionInfo/></DescribeRegionsResponse>", "<DescribeRegionsResponse/>"] {
        let error = regions::read(&session(&[(200, Some(body))]).await.0).await.expect_err(body);
        assert_eq!((error.code.as_str(), error.operation.as_deref()), ("NoRegions", Some("ec2:DescribeRegions")));
    }
}

#[tokio::test(start_paused = true)]
async fn a_long_answer_is_refused_once() {
    let long = " ".repeat(1001);
    let wire = Scripted::new(&[(200, Some(&long))]);
    let http_client = Some(SharedHttpClient::new(wire.clone()));
    let session = session_with(Options { answer_bytes_max: 1000, http_client, ..options() }).await;
    let error = whoami(&session).await.expect_err("long");
    assert_eq!((error.class, error.code.as_str(), wire.sent()), (Class::Failed, "AnswerTooLong", 1), "{error}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_cannot_be_read_says_why() {
    for (status, body, code, words) in [
        (200, "{\"Account\": 1}", "AnswerUnreadable", "200 OK: the answer could not be read"),
        (200, "<Other></Other>", "AnswerUnreadable", "expected GetCallerIdentityResponse"),
        (400, "no XML", "HTTP400", "400 Bad Request: the answer could not be read"),
        (400, "<ErrorResponse><Error></Error></ErrorResponse>", "HTTP400", "400 Bad Request, and no message"),
    ] {
        let error = error_of(&[(status, Some(body))]).await;
        assert_eq!((error.code.as_str(), error.operation.as_deref()), (code, Some("sts:GetCallerIdentity")), "{error}");
        assert!(error.message.contains(words), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_that_was_read_is_not_the_next_one() {
    let page = |token: &str| format!("{{\"Roots\": [], \"NextToken\": \"{token}\"}}");
    let (a, b, last) = (page("a"), page("b"), "{\"Roots\": []}");
    for (tokens, is_whole) in [(vec![&a, &b, &a], false), (vec![&a, &a], false), (vec![&a, &b], true)] {
        let mut answers: Vec<_> = tokens.iter().map(|body| (200, Some(body.as_str()))).collect();
        answers.push((200, Some(last)));
        let (session, wire) = session(&answers).await;
        let mut pages = client!(session, aws_sdk_organizations).list_roots().into_paginator().send();
        let mut result = Ok(());
        while let Some(page) = pages.next().await {
            result = result.and(page.map(|_| ()).map_err(Error::from));
        }
        assert_eq!(result.is_ok(), is_whole, "{tokens:?}: {result:?}");
        assert!(result.err().is_none_or(|error| error.code == "RepeatedToken"), "{tokens:?}");
        assert_eq!(wire.sent(), if is_whole { 3 } else { tokens.len() as u64 }, "{tokens:?}");
    }
    // Another task may read the same pages.
    let (session, _) = session(&[(200, Some(&a)), (200, Some(last)), (200, Some(&a)), (200, Some(last))]).await;
    for session in [session.access().home_session(), session.access().home_session()] {
        let mut pages = client!(session, aws_sdk_organizations).list_roots().into_paginator().send();
        while let Some(page) = pages.next().await {
            page.expect("a page");
        }
    }
}

/// Credentials of an hour, counted.
#[derive(Debug, Clone, Default)]
struct Hourly(Arc<AtomicU64>);

impl ProvideCredentials for Hourly {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let n = self.0.fetch_add(1, Ordering::SeqCst);
        let end = std::time::SystemTime::now() + Duration::from_secs(3600);
        future::ProvideCredentials::ready(Ok(Credentials::new(format!("AKIA{n}"), "s", None, Some(end), "test")))
    }
}

#[tokio::test(start_paused = true)]
async fn credentials_that_ended_are_renewed_once() {
    for (answers, sent, renewals, is_answered) in [
        (vec![(403, Some(EXPIRED)), (200, Some(WHOAMI))], 2, 1, true),
        (vec![(403, Some(EXPIRED)), (403, Some(EXPIRED)), (200, Some(WHOAMI))], 2, 1, false),
    ] {
        let (wire, hourly) = (Scripted::new(&[&[(200, Some(WHOAMI))], answers.as_slice()].concat()), Hourly::default());
        let options = Options {
            http_client: Some(SharedHttpClient::new(wire.clone())),
            credentials: Some(SharedCredentialsProvider::new(hourly.clone())),
            max_attempts: 6,
            ..options()
        };
        let session = session_with(options).await;
        whoami(&session).await.expect("the first");
        tokio::time::advance(Duration::from_secs(60)).await;
        let result = whoami(&session).await;
        assert_eq!(result.is_ok(), is_answered, "{result:?}");
        assert_eq!((wire.sent() - 1, hourly.0.load(Ordering::SeqCst) - 1), (sent, renewals));
        if let Err(error) = result {
            assert_eq!((error.class, error.code.as_str()), (Class::Failed, "ExpiredToken"));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_region_is_off_if_a_second_look_says_so() {
    let item = |name: &str, status: &str| {
        format!("<item><regionName>{name}</regionName><optInStatus>{status}</optInStatus></item>")
    };
    let items = item("eu-west-1", "opt-in-not-required") + &item("me-south-1", "not-opted-in");
    let answer = format!("<DescribeRegionsResponse><regionInfo>{items}</regionInfo></DescribeRegionsResponse>");
    let (session, wire) = session(&[(200, Some(&answer))]).await;
    let mut off = Vec::new();
    for region in ["me-south-1", "eu-west-1", "xx-north-9", "me-south-1"] {
        off.push(regions::is_off(&session.in_region(region)).await);
    }
    assert_eq!((off, wire.sent()), (vec![true, false, false, true], 1), "asked once");
    let refused = "<Response><Errors><Error><Code>AuthFailure</Code><Message>no</Message></Error></Errors></Response>";
    let (session, wire) = self::session(&[(401, Some(refused))]).await;
    for _ in 0..2 {
        assert!(!regions::is_off(&session.in_region("me-south-1")).await, "the look failed");
    }
    assert_eq!(wire.sent(), 1);
}

/// A name server that knows the hosts of STS.
#[derive(Debug)]
struct KnowsSts;

impl ResolveDns for KnowsSts {
    fn resolve_dns<'a>(&'a self, name: &'a str) -> DnsFuture<'a> {
        let unknown = || ResolveDnsError::new(NameError::NoSuchHost(name.to_owned()));
        let known = name.starts_with("sts.").then(|| vec![IpAddr::from([127, 0, 0, 1])]);
        DnsFuture::ready(known.ok_or_else(unknown))
    }
}

#[tokio::test]
async fn a_name_that_does_not_resolve_is_judged_by_its_witnesses_through_the_real_client() {
    let names = || Some(SharedDnsResolver::new(KnowsSts));
    for (region, class, code) in
        [("xx-north-9", Class::Unsupported, "NoSuchHost"), ("eu-west-1", Class::Failed, "NameUnresolved")]
    {
        let options = Options { home_region: Some(region.to_owned()), names: names(), max_attempts: 1, ..options() };
        let error = regions::read(&session_with(options).await).await.expect_err("no host");
        assert_eq!((error.class, error.code.as_str()), (class, code), "{error}");
        assert_eq!(error.operation.as_deref(), Some("ec2:DescribeRegions"));
    }
}
