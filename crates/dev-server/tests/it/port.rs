//! The port, and the server's end.

use std::{net::Ipv4Addr, net::Ipv6Addr, sync::Arc};

use tokio::{io::AsyncReadExt, net::TcpListener, net::TcpStream};
use wavecraft_companion_server::{BindError, Config, End, Limits, serve};

use crate::{
    harness::{Raw, Running, config, handshake, http, open_path, soon, status, token},
    project::Project,
};

async fn try_port(port: u16, strict_port: bool) -> Result<wavecraft_companion_server::Server, BindError> {
    serve(Config { port, strict_port, ..config(Limits::default()) }, Arc::new(Project::new().0)).await
}

#[tokio::test]
async fn it_answers_at_both_loopback_addresses() {
    let running = Running::new().await;
    let port = running.port();
    assert_eq!(running.server.ws_url(), format!("ws://127.0.0.1:{port}/p/{}", token().as_str()));
    let mut raw = Raw(TcpStream::connect((Ipv6Addr::LOCALHOST, port)).await.expect("IPv6"));
    raw.send(handshake(&open_path(), &[&format!("Host: [::1]:{port}")]).as_bytes()).await;
    assert_eq!(status(&raw.head().await), 101);
    let answer = http(port, &handshake(&open_path(), &[&format!("Host: 127.0.0.1:{port}")])).await;
    assert_eq!(status(&answer), 101);
}

#[tokio::test]
async fn a_taken_port_is_stepped_over_unless_it_is_the_only_one_allowed() {
    let first = Running::new().await;
    let taken = first.port();
    let second = try_port(taken, false).await.expect("the next one");
    assert!(second.port() > taken);
    let refused = try_port(taken, true).await.map(|server| server.port());
    assert!(matches!(&refused, Err(BindError::Taken(port)) if *port == taken), "{refused:?}");
    assert!(refused.unwrap_err().to_string().contains("is in use"));
}

#[tokio::test]
async fn a_port_that_someone_has_on_ipv6_alone_is_taken() {
    let other = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).await.expect("IPv6");
    let taken = other.local_addr().unwrap().port();
    let refused = try_port(taken, true).await.map(|server| server.port());
    assert!(matches!(refused, Err(BindError::Taken(_))), "{refused:?}");
    // Nothing remains of the attempt.
    TcpListener::bind((Ipv4Addr::LOCALHOST, taken)).await.expect("the other address");
}

#[tokio::test]
async fn a_shutdown_tells_every_client_and_frees_the_port() {
    for (end, reason) in [(End::Session, "ended"), (End::Companion, "companion")] {
        told_of(end, reason).await;
    }
}

async fn told_of(end: End, reason: &str) {
    let running = Running::new().await;
    let port = running.port();
    let (mut page, mut audio) = (running.page().await, running.registered("synth").await);
    let mut waiting = Raw::open(port).await;
    waiting.send(b"GET / HT").await;
    soon("the end", running.server.shutdown(end)).await;
    for client in [&mut page, &mut audio] {
        assert_eq!(client.closed().await, (1001, reason.into()));
    }
    assert!(waiting.rest().await.is_empty());
    let again = try_port(port, true).await.expect("the same port");
    assert_eq!(again.port(), port);
}

#[tokio::test]
async fn a_dropped_server_ends_too() {
    let running = Running::new().await;
    let mut page = running.page().await;
    let port = running.port();
    drop(running.server);
    assert_eq!(page.closed().await.0, 1001);
    soon("the port", async {
        while try_port(port, true).await.is_err() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_client_that_reads_nothing_does_not_hold_the_end_up_for_long() {
    let running = Running::new().await;
    let mut silent = Raw::open(running.port()).await;
    silent.send(handshake(&open_path(), &[&format!("Host: 127.0.0.1:{}", running.port())]).as_bytes()).await;
    assert_eq!(status(&silent.head().await), 101);
    soon("the end", running.server.shutdown(End::Session)).await;
    // Its close frame arrives nevertheless.
    let mut frame = [0; 4];
    soon("a frame", silent.0.read_exact(&mut frame)).await.expect("a frame");
    assert_eq!(frame, [0x88, 7, 0x03, 0xe9]);
}
