//! The state of a project's folder in git, before anything is changed.

use crate::failure::Usage;
use std::{
    collections::BTreeSet,
    path::Path,
    process::{Command, Stdio},
};

/// How many changes are listed at most.
const NAMED: usize = 5;

/// Whether git tracks a folder.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Git doesn't track it.
    None,
    /// Everything is committed.
    Clean,
    /// Some of it isn't committed: git's list of that.
    Dirty(String),
}

impl State {
    /// Asks git whether it tracks the folder, and `files`. An undo leaves untracked files as they are.
    ///
    /// # Errors
    /// If git finds a repository and can't read it.
    pub(super) fn of(folder: &Path, files: &[String]) -> anyhow::Result<Self> {
        let git = |arguments: &[&str]| {
            let mut git = Command::new("git");
            // The repository found from there, not one that the environment names, as it does inside a hook.
            git.env_remove("GIT_DIR").env_remove("GIT_WORK_TREE").env_remove("GIT_INDEX_FILE");
            git.args(arguments).current_dir(folder).stdin(Stdio::null()).output()
        };
        // Without git, outside of a repository, or in an ignored folder, nothing is tracked.
        let tracked = git(&["check-ignore", "--quiet", "."]).ok().and_then(|output| output.status.code());
        if tracked != Some(1) {
            return Ok(Self::None);
        }
        let mut changes = BTreeSet::new();
        let files: Vec<_> = files.iter().map(String::as_str).collect();
        for (untracked, paths) in [("no", &["."][..]), ("all", &files)] {
            let untracked = format!("--untracked-files={untracked}");
            let output = git(&[&["status", "--porcelain", &untracked, "--"], paths].concat())?;
            if !output.status.success() {
                let said = String::from_utf8_lossy(&output.stderr);
                return Err(Usage(format!("git can't tell what is committed here: {}", said.trim())).into());
            }
            changes.extend(String::from_utf8_lossy(&output.stdout).lines().map(|line| format!("  {line}")));
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
