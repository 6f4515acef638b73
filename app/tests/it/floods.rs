//! Floods at every entrance: a flood harms only its sender, and other callers are answered meanwhile.

use crate::{
    page::Page,
    support::{Companion, Control, LIMIT, eventually},
};
use serde_json::{Value, json};
use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    os::unix::{fs::PermissionsExt, net::UnixStream},
    path::PathBuf,
};

/// A child that is a shell script.
fn script(companion: &Companion, name: &str, text: &str) -> PathBuf {
    let path = companion.home.path().join(name);
    fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
    path
}

fn path() -> Value {
    json!({"PATH": std::env::var("PATH").unwrap_or_default()})
}

/// A connection that isn't read until the test wants it.
struct Silent {
    stream: UnixStream,
    sent: u64,
}

impl Silent {
    fn open(companion: &Companion) -> Self {
        let mut silent = Self { stream: UnixStream::connect(companion.socket()).unwrap(), sent: 0 };
        silent.stream.set_read_timeout(Some(LIMIT)).unwrap();
        silent.send("hello", json!({"version": 1}));
        silent
    }

    fn send(&mut self, method: &str, params: Value) {
        self.send_often(1, method, &params);
    }

    /// Sent in one piece: the companion stops reading while its answers aren't read.
    fn send_often(&mut self, times: u64, method: &str, params: &Value) {
        let ids = self.sent + 1..=self.sent + times;
        let call =
            |id| json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).to_string() + "\n";
        self.stream.write_all(ids.map(call).collect::<String>().as_bytes()).unwrap();
        self.sent += times;
    }
}

#[test]
fn who_does_not_read_keeps_its_lease_its_answers_and_the_newest_state() {
    let companion = Companion::start();
    let noisy =
        script(&companion, "noisy", "i=0; while [ $i -lt 40000 ]; do echo line $i; i=$((i+1)); done; exit 3");
    let mut silent = Silent::open(&companion);
    silent.send(
        "attach",
        json!({
            "project_dir": "/", "name": "noisy", "executable": noisy, "cwd": "/", "source": {"kind": "tone"},
            "token": "a".repeat(43), "audio_token": "b".repeat(43),
        }),
    );
    // Far more than fits: the answers come one by one as they are read.
    silent.send_often(200, "status", &json!({}));
    // Another client is served all the while; the last lines of the child came before it was put on hold.
    let mut other = companion.control();
    let held = eventually("the child is held", || {
        let status = other.call("status", json!({})).unwrap();
        (status["sessions"][0]["state"] == "held").then(|| status["sessions"][0].clone())
    });
    assert!(held["reason"].as_str().unwrap().contains("code 3"), "{held}");

    let (mut answers, mut dropped, mut lines, mut state) = (1, 0_u64, 0_u64, Value::Null);
    let mut reader = BufReader::new(silent.stream.try_clone().unwrap()).lines();
    while answers <= 202 || state != "held" {
        let line = reader.next().expect("the connection is there").unwrap();
        let message: Value = serde_json::from_str(&line).unwrap();
        if message.get("id").is_some() {
            assert_eq!((&message["id"], message.get("error")), (&json!(answers), None));
            answers += 1;
        }
        let params = &message["params"];
        match message["method"].as_str() {
            Some("sessionState") => state = params["state"].clone(),
            Some("childLog") if params["stream"] == "stdout" => lines += 1,
            Some("childLog") => dropped += missing(params["line"].as_str().unwrap()),
            _ => {}
        }
    }
    assert_eq!(state, "held");
    // The silent client is still the owner.
    silent.send("restart", json!({"session": held["session"]}));
    let line = reader.find(|line| line.as_ref().unwrap().contains("\"id\":203")).unwrap().unwrap();
    assert!(line.contains("result"), "{line}");
    assert!(lines > 0 && dropped > 0, "{lines} lines came, {dropped} were told to be missing");
}

fn missing(line: &str) -> u64 {
    let count = line.split_once(" line").filter(|(_, rest)| rest.contains("dropped"));
    count.and_then(|(count, _)| count.replace(',', "").parse().ok()).unwrap_or(0)
}

#[test]
fn a_processor_that_prints_each_sample_is_heard_and_its_terminal_hears_of_everything_else() {
    let companion = Companion::start();
    let mut control = companion.control();
    let attached = control.attach_live("faulty", json!({}));
    let mut page = Page::open(&attached);
    page.call("setParameter", json!({"id": "faulty_fault", "value": 11.0})).unwrap();
    control.notice("childLog", |log| log["stream"] == "stdout");
    for _ in 0..20 {
        control.call("status", json!({})).unwrap();
        control.notices.clear();
    }
    page.call("setParameter", json!({"id": "faulty_fault", "value": 0.0})).unwrap();
    control.stats(|stats| stats["state"] == "live");
}

#[test]
fn pages_that_ask_again_and_again_delay_nobody_and_the_newest_is_kept() {
    let mut companion = Companion::start();
    let mut control = companion.control();
    let flooded = control.attach_live("gain", json!({"project_dir": "/flooded"}));
    let other = control.attach_live("gain", json!({"project_dir": "/other"}));
    let mut page = Page::open(&flooded);
    for number in 0..5000 {
        let (source, mode) = if number % 2 == 0 { ("noise", "direct") } else { ("sweep", "pipelined") };
        page.notify("setSource", json!({"source": source}));
        page.notify("setMode", json!({"mode": mode}));
        page.notify("setMute", json!({"on": number % 2 == 0}));
        page.notify("setBypass", json!({"on": number % 2 == 0}));
    }
    control.call("detach", json!({"session": other["session"]})).unwrap();
    page.call("setMute", json!({"on": true})).unwrap();
    let session = flooded["session"].clone();
    control
        .stats(|stats| stats["session"] == session && stats["muted"] == true && stats["source"] == "sweep");
    control.call("shutdown", json!({})).unwrap();
    assert!(companion.process.wait().unwrap().success());
    let settings = fs::read_to_string(companion.home.path().join("settings.json")).unwrap();
    let settings: Value = serde_json::from_str(&settings).unwrap();
    assert_eq!(settings["projects"]["/flooded"]["source"]["kind"], "sweep", "{settings}");
    assert_eq!(settings["projects"]["/flooded"]["mode"], "pipelined");
}

/// A child that sends one message of `size` bytes, whose `text` member is full of newlines, and ends.
fn says(companion: &Companion, kind: &str, start: &str, end: &str) -> PathBuf {
    // 0x0E0000 bytes of JSON after the length, little-endian.
    let size = 0x0E_0000;
    let newlines = (size - start.len() - end.len()) / 2;
    let padding = size - start.len() - end.len() - 2 * newlines;
    script(
        companion,
        &format!("says-{kind}"),
        &format!(
            "{{ printf '\\000\\000\\016\\000'; printf '%s' '{start}'; \
             head -c {newlines} /dev/zero | tr '\\0' 'n' | sed 's/n/\\\\n/g'; \
             printf '%s' '{end}{}'; }} >&4\nsleep 1\nexit 1",
            " ".repeat(padding)
        ),
    )
}

#[test]
fn what_a_child_says_is_bounded_where_it_comes_in() {
    let companion = Companion::start();
    let mut other = companion.control();
    let live = other.attach_live("gain", json!({}))["session"].clone();
    for (kind, start, end) in [
        ("panic", r#"{"type":"panic","location":"x:1:1","backtrace":"","message":""#, r#""}"#),
        ("backtrace", r#"{"type":"panic","location":"x:1:1","message":"short","backtrace":""#, r#""}"#),
        ("error", r#"{"type":"error","message":""#, r#""}"#),
        ("log", r#"{"type":"log","message":""#, r#""}"#),
    ] {
        let mut control = companion.control();
        let executable = says(&companion, kind, start, end);
        let changes = json!({"name": kind, "executable": executable, "env": path(), "project_dir": "/x"});
        control.attach("gain", changes).unwrap();
        let what = |line: &str| line.contains("more lines") || line.contains("more bytes");
        control.notice("childLog", |log| log["stream"] != "stdout" && what(log["line"].as_str().unwrap()));
        let lines = control.notices.iter().filter(|line| line["method"] == "childLog").count();
        assert!(lines < 400, "{kind}: {lines} lines");
        // Every client's status is a line that can be read, and the other project is in it.
        let status = other.call("status", json!({})).unwrap();
        assert!(status.to_string().len() < 64 * 1024);
        assert!(status["sessions"].as_array().unwrap().iter().any(|session| session["session"] == live));
    }
}

#[test]
fn silent_connections_and_long_batches_harm_nobody() {
    let companion = Companion::start();
    let mut silent: Vec<UnixStream> =
        (0..300).map(|_| UnixStream::connect(companion.socket()).unwrap()).collect();
    let mut control: Control = companion.control();
    control.call("status", json!({})).unwrap();
    // The oldest connection was closed for the newer ones.
    silent[0].set_read_timeout(Some(LIMIT)).unwrap();
    assert_eq!(silent[0].read(&mut [0; 16]).unwrap(), 0);
    drop(silent);

    control.attach_live("gain", json!({}));
    let call = |id: usize| json!({"jsonrpc": "2.0", "id": id, "method": "status"});
    let batch: Vec<Value> = (0..256).map(call).collect();
    writeln!(control.stream, "{}", json!(batch)).unwrap();
    let answers = eventually("the batch is answered", || control.line().filter(Value::is_array));
    assert!(answers.to_string().len() <= 256 * 1024);
    let answers = answers.as_array().unwrap();
    assert_eq!(answers.len(), 256);
    assert!(answers[0].get("result").is_some() && answers[255]["error"]["code"] == -32603);
    writeln!(control.stream, "{}", json!((0..257).map(call).collect::<Vec<_>>())).unwrap();
    let refused = eventually("the batch is refused", || {
        control.line().filter(|line| line["id"].is_null() && line.get("error").is_some())
    });
    assert_eq!(refused["error"]["code"], -32600);
    control.call("status", json!({})).unwrap();
}

#[test]
fn nobody_writes_a_line_of_their_own_into_the_log() {
    let companion = Companion::start();
    let mut control = companion.control();
    let forged = "/x\n2026-01-01T00:00:00Z ERROR forged: all is lost\r\u{1b}[2J";
    let attached = control.attach_live("gain", json!({"project_dir": forged, "name": "a\nb"}));
    control.call("detach", json!({"session": attached["session"]})).unwrap();
    let log = companion.log();
    assert!(log.contains("forged"), "{log}");
    assert!(!log.contains('\u{1b}') && !log.contains('\r'));
    assert!(
        log.lines().all(|line| !line.contains("ERROR forged") || line.contains("attached from")),
        "{log}"
    );
}

#[test]
fn what_is_too_long_to_be_passed_on_is_refused_with_its_length() {
    let companion = Companion::start();
    let mut control = companion.control();
    for changes in [
        json!({"name": "x".repeat(300)}),
        json!({"project_dir": format!("/{}", "x".repeat(5000))}),
        json!({"origins": ["x".repeat(300)]}),
        json!({"origins": vec!["http://localhost:1"; 100]}),
    ] {
        let refused = control.attach("gain", changes).unwrap_err();
        assert_eq!(refused["code"], -32602, "{refused}");
    }
    control.attach_live("gain", json!({}));
}

#[test]
fn who_lost_its_connection_finds_its_builds_and_attaches_again() {
    let companion = Companion::start();
    let folder = companion.home.path().join(format!("builds/{}-y/1", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let executable = folder.join("dev-audio");
    fs::copy(crate::support::child("gain"), &executable).unwrap();
    let mut control = companion.control();
    let attached = control.attach_live("gain", json!({"executable": executable}));
    control.stream.shutdown(std::net::Shutdown::Both).unwrap();
    let mut again = companion.control();
    eventually("the project is gone", || {
        let status = again.call("status", json!({})).unwrap();
        status["sessions"].as_array().unwrap().is_empty().then_some(())
    });
    let changes = json!({"executable": executable, "port": attached["port"], "strict_port": true});
    let second = again.attach_live("gain", changes);
    again.call("detach", json!({"session": second["session"]})).unwrap();
    assert!(!folder.exists(), "asked to end, it leaves nothing");
}

#[test]
fn a_companion_that_others_use_does_not_end_for_one_and_ends_after_the_last() {
    let home = tempfile::tempdir().unwrap();
    let mut companion = Companion::start_in(home, &["--backend", "virtual", "--exit-when-idle"]);
    // Connected, without having sent anything yet.
    let mut just_came = companion.connect();
    let mut control = companion.control();
    let answer = control.call("shutdown", json!({"if_idle": true})).unwrap();
    assert_eq!(answer, json!({"ending": false}));
    drop(control.stream.shutdown(std::net::Shutdown::Both));
    just_came.call("hello", json!({"version": 1})).unwrap();
    just_came.call("devices", json!({})).unwrap();
    drop(just_came.stream.shutdown(std::net::Shutdown::Both));
    let status = eventually("it ends", || companion.process.try_wait().unwrap());
    assert!(status.success());
}
