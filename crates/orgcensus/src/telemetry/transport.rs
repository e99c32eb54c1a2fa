//! How telemetry travels: by the program's own HTTP client, with its proxies and certificates, around the gate, since
//! a collector is no service of AWS's.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use orgcensus_aws::Plain;
use tokio::runtime::Handle;

use crate::reporter;

/// How long a connection, and then an answer, may take.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Sends on the runtime where it was made, since exporters wait on threads of their own. Warns once.
#[derive(Debug)]
pub(super) struct Transport {
    plain: Arc<Plain>,
    runtime: Handle,
    has_warned: AtomicBool,
}

impl Transport {
    pub(super) fn new() -> Result<Self, orgcensus_aws::Error> {
        let (plain, runtime) = (Arc::new(Plain::new(TIMEOUT)?), Handle::current());
        Ok(Self { plain, runtime, has_warned: AtomicBool::default() })
    }

    /// Says why telemetry is lost, unless that was said before.
    pub(super) fn warn(&self, why: &str) {
        if !self.has_warned.swap(true, Ordering::Relaxed) {
            reporter::say("warning", &format!("telemetry is lost, and the run goes on: {why}"));
        }
    }
}

#[async_trait]
impl HttpClient for Transport {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        // Leaves out a password before the host and a key after the path.
        let endpoint = request.uri().host().unwrap_or_default().to_owned();
        let plain = Arc::clone(&self.plain);
        let sent = self.runtime.spawn(async move { plain.send(request.map(Vec::from)).await });
        match sent.await.map_err(HttpError::from).and_then(|sent| sent.map_err(HttpError::from)) {
            Ok(answer) => {
                if !answer.status().is_success() {
                    self.warn(&format!("{endpoint} answers {}", answer.status()));
                }
                Ok(answer.map(Bytes::from))
            }
            Err(error) => {
                self.warn(&format!("{endpoint}: {error}"));
                Err(error)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn no_redirect_is_followed() {
        let bind = async || TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (here, there) = (bind().await, bind().await);
        let url = format!("http://{}/v1/traces", here.local_addr().unwrap());
        let thief = format!("http://localhost:{}/v1/traces", there.local_addr().unwrap().port());
        let answered = tokio::spawn(async move {
            let (mut stream, _) = here.accept().await.unwrap();
            let _ = stream.read(&mut [0; 8192]).await;
            let answer = format!("HTTP/1.1 307 Elsewhere\r\nLocation: {thief}\r\nContent-Length: 0\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
        });
        let request = Request::post(url).header("authorization", "secret").body(Bytes::from_static(b"x")).unwrap();
        let answer = Transport::new().unwrap().send_bytes(request).await.unwrap();
        assert_eq!(answer.status(), 307);
        answered.await.unwrap();
        assert!(tokio::time::timeout(Duration::from_millis(1), there.accept()).await.is_err(), "it went elsewhere");
    }
}
