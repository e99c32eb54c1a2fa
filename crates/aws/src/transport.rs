//! HTTP with the same settings as the AWS CLI: rustls, proxies, `AWS_CA_BUNDLE`. For calls of AWS, and for the few
//! calls of other servers.

use std::time::Duration;

use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector, ConnectorBuilder};
use aws_smithy_runtime_api::client::dns::SharedDnsResolver;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorSettings, SharedHttpClient};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;

use crate::error::{Class, Error, with_causes};
use crate::names::SystemNames;

/// The longest answer that [`Plain`] reads to its end.
const ANSWER_BYTES_MAX: usize = 1 << 20;

/// How long idle connections are kept, and how many for each host. Each S3 bucket is a host of its own, and calls to it
/// last only seconds.
const POOL_IDLE: Duration = Duration::from_secs(20);
const POOL_IDLE_MAX: usize = 64;

/// The client of AWS's calls, and the resolver that it asks for addresses.
pub(crate) fn http_client(names: SharedDnsResolver) -> Result<SharedHttpClient, Error> {
    let tls = tls()?;
    Ok(Builder::new().build_with_connector_fn(move |settings, components| {
        let sleep = components.and_then(|components| components.sleep_impl());
        connector(&tls, names.clone(), settings.cloned(), sleep)
    }))
}

fn connector(
    tls: &TlsContext,
    names: SharedDnsResolver,
    settings: Option<HttpConnectorSettings>,
    sleep: Option<SharedAsyncSleep>,
) -> Connector {
    let mut builder = ConnectorBuilder::default()
        .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
        .tls_context(tls.clone())
        .proxy_config(ProxyConfig::from_env())
        .pool_idle_timeout(POOL_IDLE)
        .pool_max_idle_per_host(POOL_IDLE_MAX);
    builder.set_connector_settings(settings);
    builder.set_sleep_impl(sleep);
    builder.build_with_resolver(names)
}

fn tls() -> Result<TlsContext, Error> {
    let mut trust = TrustStore::default();
    if let Some(path) = std::env::var_os("AWS_CA_BUNDLE") {
        let path = std::path::PathBuf::from(path);
        let pem = std::fs::read(&path).map_err(|error| {
            Error::new(Class::Failed, "Configuration", format!("AWS_CA_BUNDLE {}: {error}", path.display()))
        })?;
        trust = trust.with_pem_certificate(pem);
    }
    let tls = TlsContext::builder().with_trust_store(trust).build();
    tls.map_err(|error| Error::new(Class::Failed, "Configuration", format!("AWS_CA_BUNDLE: {error}")))
}

/// A client for a server that is not AWS: a collector of telemetry, a webhook. It signs nothing and does not pass the
/// gate, so it must never be handed to an SDK. It follows no redirect.
#[derive(Debug)]
pub struct Plain(Connector);

impl Plain {
    /// A client whose connections, and whose answers' beginnings, take at most `timeout` each.
    pub fn new(timeout: Duration) -> Result<Self, Error> {
        let settings = HttpConnectorSettings::builder().connect_timeout(timeout).read_timeout(timeout).build();
        let sleep = SharedAsyncSleep::new(TokioSleep::new());
        Ok(Self(connector(&tls()?, SharedDnsResolver::new(SystemNames), Some(settings), Some(sleep))))
    }

    /// Sends JSON to an address, and reads the whole answer. The address may be a secret: if it is none, the error does
    /// not say what it is.
    pub async fn post(&self, url: &str, json: Vec<u8>) -> Result<http::Response<Vec<u8>>, Error> {
        let request = http::Request::post(url)
            .header(http::header::CONTENT_TYPE, "application/json")
            .header(http::header::USER_AGENT, concat!("orgcensus/", env!("CARGO_PKG_VERSION")))
            .body(json)
            .map_err(|_| Error::new(Class::Failed, "Http", "the address is none"))?;
        self.send(request).await
    }

    /// Sends a request and reads the whole answer. Must be polled on tokio.
    pub async fn send(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, Error> {
        let failed = |error: &dyn std::error::Error| Error::new(Class::Failed, "Http", with_causes(error));
        let request = HttpRequest::try_from(request.map(SdkBody::from)).map_err(|error| failed(&error))?;
        let answer = self.0.call(request).await.map_err(|error| failed(&error))?;
        let (parts, body) = answer.try_into_http1x().map_err(|error| failed(&error))?.into_parts();
        let (mut stream, mut bytes) = (ByteStream::new(body), Vec::new());
        while let Some(chunk) = stream.next().await {
            bytes.extend_from_slice(&chunk.map_err(|error| failed(&error))?);
            if bytes.len() > ANSWER_BYTES_MAX {
                return Err(Error::new(Class::Failed, "Http", format!("an answer of over {ANSWER_BYTES_MAX} bytes")));
            }
        }
        Ok(http::Response::from_parts(parts, bytes))
    }
}
