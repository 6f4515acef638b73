//! The system's events, with real files.

use super::*;
use std::{fs, time::SystemTime};

const WHEN: When = When { building: false, built: SystemTime::UNIX_EPOCH };

/// A package in its own folder, with `src/lib.rs`, which counts.
fn package() -> (tempfile::TempDir, PathBuf, Inputs) {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().canonicalize().unwrap();
    let engine = root.join("engine");
    for folder in ["src", "target/debug"] {
        fs::create_dir_all(engine.join(folder)).unwrap();
    }
    fs::write(engine.join("src/lib.rs"), "zero").unwrap();
    let inputs = Inputs {
        files: BTreeSet::from([engine.join("src/lib.rs")]),
        packages: BTreeSet::from([engine.clone()]),
        outputs: BTreeSet::from([engine.join("target")]),
        ..Inputs::default()
    };
    (dir, engine, inputs)
}

fn watch(inputs: Inputs) -> Watch {
    let mut watch = Watch::new().unwrap();
    watch.update(inputs, SystemTime::now()).unwrap();
    watch
}

/// The next files that change.
async fn changed(watch: &mut Watch) -> Vec<PathBuf> {
    watch.changed(WHEN).await.into_iter().map(|change| change.path).collect()
}

#[tokio::test]
async fn a_change_is_told_once_with_its_file_and_nothing_else_is() {
    let (_dir, engine, inputs) = package();
    let mut watch = watch(inputs);
    let file = engine.join("src/lib.rs");
    fs::write(engine.join("target/debug/out.rs"), "x").unwrap();
    fs::write(engine.join("run.log"), "x").unwrap();
    fs::write(&file, "one").unwrap();
    assert_eq!(changed(&mut watch).await, std::slice::from_ref(&file));
    // As editors do: a new file replaces the old one.
    fs::write(engine.join("src/lib.rs.tmp"), "three").unwrap();
    fs::rename(engine.join("src/lib.rs.tmp"), &file).unwrap();
    assert_eq!(changed(&mut watch).await, [file]);
}

#[tokio::test]
async fn new_folders_are_watched_and_what_they_held_already_is_found() {
    let (_dir, engine, inputs) = package();
    let mut watch = watch(Inputs { failed: true, ..inputs });
    let elsewhere = engine.with_file_name("elsewhere");
    fs::create_dir_all(elsewhere.join("deep")).unwrap();
    fs::write(elsewhere.join("deep/sine.csv"), "0").unwrap();
    fs::rename(&elsewhere, engine.join("tables")).unwrap();
    let file = engine.join("tables/deep/sine.csv");
    assert_eq!(changed(&mut watch).await, std::slice::from_ref(&file));
    fs::write(&file, "another").unwrap();
    assert_eq!(changed(&mut watch).await, [file]);
}

#[tokio::test]
async fn what_is_far_away_or_behind_a_link_is_looked_at() {
    let (_dir, engine, mut inputs) = package();
    let root = engine.with_file_name("");
    let (far, linked, link) = (root.join("far.txt"), root.join("linked.rs"), engine.join("src/k.rs"));
    fs::write(&far, "1").unwrap();
    fs::write(&linked, "1").unwrap();
    std::os::unix::fs::symlink("../../linked.rs", &link).unwrap();
    let absent = root.join("absent/rust-toolchain.toml");
    inputs.files.extend([far.clone(), link.clone(), absent.clone()]);
    let mut watch = watch(inputs);
    fs::write(&far, "22").unwrap();
    assert_eq!(changed(&mut watch).await, [far]);
    fs::write(&linked, "22").unwrap();
    assert_eq!(changed(&mut watch).await, [link]);
    fs::create_dir(root.join("absent")).unwrap();
    fs::write(&absent, "").unwrap();
    assert_eq!(changed(&mut watch).await, [absent]);
}

#[test]
fn a_path_is_settled_also_where_its_folder_is_still_to_come() {
    let (_dir, engine, _) = package();
    let path = engine.join("src/../../assets/deep/t.txt");
    assert_eq!(settled(&path), engine.with_file_name("assets/deep/t.txt"));
}

#[tokio::test]
async fn a_package_behind_a_link_is_watched_where_it_is() {
    let (_dir, engine, mut inputs) = package();
    let link = engine.with_file_name("link");
    std::os::unix::fs::symlink(&engine, &link).unwrap();
    inputs.files = BTreeSet::from([settled(&link.join("src/lib.rs"))]);
    assert!(inputs.files.contains(&engine.join("src/lib.rs")));
    inputs.packages = BTreeSet::from([platform::canonical(&link).unwrap()]);
    let mut watch = watch(inputs);
    fs::write(link.join("src/lib.rs"), "one").unwrap();
    assert_eq!(changed(&mut watch).await, [engine.join("src/lib.rs")]);
}

#[tokio::test]
async fn a_folder_that_was_replaced_is_watched_again() {
    let (_dir, engine, inputs) = package();
    let mut watch = watch(inputs);
    fs::rename(&engine, engine.with_file_name("elsewhere")).unwrap();
    fs::create_dir_all(engine.join("src")).unwrap();
    watch.watch_anew().unwrap();
    fs::write(engine.join("src/lib.rs"), "new").unwrap();
    while changed(&mut watch).await != [engine.join("src/lib.rs")] {}
    fs::write(engine.join("src/lib.rs"), "newer").unwrap();
    assert_eq!(changed(&mut watch).await, [engine.join("src/lib.rs")]);
}

#[tokio::test]
async fn what_changed_between_two_watches_is_told() {
    let (_dir, engine, inputs) = package();
    let mut watch = watch(inputs.clone());
    // Without an event for this: on a Mac each change of what is watched loses some.
    fs::write(engine.join("src/lib.rs"), "one").unwrap();
    watch.told = Arc::default();
    watch.update(inputs, SystemTime::now()).unwrap();
    assert_eq!(changed(&mut watch).await, [engine.join("src/lib.rs")]);
}

#[tokio::test]
async fn folders_of_tools_and_links_in_a_circle_cost_no_watch() {
    let (_dir, engine, inputs) = package();
    for folder in [".git/refs", "src/node_modules/a", "mine/debug"] {
        fs::create_dir_all(engine.join(folder)).unwrap();
    }
    fs::write(engine.join("mine/CACHEDIR.TAG"), "Signature: 8a477f597d28d172789f06886806bc55").unwrap();
    std::os::unix::fs::symlink("..", engine.join("src/up")).unwrap();
    let tree = walk(&engine, &inputs);
    assert_eq!(tree.folders, [engine.clone(), engine.join("src")]);
}
