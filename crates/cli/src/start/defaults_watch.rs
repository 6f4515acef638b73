//! Watches a project's `wavecraft.toml`.

use crate::project::{DEFAULTS_FILE, Defaults, Project};
use std::{
    fs,
    future::pending,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};
use tokio::time::{Interval, MissedTickBehavior, interval};

/// How often the file is looked at. A change counts once the file is the same at two looks: an editor saves it in several
/// steps.
const POLL: Duration = Duration::from_millis(250);

/// The project's `wavecraft.toml`.
pub(super) struct DefaultsWatch {
    folder: PathBuf,
    /// What is in effect.
    pub(super) defaults: Defaults,
    /// What the start began with.
    pub(super) at_start: Defaults,
    /// The file that this was read from; `None` if there was none.
    read: Option<Stamp>,
    /// The file as it was at the last look, if it is another one.
    other: Option<Option<Stamp>>,
    /// The mistake in it that was told.
    pub(super) told: Option<String>,
    poll: Interval,
    watching: bool,
}

/// What tells one version of the file from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    written: Option<SystemTime>,
    len: u64,
    inode: u64,
}

impl Stamp {
    fn of(folder: &Path) -> Option<Self> {
        let meta = fs::metadata(folder.join(DEFAULTS_FILE)).ok()?;
        Some(Self { written: meta.modified().ok(), len: meta.len(), inode: meta.ino() })
    }
}

impl DefaultsWatch {
    /// Watches the file of a project that was just read, if watching is enabled.
    pub(super) fn new(project: &Project, watching: bool) -> Self {
        let mut poll = interval(POLL);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            folder: project.folder.clone(),
            defaults: project.defaults.clone(),
            at_start: project.defaults.clone(),
            read: Stamp::of(&project.folder),
            other: None,
            told: None,
            poll,
            watching,
        }
    }

    /// Waits until the file was changed, and reads it. Cancel-safe.
    pub(super) async fn changed(&mut self) -> anyhow::Result<Defaults> {
        if !self.watching {
            pending::<()>().await;
        }
        loop {
            self.poll.tick().await;
            let now = Stamp::of(&self.folder);
            if now == self.read {
                self.other = None;
            } else if self.other.replace(now) == Some(now) {
                (self.read, self.other) = (now, None);
                return Defaults::read(&self.folder);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_that_comes_changes_breaks_and_goes_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().to_path_buf();
        let file = folder.join(DEFAULTS_FILE);
        let project = Project { folder, defaults: Defaults::default() };
        let mut watch = DefaultsWatch::new(&project, true);
        fs::write(&file, "audio = true").unwrap();
        assert_eq!(watch.changed().await.unwrap().audio, Some(true));
        fs::write(&file, "audio = maybe").unwrap();
        assert!(watch.changed().await.unwrap_err().to_string().contains(":1:"), "its place");
        fs::remove_file(&file).unwrap();
        assert_eq!(watch.changed().await.unwrap(), Defaults::default());
    }
}
