use super::*;
use crate::cargo::metadata::Package;

/// A workspace with a package that was built.
fn layout(root: &Path) -> Layout {
    for folder in ["engine/src", "csrc", "assets", "target/dev/deps", "target/dev/build/demo-1/out"] {
        fs::create_dir_all(root.join(folder)).unwrap();
    }
    Layout {
        folder: root.join("engine"),
        packages: vec![Package { id: "demo".into(), folder: root.join("engine") }],
        workspace: root.into(),
        outputs: vec![root.join("target")],
    }
}

fn root() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().canonicalize().unwrap();
    (dir, root)
}

fn artifacts(root: &Path, script: &str) -> Artifacts {
    let dep_info = root.join("target/dev/demo.d");
    let text =
        format!("/t: {0}/engine/src/../../assets/t.txt {0}/engine/src/lib.rs {0}/csrc\n", root.display());
    fs::write(&dep_info, text).unwrap();
    fs::write(root.join("target/dev/build/demo-1/output"), script).unwrap();
    let out_dir = root.join("target/dev/build/demo-1/out");
    let script = Script { package: "demo".into(), out_dir, linked: Vec::new() };
    Artifacts { dep_info: Some(dep_info), scripts: vec![script], has_dylibs: false }
}

#[test]
fn a_build_depends_on_what_it_read_and_what_decides_about_it() {
    let (_dir, root) = root();
    let layout = layout(&root);
    let script = "cargo:rerun-if-changed=../csrc\ncargo::rerun-if-changed=table 1.csv\nhello";
    let inputs = after_success(&layout, &artifacts(&root, script));
    for file in [
        "engine/src/lib.rs",
        "assets/t.txt",
        "engine/table 1.csv",
        "engine/Cargo.toml",
        "Cargo.toml",
        "engine/.cargo/config.toml",
        ".cargo/config",
        "rust-toolchain.toml",
        "engine/rust-toolchain",
    ] {
        assert!(inputs.files.contains(&root.join(file)), "{file}: {:?}", inputs.files);
    }
    assert!(inputs.files.contains(Path::new("/.cargo/config.toml")), "cargo looks up to the root");
    assert_eq!(inputs.whole, BTreeSet::from([root.join("csrc")]));
    assert_eq!(inputs.packages, BTreeSet::from([root.join("engine")]));
    assert_eq!(inputs.lock, Some(root.join("Cargo.lock")));
    assert!(inputs.unnamed.is_empty() && !inputs.failed);
}

#[test]
fn a_script_that_names_nothing_is_run_again_for_any_file_and_one_that_asks_for_variables_is_not() {
    let (_dir, root) = root();
    let layout = layout(&root);
    assert_eq!(after_success(&layout, &artifacts(&root, "cargo:rustc-cfg=x")).unnamed.len(), 1);
    assert!(after_success(&layout, &artifacts(&root, "cargo:rerun-if-env-changed=X")).unnamed.is_empty());
}

#[test]
fn where_a_build_tells_nothing_any_file_may_count() {
    let (_dir, root) = root();
    assert!(after_success(&layout(&root), &Artifacts::default()).failed);
}

#[test]
fn after_a_failure_what_was_read_by_then_and_what_is_missing_count_too() {
    let (_dir, root) = root();
    let layout = layout(&root);
    let made = artifacts(&root, "cargo:rerun-if-changed=build.rs");
    let before = after_success(&layout, &made);
    let deps = root.join("target/dev/deps");
    fs::write(deps.join("demo-2.d"), "/t: engine/src/lib.rs engine/src/../../new/read.txt\n").unwrap();
    let errors = "error: couldn't read `engine/src/../../assets/missing.txt`: No such file (os error 2)\n \
                  --> engine/src/lib.rs:3:5\nerror: see https://example.org/x.txt";
    fs::create_dir(root.join("new")).unwrap();
    let inputs =
        after_failure(&before, &layout, &made, &Artifacts::default(), SystemTime::UNIX_EPOCH, errors);
    for file in ["engine/src/lib.rs", "assets/missing.txt", "new/read.txt"] {
        assert!(inputs.files.contains(&root.join(file)), "{file}: {:?}", inputs.files);
    }
    assert!(inputs.failed && !inputs.files.iter().any(|file| file.to_string_lossy().contains("example")));
}

#[test]
fn files_are_named_with_their_spaces_and_from_where_the_compiler_ran() {
    let text =
        b"/t/a: /p/src/lib.rs src/../with\\ space/a\\ b.txt /p/C:\\x\n\n/t/a.d: other.rs\nsrc/lib.rs:\n\n\
                 # env-dep:OUT_DIR=/t: x\n";
    let files = files_in(text, Path::new("/w"));
    let expected = ["/p/src/lib.rs", "/w/src/../with space/a b.txt", "/p/C:\\x", "/w/other.rs"];
    assert_eq!(files, expected.map(PathBuf::from));
    assert!(files_in(b"", Path::new("/w")).is_empty());
}
