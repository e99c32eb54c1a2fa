//! The second lock: an HTTP client that sends no request without a permit, and only so many at once.

use std::sync::Arc;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use tokio::sync::Semaphore;

use crate::error::{Class, Error};
use crate::gate::Permitted;

/// Requests on their way at once: many more than the rates keep there, but the first second of many accounts would open
/// a connection for each of their tasks.
const IN_FLIGHT_MAX: usize = 256;

/// Wraps an HTTP client so that it refuses what the gate has not passed.
#[derive(Debug)]
pub(crate) struct GuardedClient {
    inner: SharedHttpClient,
    in_flight: Arc<Semaphore>,
}

#[derive(Debug)]
struct GuardedConnector {
    inner: SharedHttpConnector,
    in_flight: Arc<Semaphore>,
}

impl GuardedClient {
    pub(crate) fn shared(inner: SharedHttpClient) -> SharedHttpClient {
        SharedHttpClient::new(Self { inner, in_flight: Arc::new(Semaphore::new(IN_FLIGHT_MAX)) })
    }
}

impl HttpClient for GuardedClient {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(GuardedConnector { inner, in_flight: Arc::clone(&self.in_flight) })
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
        let Ok(request) = HttpRequest::try_from(request) else { return refuse("not an HTTP request") };
        let (inner, in_flight) = (self.inner.clone(), Arc::clone(&self.in_flight));
        HttpConnectorFuture::new(async move {
            // Nothing closes it.
            let _slot = in_flight.acquire().await;
            inner.call(request).await
        })
    }
}
