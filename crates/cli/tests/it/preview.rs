//! A start without audio: the page's server with real parameters and synthetic levels.

use crate::{
    support::{
        Live, World,
        fake_companion::{FakeCompanion, Fault},
        until,
    },
    websocket::Page,
};
use serde_json::{Value, json};
use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::Path,
};

pub(crate) const SOURCE: &str = "here/engine/src/bin/dev-audio.rs";

/// A program that describes one parameter, like one made with `run!`.
pub(crate) fn describes(id: &str, max: u32) -> String {
    let hello = json!({
        "type": "hello", "abi": 1, "sdk_version": "0.1.0", "name": "demo", "latency_frames": 0,
        "parameters": [
            {"id": id, "name": "Level", "type": "float", "default": 1.0, "min": 0.0, "max": max, "unit": "dB"}
        ],
    });
    format!(
        "fn main() {{ assert_eq!(std::env::args().nth(1).unwrap(), \"--describe\"); println!(\"{{}}\", {:?}); }}\n",
        hello.to_string()
    )
}

fn world() -> World {
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a port");
    World::with_project()
        .file(SOURCE, &describes("gain_level", 10))
        .env("WAVECRAFT_PORT", free.port().to_string())
        // It must never be needed.
        .env("WAVECRAFT_COMPANION", "/nowhere/companion")
}

#[test]
fn a_page_gets_real_parameters_and_made_up_levels() {
    let world = world();
    let mut live = world.live(&["start", "--json"]);
    let ready = live.event("ready");
    assert_eq!(ready["session"], "demo");
    assert!(ready.get("devices").is_none() && ready.get("latency_ms").is_none(), "{ready}");
    let url = ready["ws_url"].as_str().expect("an address");
    let mut page = Page::open(url);
    assert_eq!(page.call("getAudioStatus", json!({}))["status"]["phase"], "disabled");
    assert_eq!(page.call("getStats", json!({})), Value::Null);
    let parameter = |page: &mut Page| page.call("getAllParameters", json!({}))["parameters"][0].take();
    assert_eq!(
        (&parameter(&mut page)["id"], &parameter(&mut page)["value"]),
        (&json!("gain_level"), &json!(1.0))
    );
    page.set("gain_level", 8.0);
    assert_eq!(page.call("getParameter", json!({"id": "gain_level"}))["value"], 8.0);
    page.call("subscribe", json!({"topics": ["meters", "build"], "hz": 60}));
    let (first, second) = (page.notification("meterUpdate"), page.notification("meterUpdate"));
    assert_ne!(first, second, "they move");
    assert!(second["left_peak"].as_f64() > second["left_rms"].as_f64(), "{second}");
    let scope = page.call("getOscilloscopeFrame", json!({}));
    assert_eq!(scope["frame"]["points_l"].as_array().map(Vec::len), Some(1024));

    // A changed set is reported, and values stay if they fit.
    fs::write(world.path(SOURCE), describes("gain_level", 5)).expect("a source");
    page.notification("parametersChanged");
    let changed = parameter(&mut page);
    assert_eq!((&changed["max"], &changed["value"]), (&json!(5.0), &json!(5.0)));
    live.event("reloaded");

    fs::write(world.path(SOURCE), "fn main() { nonsense() }").expect("a source");
    let failed = loop {
        let build = page.notification("buildStatus");
        if build["status"] == "failed" {
            break build;
        }
    };
    let errors = failed["errors"].as_str().expect("errors");
    assert!(errors.contains("nonsense") && !errors.contains('\u{1b}'), "{failed}");
    // Relative to the project, and with all that a link and a coloured text need.
    let place = &failed["places"][0];
    assert_eq!(place["file"], "engine/src/bin/dev-audio.rs");
    assert_eq!(place["path"], json!(world.path(SOURCE).canonicalize().unwrap()));
    assert!(
        errors.contains(&format!("--> engine/src/bin/dev-audio.rs:{}:{}", place["line"], place["column"]))
    );
    let coloured = failed["coloured"].as_str().expect("colours");
    assert!(
        coloured.contains("\u{1b}[") && coloured.contains("engine/src/bin/dev-audio.rs:"),
        "{coloured:?}"
    );
    assert_eq!(parameter(&mut page)["max"], 5.0);

    live.signal(rustix::process::Signal::INT);
    let finished = live.finish();
    assert_eq!(finished.code, Some(130));
    finished.left_nothing();
    assert!(finished.err.contains("synthetic") && finished.err.contains("--with-audio"), "{finished:#?}");
    let address = url.trim_start_matches("ws://").split('/').next().expect("a host");
    assert!(TcpStream::connect(address).is_err(), "the port is free");
    assert!(!Path::new(&world.path("home/wavecraft/run")).exists(), "no companion's folder");
}

#[test]
fn a_page_is_served_beside_it() {
    let world = world().with_page();
    let mut live = world.live(&["start", "--json", "--seconds", "1"]);
    let ready = live.event("ready");
    let url = ready["ui_url"].as_str().expect("the page");
    let port = ready["ws_url"].as_str().and_then(|url| url.split(['/', ':']).nth(4)).expect("a port");
    assert!(url.contains("#wc=") && url.ends_with(&format!("&ws={port}")), "{url}");
    let finished = live.finish();
    assert_eq!(finished.code, Some(0), "{finished:#?}");
    finished.left_nothing();
}

/// `xdg-open`, or on a Mac `open`, that only writes its argument to a file.
fn with_an_opener(world: World) -> World {
    let (notes, new) = (world.path("opened"), world.path("opened.new"));
    let script = format!("echo \"$@\" > '{0}' && mv '{0}' '{1}'", new.display(), notes.display());
    world.script("tools/xdg-open", &script).script("tools/open", &script)
}

/// A server's response to a browser that opens an address.
fn answer(url: &str) -> String {
    let (host, path) = url.strip_prefix("http://").and_then(|rest| rest.split_once('/')).expect("an address");
    let mut stream = TcpStream::connect(host).expect("a server");
    write!(stream, "GET /{path} HTTP/1.1\r\nHost: {host}\r\n\r\n").expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

#[test]
fn an_opened_page_leaves_no_token_in_anybodys_arguments() {
    let world = with_an_opener(world().with_page());
    let mut live = world.live(&["start", "--json", "--open"]);
    let ready = live.event("ready");
    let page = ready["ui_url"].as_str().expect("the page");
    let token = page.split_once("#wc=").expect("a token").1.split('&').next().expect("it");
    let notes = world.path("opened");
    let opened = until("the page is opened", || fs::read_to_string(&notes).ok());
    assert!(!opened.contains(token) && opened.contains("/open/"), "{opened}");
    // If opened as a browser does, it leads to the page with its token; only once.
    let first = answer(opened.trim());
    assert!(first.starts_with("HTTP/1.1 302") && first.contains(&format!("location: {page}\r\n")), "{first}");
    let second = answer(opened.trim());
    assert!(second.starts_with("HTTP/1.1 403") && second.contains("any more"), "{second}");
    assert!(!second.contains(token), "{second}");
    live.signal(rustix::process::Signal::INT);
    live.finish().left_nothing();
}

#[test]
fn a_program_that_doesnt_describe_itself_is_told_apart() {
    let failing = "fn main() { eprintln!(\"no table\"); std::process::exit(3) }";
    let printing = "fn main() { println!(\"hello\") }";
    for (source, texts) in [
        (failing, ["can't describe its parameters", "no table"]),
        (printing, ["run!", "print nothing itself"]),
    ] {
        let world = world().file(SOURCE, source);
        let finished = world.run(&["start", "--json"]);
        finished.fails(1, &texts);
        finished.left_nothing();
    }
}

#[test]
fn a_taken_port_is_stepped_aside_from_or_refused() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("its address").port();
    let world = world().env("WAVECRAFT_PORT", port.to_string());
    world.run(&["start", "--strict-port"]).fails(1, &[&format!("port {port} is in use"), "--port"]);
    let mut live = world.live(&["start", "--json", "--seconds", "1"]);
    let ready = live.event("ready");
    assert!(!ready["ws_url"].as_str().expect("an address").contains(&format!(":{port}/")), "{ready}");
    assert_eq!(live.finish().code, Some(0));
}

#[test]
fn a_page_without_audio_undoes_and_redoes() {
    let world = world();
    let mut live = world.live(&["start", "--json"]);
    let ready = live.event("ready");
    let address = ready["ws_url"].as_str().expect("an address");
    let mut page = Page::open(address);
    let before = page.call("getParameter", json!({"id": "gain_level"}))["value"].clone();
    page.set("gain_level", 3.0);
    page.set("gain_level", 4.0);
    let mut other = Page::open(address);
    assert_eq!(other.call("undo", json!({})), json!({"step": "Level"}));
    assert_eq!(page.call("getParameter", json!({"id": "gain_level"}))["value"], before);
    assert_eq!(page.call("redo", json!({})), json!({"step": "Level"}));
    assert_eq!(other.call("getParameter", json!({"id": "gain_level"}))["value"], 4.0);
    live.signal(rustix::process::Signal::INT);
    live.finish().left_nothing();
}

#[test]
fn presets_without_audio_are_kept_and_handed_over() {
    let preset = json!({"version": 1, "values": {"gain_level": 3.0, "gone": 1.0}});
    let world = world().file("here/presets/Warm.json", &preset.to_string());
    let mut live = world.live(&["start", "--json"]);
    let ready = live.event("ready");
    let mut page = Page::open(ready["ws_url"].as_str().expect("an address"));
    let loaded = page.call("loadPreset", json!({"name": "warm"}));
    assert_eq!(loaded["remarks"], json!(["the project has no parameter `gone`: ignored"]));
    assert_eq!(page.call("getParameter", json!({"id": "gain_level"}))["value"], 3.0);
    page.set("gain_level", 4.0);
    assert_eq!(page.call("savePreset", json!({"name": "Mine"})), json!({"name": "Mine"}));
    let saved = fs::read_to_string(world.path("here/presets/Mine.json")).expect("a file");
    assert!(saved.contains("\"gain_level\": 4.0"), "{saved}");
    live.signal(rustix::process::Signal::INT);
    live.finish().left_nothing();

    let mut live = world.live(&["start", "--json"]);
    let ready = live.event("ready");
    let mut page = Page::open(ready["ws_url"].as_str().expect("an address"));
    let listed = page.call("getPresets", json!({}));
    assert_eq!((&listed["current"], &listed["changed"]), (&json!("Mine"), &json!(false)), "{listed}");
    live.signal(rustix::process::Signal::INT);
    live.finish();
    let companion = FakeCompanion::run(&world, Fault::None);
    let finished = world.run(&["start", "--with-audio", "--json", "--seconds", "1"]);
    assert_eq!(finished.code, Some(0), "{finished:#?}");
    assert_eq!(companion.call("attach").expect("it plays")["preset"], "Mine");
}

#[test]
fn values_are_remembered_with_and_without_audio() {
    let world = world();
    let value = |live: &mut Live| {
        let ready = live.event("ready");
        let mut page = Page::open(ready["ws_url"].as_str().expect("an address"));
        let value = page.call("getParameter", json!({"id": "gain_level"}))["value"].clone();
        (page, value)
    };
    // Of the companion, which plays nothing now.
    let folder = world.path("here");
    let kept = json!({"version": 1, "projects": {folder.to_str().expect("text"): {"parameters": {"gain_level": 3.0}}}});
    let world = world.file("home/wavecraft/settings.json", &kept.to_string());
    let mut live = world.live(&["start", "--json"]);
    let (mut page, before) = value(&mut live);
    assert_eq!(before, 3.0);
    page.set("gain_level", 8.0);
    page.call("copySet", json!({}));
    page.set("gain_level", 9.0);
    let waiting = world.path("home/wavecraft/without-audio.json");
    // Soon, not only at the end: a start may be killed.
    until("it is kept", || fs::read_to_string(&waiting).ok()?.contains("9.0").then_some(()));
    live.signal(rustix::process::Signal::KILL);
    live.finish();

    let mut live = world.live(&["start", "--json"]);
    let (mut page, after) = value(&mut live);
    assert_eq!(after, 9.0);
    page.set("gain_level", 7.0);
    live.signal(rustix::process::Signal::INT);
    live.finish();
    assert_eq!(fs::read_to_string(world.path("home/wavecraft/settings.json")).expect("it"), kept.to_string());

    // A start with audio hands them over.
    let companion = FakeCompanion::run(&world, Fault::None);
    let finished = world.run(&["start", "--with-audio", "--json", "--seconds", "1"]);
    assert_eq!(finished.code, Some(0), "{finished:#?}");
    let attach = companion.call("attach").expect("it plays");
    assert_eq!(attach["parameters"], json!({"gain_level": 7.0}));
    assert_eq!(attach["sets"]["other"], json!({"gain_level": 8.0}), "{attach}");
    assert!(!waiting.exists(), "the companion has them now");
    world.run(&["start", "--with-audio", "--json", "--seconds", "1"]).left_nothing();
    assert_eq!(companion.calls("attach")[1]["parameters"], json!({}));
}
