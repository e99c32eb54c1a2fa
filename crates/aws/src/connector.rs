//! The second check: an HTTP client that sends no request without a permit, and limits how many it sends at once. It
//! returns a whole answer in time, or an error that says what was wrong.

use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::dns::SharedDnsResolver;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use tokio::sync::Semaphore;

use crate::answer;
use crate::error::{Class, Error};
use crate::gate::Permitted;
use crate::names;
use crate::own_task::in_own_task;

/// The most requests on their way at once. The rates keep far fewer there; but without this limit the first second of
/// many accounts would open a connection for each of their tasks.
const IN_FLIGHT_MAX: usize = 256;

/// The bounds of each attempt after it has its permit. The wait for a permit has its own bound.
#[derive(Debug, Clone)]
pub(crate) struct Bounds {
    /// How long an attempt may take, from connecting to the last byte of its answer.
    pub(crate) attempt: Duration,
    /// How large an answer may be.
    pub(crate) answer_bytes: u64,
    /// Who is asked about names that do not resolve.
    pub(crate) names: SharedDnsResolver,
}

/// Wraps an HTTP client so that it refuses requests that did not pass the gate.
#[derive(Debug)]
pub(crate) struct GuardedClient {
    inner: SharedHttpClient,
    in_flight: Arc<Semaphore>,
    bounds: Bounds,
}

#[derive(Debug)]
struct GuardedConnector {
    inner: SharedHttpConnector,
    in_flight: Arc<Semaphore>,
    bounds: Bounds,
}

impl GuardedClient {
    pub(crate) fn shared(inner: SharedHttpClient, bounds: Bounds) -> SharedHttpClient {
        SharedHttpClient::new(Self { inner, in_flight: Arc::new(Semaphore::new(IN_FLIGHT_MAX)), bounds })
    }
}

impl HttpClient for GuardedClient {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        let (in_flight, bounds) = (Arc::clone(&self.in_flight), self.bounds.clone());
        SharedHttpConnector::new(GuardedConnector { inner, in_flight, bounds })
    }
}

impl HttpConnector for GuardedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let refuse = |why: &str| {
            let error = Error::new(Class::Failed, "NoPermit", format!("refused to send: {why}"));
            HttpConnectorFuture::ready(Err(ConnectorError::other(Box::new(error), None)))
        };
        let Ok(request) = request.try_into_http1x() else { return refuse("not an HTTP request") };
        let Some(permitted) = request.extensions().get::<Permitted>().cloned() else {
            return refuse("the request carries no permit");
        };
        let Ok(request) = HttpRequest::try_from(request) else { return refuse("not an HTTP request") };
        let (inner, in_flight, bounds) = (self.inner.clone(), Arc::clone(&self.in_flight), self.bounds.clone());
        // In a task of its own, so that neither the slot nor the connection is with a future that nobody polls.
        HttpConnectorFuture::new(in_own_task(async move {
            // Nothing closes it.
            let _slot = in_flight.acquire().await;
            let answer = receive(&inner, request, &permitted, &bounds);
            tokio::time::timeout(bounds.attempt, answer).await.unwrap_or_else(|_elapsed| {
                let words = format!("no whole answer in {} s", bounds.attempt.as_secs_f64());
                let error = Error::new(Class::TimedOut, "AttemptDeadline", words);
                Err(ConnectorError::timeout(Box::new(error)))
            })
        }))
    }
}

/// One attempt: a request out, a whole answer in. What may go better next time is an error of input and output, which
/// the SDK retries.
async fn receive(
    inner: &SharedHttpConnector,
    request: HttpRequest,
    permitted: &Permitted,
    bounds: &Bounds,
) -> Result<HttpResponse, ConnectorError> {
    let Permitted { service, operation, region } = permitted;
    let mut answer = match inner.call(request).await {
        Ok(answer) => answer,
        Err(error) => return Err(explained(error, service, region, &bounds.names).await),
    };
    let body = std::mem::replace(answer.body_mut(), SdkBody::taken());
    let body = answer::whole(body, bounds.answer_bytes).await.map_err(|error| match error.code.as_str() {
        "AnswerTooLong" => ConnectorError::other(Box::new(error), None),
        _ => ConnectorError::io(Box::new(error)),
    })?;
    if answer.status().is_success() {
        answer::check(service, operation, &body).map_err(|error| ConnectorError::io(Box::new(error)))?;
    }
    *answer.body_mut() = SdkBody::from(body);
    Ok(answer)
}

/// An error of the network; where a name did not resolve, with what that means.
async fn explained(error: ConnectorError, service: &str, region: &str, names: &SharedDnsResolver) -> ConnectorError {
    let Some(unresolved) = names::in_causes_of(&error) else { return error };
    let verdict = names::verdict(names, unresolved, service, region).await;
    match verdict.class {
        Class::Unsupported => ConnectorError::other(Box::new(verdict), None),
        _ => ConnectorError::io(Box::new(verdict)),
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;
    use crate::names::SystemNames;

    /// Answers with an empty object, a moment later.
    #[derive(Debug)]
    struct Slow;

    impl HttpConnector for Slow {
        fn call(&self, _request: HttpRequest) -> HttpConnectorFuture {
            HttpConnectorFuture::new(async {
                tokio::time::sleep(Duration::from_millis(1)).await;
                let answer = http::Response::new(SdkBody::from("{}"));
                Ok(HttpResponse::try_from(answer).expect("an answer of HTTP"))
            })
        }
    }

    fn connector() -> GuardedConnector {
        let names = SharedDnsResolver::new(SystemNames);
        let bounds = Bounds { attempt: Duration::from_secs(60), answer_bytes: 100, names };
        let in_flight = Arc::new(Semaphore::new(IN_FLIGHT_MAX));
        GuardedConnector { inner: SharedHttpConnector::new(Slow), in_flight, bounds }
    }

    fn permitted() -> HttpRequest {
        let [service, operation, region] = ["sqs", "ListQueues", "eu-west-1"].map(Arc::from);
        let request = Request::builder().uri("https://sqs.eu-west-1.amazonaws.com/").body(SdkBody::empty());
        let mut request = request.expect("a request of HTTP");
        request.extensions_mut().insert(Permitted { service, operation, region });
        HttpRequest::try_from(request).expect("a request of HTTP")
    }

    #[tokio::test(start_paused = true)]
    async fn callers_whom_nobody_polls_keep_nobody_waiting() {
        let connector = connector();
        let mut forgotten: Vec<_> = (0..IN_FLIGHT_MAX).map(|_| Box::pin(connector.call(permitted()))).collect();
        for caller in &mut forgotten {
            assert!(futures::poll!(caller.as_mut()).is_pending());
        }
        let answer = tokio::time::timeout(Duration::from_secs(10), connector.call(permitted())).await;
        assert!(answer.is_ok_and(|it| it.is_ok()), "the slots are with futures that are not polled");
    }
}
