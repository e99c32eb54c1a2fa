//! The object store's HTTP client, which follows no redirect: its requests carry a session's token, and a signature is
//! good for one host and path anyway.

use std::time::Duration;

use object_store::client::{ClientConfigKey, ClientOptions, HttpClient, HttpConnector};
use reqwest::redirect::Policy;

/// How long a connection may take, and a whole answer: the object store's own defaults.
const CONNECT: Duration = Duration::from_secs(5);
const ANSWER: Duration = Duration::from_secs(30);

/// Makes clients that refuse to be sent elsewhere.
#[derive(Debug)]
pub(crate) struct NoRedirects;

/// Where the answer sent us.
#[derive(Debug, thiserror::Error)]
#[error("it redirects to {0}, and no redirect is followed: is the bucket in another region, or is that not S3?")]
struct Redirected(String);

impl HttpConnector for NoRedirects {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        let setting = |key| options.get_config_value(&key);
        let is_on = |key| setting(key).is_some_and(|value| value == "true");
        let mut builder = reqwest::Client::builder()
            .redirect(Policy::custom(|attempt| {
                let host = attempt.url().host_str().unwrap_or("nowhere").to_owned();
                attempt.error(Redirected(host))
            }))
            .connect_timeout(CONNECT)
            .timeout(ANSWER)
            .http1_only()
            .https_only(!is_on(ClientConfigKey::AllowHttp))
            .danger_accept_invalid_certs(is_on(ClientConfigKey::AllowInvalidCertificates));
        if let Some(agent) = setting(ClientConfigKey::UserAgent) {
            builder = builder.user_agent(agent);
        }
        if let Some(url) = setting(ClientConfigKey::ProxyUrl) {
            builder = builder.proxy(reqwest::Proxy::all(url).map_err(generic)?);
        }
        Ok(HttpClient::new(builder.build().map_err(generic)?))
    }
}

fn generic(error: reqwest::Error) -> object_store::Error {
    object_store::Error::Generic { store: "HTTP client", source: Box::new(error) }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use crate::{Lake, LakeOptions};

    /// Answers every request with a redirect of this status to this address, and counts them.
    async fn redirect(listener: TcpListener, status: u16, to: String, asked: Arc<AtomicUsize>) {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut buffer = [0; 8192];
            let _ = stream.read(&mut buffer).await;
            asked.fetch_add(1, Ordering::Relaxed);
            let answer = format!(
                "HTTP/1.1 {status} Elsewhere\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            );
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    }

    #[tokio::test]
    async fn no_redirect_is_followed_whatever_its_status() {
        for status in [301, 302, 303, 307, 308] {
            let (here, there) =
                (TcpListener::bind("127.0.0.1:0").await.unwrap(), TcpListener::bind("127.0.0.1:0").await.unwrap());
            let endpoint = format!("http://{}", here.local_addr().unwrap());
            let thief = format!("http://localhost:{}/stolen", there.local_addr().unwrap().port());
            let asked = Arc::new(AtomicUsize::new(0));
            let serving = tokio::spawn(redirect(here, status, thief, Arc::clone(&asked)));
            let settings = [
                ("aws_region", "eu-west-1"),
                ("aws_endpoint_url_s3", &endpoint),
                ("aws_access_key_id", "AKIDEXAMPLE"),
                ("aws_secret_access_key", "secret"),
                ("aws_session_token", "the-token"),
            ];
            let settings = settings.map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec();
            let lake = Lake::open("s3://bucket/lake", &LakeOptions { settings, ..LakeOptions::default() }).unwrap();
            let read = lake.read("_commits/00000001.json").await.unwrap_err();
            let written = lake.write("x", "y").await.unwrap_err();
            for error in [read, written] {
                // A write is not sent again by itself: there the answer is the error.
                let words = format!("{error:?}");
                let is_answer = words.contains(&format!("status: {status}"));
                assert!(words.contains("Redirected(\"localhost\")") || is_answer, "{status}: {words}");
            }
            serving.abort();
            assert!(asked.load(Ordering::Relaxed) >= 2, "{status}: both were asked");
            let stolen = tokio::time::timeout(std::time::Duration::from_millis(1), there.accept()).await;
            assert!(stolen.is_err(), "{status}: it went elsewhere");
        }
    }
}
