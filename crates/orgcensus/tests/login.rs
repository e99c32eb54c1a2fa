//! A session of `aws login` as base credentials. AWS's token endpoint is a recording: nobody signs in here.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};

use orgcensus_sim::{MANAGEMENT_ACCESS_KEY, MANAGEMENT_SECRET_KEY};

mod world;

use world::{Ended, World};

const PROFILE: &str = "[default]\nlogin_session = arn:aws:iam::0123456789012:user/Admin\nregion = us-east-1\n";

/// The file that the CLI keeps a session in: SHA-256 of its ARN.
const FILE: &str = "36db1d138ff460920374e4c3d8e01f53f9f73537e89c88d639f68393df0e2726.json";

/// The key that the SDK's own tests publish.
const KEY: &str = "-----BEGIN EC PRIVATE KEY-----\\nMHcCAQEEIFDZHUzOG1Pzq+6F0mjMlOSp1syN9LRPBuHMoCFXTcXhoAoGCCqGSM49\\n\
    AwEHoUQDQgAE9qhj+KtcdHj1kVgwxWWWw++tqoh7H7UHs7oXh8jBbgF47rrYGC+t\\ndjiIaHK3dBvvdE7MGj5HsepzLm3Kj91bqA==\\n\
    -----END EC PRIVATE KEY-----\\n";

/// What `aws login` leaves: credentials until a moment, and what renews them.
fn session(access_key_id: &str, expires_at: &str) -> String {
    format!(
        r#"{{"accessToken": {{"accessKeyId": "{access_key_id}", "secretAccessKey": "{MANAGEMENT_SECRET_KEY}",
            "sessionToken": "session-token", "accountId": "012345678901", "expiresAt": "{expires_at}"}},
            "tokenType": "aws_sigv4", "refreshToken": "refresh-token-value", "idToken": "identity-token-value",
            "clientId": "arn:aws:signin:::devtools/same-device", "dpopKey": "{KEY}"}}"#
    )
}

/// Answers each request as the token endpoint does, and tells what was asked.
fn recording() -> (SocketAddr, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a socket");
    let address = listener.local_addr().expect("an address");
    let (sender, asked) = channel();
    std::thread::spawn(move || listener.incoming().flatten().try_for_each(|stream| answer(stream, &sender)));
    (address, asked)
}

fn answer(stream: TcpStream, sender: &Sender<String>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let (mut request, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let line = line.to_lowercase();
        if let Some(text) = line.strip_prefix("content-length:") {
            length = text.trim().parse().unwrap_or_default();
        }
        if line.trim().is_empty() {
            break;
        }
        request.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    request.push_str(&String::from_utf8_lossy(&body));
    let _ = sender.send(request);
    let body = format!(
        r#"{{"accessToken": {{"accessKeyId": "{MANAGEMENT_ACCESS_KEY}", "secretAccessKey": "{MANAGEMENT_SECRET_KEY}",
            "sessionToken": "new-session-token"}}, "tokenType": "aws_sigv4", "expiresIn": 900,
            "refreshToken": "new-refresh-token"}}"#
    );
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close";
    write!(reader.get_mut(), "{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

/// `preflight` with nothing but this session, and what was asked of the token endpoint.
fn preflight(world: &World, session: &str) -> (Ended, Vec<String>) {
    let (address, asked) = recording();
    let home = world.path("home");
    std::fs::create_dir_all(home.join(".aws/login/cache")).expect("folders");
    std::fs::write(home.join(".aws/config"), PROFILE).expect("written");
    std::fs::write(home.join(".aws/login/cache").join(FILE), session).expect("written");
    let mut command = world.command(&["preflight", "--config", "crawl.toml"]);
    command.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY").env("HOME", &home);
    command.env("AWS_EC2_METADATA_DISABLED", "true").env("AWS_ENDPOINT_URL_SIGNIN", format!("http://{address}"));
    let ended = Ended::from(command.output().expect("the program starts"));
    (ended, asked.try_iter().collect())
}

#[test]
fn a_session_of_aws_login_is_used_and_renewed() {
    let world = World::of(1);
    let (lasting, asked) = preflight(&world, &session(MANAGEMENT_ACCESS_KEY, "2199-12-25T21:30:00Z"));
    assert!(lasting.out.contains("ok    identity") && asked.is_empty(), "{asked:?} {}", lasting.words());
    let (renewed, asked) = preflight(&world, &session("ASIAENDED", "2020-01-01T00:00:00Z"));
    assert!(renewed.out.contains("ok    identity"), "{}", renewed.words());
    let first = asked.first().expect("a request");
    assert!(first.contains("refresh-token-value") && first.contains("\ndpop:"), "{first}");
    assert!(!renewed.words().contains("new-session-token"));
}
