//! Sources that change while the project runs.

use crate::support::{
    World,
    fake_companion::{FakeCompanion, Fault},
    until, until_gone,
    watching::{SOURCE, built, ready, started, stop, write},
};
use std::fs;

/// A program that waits like the first one, but has different bytes.
fn program(mark: &str) -> String {
    format!("fn main() {{ std::io::stdin().read_line(&mut String::from({mark:?})).unwrap(); }}\n")
}

#[test]
fn a_change_is_built_and_the_companion_gets_the_new_program() {
    let world = World::with_project();
    let companion = FakeCompanion::run(&world, Fault::None);
    let mut live = ready(&world);
    write(&world, SOURCE, &program("second"));
    let reloaded = live.event("reloaded");
    assert_eq!(reloaded["swap_ms"], 38);
    assert!(reloaded["build_ms"].as_u64() > Some(0), "{reloaded}");
    let reload = companion.call("reload").expect("a reload");
    assert_eq!(reload["session"], "demo");
    let executable = reload["executable"].as_str().expect("a path");
    assert!(executable.ends_with("2/dev-audio"), "{executable}");
    let statuses: Vec<_> = companion.calls("buildStatus").iter().map(|call| call["status"].clone()).collect();
    assert_eq!(statuses, ["building", "ok"]);

    // The same program again is no reason to fade. Only the page is told that it was checked.
    write(&world, SOURCE, &program("second"));
    until("the page knows of the second build", || (companion.calls("buildStatus").len() == 4).then_some(()));
    write(&world, SOURCE, &program("third"));
    live.event("reloaded");
    assert_eq!(companion.calls("reload").len(), 2);
    let finished = stop(live);
    for text in
        ["engine/src/bin/dev-audio.rs changed, building", "the same program as before", "swapped in 38 ms"]
    {
        assert!(finished.err.contains(text), "no `{text}` in {finished:#?}");
    }
}

#[test]
fn a_compile_error_is_shown_everywhere_and_the_old_program_stays() {
    let world = World::with_project();
    let companion = FakeCompanion::run(&world, Fault::None);
    let mut live = ready(&world);
    write(&world, SOURCE, "fn main() {\n    nonsense();\n}\n");
    let failed = built(&mut live);
    assert_eq!(failed["status"], "failed", "{failed}");
    assert!(failed["errors"].as_str().expect("errors").contains("dev-audio.rs:2:5"), "{failed}");
    until("the page is told", || {
        companion.calls("buildStatus").into_iter().find(|call| call["errors"] == failed["errors"])
    });
    assert_eq!(companion.calls("reload").len(), 0);
    write(&world, SOURCE, &program("mended"));
    live.event("reloaded");
    let finished = stop(live);
    let text = "the build failed at engine/src/bin/dev-audio.rs:2:5: error[E0425]";
    assert!(finished.err.contains(text), "{finished:#?}");
    assert!(finished.err.contains("plays on"), "{finished:#?}");
}

#[test]
fn of_a_compilers_endless_words_everybody_gets_what_the_companion_has_room_for() {
    let world = World::with_project();
    let companion = FakeCompanion::run(&world, Fault::None);
    let mut live = ready(&world);
    let nonsense: String = (0..4000).map(|number| format!("    nonsense_{number}();\n")).collect();
    write(&world, SOURCE, &format!("fn main() {{\n{nonsense}}}\n"));
    let failed = built(&mut live);
    let all = failed["errors"].as_str().expect("errors");
    let (start, note) = all.rsplit_once(" … (cut: ").expect("it says that there is more");
    let missing =
        note.strip_suffix(" more bytes)").and_then(|bytes| bytes.replace(',', "").parse::<usize>().ok());
    assert!(start.len() > 64 * 1024 && missing > Some(64 * 1024), "{note}");
    let told = until("the page is told", || {
        companion.calls("buildStatus").into_iter().find(|call| call["status"] == "failed")
    });
    assert!(
        told.to_string().len() < 256 * 1024,
        "a line that the companion takes: {}",
        told.to_string().len()
    );
    assert_eq!(told["errors"], failed["errors"]);
    // The playing program continues, and the next build is heard.
    write(&world, SOURCE, &program("mended"));
    live.event("reloaded");
    stop(live);
}

#[test]
fn a_newer_change_ends_the_build_that_runs() {
    let world = World::with_project();
    let _companion = FakeCompanion::run(&world, Fault::None);
    let mut live = ready(&world);
    // A build script of the project that would never end.
    let pid = world.path("builds.pid");
    let endless = format!(
        "fn main() {{ std::fs::write({pid:?}, std::process::id().to_string()).unwrap(); loop {{ std::thread::park() }} }}"
    );
    write(&world, "here/engine/build.rs", &endless);
    let script = world.pid_in("builds.pid");
    write(&world, "here/engine/build.rs", "fn main() {}");
    write(&world, SOURCE, &program("second"));
    live.event("reloaded");
    until_gone("the build script", script);
    stop(live);
}

#[test]
fn a_change_during_the_first_build_is_seen_too() {
    let world = World::with_project();
    let (pid, go) = (world.path("builds.pid"), world.path("go"));
    // A first build that lasts until this test ends it.
    let script = format!(
        "fn main() {{ std::fs::write({pid:?}, \"1\").unwrap(); while !std::path::Path::new({go:?}).exists() {{ \
         std::thread::sleep(std::time::Duration::from_millis(10)) }} }}"
    );
    let world = world.file("here/engine/build.rs", &script);
    let companion = FakeCompanion::run(&world, Fault::None);
    let mut live = started(&world);
    world.pid_in("builds.pid");
    write(&world, SOURCE, &program("second"));
    fs::write(&go, "").expect("a file");
    live.event("ready");
    until("the change is built", || {
        companion.calls("buildStatus").into_iter().find(|call| call["status"] == "ok")
    });
    stop(live);
}

#[test]
fn what_the_project_depends_on_by_a_path_is_watched_too_also_when_it_is_new() {
    let world = World::with_project()
        .file(
            "shared/Cargo.toml",
            "[package]\nname = \"shared\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[workspace]\n",
        )
        .file("shared/src/lib.rs", "pub const TEXT: &str = \"one\";\n");
    let _companion = FakeCompanion::run(&world, Fault::None);
    let mut live = ready(&world);
    let manifest = fs::read_to_string(world.path("here/engine/Cargo.toml")).expect("the manifest");
    write(
        &world,
        "here/engine/Cargo.toml",
        &format!("{manifest}[dependencies]\nshared = {{ path = \"../../shared\" }}\n"),
    );
    write(&world, SOURCE, &program("second").replace("\"second\"", "shared::TEXT"));
    live.event("reloaded");
    // The folder of the new dependency is watched from shortly after the swap on: the change is repeated until it is
    // seen.
    let mut number = 0;
    until("a change of the dependency is heard", || {
        number += 1;
        write(&world, "shared/src/lib.rs", &format!("pub const TEXT: &str = \"{number}\";\n"));
        live.event_within("reloaded", std::time::Duration::from_secs(5))
    });
    let finished = stop(live);
    assert!(finished.err.contains("shared/src/lib.rs changed"), "{finished:#?}");
}

#[test]
fn a_program_that_is_refused_leaves_the_one_from_before() {
    let world = World::with_project();
    let companion = FakeCompanion::run(&world, Fault::NoReload);
    let mut live = ready(&world);
    write(&world, SOURCE, &program("second"));
    let error = live.event("error");
    let message = error["message"].as_str().expect("a message");
    assert!(message.contains("can't be heard: the processor panicked"), "{message}");
    // Again, without another change: the first failure may have been chance.
    write(&world, SOURCE, &program("second"));
    live.event("reloaded");
    assert_eq!(companion.calls("reload").len(), 2);
    stop(live);
}

#[test]
fn a_project_that_vanishes_is_told_and_built_again_when_it_is_back() {
    let world = World::with_project();
    let _companion = FakeCompanion::run(&world, Fault::None);
    let mut live = ready(&world);
    let (here, away) = (world.path("here/engine"), world.path("away"));
    fs::rename(&here, &away).expect("moved");
    let error = live.event("error");
    let message = error["message"].as_str().expect("a message");
    assert!(message.contains("engine/Cargo.toml is gone") && message.contains("plays on"), "{message}");
    fs::write(away.join("src/bin/dev-audio.rs"), program("second")).expect("a source");
    fs::rename(&away, &here).expect("moved back");
    live.event("reloaded");
    // And the file is watched again.
    write(&world, SOURCE, &program("third"));
    live.event("reloaded");
    stop(live);
}

#[test]
fn nothing_is_watched_where_that_is_not_wanted() {
    let world = World::with_project();
    let _companion = FakeCompanion::run(&world, Fault::None);
    let args = ["start", "--with-audio", "--json", "-v", "--seconds", "1"];
    let watched = world.run(&args);
    assert!(watched.err.contains("watching "), "{watched:#?}");
    let unwatched = world.run(&[&args[..], &["--no-watch"]].concat());
    assert_eq!(unwatched.code, Some(0), "{unwatched:#?}");
    assert!(!unwatched.err.contains("watching "), "{unwatched:#?}");
}
