//! Of the build scripts of both programs: the version that they tell, with the commit where there is one.

use std::{env, path::Path, process::Command};

/// `0.1.0 (1a2b3c4)`, or `0.1.0` for sources that aren't in a clone of this repository. Looked at anew after a commit,
/// and not after every change.
pub(crate) fn with_commit(root: &Path) -> String {
    let version = env::var("CARGO_PKG_VERSION").expect("cargo sets it");
    let git = |args: &[&str]| {
        let output = Command::new("git").arg("-C").arg(root).args(args).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
        (output.status.success() && !text.is_empty()).then_some(text)
    };
    // Sources that were unpacked inside of another repository have nothing of its commits.
    let is_root = git(&["rev-parse", "--show-prefix"]).is_none() && root.join(".git").exists();
    let commit = if is_root { git(&["rev-parse", "--short=7", "HEAD"]) } else { None };
    let Some(commit) = commit else { return version };
    // git adds a line to this file for each commit and each checkout.
    let moves = git(&["rev-parse", "--git-path", "logs/HEAD"]).map(|path| root.join(path));
    if let Some(moves) = moves.filter(|moves| moves.exists()) {
        println!("cargo::rerun-if-changed={}", moves.display());
    }
    format!("{version} ({commit})")
}
