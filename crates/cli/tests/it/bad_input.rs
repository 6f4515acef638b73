//! Bad input to the whole system, with the real companion: what is reported, and that nothing else is affected.
//! `errors`, `page` and `watch` test what the command detects alone.

use crate::{
    support::{Live, World, until},
    websocket::Page,
};
use serde_json::{Value, json};
use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    os::unix::net::UnixStream,
    path::Path,
};

const START: &[&str] = &["start", "--with-audio", "--json", "--input", "tone"];

/// A world whose command finds the real companion, with a project that describes itself and can't be a child.
fn world() -> World {
    World::with_project().env("WAVECRAFT_BACKEND", "virtual")
}

#[test]
fn a_source_that_is_no_audio_is_named_with_what_would_be() {
    for (name, content, why) in [
        ("notes.txt", "Dear diary", "WAV, FLAC, MP3"),
        ("broken.wav", "RIFF\u{1}\u{1}\u{1}\u{1}WAVEfmt ", "it ends before its sound begins"),
        ("empty.flac", "", "has no sound in it"),
    ] {
        let world = world().file(&format!("here/{name}"), content);
        let source = format!("file:{name}");
        let finished = world.run(&["start", "--with-audio", "--json", "--input", &source]);
        finished.fails(1, &[name, why]);
        finished.left_nothing();
    }
}

#[test]
fn a_taken_port_is_refused_where_another_is_not_wanted() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("its address").port();
    let finished = world().run(&[START, &["--strict-port", "--port", &port.to_string()]].concat());
    finished.fails(1, &[&format!("port {port} is in use"), "--port", "--strict-port"]);
    finished.left_nothing();
}

#[test]
fn a_page_that_asks_for_what_is_not_there_is_told_and_stays_connected() {
    let hello = json!({
        "type": "hello", "abi": 1, "sdk_version": "0.1.0", "name": "demo", "latency_frames": 0,
        "parameters": [{"id": "gain_level", "name": "Level", "type": "float", "default": 1.0, "min": 0.0, "max": 2.0}],
    });
    let program = format!("fn main() {{ println!(\"{{}}\", {:?}) }}\n", hello.to_string());
    let world = World::with_project().file("here/engine/src/bin/dev-audio.rs", &program);
    let mut live = world.live(&["start", "--json"]);
    let mut page = Page::open(live.event("ready")["ws_url"].as_str().expect("an address"));
    for (method, params, code, text) in [
        ("setParameter", json!({"id": "gain_levle", "value": 1.0}), -32000, "`gain_levle`"),
        ("getParameter", json!({"id": "nothing"}), -32000, "getAllParameters"),
        ("setParameter", json!({"id": "gain_level", "value": 3.0}), -32001, "0 to 2"),
        ("setParameter", json!({"id": "gain_level"}), -32602, "value"),
        ("setParamter", json!({}), -32601, "`setParamter`"),
        ("setSource", json!({"source": "tone"}), -32002, "--with-audio"),
    ] {
        let error = page.refused(method, params);
        assert_eq!(error["code"], code, "{error}");
        assert!(error["message"].as_str().expect("a message").contains(text), "no `{text}` in {error}");
    }
    assert_eq!(page.call("getParameter", json!({"id": "gain_level"}))["value"], 1.0);
    live.signal(rustix::process::Signal::INT);
    live.finish().left_nothing();
}

/// The real companion, without a project.
struct Companion(std::process::Child);

impl Companion {
    fn run(world: &World) -> Self {
        let program = Path::new(env!("CARGO_BIN_EXE_wavecraft")).with_file_name("wavecraft-companion");
        let child = std::process::Command::new(program)
            .args(["--headless", "--backend", "virtual"])
            .env_clear()
            .env("WAVECRAFT_HOME", world.path("home/wavecraft"))
            .env("HOME", world.path("home"))
            .spawn()
            .expect("the companion");
        Self(child)
    }
}

impl Drop for Companion {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn garbage_on_the_control_socket_is_answered_and_hurts_nobody_else() {
    let world = World::new();
    let _companion = Companion::run(&world);
    let socket = world.path("home/wavecraft/run/control.sock");
    until("the companion listens", || UnixStream::connect(&socket).ok());
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    for garbage in [
        "hello?",
        "{}",
        "[]",
        "null",
        "\u{0}\u{1}\u{2}",
        &deep,
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"attach\"}",
    ] {
        let mut stream = UnixStream::connect(&socket).expect("it listens");
        writeln!(stream, "{garbage}").expect("sent");
        let mut answer = String::new();
        BufReader::new(stream).read_line(&mut answer).expect("an answer");
        let answer: Value = serde_json::from_str(&answer).unwrap_or_else(|_| panic!("{garbage}: {answer:?}"));
        assert!(
            answer["error"]["message"].as_str().is_some_and(|text| text.len() > 10),
            "{garbage}: {answer}"
        );
    }
    // A line without an end is cut off, and the companion still answers other clients.
    let mut endless = UnixStream::connect(&socket).expect("it listens");
    let flood = vec![b'x'; 1 << 20];
    while endless.write_all(&flood).is_ok() {}
    let status = world.run(&["status", "--json"]);
    assert_eq!(status.code, Some(0), "{status:#?}");
    let status: Value = serde_json::from_str(&status.out).expect("JSON");
    assert_eq!(status["sessions"], json!([]));
}

/// The program's size, from a build made only for this.
fn program_bytes(world: &World) -> u64 {
    assert_eq!(world.run(&[START, &["--seconds", "1"]].concat()).code, Some(0));
    let built = fs::metadata(world.path("here/engine/target/wavecraft-dev/dev-audio")).expect("the program");
    // The tests' companion leaves it behind.
    fs::remove_file(world.path("home/wavecraft/run/control.sock")).expect("the socket");
    built.len()
}

/// Runs with only a small `builds`; `None`, with a message saying why, where that isn't possible.
fn on_a_small_disk(world: &World, bytes: u64) -> Option<Live> {
    let live = world.live_on_a_small_disk("home/wavecraft/builds", bytes, START);
    if live.is_none() {
        eprintln!("not tried: this system lets no user mount a file system");
    }
    live
}

#[test]
fn a_full_disk_ends_a_start_with_what_to_do() {
    let world = World::with_project().with_companion();
    let bytes = program_bytes(&world);
    let Some(live) = on_a_small_disk(&world, bytes / 2) else { return };
    let finished = live.finish();
    finished.fails(1, &["builds", "dev-audio", "No space left", "free some space"]);
    finished.left_nothing();
}

#[test]
fn a_disk_that_fills_up_while_it_plays_costs_no_sound() {
    // The command starts the companion, so that it sees the same small disk.
    let world = World::with_project().with_companion();
    let bytes = program_bytes(&world);
    // Space for one program but not for two.
    let Some(mut live) = on_a_small_disk(&world, bytes + bytes / 2) else { return };
    live.event("ready");
    let mended = "fn main() { std::io::stdin().read_line(&mut String::from(\"second\")).unwrap(); }\n";
    fs::write(world.path("here/engine/src/bin/dev-audio.rs"), mended).expect("a source");
    let error = live.event("error");
    let message = error["message"].as_str().expect("a message");
    assert!(message.contains("No space left") && message.contains("plays on"), "{message}");
    live.signal(rustix::process::Signal::INT);
    let finished = live.finish();
    assert_eq!(finished.code, Some(130), "{finished:#?}");
    finished.left_nothing();
}
