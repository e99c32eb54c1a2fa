//! Attacks on the gate: whatever a client leaves out, no request is sent without a permit.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_sdk_sts::config::SharedIdentityCache;
use aws_smithy_runtime::client::identity::IdentityCache;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use orgcensus_aws::{Base, Credentials, Error, Options, Session, SharedCredentialsProvider, client};

/// Answers every request, and counts them.
#[derive(Debug, Clone, Default)]
struct Counted(Arc<AtomicU64>);

impl Counted {
    fn sent(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

impl HttpClient for Counted {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

const WHOAMI: &str = "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>111122223333</Account>\
                      </GetCallerIdentityResult></GetCallerIdentityResponse>";

impl HttpConnector for Counted {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        self.0.fetch_add(1, Ordering::SeqCst);
        let status = 200_u16.try_into().expect("a status");
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(WHOAMI))))
    }
}

async fn session() -> (Session, Counted) {
    let wire = Counted::default();
    let key = Credentials::new("AKIAIOSFODNN7EXAMPLE", "secret", None, None, "test");
    let options = Options {
        home_region: Some("eu-west-1".to_owned()),
        http_client: Some(SharedHttpClient::new(wire.clone())),
        credentials: Some(SharedCredentialsProvider::new(key)),
        max_attempts: 1,
        ..Options::default()
    };
    let base = Base::load(options).await.expect("a base");
    (base.caller("111122223333").home_session(), wire)
}

/// What a client says of its one call.
async fn whoami(client: aws_sdk_sts::Client) -> Result<String, Error> {
    let answer = client.get_caller_identity().send().await?;
    Ok(answer.account.unwrap_or_default())
}

#[tokio::test]
async fn a_client_made_as_told_sends() {
    let (session, wire) = session().await;
    assert_eq!(whoami(client!(session, aws_sdk_sts)).await.expect("an answer"), "111122223333");
    assert_eq!((wire.sent(), session.usage().calls()), (1, 1));
}

#[tokio::test]
async fn a_client_without_the_interceptor_sends_nothing() {
    let (session, wire) = session().await;
    let config = aws_sdk_sts::config::Builder::from(&session.sdk_config()).identity_cache(session.gate()).build();
    let error = whoami(aws_sdk_sts::Client::from_conf(config)).await.expect_err("refused");
    assert_eq!((error.code.as_str(), wire.sent()), ("NoPermit", 0), "{error}");
}

#[tokio::test]
async fn a_client_without_the_cache_sends_nothing() {
    let (session, wire) = session().await;
    let config = aws_sdk_sts::config::Builder::from(&session.sdk_config()).interceptor(session.gate()).build();
    let error = whoami(aws_sdk_sts::Client::from_conf(config)).await.expect_err("refused");
    assert_eq!((error.code.as_str(), wire.sent()), ("NoPermit", 0), "{error}");
}

#[tokio::test]
async fn a_client_with_a_cache_of_its_own_sends_nothing() {
    let (session, wire) = session().await;
    let cache: SharedIdentityCache = IdentityCache::lazy().build();
    let builder = aws_sdk_sts::config::Builder::from(&session.sdk_config());
    let config = builder.interceptor(session.gate()).identity_cache(cache).build();
    let error = whoami(aws_sdk_sts::Client::from_conf(config)).await.expect_err("refused");
    assert_eq!((error.code.as_str(), wire.sent()), ("NoPermit", 0), "{error}");
}

#[tokio::test]
async fn the_connector_lets_nothing_pass_without_a_permit() {
    let (session, wire) = session().await;
    let error = whoami(aws_sdk_sts::Client::from_conf((&session.sdk_config()).into())).await.expect_err("refused");
    assert_eq!((error.code.as_str(), wire.sent()), ("NoPermit", 0), "{error}");
    assert!(error.message.contains("carries no permit"), "{error}");
}

#[tokio::test]
async fn a_client_that_brings_its_own_http_client_is_refused_by_the_gate() {
    let (session, _) = session().await;
    let aside = Counted::default();
    let builder = aws_sdk_sts::config::Builder::from(&session.sdk_config());
    let config = builder.interceptor(session.gate()).http_client(aside.clone()).build();
    let error = whoami(aws_sdk_sts::Client::from_conf(config)).await.expect_err("refused");
    assert_eq!((error.code.as_str(), aside.sent()), ("NoPermit", 0), "{error}");
}
