//! Failures, with their texts and exit codes.

use crate::support::{
    World,
    fake_companion::{FakeCompanion, Fault},
};

const START: &[&str] = &["start", "--with-audio", "--json"];

#[test]
fn arguments_that_are_none_are_usage_errors() {
    let world = World::with_project().file("here/x.txt", "");
    for (args, text) in [
        (&["start", "--with-audio", "--port", "0"][..], "must be a port, 1 to 65535"),
        (&["start", "--with-audio", "--ui-port", "65536"], "must be a port, 1 to 65535"),
        (&["start", "--with-audio", "--input", "loud"], "use mic, tone"),
        (&["start", "--with-audio", "--input", "file:gone.wav"], "gone.wav: an input is mic, tone"),
        (&["start", "--input", "gone.wav"], "there is no file gone.wav: an input is mic, tone"),
        (&["start", "--replace", "--again"], "--again"),
        (&["start", "--with-audio", "--input", "file:engine"], "is not a file"),
        (&["start", "--with-audio", "--probe", "gain reduction"], "1 to 32 printable characters"),
        (&["start", "--with-audio", "--mode", "fast"], "use pipelined or direct"),
        (&["start", "--with-audio", "--seconds", "0"], "0"),
        (&["start", "--with-audio", "--seconds", "18446744073709551615"], "18446744073709551615"),
        (&["record", "-o", "a.wav", "--seconds", "18446744073709551615"], "18446744073709551615"),
        (&["record", "-o", "a.wav", "--seconds", "nan"], "nan"),
        (&["record", "-o", "a.flac"], "only WAV files are written, not .flac: call it a.wav"),
        (&["render", "-i", "x.txt", "-o", "a.flac"], "only WAV files are written, not .flac: call it a.wav"),
        (&["render", "-i", "x.txt", "-o", "/dev/null", "--force"], "/dev/null is a device"),
        (
            &["render", "-i", "x.txt", "-o", "engine.wav", "--tail", "nan"],
            "a number of seconds from 0 to 3600",
        ),
        (&["render", "-i", "x.txt", "-o", "a.wav", "--tail", "inf"], "a number of seconds from 0 to 3600"),
        (&["render", "-i", "x.txt", "-o", "a.wav", "--tail=-1"], "a number of seconds from 0 to 3600"),
        (&["render", "-i", "x.txt", "-o", "a.wav", "--block-size", "0"], "1..=4096"),
        (
            &["render", "-i", "tone", "-o", "a.wav"],
            "`tone` has no end: say how much of it, such as --seconds 10",
        ),
        (&["render", "-i", "tone:44O", "-o", "a.wav", "--seconds", "1"], "a frequency is 0.1 to 192000 Hz"),
        (&["render", "-i", "noise:pink@3", "-o", "a.wav", "--seconds", "1"], "Write noise[:white|pink][@DB]"),
        (&["render", "-i", "tone:24000", "-o", "a.wav", "--seconds", "1"], "below half of that, 24000 Hz"),
        (&["render", "-i", "tone", "-o", "a.wav", "--seconds", "0"], "a number of seconds above 0"),
        (&["render", "-i", "tone", "-o", "a.wav", "--seconds", "1", "--rate", "100"], "8000..=384000"),
        (&["render", "-i", "x.txt", "-o", "a.wav", "--rate", "48000"], "a file is rendered at its own rate"),
        (&["render", "-i", "mic", "-o", "a.wav", "--seconds", "1"], "the microphone can't be rendered"),
        (&["start", "--input", "tone:nan"], "a frequency is 0.1 to 192000 Hz"),
        (&["start", "--input", "tone:440@1"], "a level is −120 to 0 dBFS"),
        (&["start", "--input", "sweep:20-"], "Write sweep[:FROM-TO[/SECONDS]][@DB]"),
        (&["start", "--input", "radio"], "impulse, step, twotone, silence"),
        (&["render", "-i", "x.txt", "-o", "a.wav", "--block-size", "4294967296"], "4294967296"),
        (&["devices", "--rate", "nan"], "nan"),
        (&["devices", "--buffer=-1"], "-1"),
        (&["start", "--with-audio", "--no-ui", "--open"], "--no-ui"),
        (&["start", "--nonsense"], "--nonsense"),
        (&["stop", "name", "--all"], "--all"),
        (&["nonsense"], "nonsense"),
        (&[], "Usage"),
    ] {
        world.run(args).fails(2, &[text]);
    }
}

#[test]
fn a_name_that_is_no_text_is_told() {
    use std::os::unix::ffi::OsStrExt;
    let world = World::with_project().file("here/x.wav", "");
    let latin = std::ffi::OsStr::from_bytes(b"caf\xe9.wav");
    for args in [&["record", "-o"][..], &["render", "-i", "x.wav", "-o"]] {
        let mut command = world.program(env!("CARGO_BIN_EXE_wavecraft"), "here", args);
        let output = command.arg(latin).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("isn't text in UTF-8"), "{said}");
    }
}

/// Linux has a device that acts as a full disk: the error is printed once, and the command fails.
#[test]
fn an_output_that_can_not_be_written_is_told() {
    if !std::path::Path::new("/dev/full").exists() {
        return;
    }
    let world = World::new().env("WAVECRAFT_BACKEND", "virtual");
    for args in [&["devices"][..], &["devices", "--json"], &["completions", "bash"], &["doctor"]] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut command = world.program(env!("CARGO_BIN_EXE_wavecraft"), "here", args);
        let output = command.stdout(full).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{args:?}: {said}");
        assert_eq!(said.matches("standard output can't be written").count(), 1, "{args:?}: {said}");
        assert!(!said.contains("panicked"), "{args:?}: {said}");
    }
}

#[test]
fn a_variable_counts_and_a_flag_counts_more() {
    let world = World::with_project().env("WAVECRAFT_INPUT", "loud");
    world.run(START).fails(2, &["use mic, tone"]);
    let other = World::new().env("WAVECRAFT_INPUT", "tone");
    other.run(&["start", "--with-audio", "--input", "noise"]).fails(1, &["not in a Wavecraft project"]);
}

#[test]
fn outside_of_a_project_it_says_where_to_go() {
    let finished = World::new().run(START);
    finished.fails(1, &["here", "engine/Cargo.toml", "wavecraft create"]);
    assert_eq!(finished.kinds(), ["error", "stopped"]);
    finished.left_nothing();
}

#[test]
fn without_a_dev_audio_it_shows_what_to_add() {
    let world = World::with_project();
    std::fs::remove_file(world.path("here/engine/src/bin/dev-audio.rs")).unwrap();
    // A comment is no target: the manifest's text alone doesn't count.
    let manifest = std::fs::read_to_string(world.path("here/engine/Cargo.toml")).unwrap();
    let world = world.file("here/engine/Cargo.toml", &format!("{manifest}\n# name = \"dev-audio\"\n"));
    let finished = world.run(START);
    finished.fails(
        1,
        &[
            "[[bin]]",
            "name = \"dev-audio\"",
            "path = \"src/bin/dev-audio.rs\"",
            "[dependencies.wavecraft-dev-audio]",
            "wavecraft adopt --processor",
        ],
    );
    finished.left_nothing();
}

#[test]
fn a_broken_manifest_is_told_in_cargos_words() {
    let world = World::with_project().file("here/engine/Cargo.toml", "[package\n");
    world.run(START).fails(1, &["engine/Cargo.toml", "Cargo.toml:1"]);
}

#[test]
fn without_cargo_it_says_how_to_get_it() {
    let world = World::with_project().env("PATH", "");
    world.run(START).fails(1, &["cargo is not on the PATH", "rustup.rs"]);
}

#[test]
fn a_compile_error_is_shown_with_its_place() {
    let world =
        World::with_project().file("here/engine/src/bin/dev-audio.rs", "fn main() {\n    nonsense();\n}\n");
    let finished = world.run(START);
    finished.fails(
        1,
        &[
            "error[E0425]",
            "build failed at engine/src/bin/dev-audio.rs:2:5",
            "cannot find function `nonsense`",
        ],
    );
    assert_eq!(
        finished.kinds().iter().filter(|kind| *kind != "log").collect::<Vec<_>>(),
        ["build", "build", "error", "stopped"]
    );
    let failed = finished.events().into_iter().find(|event| event["status"] == "failed").unwrap();
    let errors = failed["errors"].as_str().unwrap();
    assert!(errors.contains("dev-audio.rs:2:5") && !errors.contains("Compiling"), "{errors}");
    finished.left_nothing();
    assert!(world.names_in("home/wavecraft/builds").is_empty());
}

#[test]
fn a_companion_that_is_not_there_is_asked_for() {
    let world = World::with_project().env("WAVECRAFT_COMPANION", "/nowhere/companion");
    let finished = world.run(START);
    finished.fails(1, &["WAVECRAFT_COMPANION is /nowhere/companion"]);
    finished.left_nothing();
    assert!(world.names_in("home/wavecraft/builds").is_empty(), "the copy is gone");
}

#[test]
fn a_companion_of_another_version_is_refused() {
    let world = World::with_project();
    let _companion = FakeCompanion::run(&world, Fault::OtherVersion);
    let finished = world.run(START);
    finished.fails(1, &["7.7.7", "protocol 2", "protocol 1", "Quit the companion"]);
    finished.left_nothing();
}

#[test]
fn garbage_from_the_companion_ends_the_start() {
    let world = World::with_project();
    let _companion = FakeCompanion::run(&world, Fault::Garbage);
    let finished = world.run(START);
    finished.fails(1, &["no message of its protocol"]);
    finished.left_nothing();
}

#[test]
fn a_processor_that_cant_run_ends_the_start_with_the_reason() {
    let world = World::with_project();
    let _companion = FakeCompanion::run(&world, Fault::Held);
    let finished = world.run(START);
    finished.fails(1, &["the processor can't run: no processor is named"]);
    finished.left_nothing();
}

#[test]
fn a_taken_port_names_the_flag() {
    let world = World::with_project();
    let _companion = FakeCompanion::run(&world, Fault::PortTaken);
    world.run(START).fails(1, &["port 9000 is taken", "--port"]);
}

#[test]
fn a_socket_path_that_is_too_long_is_shown() {
    let world = World::with_project();
    let home = world.path(&"long".repeat(30));
    let world = world.env("WAVECRAFT_HOME", home);
    world.run(START).fails(1, &["longlong", "WAVECRAFT_HOME"]);
}

#[test]
fn folders_that_cargo_cant_build_in_are_refused_at_once() {
    use std::os::unix::ffi::OsStrExt;
    let world = World::with_project();
    std::fs::rename(world.path("here"), world.path("he:re")).unwrap();
    world.live_in("he:re", START).finish().fails(1, &["has a colon", "CARGO_TARGET_DIR"]);
    std::fs::rename(world.path("he:re"), world.path("he\nre")).unwrap();
    world.live_in("he\nre", START).finish().fails(1, &["the end of a line"]);
    let latin = std::ffi::OsStr::from_bytes(b"caf\xe9");
    std::fs::rename(world.path("he\nre"), world.path("").join(latin)).unwrap();
    // Only the command's own folder can have such a name: no argument could.
    std::os::unix::fs::symlink(latin, world.path("here")).unwrap();
    world.run(START).fails(1, &["isn't UTF-8", "another name"]);
}
