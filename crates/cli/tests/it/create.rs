//! `wavecraft create`: what it writes, what it refuses, and that a created project builds.

use crate::support::{World, published::git};
use std::{fs, path::Path, process::Command};

/// A user's git.
const IDENTITY: &str = "[user]\n\tname = Ada\n\temail = ada@example.com\n";

#[test]
fn a_project_is_complete_and_committed_as_its_author() {
    let world = World::new().file("home/.gitconfig", IDENTITY);
    let finished = world.run(&["create", "MyPlugin", "--vendor", "Ada & Co"]);
    assert_eq!((finished.code, finished.err.as_str()), (Some(0), ""), "{finished:#?}");
    for text in ["Created My Plugin", "here/MyPlugin", "wavecraft start --with-audio"] {
        assert!(finished.out.contains(text), "no `{text}` in {finished:#?}");
    }
    assert_eq!(world.names_in("here"), ["MyPlugin"]);

    let project = world.path("here/MyPlugin");
    let mut names = world.names_in("here/MyPlugin");
    names.sort();
    assert_eq!(
        names,
        [
            ".git",
            ".github",
            ".gitignore",
            "README.md",
            "engine",
            "plugin",
            "presets",
            "sdk",
            "ui",
            "wavecraft.toml"
        ]
    );
    let manifest = fs::read_to_string(project.join("engine/Cargo.toml")).unwrap();
    assert!(manifest.contains("name = \"my-plugin\"") && manifest.contains("authors = [\"Ada & Co\"]"));

    assert_eq!(git(&project, &["log", "--format=%an <%ae>"]).trim(), "Ada <ada@example.com>");
    assert_eq!(git(&project, &["status", "--porcelain"]), "");
    let files = git(&project, &["ls-files"]);
    assert!(
        files.contains("engine/Cargo.lock")
            && files.contains("plugin/Cargo.lock")
            && files.contains("sdk/dev-audio/src/lib.rs"),
        "{files}"
    );
}

#[test]
fn git_is_never_a_reason_to_fail() {
    let world = World::new();
    let nobody = world.run(&["create", "one"]);
    assert_eq!(nobody.code, Some(0), "{nobody:#?}");
    assert!(nobody.out.contains("git doesn't know who you are"), "{nobody:#?}");
    assert!(world.path("here/one/.git").is_dir());

    assert_eq!(world.run(&["create", "two", "--no-git"]).code, Some(0));
    assert!(!world.path("here/two/.git").exists());

    let outer = world.run(&["create", "three", "--output", "one/three"]);
    assert!(outer.out.contains("in a git repository already"), "{outer:#?}");
    assert!(!world.path("here/one/three/.git").exists());

    let tools = world.path("tools");
    let without = world.env("PATH", tools).run(&["create", "four"]);
    assert_eq!(without.code, Some(0), "{without:#?}");
    assert!(without.out.contains("git could not be run"), "{without:#?}");
}

#[test]
fn what_is_there_is_kept_and_said() {
    let world = World::new().file("here/full/mine.txt", "mine").file("here/file", "mine");
    world.run(&["create", "full", "--no-git"]).fails(2, &["here/full", "not empty", "--output"]);
    assert_eq!(world.names_in("here/full"), ["mine.txt"]);
    world
        .run(&["create", "x", "--no-git", "--output", "file"])
        .fails(2, &["here/file", "a file is in its place"]);
    world.run(&["create", "x", "--no-git", "--output", "file/x"]).fails(2, &["in the way to it"]);
    assert_eq!(fs::read_to_string(world.path("here/file")).unwrap(), "mine");
}

#[test]
fn an_empty_folder_may_be_the_current_one() {
    let world = World::new();
    assert_eq!(world.run(&["create", "x", "--no-git", "--output", "."]).code, Some(0));
    assert!(world.path("here/engine/Cargo.toml").is_file());
    world.run(&["create", "x", "--no-git", "--output", "."]).fails(2, &["not empty"]);
}

#[test]
fn bad_names_are_usage_errors_and_leave_nothing() {
    let world = World::new();
    for (name, reason) in [
        ("two words", "none of the letters"),
        ("9lives", "starts with"),
        ("fn", "keyword"),
        ("test", "cargo"),
    ] {
        world.run(&["create", name]).fails(2, &[name, reason]);
    }
    world.run(&["create", "fine", "--vendor", ""]).fails(2, &["--vendor"]);
    world.run(&["create"]).fails(2, &["<NAME>"]);
    assert_eq!(world.names_in("here"), [] as [&str; 0]);
}

/// The packages that cargo lists for the workspace in a folder.
fn packages(folder: &Path) -> Vec<String> {
    let mut cargo = Command::new("cargo");
    cargo.args(["metadata", "--no-deps", "--offline", "--format-version", "1"]).current_dir(folder);
    let output = cargo.output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("a list").iter();
    packages.map(|package| package["name"].as_str().expect("a name").to_owned()).collect()
}

#[test]
fn a_workspace_around_stays_one() {
    let bar = "[package]\nname = \"bar\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    let outer = "# Ours.\n[workspace]\nmembers = [\"plugins/*\"]\nresolver = \"3\"\n";
    let world = World::new()
        .file("here/Cargo.toml", outer)
        .file("here/plugins/bar/Cargo.toml", bar)
        .file("here/plugins/bar/src/lib.rs", "");
    let manifest = world.path("here/Cargo.toml");
    let create = |place: &str| {
        let finished = world.run(&["create", "foo", "--no-git", "--output", place]);
        assert_eq!(finished.code, Some(0), "{finished:#?}");
        finished.out
    };
    let said = create("plugins/foo");
    let place = manifest.to_str().unwrap();
    for text in [place, "`plugins/*`", r#"`exclude = ["plugins/foo"]`"#, "workspace of its own"] {
        assert!(said.contains(text), "no `{text}` in {said}");
    }
    let after = fs::read_to_string(&manifest).unwrap();
    assert_eq!(after, format!("{outer}exclude = [\"plugins/foo\"]\n"));
    assert_eq!(packages(&world.path("here")), ["bar"]);
    assert_eq!(packages(&world.path("here/plugins/foo/engine")), ["foo"]);

    // Where no pattern of the members matches, nothing is printed and nothing changed.
    assert!(!create("elsewhere/foo").contains("workspace"));
    assert_eq!(fs::read_to_string(&manifest).unwrap(), after);
    assert_eq!(packages(&world.path("here/elsewhere/foo/engine")), ["foo"]);

    // A project is the same in any folder.
    let same = Command::new("diff")
        .args(["-r", "plugins/foo", "elsewhere/foo"])
        .current_dir(world.path("here"))
        .status();
    assert!(same.expect("diff runs").success());

    // What can't be fixed is reported.
    let named = outer.replace("plugins/*", "plugins/named/engine");
    let world = World::new().file("here/Cargo.toml", &named);
    let said = world.run(&["create", "named", "--no-git", "--output", "plugins/named"]).out;
    assert!(
        said.contains("names `plugins/named/engine` as a member") && said.contains("take that line out"),
        "{said}"
    );
    assert_eq!(fs::read_to_string(world.path("here/Cargo.toml")).unwrap(), named);
}

/// Putting `sdk/` into a workspace, as the guide for existing plugins says, needs no other change there.
#[test]
fn the_sdk_is_the_same_in_any_workspace() {
    let world = World::new();
    assert_eq!(world.run(&["create", "demo", "--no-git", "--output", "."]).code, Some(0));
    let engine = world.path("here/engine/Cargo.toml");
    let own = fs::read_to_string(&engine).unwrap().replace("[workspace]\n", "");
    fs::write(&engine, own).unwrap();
    let world = world.file("here/Cargo.toml", "[workspace]\nresolver = \"2\"\nmembers = [\"engine\"]\n");
    let mut all = packages(&world.path("here"));
    all.sort();
    assert_eq!(
        all,
        ["demo", "wavecraft-companion-protocol", "wavecraft-dev-audio", "wavecraft-probe", "wavecraft-ring"]
    );
    let apart = "[workspace]\nresolver = \"2\"\nmembers = [\"engine\"]\nexclude = [\"sdk\"]\n";
    assert_eq!(packages(&world.file("here/Cargo.toml", apart).path("here")), ["demo"]);
}

/// In the checkout's own target folder, where another workspace is above it; with the versions that this repository has
/// tested, which are on this machine; and with every warning an error, in the SDK's crates too.
#[test]
fn a_created_project_builds_passes_its_tests_and_has_clean_lints() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("created");
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("the one of the last run goes");
    }
    let output = folder.to_str().expect("text");
    let created = World::new().run(&["create", "Built-Example", "--no-git", "--output", output]);
    assert_eq!(created.code, Some(0), "{created:#?}");

    let cargo = |arguments: &[&str]| {
        let output = Command::new("cargo")
            .args(arguments)
            .current_dir(folder.join("engine"))
            .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("created-target"))
            .env("CARGO_NET_OFFLINE", "true")
            .env("RUSTFLAGS", "-Dwarnings")
            .output()
            .expect("cargo runs");
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(output.status.success(), "cargo {arguments:?}:\n{said}");
        said
    };
    let tests = cargo(&["test", "--locked"]);
    assert!(tests.contains("any_division_into_blocks_sounds_the_same ... ok"), "{tests}");
    cargo(&["clippy", "--locked", "--all-targets"]);
    cargo(&["fmt", "--check"]);
    let described = cargo(&["run", "--quiet", "--locked", "--bin", "dev-audio", "--", "--describe"]);
    assert!(described.contains("built-example") && described.contains("saturator_cutoff"), "{described}");
}
