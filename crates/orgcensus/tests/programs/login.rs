//! Sessions of `aws login` and SSO profiles as base credentials. AWS's endpoints for them are a recording: nobody signs in
//! here.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};

use orgcensus_sim::{MANAGEMENT_ACCESS_KEY, MANAGEMENT_SECRET_KEY};

use crate::world::{Ended, World};

const PROFILE: &str = "[default]\nlogin_session = arn:aws:iam::0123456789012:user/Admin\nregion = us-east-1\n";

/// The file that the CLI keeps a session in: SHA-256 of its ARN.
const FILE: &str = "36db1d138ff460920374e4c3d8e01f53f9f73537e89c88d639f68393df0e2726.json";

/// What `aws configure sso` writes.
const SSO_PROFILE: &str = "[default]\nsso_session = census\nsso_account_id = 012345678901\nsso_role_name = Auditor\n\
    region = us-east-1\n\n[sso-session census]\nsso_region = us-east-1\n\
    sso_start_url = https://census.awsapps.com/start\nsso_registration_scopes = sso:account:access\n";

/// The file that the CLI keeps its token in: SHA-1 of the session's name.
const SSO_FILE: &str = "4589092e975159ab488f06a60a52798c258ac678.json";

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

/// What `aws sso login` leaves: a token until a moment, and what renews it.
fn sso_token(expires_at: &str) -> String {
    format!(
        r#"{{"startUrl": "https://census.awsapps.com/start", "region": "us-east-1", "accessToken": "sso-token-value",
            "expiresAt": "{expires_at}", "clientId": "client", "clientSecret": "client-secret-value",
            "registrationExpiresAt": "2199-12-25T21:30:00Z", "refreshToken": "refresh-token-value"}}"#
    )
}

/// Answers each request as AWS's endpoint does, and tells what was asked.
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
    let body = answered(&request);
    let _ = sender.send(request);
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close";
    write!(reader.get_mut(), "{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

/// SSO's credentials for a role, SSO's new token, else what the endpoint of `aws login` says.
fn answered(request: &str) -> String {
    if request.starts_with("get /federation/credentials") {
        return format!(
            r#"{{"roleCredentials": {{"accessKeyId": "{MANAGEMENT_ACCESS_KEY}",
                "secretAccessKey": "{MANAGEMENT_SECRET_KEY}", "sessionToken": "new-session-token",
                "expiration": 7257945000000}}}}"#
        );
    }
    if request.starts_with("post /token") {
        return r#"{"accessToken": "new-sso-token-value", "tokenType": "Bearer", "expiresIn": 900}"#.to_owned();
    }
    format!(
        r#"{{"accessToken": {{"accessKeyId": "{MANAGEMENT_ACCESS_KEY}", "secretAccessKey": "{MANAGEMENT_SECRET_KEY}",
            "sessionToken": "new-session-token"}}, "tokenType": "aws_sigv4", "expiresIn": 900,
            "refreshToken": "new-refresh-token"}}"#
    )
}

/// `preflight` with nothing but this profile and the file that its sign-in left, and what was asked of AWS's endpoints.
fn preflight(world: &World, profile: &str, file: &str, left: &str) -> (Ended, Vec<String>) {
    let (address, asked) = recording();
    let home = world.path("home");
    let file = home.join(".aws").join(file);
    std::fs::create_dir_all(file.parent().expect("a folder")).expect("folders");
    std::fs::write(home.join(".aws/config"), profile).expect("written");
    std::fs::write(file, left).expect("written");
    let mut command = world.command(&["preflight", "--config", "crawl.toml"]);
    command.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY").env("HOME", &home);
    command.env("AWS_EC2_METADATA_DISABLED", "true");
    for service in ["SIGNIN", "SSO", "SSO_OIDC"] {
        command.env(format!("AWS_ENDPOINT_URL_{service}"), format!("http://{address}"));
    }
    let ended = Ended::from(command.output().expect("the program starts"));
    (ended, asked.try_iter().collect())
}

#[test]
fn a_session_of_aws_login_is_used_and_renewed() {
    let world = World::of(1);
    let file = format!("login/cache/{FILE}");
    let preflight = |left: &str| preflight(&world, PROFILE, &file, left);
    let (lasting, asked) = preflight(&session(MANAGEMENT_ACCESS_KEY, "2199-12-25T21:30:00Z"));
    assert!(lasting.out.contains("ok    identity") && asked.is_empty(), "{asked:?} {}", lasting.words());
    let (renewed, asked) = preflight(&session("ASIAENDED", "2020-01-01T00:00:00Z"));
    assert!(renewed.out.contains("ok    identity"), "{}", renewed.words());
    let first = asked.first().expect("a request");
    assert!(first.contains("refresh-token-value") && first.contains("\ndpop:"), "{first}");
    assert!(!renewed.words().contains("new-session-token"));
}

#[test]
fn an_sso_profile_is_used_and_its_token_renewed() {
    let world = World::of(1);
    let file = format!("sso/cache/{SSO_FILE}");
    let preflight = |expires_at: &str| preflight(&world, SSO_PROFILE, &file, &sso_token(expires_at));
    let (lasting, asked) = preflight("2199-12-25T21:30:00Z");
    assert!(lasting.out.contains("ok    identity"), "{}", lasting.words());
    let [credentials] = asked.as_slice() else { panic!("{asked:?}") };
    for words in ["role_name=auditor", "account_id=012345678901", "x-amz-sso_bearer_token: sso-token-value"] {
        assert!(credentials.contains(words), "{words}: {credentials}");
    }
    let (renewed, asked) = preflight("2020-01-01T00:00:00Z");
    assert!(renewed.out.contains("ok    identity"), "{}", renewed.words());
    let [token, credentials] = asked.as_slice() else { panic!("{asked:?}") };
    assert!(token.starts_with("post /token") && token.contains("refresh-token-value"), "{token}");
    assert!(credentials.contains("x-amz-sso_bearer_token: new-sso-token-value"), "{credentials}");
    for secret in ["session-token", "sso-token-value", "client-secret-value"] {
        assert!(!renewed.words().contains(secret), "{secret}: {}", renewed.words());
    }
}
