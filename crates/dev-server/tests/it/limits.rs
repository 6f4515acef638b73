//! The limits on clients.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::frame::{
        Frame,
        coding::{Data, OpCode},
    },
};
use wavecraft_companion_server::Limits;

use crate::{
    harness::{Raw, Running, handshake, http, open_path, soon, status},
    project::Asked,
};

fn ping_of(length: usize) -> String {
    let start = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
    format!("{start}{}", " ".repeat(length - start.len()))
}

fn fragment(text: &str, opcode: Data, last: bool) -> Message {
    Message::Frame(Frame::message(text.to_string(), OpCode::Data(opcode), last))
}

#[tokio::test]
async fn a_message_of_64_kib_is_answered_and_a_longer_one_is_not() {
    let running = Running::new().await;
    let mut page = running.page().await;
    let answer = page.answer_to(ping_of(64 * 1024)).await;
    assert_eq!(answer["result"]["pong"], true);
    let mut other = running.page().await;
    page.send(ping_of(64 * 1024 + 1)).await;
    assert_eq!(page.closed().await, (1009, "the message is too long".into()));
    other.heard_nothing().await;
}

#[tokio::test]
async fn fragments_count_together() {
    let running = Running::new().await;
    let quarter = " ".repeat(16 * 1024);
    let mut page = running.page().await;
    let ping = ping_of(16 * 1024);
    // A ping in fragments of 64 KiB altogether.
    for (text, opcode, last) in [
        (&ping, Data::Text, false),
        (&quarter, Data::Continue, false),
        (&quarter, Data::Continue, false),
        (&quarter, Data::Continue, true),
    ] {
        page.socket.send(fragment(text, opcode, last)).await.expect("to send");
    }
    assert_eq!(page.receive().await["result"]["pong"], true);
    for (text, opcode) in [
        (ping.as_str(), Data::Text),
        (&quarter, Data::Continue),
        (&quarter, Data::Continue),
        (&quarter, Data::Continue),
        (" ", Data::Continue),
    ] {
        page.socket.send(fragment(text, opcode, false)).await.expect("to send");
    }
    assert_eq!(page.closed().await.0, 1009);
}

#[tokio::test]
async fn a_malformed_frame_closes_its_own_connection_alone() {
    let running = Running::new().await;
    let mut other = running.page().await;
    let request = handshake(&open_path(), &[&format!("Host: 127.0.0.1:{}", running.port())]);
    for (bytes, code) in [
        // A text of one byte without a mask.
        (&b"\x81\x01a"[..], 1002),
        // A reserved bit.
        (b"\xc1\x81\0\0\0\0a", 1002),
        // An unknown opcode.
        (b"\x83\x81\0\0\0\0a", 1002),
        // A continuation of nothing.
        (b"\x80\x81\0\0\0\0a", 1002),
        // A ping in fragments.
        (b"\x09\x80\0\0\0\0", 1002),
        // A ping that is too long.
        (b"\x89\xfe\x00\x7e\0\0\0\0", 1002),
        // A text that isn't UTF-8.
        (b"\x81\x81\0\0\0\0\xff", 1007),
        // Binary.
        (b"\x82\x81\0\0\0\0a", 1003),
        // A text of 2^63 bytes.
        (b"\x81\xff\x80\0\0\0\0\0\0\0\0\0\0\0", 1009),
    ] {
        let mut raw = Raw::open(running.port()).await;
        raw.send(request.as_bytes()).await;
        assert_eq!(status(&raw.head().await), 101);
        raw.send(bytes).await;
        if bytes[1] == 0xfe {
            raw.send(&[0; 126]).await;
        }
        let frame = raw.rest().await;
        assert_eq!((frame[0], u16::from_be_bytes([frame[2], frame[3]])), (0x88, code), "{bytes:x?}");
    }
    other.heard_nothing().await;
}

#[tokio::test]
async fn a_frame_that_came_with_the_handshake_is_read() {
    let running = Running::new().await;
    let request = handshake(&open_path(), &[&format!("Host: 127.0.0.1:{}", running.port())]);
    let mut bytes = request.into_bytes();
    let ping = br#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
    bytes.extend([0x81, 0x80 | u8::try_from(ping.len()).unwrap(), 0, 0, 0, 0]);
    bytes.extend(ping);
    let mut raw = Raw::open(running.port()).await;
    raw.send(&bytes).await;
    assert_eq!(status(&raw.head().await), 101);
    let mut start = [0; 2];
    soon("an answer", tokio::io::AsyncReadExt::read_exact(&mut raw.0, &mut start)).await.expect("an answer");
    assert_eq!(start[0], 0x81);
}

#[tokio::test]
async fn there_are_thirty_two_clients_and_the_next_waits_for_one_to_go() {
    let running = Running::new().await;
    let mut clients = Vec::new();
    for _ in 0..32 {
        clients.push(running.page().await);
    }
    let request = handshake(&open_path(), &[&format!("Host: 127.0.0.1:{}", running.port())]);
    let answer = http(running.port(), &request).await;
    assert_eq!(status(&answer), 503);
    assert!(answer.contains("close a page"), "{answer}");
    for client in &mut clients {
        client.heard_nothing().await;
    }
    clients.pop();
    soon("a place", async {
        while status(&http(running.port(), &request).await) != 101 {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test]
async fn who_does_not_get_to_the_point_is_cut_off() {
    let running = Running::with(Limits { handshake: Duration::from_millis(300), ..Limits::default() }).await;
    let mut page = running.page().await;
    let mut silent = Raw::open(running.port()).await;
    assert!(silent.rest().await.is_empty());
    // One byte at a time, without end: the time limit covers all of it.
    let mut slow = Raw::open(running.port()).await;
    slow.send(b"GET / HTTP/1.1\r\nX: ").await;
    soon("to be cut off", async {
        while tokio::io::AsyncWriteExt::write_all(&mut slow.0, b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    page.heard_nothing().await;
}

#[tokio::test]
async fn half_open_connections_make_nobody_wait() {
    // Long enough that none of them ends by itself.
    let limits = Limits { handshake: Duration::from_secs(3600), handshakes: 2, ..Limits::default() };
    let running = Running::with(limits).await;
    let mut silent = Vec::new();
    for _ in 0..10 {
        let mut raw = Raw::open(running.port()).await;
        raw.send(b"GET / HTTP/1.1\r\n").await;
        silent.push(raw);
    }
    running.page().await.heard_nothing().await;
    // The oldest was closed for it.
    assert!(silent[0].rest().await.is_empty());
}

#[tokio::test]
async fn a_place_is_free_as_soon_as_its_client_has_closed() {
    let running = Running::with(Limits { clients: 1, ..Limits::default() }).await;
    let request = handshake(&open_path(), &[&format!("Host: 127.0.0.1:{}", running.port())]);
    let mut raw = Raw::open(running.port()).await;
    raw.send(request.as_bytes()).await;
    assert_eq!(status(&raw.head().await), 101);
    raw.send(b"\x88\x80\0\0\0\0").await;
    let mut start = [0; 2];
    soon("the closing answer", tokio::io::AsyncReadExt::read_exact(&mut raw.0, &mut start)).await.unwrap();
    assert_eq!(start[0], 0x88);
    // It keeps its side of the connection open, but another one is admitted nevertheless.
    assert_eq!(status(&http(running.port(), &request).await), 101);
    drop(raw);
}

#[tokio::test]
async fn the_answer_to_a_batch_is_bounded_in_bytes() {
    let mut running = Running::new().await;
    let mut page = running.page().await;
    let frame = |id| format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"getOscilloscopeFrame"}}"#);
    let mut calls: Vec<String> = (0..700).map(frame).collect();
    calls.push(r#"{"jsonrpc":"2.0","id":"late","method":"setMute","params":{"on":true}}"#.into());
    calls.push(r#"{"jsonrpc":"2.0","method":"setBypass","params":{"on":true}}"#.into());
    running.asked_before();
    let answers = page.answer_to(format!("[{}]", calls.join(","))).await;
    let answers = answers.as_array().expect("answers");
    assert_eq!(answers.len(), 701, "each call with an id has its answer");
    let bytes: usize = answers.iter().map(|answer| answer.to_string().len()).sum();
    assert!(bytes < 2 * 1024 * 1024, "{bytes}");
    let errors: Vec<&Value> = answers.iter().filter(|answer| answer.get("error").is_some()).collect();
    assert!(!errors.is_empty() && errors.len() < 700);
    let last = answers.last().expect("one");
    assert_eq!((&last["id"], &last["error"]["code"]), (&Value::from("late"), &Value::from(-32603)));
    assert!(last["error"]["message"].as_str().expect("a sentence").contains("another message"), "{last}");
    // What could not be reported was not carried out.
    page.heard_nothing().await;
    let asked = running.asked_before();
    assert!(!asked.iter().any(|asked| matches!(asked, Asked::Mute(_) | Asked::Bypass(_))), "{asked:?}");
    // Sent alone, each is answered as before.
    assert!(page.answer_to(frame(1)).await["result"]["frame"].is_object());
}

#[tokio::test]
async fn who_answers_no_ping_is_closed() {
    let running = Running::with(Limits { ping_every: Duration::from_millis(100), ..Limits::default() }).await;
    let request = handshake(&open_path(), &[&format!("Host: 127.0.0.1:{}", running.port())]);
    let mut dead = Raw::open(running.port()).await;
    dead.send(request.as_bytes()).await;
    assert_eq!(status(&dead.head().await), 101);
    let bytes = dead.rest().await;
    assert_eq!(bytes[..2], [0x89, 0], "a ping");
    assert_eq!(bytes[2], 0x88, "then the close");
    assert_eq!(bytes[4..], [&[0x03, 0xf0][..], b"no answer to a ping"].concat());
}

#[tokio::test]
async fn who_answers_pings_stays() {
    let running = Running::with(Limits { ping_every: Duration::from_secs(1), ..Limits::default() }).await;
    let mut page = running.page().await;
    let mut pings = 0;
    while pings < 4 {
        match soon("a ping", page.socket.next()).await {
            // The client answers it automatically on its next read or write.
            Some(Ok(Message::Ping(_))) => pings += 1,
            other => panic!("{other:?}"),
        }
        page.call("ping", Value::Null).await.expect("a pong");
    }
}

#[tokio::test]
async fn who_is_refused_too_often_is_told_to_wait_and_nobody_else_is() {
    let running = Running::new().await;
    let port = running.port();
    let host = format!("Host: 127.0.0.1:{port}");
    for _ in 0..60 {
        assert_eq!(status(&http(port, &handshake("/p/wrong", &[&host])).await), 403);
    }
    for request in [handshake("/p/wrong", &[&host]), handshake(&open_path(), &["Host: evil.example"])] {
        let answer = http(port, &request).await.to_lowercase();
        assert_eq!(status(&answer), 429);
        assert!(answer.contains("retry-after: "), "{answer}");
        assert!(answer.contains("content-length: 0"), "{answer}");
    }
    running.page().await.heard_nothing().await;
}
