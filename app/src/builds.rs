//! The copies of processors that the command makes for the companion: `builds/<process>-<random>/<generation>/`.

use rustix::process::{Pid, test_kill_process};
use std::{fs, path::Path};
use tracing::info;

/// Removes what a command left behind that was killed together with its companion: folders whose process is gone.
pub(crate) fn remove_abandoned(builds: &Path) {
    for entry in fs::read_dir(builds).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| name.split('-').next()).and_then(|pid| pid.parse().ok());
        let alive = owner.and_then(Pid::from_raw).is_some_and(|pid| test_kill_process(pid).is_ok());
        if !alive && fs::remove_dir_all(entry.path()).is_ok() {
            info!("removed the abandoned build {}", entry.path().display());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_nobody_uses_is_removed() {
        let dir = tempfile::tempdir().unwrap();
        let mine = dir.path().join(format!("{}-abc", std::process::id()));
        // Process numbers end far below this one on every system.
        let gone = dir.path().join(format!("{}-abc", i32::MAX));
        let odd = dir.path().join("odd");
        for folder in [&mine, &gone, &odd] {
            fs::create_dir_all(folder.join("1")).unwrap();
        }
        remove_abandoned(dir.path());
        assert_eq!([mine.exists(), gone.exists(), odd.exists()], [true, false, false]);
    }
}
