//! A new user's first hour: an empty home, an empty cargo cache, and the documents' commands, word for word.

mod walk;

use crate::{
    document::{Document, root},
    support::{World, which},
};
use std::path::{Path, PathBuf};
use walk::Walk;

/// A world with the programs on the `PATH`, as after a new user's first step, and with empty caches.
fn newcomer() -> World {
    let (node, cargo) = (which("node"), which("cargo"));
    let own = Path::new(env!("CARGO_BIN_EXE_wavecraft"));
    let folder = |program: &Path| program.parent().expect("its folder").to_path_buf();
    let path = [folder(own), folder(&cargo), folder(&node), "/usr/bin".into(), "/bin".into()];
    let world = World::new()
        .env("PATH", std::env::join_paths(path).expect("a PATH"))
        .env("CARGO_NET_OFFLINE", "false");
    let cache = world.path("home/.cargo");
    world.env("CARGO_HOME", cache)
}

#[test]
#[ignore = "loads every crate and package anew: scripts/test newcomer"]
fn getting_started_ends_with_a_changed_sound() {
    let world = newcomer();
    let mut walk = Walk::new(&world);
    for block in Document::read("docs/guides/getting-started.md").blocks() {
        match block.language.as_str() {
            "sh" => block.text.lines().for_each(|line| walk.command(line)),
            "diff" => walk.edit(&block.text),
            other => panic!("a block of `{other}`, which nobody follows: {}", block.text),
        }
    }
    let [before, after] = ["before.wav", "after.wav"].map(|take| rms(&walk.path(take)));
    walk.end();
    assert!(before > 0.01, "the tone was heard: {before}");
    let change = after / before;
    assert!((change - 0.25).abs() < 0.01, "a quarter as loud: {change}");
}

#[test]
#[ignore = "loads every crate and package anew: scripts/test newcomer"]
fn the_projects_own_page_can_be_followed() {
    let world = newcomer();
    let mut walk = Walk::new(&world);
    let readme = Document::read("README.md");
    let own = readme.blocks().into_iter().find(|block| block.text.contains("wavecraft create"));
    own.expect("how to create a project").text.lines().for_each(|line| walk.command(line));
    let page = Document::read(walk.path("README.md"));
    let commands: Vec<_> = page.blocks().into_iter().map(|block| block.text).collect();
    for wanted in ["wavecraft start", "wavecraft start --with-audio", "cd engine && cargo test"] {
        assert!(commands.concat().lines().any(|line| line == wanted), "no `{wanted}` in {commands:?}");
    }
    commands.concat().lines().for_each(|line| walk.command(line));
    walk.end();
}

/// The README's first command, with a time limit.
#[test]
#[ignore = "builds the programs in release: scripts/test newcomer"]
fn the_readmes_first_command_plays() {
    let readme = Document::read("README.md");
    let blocks = readme.blocks();
    let first = blocks.iter().flat_map(|block| block.text.lines()).find(|line| line.starts_with("scripts/"));
    let first = first.and_then(|line| line.split_whitespace().next()).expect("a script");
    // Built as for a new user, but without the time for optimising, and in a separate folder from the user's own
    // builds.
    let world = World::new()
        .env("CARGO_NET_OFFLINE", "false")
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("first-command"))
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1");
    let script = root().join(first);
    let mut run = world.program(script.to_str().expect("a path"), "here", &["--seconds", "5", "--json"]);
    let output = run.output().expect("the script");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(said.lines().last(), Some(r#"{"event":"stopped","orphans":0}"#), "{said}");
    assert!(said.contains(r#""event":"ready""#), "{said}");
}

/// The root mean square of all samples of a file.
fn rms(path: &PathBuf) -> f64 {
    let reader = hound::WavReader::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let squares: Vec<_> =
        reader.into_samples::<f32>().map(|sample| f64::from(sample.expect("a sample")).powi(2)).collect();
    let count = u32::try_from(squares.len()).expect("a short file");
    (squares.iter().sum::<f64>() / f64::from(count)).sqrt()
}
