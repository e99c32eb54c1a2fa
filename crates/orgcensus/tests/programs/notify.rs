//! A webhook is told of two nights: of the first, which has no changes to tell and is refused, and of the second with
//! its changes. The address of the webhook is in no log and in no file of the lake.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};

use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use orgcensus_sim::{Settings, Troubles};
use serde_json::{Value, json};

use crate::world::{Ended, World};

/// Whoever knows it may speak to the webhook.
const TOKEN: &str = "T0KEN-of-the-webhook";

/// What a webhook heard: paths and bodies.
type Heard = Arc<Mutex<Vec<(String, Value)>>>;

/// A webhook on loopback, which refuses the first message and takes all others.
struct Hook {
    address: SocketAddr,
    heard: Heard,
    /// Serves as long as it lives.
    _runtime: tokio::runtime::Runtime,
}

impl Hook {
    fn new() -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a socket");
        let (address, heard) = (listener.local_addr().expect("an address"), Heard::default());
        runtime.spawn(serve(listener, Arc::clone(&heard)));
        Self { address, heard, _runtime: runtime }
    }

    /// What it has heard since it was asked last.
    fn take(&self) -> Vec<Value> {
        let heard = std::mem::take(&mut *self.heard.lock().expect("no panic"));
        assert!(heard.iter().all(|(path, _)| *path == format!("/hook/{TOKEN}")), "{heard:?}");
        heard.into_iter().map(|(_, body)| body).collect()
    }
}

async fn serve(listener: tokio::net::TcpListener, heard: Heard) {
    let is_first = Arc::new(Mutex::new(true));
    while let Ok((stream, _)) = listener.accept().await {
        let (heard, is_first) = (Arc::clone(&heard), Arc::clone(&is_first));
        let service = service_fn(move |request: Request<Incoming>| {
            let (heard, is_first) = (Arc::clone(&heard), Arc::clone(&is_first));
            async move {
                let path = request.uri().path().to_owned();
                let body = request.into_body().collect().await.expect("a body").to_bytes();
                heard.lock().expect("no panic").push((path, serde_json::from_slice(&body).expect("JSON")));
                let mut answer = Response::new(Empty::<Bytes>::new());
                if std::mem::take(&mut *is_first.lock().expect("no panic")) {
                    *answer.status_mut() = StatusCode::FORBIDDEN;
                }
                Ok::<_, Infallible>(answer)
            }
        });
        tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

/// A crawl that says everything that it may say, and nothing of the webhook's address.
fn night(settings: Settings, hook: &Hook, lake: &Path) -> (World, Ended) {
    let world = World::new(settings);
    let lines = format!("[report]\npast = 0\n\n[notify]\nwebhook = \"http://{}/hook/{TOKEN}\"\n", hook.address);
    world.configure(&format!("{lines}each = \"info\"\neach_max = 1\n"));
    let lake = lake.to_string_lossy();
    let mut command = world.command(&["crawl", "--config", "crawl.toml", "--lake", &lake]);
    let ended = Ended::from(command.env("ORGCENSUS_LOG", "trace").output().expect("the program starts"));
    assert_eq!(ended.code, 0, "{}", ended.err.lines().last().unwrap_or_default());
    let said = ended.err.lines().chain(ended.out.lines()).find(|line| line.contains(TOKEN));
    assert_eq!(said.map(|line| line.chars().take(2000).collect::<String>()), None);
    (world, ended)
}

/// Whether any file below a folder has the token.
fn has_token(folder: &Path) -> bool {
    std::fs::read_dir(folder).expect("a folder").any(|entry| {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => has_token(&path),
            false => std::fs::read(&path).expect("a file").windows(TOKEN.len()).any(|it| it == TOKEN.as_bytes()),
        }
    })
}

#[test]
fn a_webhook_is_told_of_each_night_and_its_address_is_nowhere() {
    let quiet = || Settings { troubles: Troubles::none(), ..Settings::new(4, 7) };
    let (hook, folder) = (Hook::new(), tempfile::tempdir().expect("a folder"));
    let lake = folder.path().join("lake");

    let (_first, ended) = night(quiet(), &hook, &lake);
    let told = hook.take();
    let [told] = told.as_slice() else { panic!("one message of the first night: {}", ended.words()) };
    let ended_as = json!([told["kind"], told["verdict"], told["changes"]]);
    assert_eq!(ended_as, json!(["run", "published", null]));
    assert_eq!(told["changes_missing"], "there is no earlier complete snapshot");
    for (name, end) in [("page", "/report.html"), ("run_report", "/run.json")] {
        let address = told[name].as_str().unwrap_or_else(|| panic!("no {name} in {told}"));
        assert!(address.ends_with(end) && Path::new(address).exists(), "{address}");
    }
    let warning = "notify: the webhook was told 0 of 1 messages: it answered 403 Forbidden";
    assert!(ended.err.contains(warning), "a failed delivery is told, and the run is whole");

    let (second, ended) = night(quiet().at_night(1), &hook, &lake);
    let made = second.simulation.truth().changes;
    let made = |change: &str| made.iter().filter(|it| it.change == change).count();
    let told = hook.take();
    let found = &told[0]["changes"]["found"];
    let counts = json!([found["info"], found["warning"]]);
    assert_eq!(counts, json!([made("user_added"), made("mfa_removed")]), "{told:?}");
    assert!(told[0]["changes"]["unknown"]["critical"].as_u64() > Some(0), "sign-ins need events: {told:?}");
    // The most important change, and how many more there are.
    let all = made("user_added") + made("mfa_removed");
    assert!(all > 0 && told.len() == 2 + usize::from(all > 1), "{told:?}");
    assert_eq!(told[1]["kind"], "change");
    assert!(told[1].get("resource").is_none() && told[1].get("account_name").is_none(), "{}", told[1]);
    assert!(told.get(2).is_none_or(|more| more["more"] == all - 1 && more["told"] == 1), "{told:?}");
    assert!(ended.out.contains(&format!("notified     the webhook  messages {}", told.len())), "{}", ended.out);
    assert!(!has_token(folder.path()), "the token is in the lake");
}
