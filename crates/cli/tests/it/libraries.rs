//! Programs with their own shared libraries, which they find under `cargo run`.

use crate::support::{
    World,
    fake_companion::{FakeCompanion, Fault},
};
use serde_json::Value;
use std::{fs, path::Path, process::Command};

const MANIFEST: &str = "[package]\nname = \"demo\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[workspace]\n\
                        [dependencies]\nshared = { path = \"../shared\" }\n";
const SHARED: &str = "[package]\nname = \"shared\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\
                      [lib]\ncrate-type = [\"dylib\"]\n[workspace]\n";
/// Describes itself, or waits: in both cases its text comes from the shared library.
const PROGRAM: &str = "fn main() { println!(\"{}\", shared::hello()); if std::env::args().len() == 1 { \
                       std::io::stdin().read_line(&mut String::new()).unwrap(); } }\n";

fn library(name: &str) -> String {
    let hello = format!(
        r#"{{"type":"hello","abi":1,"sdk_version":"0","name":"{name}","latency_frames":0,"parameters":[]}}"#
    );
    format!("pub fn hello() -> String {{ String::from({hello:?}) }}\n")
}

/// A project whose program is linked with a crate that is a shared library, and thereby with Rust's own shared library.
fn world() -> World {
    World::with_project()
        .file("here/engine/Cargo.toml", MANIFEST)
        .file("here/engine/src/bin/dev-audio.rs", PROGRAM)
        .file("here/shared/Cargo.toml", SHARED)
        .file("here/shared/src/lib.rs", &library("one"))
        // The terminal's variables are never passed on.
        .env("LD_LIBRARY_PATH", "/of/the/terminal")
}

/// The output of the program of an `attach` or a `reload`, run as the companion runs it.
fn says(call: &Value) -> String {
    let folders = call["loader_path"].as_array().expect("a loader path");
    let folders = folders.iter().map(|folder| folder.as_str().expect("a folder"));
    let variable =
        if std::env::consts::OS == "macos" { "DYLD_FALLBACK_LIBRARY_PATH" } else { "LD_LIBRARY_PATH" };
    let output = Command::new(call["executable"].as_str().expect("a program"))
        .arg("--describe")
        .env_clear()
        .env(variable, std::env::join_paths(folders).expect("a path"))
        .output()
        .expect("it runs");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn a_shared_library_goes_along_with_the_program_and_a_change_of_it_is_heard() {
    let world = world();
    let companion = FakeCompanion::run(&world, Fault::None);
    let mut live = world.live(&["start", "--with-audio", "--json"]);
    live.event("ready");
    let attach = companion.call("attach").expect("an attach");
    assert!(says(&attach).contains("\"one\""));
    let folder = Path::new(attach["executable"].as_str().expect("a program")).parent().expect("its folder");
    assert_eq!(
        attach["loader_path"][0],
        folder.to_str().expect("text"),
        "the copies go before what is built over"
    );
    // The program itself stays the same, byte by byte.
    fs::write(world.path("here/shared/src/lib.rs"), library("two")).expect("a source");
    live.event("reloaded");
    assert!(says(&companion.call("reload").expect("a reload")).contains("\"two\""));
    assert!(says(&attach).contains("\"one\""), "what plays isn't written over");
    live.signal(rustix::process::Signal::INT);
    live.finish().left_nothing();
}

#[test]
fn a_program_with_a_shared_library_describes_itself() {
    let world = world().env("WAVECRAFT_COMPANION", "/nowhere/companion");
    let finished = world.run(&["start", "--json", "--seconds", "1"]);
    assert_eq!(finished.code, Some(0), "{finished:#?}");
}

#[test]
fn without_shared_libraries_there_is_no_loader_path() {
    let world = World::with_project();
    let companion = FakeCompanion::run(&world, Fault::None);
    let finished = world.run(&["start", "--with-audio", "--json", "--seconds", "1"]);
    assert_eq!(finished.code, Some(0), "{finished:#?}");
    assert_eq!(companion.call("attach").expect("an attach").get("loader_path"), None);
}
