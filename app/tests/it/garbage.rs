//! A thousand clients that connect to the dev server, send nonsense and vanish: nothing is left of them.

use crate::{
    page::Page,
    support::{Companion, TOKEN, eventually},
};
use serde_json::{Value, json};
use std::{
    io::{Read, Write},
    net::{Shutdown, TcpStream},
};

const CLIENTS: usize = 1_000;
/// What the allocator may keep: a leak of 4 KiB per client would be more.
const SLACK_KIB: u64 = 3 * 1024;

/// The companion's open descriptors and its resident memory in KiB; `None` where the system has no /proc.
fn used(companion: &Companion) -> Option<(usize, u64)> {
    let process = format!("/proc/{}", companion.process.id());
    let descriptors = std::fs::read_dir(format!("{process}/fd")).ok()?.count();
    let status = std::fs::read_to_string(format!("{process}/status")).ok()?;
    let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some((descriptors, memory.split_whitespace().next()?.parse().ok()?))
}

/// The companion's memory once it has at most this many descriptors.
fn memory_without(companion: &Companion, descriptors: usize) -> u64 {
    eventually("they are gone", || {
        let (open, memory) = used(companion)?;
        (open <= descriptors).then_some(memory)
    })
}

/// A client that comes with or without the token, sends one kind of nonsense, and goes in one of two ways.
fn vanish(address: &str, number: usize) {
    let mut stream = TcpStream::connect(address).unwrap();
    let token = if number.is_multiple_of(2) { TOKEN } else { "wrong" };
    let handshake = format!(
        "GET /p/{token} HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    let garbage: &[&[u8]] = match number / 2 % 6 {
        0 => &[b"\x16\x03\x01\x02\x00\x01"],
        1 => &[b"GET / HTTP/1.1\r\nX: "],
        // Half a handshake; all of it; and then an invalid frame, one that never ends, a text that isn't JSON.
        2 => &[&handshake.as_bytes()[..60]],
        3 => &[handshake.as_bytes(), b"\xc1\x81\0\0\0\0a"],
        4 => &[handshake.as_bytes(), b"\x81\xfe\xff\xff\0\0\0\0[[[["],
        _ => &[handshake.as_bytes(), b"\x81\x84\0\0\0\0{\"a\"", b"\x81\x81\0\0\0\0{"],
    };
    for bytes in garbage {
        // The server may have closed already.
        let _ = stream.write_all(bytes);
    }
    if number.is_multiple_of(3) {
        // Wait until the server has answered and closed; the other clients go at once.
        let _ = stream.shutdown(Shutdown::Write);
        let _ = stream.read_to_end(&mut Vec::new());
    }
}

#[test]
fn a_thousand_clients_that_vanish_leave_nothing() {
    let companion = Companion::start();
    let mut control = companion.control();
    let attached = control.attach_live("gain", json!({}));
    let address = format!("127.0.0.1:{}", attached["port"]);
    let mut page = Page::open(&attached);
    page.call("ping", Value::Null).unwrap();
    let before = used(&companion);
    // Whatever grows only with the first of every kind has grown after these.
    (0..CLIENTS / 4).for_each(|number| vanish(&address, number));
    let memory = before.map(|(descriptors, _)| memory_without(&companion, descriptors));
    (0..CLIENTS).for_each(|number| vanish(&address, number));
    match (before, memory) {
        (Some((descriptors, _)), Some(memory)) => {
            let after = memory_without(&companion, descriptors);
            assert!(after <= memory + SLACK_KIB, "{memory} KiB became {after}");
        }
        _ => println!("this system has no /proc: only the page is looked at"),
    }
    // The page from before is still served, and there is room for the next.
    assert!(page.call("getAllParameters", json!({})).is_ok());
    Page::open(&attached).call("ping", Value::Null).unwrap();
}
