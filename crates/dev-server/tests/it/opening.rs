//! Addresses that work once.

use crate::harness::{Running, http, status};
use wavecraft_companion_server::Limits;

const PAGE: &str = "http://127.0.0.1:5173/#wc=secret-token&ws=9000";

/// What a browser sends for an address that a program gave it: no Origin, no cookie.
async fn follow(address: &str) -> String {
    ask("GET", address).await
}

async fn ask(method: &str, address: &str) -> String {
    let (host, path) =
        address.strip_prefix("http://").and_then(|rest| rest.split_once('/')).expect("an address");
    let port = host.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    http(port, &format!("{method} /{path} HTTP/1.1\r\nHost: {host}\r\nSec-Fetch-Mode: navigate\r\n\r\n"))
        .await
}

#[tokio::test]
async fn an_address_leads_to_the_page_once() {
    let running = Running::new().await;
    let address = running.server.open_once(PAGE).unwrap();
    assert!(address.starts_with(&format!("http://127.0.0.1:{}/open/", running.port())), "{address}");
    assert!(!address.contains("secret"), "{address}");
    // A HEAD request uses nothing up.
    assert_eq!(status(&ask("HEAD", &address).await), 405);
    let answer = follow(&address).await;
    assert_eq!(status(&answer), 302);
    assert!(answer.contains(&format!("location: {PAGE}\r\n")), "{answer}");
    assert!(
        answer.contains("cache-control: no-store") && answer.contains("referrer-policy: no-referrer"),
        "{answer}"
    );
    let again = follow(&address).await;
    assert_eq!(status(&again), 403);
    assert!(again.contains("text/html") && again.contains("press <kbd>o</kbd>"), "{again}");
    assert!(!again.contains("secret"), "{again}");
    // A second address is different, even for the same page.
    let other = running.server.open_once(PAGE).unwrap();
    assert_ne!(other, address);
    assert_eq!(status(&follow(&other).await), 302);
}

#[tokio::test]
async fn every_request_passes_the_gate_first() {
    let running = Running::new().await;
    let (address, port) = (running.server.open_once(PAGE).unwrap(), running.port());
    let path = address.split_once(&format!(":{port}")).expect("its path").1.to_owned();
    for headers in
        ["Host: evil.example".to_owned(), format!("Host: 127.0.0.1:{port}\r\nOrigin: http://evil.example")]
    {
        let answer = http(port, &format!("GET {path} HTTP/1.1\r\n{headers}\r\n\r\n")).await;
        assert_eq!(status(&answer), 403, "{headers}");
        assert!(!answer.contains("secret"), "{answer}");
    }
    assert_eq!(status(&follow(&address).await), 302, "nothing was used up");
}

#[tokio::test]
async fn guesses_are_told_to_wait_and_the_right_code_is_served_all_the_same() {
    let running = Running::with(Limits { refusals_per_minute: 3, ..Limits::default() }).await;
    let address = running.server.open_once(PAGE).unwrap();
    let guess = format!("http://127.0.0.1:{}/open/{}", running.port(), "A".repeat(22));
    for expected in [403, 403, 403, 429, 429] {
        let answer = follow(&guess).await;
        assert_eq!(status(&answer), expected);
        assert!(
            answer.contains("retry-after:") == (expected == 429) && !answer.contains("secret"),
            "{answer}"
        );
    }
    assert_eq!(status(&follow(&address).await), 302);
}

#[tokio::test]
async fn a_code_is_of_one_project() {
    let (one, other) = (Running::new().await, Running::new().await);
    let address = one.server.open_once(PAGE).unwrap();
    let moved = address.replace(&format!(":{}/", one.port()), &format!(":{}/", other.port()));
    assert_eq!(status(&follow(&moved).await), 403);
    assert_eq!(status(&follow(&address).await), 302);
}
