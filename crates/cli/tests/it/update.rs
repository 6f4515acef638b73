//! `wavecraft update`: what it finds, what it writes, what it refuses, and that nothing is lost.

use crate::support::{
    Finished, World,
    published::{commit, git},
};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
    process::Command,
};

const OLD: &str = "sdk/ring/src/lib.rs";
const PAGE: &str = "ui/src/wavecraft/client.ts";
const GONE: &str = "sdk/ring/src/gone.rs";
const NEW: &str = "sdk/protocol/src/child.rs";
const LIST: &str = "sdk/written.toml";

/// A new project in `here`, all of it committed.
fn fresh() -> World {
    let world = World::new();
    let created = world.run(&["create", "aged", "--no-git", "--output", "."]);
    assert_eq!(created.code, Some(0), "{created:#?}");
    let here = world.path("here");
    git(&here, &["init", "--quiet"]);
    commit(&here);
    world
}

/// The same, as an earlier version would have written it: some files are others, one is missing, and one more is there.
fn aged() -> World {
    let world = fresh();
    for path in [OLD, PAGE] {
        write_as_before(&world, path, &format!("// Of before.\n{}", read(&world, path)));
    }
    write_as_before(&world, GONE, "// Of before.\n");
    fs::remove_file(world.path(&format!("here/{NEW}"))).unwrap();
    let list = read(&world, LIST);
    let without: String =
        list.lines().filter(|line| !line.contains(NEW)).map(|line| format!("{line}\n")).collect();
    put(&world, LIST, &without);
    commit(&world.path("here"));
    world
}

/// Writes a file, and says in the list that this was written.
fn write_as_before(world: &World, path: &str, text: &str) {
    put(world, path, text);
    let hash: String = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
    let list = read(world, LIST);
    let others = list.lines().filter(|line| !line.contains(path)).map(|line| format!("{line}\n"));
    put(world, LIST, &(others.collect::<String>() + &format!("\"{path}\" = \"{hash}\"\n")));
}

fn put(world: &World, path: &str, text: &str) {
    let path = world.path(&format!("here/{path}"));
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn read(world: &World, path: &str) -> String {
    fs::read_to_string(world.path(&format!("here/{path}"))).expect(path)
}

/// All files but git's, with their contents.
fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let listed = Command::new("find")
        .args([".", "-path", "./.git", "-prune", "-o", "-type", "f", "-print"])
        .current_dir(folder)
        .output();
    let names = String::from_utf8(listed.expect("find runs").stdout).expect("text");
    names.lines().map(|name| (name.to_owned(), fs::read(folder.join(name)).expect(name))).collect()
}

#[track_caller]
fn same(one: &BTreeMap<String, Vec<u8>>, other: &BTreeMap<String, Vec<u8>>) {
    let names = one.keys().chain(other.keys());
    let differ: Vec<_> = names.filter(|name| one.get(*name) != other.get(*name)).collect();
    assert!(differ.is_empty(), "these differ: {differ:?}");
}

fn status(world: &World) -> String {
    git(&world.path("here"), &["status", "--porcelain"])
}

/// Runs the command that an update printed to undo it.
fn undo(finished: &Finished) {
    let line = finished.out.lines().find_map(|line| line.strip_prefix("To undo it, before you commit: "));
    let line = line.unwrap_or_else(|| panic!("no undo in {finished:#?}"));
    assert!(Command::new("sh").args(["-c", line]).status().expect("sh runs").success(), "{line}");
}

#[track_caller]
fn says(finished: &Finished, code: i32, texts: &[&str]) {
    assert_eq!(finished.code, Some(code), "{finished:#?}");
    for text in texts {
        assert!(finished.out.contains(text), "no `{text}` in {finished:#?}");
    }
}

#[test]
fn a_new_project_has_nothing_to_do() {
    let world = fresh();
    let before = tree(&world.path("here"));
    for args in [&["update"][..], &["update", "--yes"], &["update", "--check"], &["update", "--dry-run"]] {
        says(&world.run(args), 0, &["Nothing is older", env!("CARGO_PKG_VERSION")]);
    }
    // From inside too.
    says(&world.live_in("here/sdk/ring", &["update", "--check"]).finish(), 0, &["Nothing is older"]);
    let told: Value = serde_json::from_str(&world.run(&["update", "--check", "--json"]).out).unwrap();
    assert_eq!(
        (&told["older"], &told["newer"], &told["list"]),
        (&false.into(), &false.into(), &"read".into()),
        "{told:#}"
    );
    assert_eq!(told["files"], serde_json::json!([]));
    same(&tree(&world.path("here")), &before);
}

#[test]
fn an_older_project_becomes_a_new_one_and_git_undoes_it() {
    let wanted = tree(&fresh().path("here"));
    let world = aged();
    let before = tree(&world.path("here"));

    let checked = world.run(&["update", "--check"]);
    says(&checked, 1, &[OLD, PAGE, GONE, NEW, "+0 −1", "no longer part of it", "new", "`wavecraft update`"]);
    let shown = world.run(&["update", "--dry-run"]);
    says(&shown, 0, &["-// Of before.\n", "Nothing was written."]);
    world.run(&["update"]).fails(2, &["nobody can be asked here: give --yes"]);
    same(&tree(&world.path("here")), &before);

    let written = world.run(&["update", "--yes"]);
    says(&written, 0, &["Updated: 5 files", "wavecraft start"]);
    same(&tree(&world.path("here")), &wanted);
    says(&world.run(&["update", "--check"]), 0, &["Nothing is older"]);
    assert!(!status(&world).is_empty());
    undo(&written);
    assert_eq!(status(&world), "");
    same(&tree(&world.path("here")), &before);

    let told: Value = serde_json::from_str(&world.run(&["update", "--yes", "--json"]).out).unwrap();
    assert_eq!((&told["written"], &told["older"]), (&true.into(), &true.into()), "{told:#}");
    let states: BTreeMap<_, _> = told["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| (file["path"].as_str().unwrap(), file["state"].as_str().unwrap()))
        .collect();
    assert_eq!(states, BTreeMap::from([(OLD, "older"), (PAGE, "older"), (GONE, "former"), (NEW, "missing")]));
    assert!(told["undo"].as_str().unwrap().contains("git restore") && told.get("kept").is_none(), "{told:#}");
    world.run(&["update", "--json"]).fails(2, &["--json asks nothing"]);
}

#[test]
fn a_person_is_asked_and_may_say_no() {
    let world = aged();
    let before = tree(&world.path("here"));
    let answer = |typed: &str| {
        let mut terminal = world.live_on_a_terminal(&["update"]);
        terminal.read_until("Write this? [y/N] ");
        terminal.type_text(typed);
        assert_eq!(terminal.ended(), Some(0));
    };
    for no in ["n\n", "\n"] {
        answer(no);
        same(&tree(&world.path("here")), &before);
    }
    answer("y\n");
    says(&world.run(&["update", "--check"]), 0, &["Nothing is older"]);
}

#[test]
fn what_was_changed_by_hand_is_not_lost() {
    let world = aged();
    let (mine, kept) = (format!("// Mine.\n{}", read(&world, OLD)), "sdk/README.md");
    put(&world, OLD, &mine);
    put(&world, kept, "Mine.\n");
    // Not one that an author changes: it stays in every case.
    put(&world, "ui/src/App.tsx", "// Mine.\n");
    commit(&world.path("here"));
    let before = tree(&world.path("here"));
    let refused = world.run(&["update", "--yes"]);
    refused.fails(1, &["changed by hand", OLD, "wavecraft update --overwrite", "Nothing was written"]);
    says(
        &refused,
        1,
        &["-// Mine.\n", "changed by hand", "not replaced, since there is nothing newer: sdk/README.md"],
    );
    same(&tree(&world.path("here")), &before);

    let written = world.run(&["update", "--yes", "--overwrite"]);
    assert_eq!(written.code, Some(0), "{written:#?}");
    assert!(!read(&world, OLD).contains("Mine") && !read(&world, OLD).contains("Of before"));
    assert_eq!(
        (read(&world, kept).as_str(), read(&world, "ui/src/App.tsx").as_str()),
        ("Mine.\n", "// Mine.\n")
    );
    // It is still known as changed by hand, and as nothing older.
    says(&world.run(&["update", "--check"]), 0, &["Nothing is older", "Changed by hand", kept]);
    undo(&written);
    assert!(status(&world).is_empty() && read(&world, OLD) == mine);
}

#[test]
fn a_project_from_before_the_list_is_handled_with_care() {
    let world = aged();
    fs::remove_file(world.path(&format!("here/{LIST}"))).unwrap();
    commit(&world.path("here"));
    says(&world.run(&["update", "--check"]), 1, &[OLD, "perhaps changed by hand"]);
    world.run(&["update", "--yes"]).fails(
        1,
        &[
            "2 files differ, and may have been changed by hand",
            "made before `wavecraft` wrote down",
            "--overwrite",
        ],
    );
    let written = world.run(&["update", "--yes", "--overwrite"]);
    says(&written, 0, &["Updated: 4 files"]);
    assert!(read(&world, LIST).contains(OLD));
    assert_eq!(read(&world, GONE), "// Of before.\n", "nothing says that this isn't the author's");
    undo(&written);
    assert_eq!(status(&world), "");

    // Where nothing but the list is missing, it is written.
    let world = fresh();
    let list = read(&world, LIST);
    fs::remove_file(world.path(&format!("here/{LIST}"))).unwrap();
    commit(&world.path("here"));
    says(&world.run(&["update", "--check"]), 0, &["Nothing is older"]);
    says(&world.run(&["update", "--yes"]), 0, &["it is written anew", "Updated: 1 file."]);
    assert_eq!(read(&world, LIST), list);
    // One that names another's files is none.
    let bad = list.replace(OLD, "../home/secret");
    put(&world, LIST, &bad);
    commit(&world.path("here"));
    put(&world, "../home/secret", "mine");
    says(&world.run(&["update", "--yes"]), 0, &["it is written anew"]);
    assert_eq!((read(&world, LIST), read(&world, "../home/secret").as_str()), (list, "mine"));
}

#[test]
fn where_git_can_not_undo_it_a_copy_is_kept() {
    // Without git.
    let world = aged();
    fs::remove_dir_all(world.path("here/.git")).unwrap();
    let before = tree(&world.path("here"));
    let written = world.run(&["update", "--yes"]);
    says(&written, 0, &["What was there is in .wavecraft-before-update"]);
    assert!(read(&world, &format!(".wavecraft-before-update/{OLD}")).starts_with("// Of before."));
    undo(&written);
    fs::remove_dir_all(world.path("here/.wavecraft-before-update")).unwrap();
    same(&tree(&world.path("here")), &before);

    // With changes in these files that aren't committed.
    let world = aged();
    put(&world, OLD, "// Not committed.\n");
    let refused = world.run(&["update", "--yes", "--overwrite"]);
    refused.fails(1, &["aren't committed", " M sdk/ring/src/lib.rs", "--allow-dirty", "Nothing was written"]);
    assert_eq!(read(&world, OLD), "// Not committed.\n");
    let written = world.run(&["update", "--yes", "--overwrite", "--allow-dirty"]);
    assert_eq!(written.code, Some(0), "{written:#?}");
    undo(&written);
    assert_eq!(read(&world, OLD), "// Not committed.\n");

    // Ignored by git, never committed, or elsewhere in the repository.
    let world = aged();
    git(&world.path("here"), &["rm", "-r", "--cached", "--quiet", "sdk"]);
    put(&world, ".gitignore", "sdk/\n");
    commit(&world.path("here"));
    world.run(&["update", "--yes"]).fails(1, &["aren't committed", "!! sdk/"]);
    let world = aged();
    put(&world, "engine/src/lib.rs", "// Not of the SDK.\n");
    put(&world, "notes.txt", "Unknown to git.\n");
    says(&world.run(&["update", "--yes"]), 0, &["git restore sdk"]);
}

#[test]
fn what_an_interrupted_update_left_is_finished() {
    let wanted = tree(&fresh().path("here"));
    let world = aged();
    let before = tree(&world.path("here"));
    // Two files were replaced, and what was still to be moved lies there.
    for path in [OLD, NEW] {
        put(&world, path, std::str::from_utf8(&wanted[&format!("./{path}")]).unwrap());
    }
    put(&world, ".wavecraft-update/3", "left");
    let written = world.run(&["update", "--yes"]);
    says(&written, 0, &["Updated: 3 files"]);
    same(&tree(&world.path("here")), &wanted);
    undo(&written);
    let mut undone = tree(&world.path("here"));
    undone.remove(&format!("./{NEW}"));
    same(&undone, &before);
}

#[test]
fn links_are_not_followed() {
    for link in ["sdk", "sdk/ring", OLD] {
        let world = aged();
        let (place, outside) = (world.path(&format!("here/{link}")), world.path("outside"));
        fs::rename(&place, &outside).unwrap();
        symlink(&outside, &place).unwrap();
        let before = fs::read_dir(&outside).map(|_| tree(&outside)).unwrap_or_default();
        for args in [&["update", "--yes", "--overwrite", "--allow-dirty"][..], &["update", "--check"]] {
            world.run(args).fails(1, &[&format!("here/{link} is a link to "), "nothing behind a link"]);
        }
        assert!(place.symlink_metadata().unwrap().is_symlink());
        assert_eq!(fs::read_dir(&outside).map(|_| tree(&outside)).unwrap_or_default(), before);
    }
}

#[test]
fn a_read_only_file_and_what_is_no_file_are_told() {
    let world = aged();
    let before = tree(&world.path("here"));
    let place = world.path(&format!("here/{OLD}"));
    fs::set_permissions(&place, fs::Permissions::from_mode(0o444)).unwrap();
    world.run(&["update", "--yes"]).fails(1, &[OLD, "is read-only", "chmod u+w", "Nothing was written"]);
    same(&tree(&world.path("here")), &before);
    fs::set_permissions(&place, fs::Permissions::from_mode(0o755)).unwrap();
    git(&world.path("here"), &["config", "core.fileMode", "false"]);
    assert_eq!(world.run(&["update", "--yes"]).code, Some(0));
    assert_eq!(place.metadata().unwrap().permissions().mode() & 0o777, 0o755, "its mode is the person's");

    let world = aged();
    fs::create_dir_all(world.path(&format!("here/{NEW}"))).unwrap();
    world.run(&["update", "--yes"]).fails(1, &[NEW, "is no file", "move it elsewhere"]);
    let world = aged();
    put(&world, ".wavecraft-update", "");
    world.run(&["update", "--yes"]).fails(1, &[".wavecraft-update is in the way"]);
    assert!(read(&world, OLD).starts_with("// Of before."));
}

#[test]
fn a_project_that_is_newer_is_left_alone() {
    let manifest = "sdk/dev-audio/Cargo.toml";
    let header = "sdk/ring/src/header.rs";
    for (path, from, to) in [
        (manifest, format!("version = \"{}\"", env!("CARGO_PKG_VERSION")), "version = \"99.1.0\""),
        (header, "ABI_VERSION: u32 = ".into(), "ABI_VERSION: u32 = 99"),
    ] {
        let world = fresh();
        let text = read(&world, path);
        assert!(text.contains(&from), "{text}");
        write_as_before(&world, path, &text.replacen(&from, to, 1));
        commit(&world.path("here"));
        let before = tree(&world.path("here"));
        says(&world.run(&["update", "--check"]), 0, &["Nothing is older", "Update Wavecraft Companion"]);
        world
            .run(&["update", "--yes", "--overwrite"])
            .fails(1, &["the project is the newer one", "Update Wavecraft Companion"]);
        same(&tree(&world.path("here")), &before);
    }
}

#[test]
fn the_published_commands_update_is_its_own() {
    let other = "[ \"$1\" = --version ] && exec echo 'wavecraft 0.9.39'\nprintf 'other:'; printf ' <%s>' \"$@\"; echo; exit 7";
    let world = World::new().with_published_plugin("0.9.38").script("tools/wavecraft", other);
    for (args, got) in [
        (&["update"][..], "other: <update>\n"),
        (&["update", "--check"], "other: <update> <--check>\n"),
        (&["update", "--unknown", "x"], "other: <update> <--unknown> <x>\n"),
        (&["update", "--help"], "other: <update> <--help>\n"),
    ] {
        let finished = world.run(args);
        assert_eq!((finished.code, finished.out.as_str()), (Some(7), got), "{finished:#?}");
    }
    // One that was adopted is both: its `sdk/` is ours, and the other's own update is named.
    let made = World::new();
    assert_eq!(made.run(&["create", "x", "--no-git"]).code, Some(0));
    let copied =
        Command::new("cp").arg("-r").arg(made.path("here/x/sdk")).arg(world.path("here/sdk")).status();
    assert!(copied.unwrap().success());
    let text = read(&world, LIST);
    let sdk: String =
        text.lines().filter(|line| !line.starts_with("\"ui/")).map(|line| format!("{line}\n")).collect();
    put(&world, LIST, &sdk);
    let place = world.path("tools/wavecraft").display().to_string();
    says(&world.run(&["update"]), 0, &["Nothing is older", &format!("{place} update")]);
    write_as_before(&world, OLD, "// Of before.\n");
    says(&world.run(&["update", "--yes"]), 0, &["Updated: 2 files", &format!("{place} update")]);
    assert_eq!(read(&world, LIST), sdk, "its page is not ours");
    world.run(&["update", "--unknown"]).fails(2, &["--unknown"]);
}

#[test]
fn elsewhere_it_says_why_there_is_nothing_to_update() {
    World::new().run(&["update"]).fails(1, &["not in a Wavecraft project"]);
    World::with_project()
        .run(&["update", "--check"])
        .fails(2, &["no sdk/ that `wavecraft create`", "takes the SDK from elsewhere"]);
    World::new().run(&["update", "--check", "--yes"]).fails(2, &["--check"]);
}
