//! The commands that undo an update.

use super::survey::Found;
use crate::changes::shell_word;
use std::{collections::BTreeSet, path::Path};

/// The folders that git restores as a whole.
const FOLDERS: [&str; 2] = ["sdk", "ui/src/wavecraft"];

/// To be made before the files are written: what is new then is to be removed. `kept` is the folder with what was there, where
/// git doesn't have it.
pub(super) fn commands(folder: &Path, files: &[Found], kept: Option<&str>) -> String {
    let (old, new): (Vec<_>, Vec<_>) = files.iter().partition(|found| found.now.is_some());
    let mut commands = vec![format!("cd {}", shell_word(&folder.display().to_string()))];
    let restored: BTreeSet<_> = old.iter().map(|found| restored(&found.path)).collect();
    if let Some(kept) = kept {
        commands.push(format!("cp -Rf {kept}/. ."));
    } else if !restored.is_empty() {
        commands.push(format!("git restore {}", words(restored.into_iter())));
    }
    let removed: BTreeSet<_> = new.iter().map(|found| first_missing(folder, &found.path)).collect();
    if !removed.is_empty() {
        commands.push(format!("rm -r {}", words(removed.into_iter())));
    }
    commands.join(" && ")
}

fn words<'a>(paths: impl Iterator<Item = &'a str>) -> String {
    paths.map(shell_word).collect::<Vec<_>>().join(" ")
}

fn restored(path: &str) -> &str {
    let inside = |folder: &&&str| path.strip_prefix(**folder).is_some_and(|rest| rest.starts_with('/'));
    FOLDERS.iter().find(inside).copied().unwrap_or(path)
}

/// The folder that has to be made for a new file, or the file.
fn first_missing<'a>(project: &Path, path: &'a str) -> &'a str {
    let ends = path.match_indices('/').map(|(at, _)| &path[..at]);
    ends.into_iter().find(|folder| !project.join(folder).exists()).unwrap_or(path)
}
