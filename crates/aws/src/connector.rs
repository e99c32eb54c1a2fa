//! The second lock: an HTTP client that sends no request without a permit, and the one place that mends host names.

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

use crate::error::{Class, Error};
use crate::gate::Permitted;

/// Wraps an HTTP client so that it refuses what the gate has not passed.
#[derive(Debug)]
pub(crate) struct GuardedClient {
    inner: SharedHttpClient,
    /// `127.0.0.1:5001`, where an endpoint of one's own is configured.
    authority: Option<String>,
}

#[derive(Debug)]
struct GuardedConnector {
    inner: SharedHttpConnector,
    authority: Option<String>,
}

impl GuardedClient {
    pub(crate) fn new(inner: SharedHttpClient, endpoint_url: Option<&str>) -> SharedHttpClient {
        let authority = endpoint_url.and_then(authority).map(str::to_owned);
        SharedHttpClient::new(Self { inner, authority })
    }
}

/// The `host:port` of a URL.
fn authority(url: &str) -> Option<&str> {
    url.split_once("://")?.1.split('/').next()
}

impl HttpClient for GuardedClient {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(GuardedConnector { inner, authority: self.authority.clone() })
    }
}

impl HttpConnector for GuardedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let refuse = |why: &str| {
            let error = Error::new(Class::Failed, "NoPermit", format!("refused to send: {why}"));
            HttpConnectorFuture::ready(Err(ConnectorError::other(Box::new(error), None)))
        };
        let Ok(request) = request.try_into_http1x() else { return refuse("not an HTTP request") };
        if request.extensions().get::<Permitted>().is_none() {
            return refuse("the request carries no permit");
        }
        let Ok(mut request) = HttpRequest::try_from(request) else { return refuse("not an HTTP request") };
        if let Some(unprefixed) = self.unprefixed(request.uri())
            && request.set_uri(unprefixed).is_err()
        {
            return refuse("the endpoint is no URL");
        }
        self.inner.call(request)
    }
}

impl GuardedConnector {
    /// S3 Control puts the account before the host, which a loopback name does not resolve: takes it off again where
    /// an endpoint of one's own is configured.
    fn unprefixed(&self, uri: &str) -> Option<String> {
        let wanted = self.authority.as_deref()?;
        let host = authority(uri)?;
        let is_prefixed = host != wanted && host.ends_with(&format!(".{wanted}"));
        is_prefixed.then(|| uri.replacen(host, wanted, 1))
    }
}
