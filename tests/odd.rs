//! An organization that answers some calls as a test wants.

use std::fmt;
use std::sync::Arc;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use orgcensus_aws::{Permitted, SharedHttpClient};

/// What is answered to a call, `sqs:ListQueueTags`, by its URI and body: a status and a body of its own, or `None` where
/// the organization answers.
pub type Answers = Arc<dyn Fn(&str, &str) -> Option<(u16, String)> + Send + Sync>;

/// A client that asks the test first.
#[derive(Clone)]
pub(crate) struct Odd {
    inner: SharedHttpClient,
    answers: Answers,
}

impl Odd {
    pub(crate) fn client(inner: SharedHttpClient, answers: Answers) -> SharedHttpClient {
        SharedHttpClient::new(Self { inner, answers })
    }
}

impl fmt::Debug for Odd {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Odd")
    }
}

impl HttpClient for Odd {
    fn http_connector(&self, settings: &HttpConnectorSettings, parts: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, parts);
        SharedHttpConnector::new(Connector { inner, answers: Arc::clone(&self.answers) })
    }
}

struct Connector {
    inner: SharedHttpConnector,
    answers: Answers,
}

impl fmt::Debug for Connector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Connector")
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let request = request.try_into_http1x().expect("an HTTP request");
        let name = request.extensions().get::<Permitted>().map(|it| format!("{}:{}", it.service, it.operation));
        let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
        let answer = (self.answers)(&name.unwrap_or_default(), &format!("{} {body}", request.uri()));
        match answer {
            Some((status, body)) => {
                let status = StatusCode::try_from(status).expect("a status");
                HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(body))))
            }
            None => self.inner.call(request.try_into().expect("an HTTP request")),
        }
    }
}
