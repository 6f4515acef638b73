//! The state of a project's folder in git, before anything is changed.

use crate::failure::Usage;
use std::{
    collections::BTreeSet,
    ffi::OsStr,
    path::Path,
    process::{Command, Output, Stdio},
};

/// How many changes are listed at most.
const NAMED: usize = 5;

/// Whether git can undo a change of a folder.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Git doesn't track it.
    None,
    /// Everything is committed.
    Clean,
    /// Some of it isn't committed: git's list of that.
    Dirty(String),
}

impl State {
    /// Asks git whether everything that it tracks below `around` is committed, and each of `files`, tracked or not: an
    /// undo leaves other untracked files as they are. All paths are relative to the folder; what `forgiven` accepts
    /// doesn't count.
    ///
    /// # Errors
    /// If git finds a repository and can't read it.
    pub(crate) fn of(
        folder: &Path,
        around: &[&str],
        files: &[&str],
        forgiven: impl Fn(&str) -> bool,
    ) -> anyhow::Result<Self> {
        // Without git, outside of a repository, or in an ignored folder, nothing is tracked.
        let tracked =
            git(folder, &["check-ignore", "--quiet", "."]).ok().and_then(|output| output.status.code());
        if tracked != Some(1) {
            return Ok(Self::None);
        }
        // git names files from the repository's folder on.
        let prefix = said(git(folder, &["rev-parse", "--show-prefix"])?)?;
        let prefix = prefix.trim_end_matches('\n');
        let mut changes = BTreeSet::new();
        for (untracked, ignored, paths) in [("no", "no", around), ("all", "matching", files)] {
            if paths.is_empty() {
                continue;
            }
            let (untracked, ignored) =
                (format!("--untracked-files={untracked}"), format!("--ignored={ignored}"));
            // A name with a star is a name.
            let arguments = [
                "--literal-pathspecs",
                "status",
                "--porcelain",
                "-z",
                "--no-renames",
                &untracked,
                &ignored,
                "--",
            ];
            let listed = said(git(folder, &[&arguments, paths].concat())?)?;
            for entry in listed.split_terminator('\0') {
                let Some((mark, path)) = entry.split_at_checked(3) else { continue };
                let path = path.strip_prefix(prefix).unwrap_or(path);
                if !forgiven(path) {
                    changes.insert(format!("  {mark}{path}"));
                }
            }
        }
        if changes.is_empty() {
            return Ok(Self::Clean);
        }
        let mut lines: Vec<String> = changes.into_iter().collect();
        let more = lines.len().saturating_sub(NAMED);
        lines.truncate(NAMED);
        lines.extend((more > 0).then(|| format!("  and {more} more")));
        Ok(Self::Dirty(lines.join("\n")))
    }
}

/// Runs git on the repository found from the folder, not on one that the environment names, as it does inside a hook.
fn git(folder: &Path, arguments: &[impl AsRef<OsStr>]) -> std::io::Result<Output> {
    let mut git = Command::new("git");
    git.env_remove("GIT_DIR").env_remove("GIT_WORK_TREE").env_remove("GIT_INDEX_FILE");
    git.args(arguments).current_dir(folder).stdin(Stdio::null()).output()
}

fn said(output: Output) -> anyhow::Result<String> {
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Usage(format!("git can't tell what is committed here: {}", said.trim())).into());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn files_are_named_from_the_project_on_wherever_the_repository_begins() {
        let dir = tempfile::tempdir().unwrap();
        let project = dir.path().join("projects/one");
        fs::create_dir_all(project.join("sdk")).unwrap();
        let write = |name: &str, text: &str| fs::write(project.join(name), text).unwrap();
        let state = |forgiven: &str| {
            let forgiven = |path: &str| path == forgiven;
            State::of(&project, &["sdk"], &["sdk/*", "sdk/new"], forgiven).unwrap()
        };
        write("sdk/*", "a name");
        assert_eq!(state(""), State::None);
        let run = |arguments: &[&str]| assert!(git(&project, arguments).unwrap().status.success());
        run(&["init", "--quiet", "../.."]);
        assert_eq!(state(""), State::Dirty("  ?? sdk/*".into()));
        run(&["add", "--all"]);
        run(&[
            "-c",
            "user.name=Ada",
            "-c",
            "user.email=ada@example.com",
            "commit",
            "--quiet",
            "--message",
            "All",
        ]);
        assert_eq!(state(""), State::Clean);
        // Untracked, and not asked about: a name with a star is only that name.
        write("sdk/other", "");
        write("../outside", "");
        assert_eq!(state(""), State::Clean);
        write("sdk/*", "changed");
        write("sdk/new", "");
        assert_eq!(state(""), State::Dirty("   M sdk/*\n  ?? sdk/new".into()));
        assert_eq!(state("sdk/*"), State::Dirty("  ?? sdk/new".into()));
    }
}
