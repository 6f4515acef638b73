//! Somebody's first hour: an empty home, an empty cargo cache, and what the documents say, word for word.

use crate::support::{World, which};
use rustix::process::Signal;
use std::{fs, path::Path, process::Command};

/// The commands of a document: the lines of its code blocks, without comments.
fn commands(document: &str) -> Vec<String> {
    let mut inside = false;
    let mut commands = Vec::new();
    for line in document.lines() {
        if line.starts_with("```") {
            inside = !inside;
        } else if inside {
            let command = line.split(" #").next().unwrap_or_default().trim();
            commands.push(command.to_owned());
        }
    }
    commands
}

#[test]
#[ignore = "loads every crate and package anew: scripts/test newcomer"]
fn the_documents_lead_from_nothing_to_sound() {
    let (node, cargo) = (which("node"), which("cargo"));
    let own = Path::new(env!("CARGO_BIN_EXE_wavecraft"));
    let folder = |program: &Path| program.parent().expect("its folder").to_path_buf();
    let path = [folder(own), folder(&cargo), folder(&node), "/usr/bin".into(), "/bin".into()];
    let world = World::new()
        .env("PATH", std::env::join_paths(path).expect("a PATH"))
        .env("CARGO_NET_OFFLINE", "false");
    let cache = world.path("home/.cargo");
    let world = world.env("CARGO_HOME", cache);

    let readme =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md")).expect("the README");
    let (_, own_project) = readme.split_once("## A project of your own").expect("that chapter");
    let first_steps = commands(own_project);
    let [create, enter, start] = &first_steps[..] else { panic!("{first_steps:?}") };
    assert_eq!(start, "wavecraft start --with-audio");
    shell(&world, "here", create);
    let name = enter.strip_prefix("cd ").expect("a folder");
    let project = format!("here/{name}");

    let readme = fs::read_to_string(world.path(&project).join("README.md")).expect("the project's README");
    let commands = commands(&readme);
    for wanted in ["wavecraft start", "wavecraft start --with-audio", "cd engine && cargo test"] {
        assert!(commands.iter().any(|command| command == wanted), "no `{wanted}` in {commands:?}");
    }
    for command in &commands {
        match command.strip_prefix("wavecraft ") {
            Some(start) => {
                let args: Vec<_> = start.split_whitespace().collect();
                let ready = if args.contains(&"--with-audio") { "Live." } else { "Ready." };
                let mut live = world.live_in(&project, &args);
                live.line_with("http://127.0.0.1:");
                live.line_with(ready);
                live.signal(Signal::INT);
                let finished = live.finish();
                assert_eq!(finished.code, Some(130), "{command}: {finished:#?}");
                // It would go on without.
                assert!(!finished.out.contains("can't be watched"), "{command}: {finished:#?}");
            }
            None => shell(&world, &project, command),
        }
    }
}

/// Runs a line as a shell would.
fn shell(world: &World, folder: &str, line: &str) {
    let mut command: Command = world.program("sh", folder, &["-c", line]);
    let output = command.output().expect("a shell");
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "{line}:\n{said}");
}
