//! A name server for tests in front of a simulated organization, which itself needs no names.

use std::net::IpAddr;

use aws_smithy_runtime_api::client::dns::{DnsFuture, ResolveDns, ResolveDnsError};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

use crate::NameServer;

/// Passes a request on to the client if the server knows the host; else gives the error that a connector gives for such
/// a name.
pub(crate) fn before(client: SharedHttpClient, server: NameServer) -> SharedHttpClient {
    SharedHttpClient::new(Client(client, server))
}

/// The server as a resolver.
#[derive(Debug)]
pub(crate) struct Resolver(pub(crate) NameServer);

impl ResolveDns for Resolver {
    fn resolve_dns<'a>(&'a self, name: &'a str) -> DnsFuture<'a> {
        let known = (self.0)(name).map(|()| vec![IpAddr::from([127, 0, 0, 1])]);
        DnsFuture::ready(known.map_err(ResolveDnsError::new))
    }
}

#[derive(Debug)]
struct Client(SharedHttpClient, NameServer);

#[derive(Debug)]
struct Connector(SharedHttpConnector, NameServer);

impl HttpClient for Client {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector(self.0.http_connector(settings, components), self.1))
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let host = request.uri().split('/').nth(2).unwrap_or_default();
        match (self.1)(host) {
            Ok(()) => self.0.call(request),
            Err(error) => HttpConnectorFuture::ready(Err(ConnectorError::io(ResolveDnsError::new(error).into()))),
        }
    }
}
