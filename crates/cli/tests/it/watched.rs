//! Which files cause a build: those that the last one depended on, wherever they are, and no others.

use crate::support::{
    World,
    fake_companion::{FakeCompanion, Fault},
    until,
    watching::{SOURCE, built, ready, stop, write},
};
use std::{
    fs,
    path::Path,
    time::{Duration, SystemTime},
};

/// A program that waits, with additional code.
fn program(items: &str, mark: &str) -> String {
    format!("{items}\nfn main() {{ std::io::stdin().read_line(&mut String::from({mark})).unwrap(); }}\n")
}

/// How many builds were reported to the page.
fn builds(companion: &FakeCompanion) -> usize {
    companion.calls("buildStatus").iter().filter(|call| call["status"] == "building").count()
}

#[test]
fn what_no_build_depends_on_is_never_built() {
    // cargo builds in the package's folder under another name, and the folder above is a package too.
    let world = World::with_project()
        .file("here/engine/.cargo/config.toml", "[build]\ntarget-dir = \"out\"\n")
        .file("here/engine/Cargo.toml", "[package]\nname = \"demo\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[workspace]\n[dependencies]\nabove = { path = \"..\" }\n")
        .file("here/Cargo.toml", "[package]\nname = \"above\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[workspace]\nexclude = [\"engine\"]\n")
        .file("here/src/lib.rs", "pub const K: u8 = 1;\n")
        .file("here/engine/src/k.rs", "");
    let companion = FakeCompanion::run(&world, Fault::None);
    let mut live = ready(&world);
    for name in [
        "here/engine/run.log",
        "here/engine/take.wav",
        "here/engine/src/notes.txt",
        "here/packages/a/node_modules/b/build.rs",
        "here/engine/4913",
    ] {
        write(&world, name, "x");
    }
    write(&world, SOURCE, &program("", "\"second\".to_string()"));
    live.event("reloaded");
    write(&world, "here/engine/run.log", "xx");
    write(&world, "here/src/lib.rs", "pub const K: u8 = 2;\n");
    until("the second change is built", || {
        let ends = companion.calls("buildStatus");
        (ends.iter().filter(|call| call["status"] == "ok").count() == 2).then_some(())
    });
    assert_eq!(builds(&companion), 2);
    let finished = stop(live);
    assert!(!finished.err.contains("run.log"), "{finished:#?}");
}

#[test]
fn what_a_build_depends_on_is_built_wherever_it_is_and_whatever_its_name_is() {
    let items = "const A: &str = include_str!(\"../../../assets/t.txt\");\n\
                 const B: &str = include_str!(\"../../440\");\n\
                 #[path = \"../../../shared/k.rs\"]\nmod k;\n\
                 #[path = \"../link.rs\"]\nmod link;";
    let world = World::with_project()
        .file("here/Cargo.toml", "[workspace]\nmembers = [\"engine\"]\nresolver = \"2\"\n")
        .file(
            "here/engine/Cargo.toml",
            "[package]\nname = \"demo\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
        )
        .file("here/assets/t.txt", "1")
        .file("here/engine/440", "1")
        .file("here/shared/k.rs", "pub const K: &str = \"1\";\n")
        .file("here/shared/linked.rs", "pub const L: &str = \"1\";\n")
        .file("here/csrc/deep/filter.c", "1")
        .file("here/engine/build.rs", "fn main() { println!(\"cargo:rerun-if-changed=../csrc\"); }")
        .file(SOURCE, &program(items, "A.to_string() + B + k::K + link::L"));
    std::os::unix::fs::symlink("../../shared/linked.rs", world.path("here/engine/src/link.rs"))
        .expect("a link");
    let _companion = FakeCompanion::run(&world, Fault::None);
    let mut live = ready(&world);
    for (name, text) in [
        ("here/assets/t.txt", "22"),
        ("here/engine/440", "22"),
        ("here/shared/k.rs", "pub const K: &str = \"22\";\n"),
        ("here/shared/linked.rs", "pub const L: &str = \"22\";\n"),
        ("here/csrc/deep/filter.c", "22"),
        (
            "here/Cargo.toml",
            "[workspace]\nmembers = [\"engine\"]\nresolver = \"2\"\n[profile.wavecraft-dev]\ninherits = \"dev\"\noverflow-checks = true\n",
        ),
        ("here/.cargo/config.toml", "[env]\nX = \"1\"\n"),
    ] {
        write(&world, name, text);
        assert_eq!(built(&mut live)["status"], "ok", "{name}");
    }
    let finished = stop(live);
    for name in [
        "assets/t.txt",
        "engine/440",
        "shared/k.rs",
        "engine/src/link.rs",
        "Cargo.toml",
        ".cargo/config.toml",
    ] {
        assert!(finished.err.contains(&format!("{name} changed, building")), "{name}: {finished:#?}");
    }
}

#[test]
fn what_a_failed_build_misses_is_built_when_it_comes() {
    let world = World::with_project().file("here/assets/there.txt", "");
    let _companion = FakeCompanion::run(&world, Fault::None);
    let mut live = ready(&world);
    for (items, mark, file, text) in [
        (
            "mod late;",
            "late::K.to_string()",
            "here/engine/src/bin/late.rs",
            "pub const K: &str = \"late\";\n",
        ),
        (
            "const A: &str = include_str!(\"../../../assets/late.txt\");",
            "A.to_string()",
            "here/assets/late.txt",
            "late",
        ),
        (
            "const A: &str = include_str!(\"../tables/1\");",
            "A.to_string()",
            "here/engine/src/tables/1",
            "table",
        ),
    ] {
        write(&world, SOURCE, &program(items, mark));
        assert_eq!(built(&mut live)["status"], "failed", "{file}");
        write(&world, file, text);
        assert_eq!(built(&mut live)["status"], "ok", "{file}");
    }
    stop(live);
}

#[test]
fn a_log_that_goes_on_after_a_mistake_is_left_out() {
    let world = World::with_project().file("here/engine/run.log", "");
    let companion = FakeCompanion::run(&world, Fault::None);
    let mut live = ready(&world);
    write(&world, SOURCE, "fn main() { nonsense }");
    assert_eq!(built(&mut live)["status"], "failed");
    // Written until it no longer causes builds; each time is seen, since its build is reported.
    let mut lines = 0;
    until("two builds for the log", || {
        lines += 1;
        write(&world, "here/engine/run.log", &"x".repeat(lines));
        (builds(&companion) == 3).then_some(())
    });
    for _ in 0..2 {
        assert_eq!(built(&mut live)["status"], "failed");
    }
    write(&world, "here/engine/run.log", "more");
    write(&world, SOURCE, &program("", "\"mended\".to_string()"));
    live.event("reloaded");
    assert_eq!(builds(&companion), 4);
    let finished = stop(live);
    assert!(finished.err.contains("run.log changes again and again"), "{finished:#?}");
}

#[test]
fn a_source_that_comes_back_with_an_older_time_is_heard() {
    let world = World::with_project();
    let companion = FakeCompanion::run(&world, Fault::None);
    let mut live = ready(&world);
    let old = world.path("old.rs");
    fs::write(&old, program("", "\"of the day before yesterday\".to_string()")).expect("a source");
    age(&old);
    fs::rename(&old, world.path(SOURCE)).expect("moved");
    live.event("reloaded");
    // A file outside of every package, too.
    write(&world, "here/assets/t.txt", "now");
    write(
        &world,
        SOURCE,
        &program("const A: &str = include_str!(\"../../../assets/t.txt\");", "A.to_string()"),
    );
    live.event("reloaded");
    fs::write(&old, "then").expect("a file");
    age(&old);
    fs::rename(&old, world.path("here/assets/t.txt")).expect("moved");
    live.event("reloaded");
    assert_eq!(companion.calls("reload").len(), 3);
    let finished = stop(live);
    assert!(finished.err.contains("older than its last build"), "{finished:#?}");
}

/// Gives a file a time earlier than anything here.
fn age(file: &Path) {
    let days = Duration::from_secs(2 * 24 * 60 * 60);
    let file = fs::File::options().write(true).open(file).expect("the file");
    file.set_modified(SystemTime::now() - days).expect("a time");
}
