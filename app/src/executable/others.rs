//! Who could change a file: its owner and the users that may write to it, and likewise for each folder above it.

use crate::platform;
use std::{
    fmt, fs, io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

/// The mode bits that let the group write, and everybody.
const WRITABLE_BY_GROUP: u32 = 0o020;
const WRITABLE_BY_ALL: u32 = 0o002;
/// In a folder with this bit only the owner of a file (or of the folder) may replace the file.
const STICKY: u32 = 0o1000;

/// The user that the companion runs as, and the one that it has to trust anyway.
#[derive(Debug, Clone, Copy)]
pub(super) struct Person {
    pub(super) uid: u32,
    /// The owner of `/`, who may change everything: 0, or its equivalent inside a container.
    pub(super) system: u32,
}

/// What another user could change.
#[derive(Debug)]
pub(crate) struct Changeable {
    place: PathBuf,
    how: How,
}

#[derive(Debug)]
enum How {
    Owner(u32),
    Group(u32),
    All,
    Unreadable(io::Error),
}

impl fmt::Display for Changeable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place.display();
        match &self.how {
            How::Owner(uid) => write!(
                f,
                "{place} belongs to another user (number {uid}). Install or build it as the user who runs it, or as root"
            ),
            How::Group(gid) => write!(f, "group {gid} may write to {place}: `chmod g-w` that"),
            How::All => write!(f, "everybody may write to {place}: `chmod o-w` that"),
            How::Unreadable(error) => write!(f, "{place} can't be looked at ({error})"),
        }
    }
}

impl Person {
    /// The user that runs this process.
    pub(super) fn of_this_process() -> Self {
        Self {
            uid: rustix::process::getuid().as_raw(),
            system: fs::metadata("/").map_or(0, |root| root.uid()),
        }
    }

    /// Checks that only this user and the system could change `found` or put another file in its place. `found` is an
    /// absolute path without links.
    ///
    /// # Errors
    /// What another user could change.
    pub(super) fn alone_can_change(&self, found: &Path) -> Result<(), Changeable> {
        found
            .ancestors()
            .try_for_each(|place| self.check(place).map_err(|how| Changeable { place: place.into(), how }))
    }

    fn check(&self, place: &Path) -> Result<(), How> {
        let meta = fs::symlink_metadata(place).map_err(How::Unreadable)?;
        if ![self.uid, self.system, 0].contains(&meta.uid()) {
            return Err(How::Owner(meta.uid()));
        }
        let mode = meta.mode();
        if meta.is_dir() && mode & STICKY != 0 {
            return Ok(());
        }
        if mode & WRITABLE_BY_ALL != 0 {
            return Err(How::All);
        }
        if mode & WRITABLE_BY_GROUP != 0 && !platform::writes_as_group_alone(place, meta.gid(), self.uid) {
            return Err(How::Group(meta.gid()));
        }
        Ok(())
    }
}
