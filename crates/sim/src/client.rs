//! Access for SDKs in the same process: an HTTP client without sockets.

use crate::simulation::Simulation;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::HttpError;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;

/// An HTTP client that answers its own requests.
#[derive(Debug, Clone)]
struct InProcess(Simulation);

impl Simulation {
    /// An HTTP client for AWS SDKs. It sends every request to this simulation, whatever the address.
    #[must_use]
    pub fn http_client(&self) -> SharedHttpClient {
        SharedHttpClient::new(InProcess(self.clone()))
    }
}

impl HttpClient for InProcess {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for InProcess {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if self.0.settings().network.is_calm() {
            return HttpConnectorFuture::ready(self.answer(request));
        }
        let this = self.clone();
        HttpConnectorFuture::new(async move { this.deliver(request).await })
    }
}

impl InProcess {
    fn answer(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        HttpResponse::try_from(self.0.answer(whole(request)?).map(SdkBody::from)).map_err(user)
    }

    async fn deliver(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let delivery = self.0.deliver(whole(request)?).await;
        let response = delivery.into_response().map_err(|error| ConnectorError::io(error.into()))?;
        HttpResponse::try_from(response.map(SdkBody::from_body_1_x)).map_err(user)
    }
}

fn user(error: HttpError) -> ConnectorError {
    ConnectorError::user(error.into())
}

/// Requests that only read have small bodies, which are in memory.
fn whole(request: HttpRequest) -> Result<http::Request<Bytes>, ConnectorError> {
    let request = request.try_into_http1x().map_err(user)?;
    Ok(request.map(|body| body.bytes().map(Bytes::copy_from_slice).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::quiet;

    #[tokio::test]
    async fn an_sdks_request_is_answered_without_a_socket() {
        let simulation = Simulation::new(quiet(1, 1));
        let scope = "AWS4-HMAC-SHA256 Credential=AKIASIMULATEDMANAGEMENT/20261122/us-east-1/sts/aws4_request";
        let request = http::Request::post("https://sts.us-east-1.amazonaws.com/")
            .header("authorization", scope)
            .body(SdkBody::from("Action=GetCallerIdentity"))
            .unwrap();
        let response = InProcess(simulation.clone()).call(request.try_into().unwrap()).await.unwrap();
        assert_eq!(response.status().as_u16(), 200);
        let body = String::from_utf8(response.body().bytes().unwrap().to_vec()).unwrap();
        assert!(body.contains(&simulation.account_id(0)), "{body}");
    }
}
