//! Scripts, xtask and CI load only pinned versions, and no job that may write to the repository builds anything.

use crate::{
    document::{files, root},
    none,
};
use std::{
    fs,
    path::{Path, PathBuf},
};

const WORKFLOWS: &str = ".github/workflows";

/// Each line of a file, with its location; lines that end with `\` are joined.
fn lines(file: &Path) -> Vec<(String, String)> {
    let text = fs::read_to_string(root().join(file)).expect("text").replace("\\\n", " ");
    let numbered =
        text.lines().map(str::trim).zip(1..).map(|(line, number): (_, u32)| {
            (format!("{}:{number}: {line}", file.display()), line.to_owned())
        });
    numbered.filter(|(_, line)| !line.starts_with(['#', '/'])).collect()
}

/// The files of a folder, without those of its subfolders.
fn inside(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(folder)).expect(folder).map(|entry| entry.expect("an entry"));
    let found = entries.filter(|entry| entry.path().is_file());
    found.map(|entry| Path::new(folder).join(entry.file_name())).collect()
}

/// The lines with a problem, in all files that are run.
fn found(is_wrong: fn(&str) -> bool) -> Vec<String> {
    let mut scripts: Vec<_> =
        [WORKFLOWS, "scripts", ".ci"].iter().flat_map(|folder| inside(folder)).collect();
    scripts.extend(files(Path::new("xtask/src"), "rs"));
    scripts.sort();
    let all: Vec<_> = scripts.iter().flat_map(|file| lines(file)).collect();
    assert!(all.len() > 500, "only {} lines", all.len());
    all.into_iter().filter(|(_, line)| is_wrong(line)).map(|(place, _)| place).collect()
}

/// An action's tag can be moved to another commit; a commit can't.
fn is_action_without_a_commit(line: &str) -> bool {
    let Some(action) = line.trim_start_matches("- ").strip_prefix("uses: ") else { return false };
    let (name, comment) = action.split_once(" # ").unwrap_or((action, ""));
    let commit = name.split_once('@').map_or("", |(_, commit)| commit);
    let is_commit = commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    !(name.starts_with("./") || is_commit && comment.starts_with('v'))
}

#[test]
fn actions_are_pinned_to_commits() {
    none(found(is_action_without_a_commit));
    let commit = "0123456789abcdef0123456789abcdef01234567";
    assert!(is_action_without_a_commit("- uses: a/b@v4"));
    assert!(is_action_without_a_commit("- uses: a/b@main # v4"));
    assert!(is_action_without_a_commit(&format!("- uses: a/b@{commit}")));
    assert!(!is_action_without_a_commit(&format!("- uses: a/b@{commit} # v4.0.0")));
}

/// Releases and third-party programs are built with the versions of a lock file.
fn is_unlocked(line: &str) -> bool {
    let builds = line.contains("cargo build") && line.contains("--release") || line.contains("cargo install");
    // The created project belongs to the user, and its first build makes its lock file.
    let ours = !line.contains("--manifest-path templates/");
    builds && ours && !line.contains("--locked")
}

#[test]
fn releases_and_tools_are_built_from_lock_files() {
    none(found(is_unlocked));
    assert!(is_unlocked("cargo build --quiet --release --bins") && is_unlocked("cargo install cargo-x"));
    assert!(!is_unlocked("cargo build --locked --release"));
    // The programs that are distributed.
    let bundle = fs::read_to_string(root().join("xtask/src/bundle.rs")).expect("the source");
    assert!(bundle.contains("build --quiet --release --locked --bins"));
}

fn is_unhashed(line: &str) -> bool {
    let words: Vec<_> = line.split_whitespace().map(|word| word.trim_matches(['"', '(', ')'])).collect();
    let runs =
        |program: &str, verb: &str| words.windows(2).any(|two| two[0].ends_with(program) && two[1] == verb);
    (runs("pip", "install") || runs("pip", "download")) && !line.contains("--require-hashes")
        || runs("npm", "install")
        || runs("npm", "i")
        || runs("npx", "--yes")
}

#[test]
fn packages_are_those_of_their_hashes() {
    none(found(is_unhashed));
    assert!(is_unhashed("\"$tools/bin/pip\" install zig") && is_unhashed("(cd x && npm install)"));
    let lists = files(Path::new("scripts/python"), "txt");
    assert!(lists.len() >= 4, "{lists:?}");
    for list in lists {
        let text = fs::read_to_string(root().join(&list)).expect("a list").replace("\\\n", " ");
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            assert!(line.contains("==") && line.contains("--hash=sha256:"), "{}: {line}", list.display());
        }
    }
}

/// The jobs of a workflow that may write, and that run code of the repository or of a third-party crate.
fn writers_that_build(workflow: &str) -> Vec<String> {
    let jobs = workflow.split_once("\njobs:\n").expect("jobs").1;
    let is_name = |line: &str| line.starts_with("  ") && !line.starts_with("   ") && line.ends_with(':');
    let mut all: Vec<String> = Vec::new();
    for line in jobs.lines() {
        if is_name(line) {
            all.push(String::new());
        }
        if let Some(job) = all.last_mut() {
            job.push_str(line);
            job.push('\n');
        }
    }
    let may_write = |job: &String| job.contains(": write\n") || !job.contains("permissions:");
    let builds = |job: &String| {
        ["scripts/", "cargo", "actions/checkout", ".ci/"].iter().any(|word| job.contains(word))
    };
    all.into_iter().filter(|job| may_write(job) && builds(job)).collect()
}

#[test]
fn a_job_that_may_write_builds_nothing() {
    for file in files(Path::new(WORKFLOWS), "yml") {
        let text = fs::read_to_string(root().join(&file)).expect("a workflow");
        assert!(text.contains("\npermissions: {}\n"), "{} gives rights to every job", file.display());
        none(writers_that_build(&text));
    }
    let planted = "x\njobs:\n  a:\n    permissions:\n      contents: write\n    steps:\n      - run: cargo build\n  b:\n    \
                   permissions:\n      contents: read\n    steps:\n      - run: cargo build\n";
    assert_eq!(writers_that_build(planted).len(), 1);
}
