//! A webhook on this machine: it takes, refuses, asks to wait, sends elsewhere, and does not answer.

use std::time::Instant;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::*;

/// What is behind the host of the address, and in no error.
const TOKEN: &str = "T0KEN-of-the-webhook";

/// What the server is asked to do with a request that it shall not answer.
const SILENCE: &str = "";

/// A server that gives these answers, each on a connection of its own: its address, and the requests that it heard.
async fn server(answers: &'static [&'static str]) -> (Secret, UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook/{TOKEN}", listener.local_addr().unwrap());
    let (heard, requests) = unbounded_channel();
    tokio::spawn(async move {
        // A connection that is not answered stays open.
        let mut open = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            heard.send(request(&mut stream).await).unwrap();
            if *answer == SILENCE {
                open.push(stream);
                continue;
            }
            let answer = format!("HTTP/1.1 {answer}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
        std::future::pending::<()>().await;
    });
    (Secret::from(url.as_str()), requests)
}

/// A whole request: its body is an object in JSON.
async fn request(stream: &mut TcpStream) -> String {
    let (mut text, mut bytes) = (String::new(), [0; 4096]);
    while !text.ends_with('}') {
        let read = stream.read(&mut bytes).await.unwrap();
        assert!(read > 0, "the request broke off after {text}");
        text.push_str(std::str::from_utf8(&bytes[..read]).unwrap());
    }
    text
}

/// How a message was sent, and the requests that the server heard.
async fn sent(answers: &'static [&'static str]) -> (Result<(), String>, Vec<String>) {
    let (url, mut requests) = server(answers).await;
    let sent = webhook(&url, 10_000).post(r#"{"text":"told"}"#).await;
    let mut heard = Vec::new();
    while let Ok(request) = requests.try_recv() {
        heard.push(request);
    }
    if let Err(why) = &sent {
        assert!(!why.contains(TOKEN) && !why.contains("127.0.0.1"), "{why}");
    }
    (sent, heard)
}

fn webhook(url: &Secret, answer_millis: u64) -> Webhook<'_> {
    let bounds = Bounds { answer: Duration::from_millis(answer_millis), wait_max: Duration::from_secs(2) };
    Webhook::new(url, bounds).unwrap()
}

#[tokio::test]
async fn a_message_is_taken() {
    let (sent, heard) = sent(&["204 No Content"]).await;
    assert_eq!((sent, heard.len()), (Ok(()), 1));
    assert!(heard[0].starts_with(&format!("POST /hook/{TOKEN} HTTP/1.1\r\n")), "{}", heard[0]);
    assert!(heard[0].to_lowercase().contains("content-type: application/json\r\n"), "{}", heard[0]);
    assert!(heard[0].ends_with("\r\n\r\n{\"text\":\"told\"}"), "{}", heard[0]);
}

#[tokio::test]
async fn a_refusal_is_told_and_not_tried_again() {
    let (refused, heard) = sent(&["403 Forbidden", "200 OK"]).await;
    assert_eq!((refused, heard.len()), (Err("it answered 403 Forbidden".to_owned()), 1));
    let (broken, heard) = sent(&["500 Internal Server Error", "200 OK"]).await;
    assert_eq!((broken, heard.len()), (Err("it answered 500 Internal Server Error".to_owned()), 1));
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let there = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let answer = format!("307 Temporary Redirect\r\nLocation: http://{}/", there.local_addr().unwrap());
    let answers: &'static [&'static str] = Vec::leak(vec![&*answer.leak()]);
    let (sent, heard) = sent(answers).await;
    assert_eq!((sent, heard.len()), (Err("it answered 307 Temporary Redirect".to_owned()), 1));
    assert!(tokio::time::timeout(Duration::from_millis(1), there.accept()).await.is_err(), "it went elsewhere");
}

#[tokio::test]
async fn who_asks_to_wait_is_left_alone_for_so_long() {
    let begun = Instant::now();
    let (sent, heard) = sent(&["429 Too Many Requests\r\nRetry-After: 1", "200 OK"]).await;
    assert_eq!((sent, heard.len()), (Ok(()), 2));
    assert!(begun.elapsed() >= Duration::from_secs(1), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn nobody_is_waited_for_too_long_or_too_often() {
    let (sent_once, heard) = sent(&["429 Too Many Requests\r\nRetry-After: 3600", "200 OK"]).await;
    let why = "it answered 429 Too Many Requests and asks for 3600 s";
    assert_eq!((sent_once, heard.len()), (Err(why.to_owned()), 1));
    const BUSY: &str = "503 Service Unavailable\r\nRetry-After: 0";
    let (sent_thrice, heard) = sent(&["429 Too Many Requests\r\nRetry-After: 0", BUSY, BUSY, "200 OK"]).await;
    assert_eq!((sent_thrice, heard.len()), (Err("it answered 503 Service Unavailable, 3 times".to_owned()), 3));
}

#[tokio::test]
async fn silence_has_an_end() {
    let (url, mut requests) = server(&[SILENCE]).await;
    let sent = webhook(&url, 200).post(r#"{"text":"told"}"#).await;
    assert_eq!(sent, Err("no answer in 0.2 s".to_owned()));
    assert!(requests.recv().await.is_some());
}

#[tokio::test]
async fn where_nobody_listens_the_error_does_not_say_where() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Secret::from(format!("http://{}/hook/{TOKEN}", listener.local_addr().unwrap()).as_str());
    drop(listener);
    let why = webhook(&url, 10_000).post("{}").await.unwrap_err();
    assert!(!why.is_empty() && !why.contains(TOKEN) && !why.contains("127.0.0.1"), "{why}");
}

#[test]
fn a_wait_is_seconds_or_a_date() {
    let now = DateTime::parse_from_rfc3339("2026-11-22T01:00:00Z").unwrap().with_timezone(&Utc);
    assert_eq!(wait(" 7 ", now), Some(Duration::from_secs(7)));
    assert_eq!(wait("Sun, 22 Nov 2026 01:00:30 GMT", now), Some(Duration::from_secs(30)));
    assert_eq!(wait("Sat, 21 Nov 2026 01:00:00 GMT", now), Some(Duration::ZERO));
    assert_eq!((wait("soon", now), wait("-1", now)), (None, None));
}
