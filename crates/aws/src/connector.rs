//! The second lock: an HTTP client that sends no request without a permit.

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
}

#[derive(Debug)]
struct GuardedConnector {
    inner: SharedHttpConnector,
}

impl GuardedClient {
    pub(crate) fn shared(inner: SharedHttpClient) -> SharedHttpClient {
        SharedHttpClient::new(Self { inner })
    }
}

impl HttpClient for GuardedClient {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(GuardedConnector { inner })
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
        match HttpRequest::try_from(request) {
            Ok(request) => self.inner.call(request),
            Err(_) => refuse("not an HTTP request"),
        }
    }
}
