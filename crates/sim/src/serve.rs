//! Access for any AWS client: HTTP on a socket.

use crate::delivery::{Content, Delivery};
use crate::simulation::Simulation;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use socket2::SockRef;
use std::io;
use tokio::net::{TcpListener, TcpStream};

/// The path where a test asks which calls were made. No AWS service has such a path.
const CALLS: &str = "/_calls";

/// How many connections may wait to be accepted. A crawl opens up to 256 at once, but a listener by default has room
/// for 128. On a busy machine the others would be dropped; TCP would try again only after seconds, or too late.
const WAITING_MAX: i32 = 1024;

/// Requests that only read are never larger.
const MAX_BODY_BYTES: usize = 1 << 20;

/// Answers every connection until accepting fails. Drop the future to stop.
///
/// # Errors
/// When the listener can accept no more connections.
pub async fn serve(simulation: Simulation, listener: TcpListener) -> io::Result<()> {
    SockRef::from(&listener).listen(WAITING_MAX)?;
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(connection(simulation.clone(), stream));
    }
}

/// Answers one connection. If it breaks, nothing is reported here, because the client sees it too.
async fn connection(simulation: Simulation, stream: TcpStream) {
    let service = service_fn(|request| answer(simulation.clone(), request));
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(simulation: Simulation, request: http::Request<Incoming>) -> io::Result<http::Response<Content>> {
    if request.uri().path() == CALLS {
        let calls = serde_json::to_vec(&simulation.calls())?;
        return Delivery::Whole(http::Response::new(calls.into())).into_response();
    }
    let (parts, body) = request.into_parts();
    let delivery = match Limited::new(body, MAX_BODY_BYTES).collect().await {
        Ok(body) => simulation.deliver(http::Request::from_parts(parts, body.to_bytes())).await,
        Err(_) => {
            let mut response = http::Response::default();
            *response.status_mut() = http::StatusCode::PAYLOAD_TOO_LARGE;
            Delivery::Whole(response)
        }
    };
    // An error here closes the connection without an answer. This is the intended effect.
    delivery.into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::quiet;
    use std::net::SocketAddr;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    async fn reply(address: SocketAddr, request: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).await.unwrap();
        reply
    }

    #[tokio::test]
    async fn a_socket_answers_as_the_process_does_and_says_what_was_called() {
        let simulation = Simulation::new(quiet(1, 1));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(serve(simulation.clone(), listener));
        let scope = "AWS4-HMAC-SHA256 Credential=AKIASIMULATEDMANAGEMENT/20261122/us-east-1/sts/aws4_request";
        let head = format!("POST / HTTP/1.1\r\nhost: h\r\nconnection: close\r\nauthorization: {scope}\r\n");
        let request = format!("{head}content-length: 24\r\n\r\nAction=GetCallerIdentity");
        let identity = reply(address, &request).await;
        assert!(identity.starts_with("HTTP/1.1 200") && identity.contains(&simulation.account_id(0)), "{identity}");
        let calls = reply(address, "GET /_calls HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n").await;
        assert!(calls.contains(r#""operation":"GetCallerIdentity","allowed":1,"refused":0"#), "{calls}");
        server.abort();
    }
}
