//! Watches for changes of the files that the project's program is built from.
//!
//! [`Inputs`] decides which paths matter, [`Seen`] which files have changed. The system's events, and a periodic check,
//! only say where to look.

mod disk;
mod inputs;
mod seen;

pub(crate) use inputs::Inputs;
pub(crate) use seen::{Change, When};

use crate::platform;
use disk::{Disk, walk};
use inputs::Weight;
use notify::{
    Event, EventKind, RecommendedWatcher,
    RecursiveMode::{NonRecursive, Recursive},
    Watcher,
};
use seen::Seen;
use std::{
    collections::BTreeSet,
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};
use tokio::{
    sync::Notify,
    time::{Instant, Interval, MissedTickBehavior, interval, sleep_until},
};

/// A change counts once nothing has followed it for this long: an editor saves a file in several steps.
const QUIET: Duration = Duration::from_millis(50);
/// A change counts after this long in any case, even if files are written continuously.
const PATIENCE: Duration = Duration::from_millis(500);
/// How often files outside of the watched folders are checked: a watch on a folder far up would report half the disk.
const POLL: Duration = Duration::from_millis(250);
/// How many paths may wait; beyond that, everything is checked.
const WAITING_PATHS: usize = 4096;

/// Watches what a program is built from.
pub(crate) struct Watch {
    watcher: RecommendedWatcher,
    told: Arc<Told>,
    inputs: Inputs,
    seen: Seen,
    /// The folders that the system watches.
    folders: BTreeSet<PathBuf>,
    /// Files for which the system sends no events.
    far: Vec<PathBuf>,
    /// Paths to check.
    hints: BTreeSet<PathBuf>,
    first: Option<Instant>,
    last: Option<Instant>,
    poll: Interval,
}

/// The system's events that weren't handled yet.
#[derive(Default)]
struct Told {
    waiting: Mutex<Waiting>,
    news: Notify,
}

#[derive(Default)]
struct Waiting {
    paths: BTreeSet<PathBuf>,
    /// Whether the system lost events, or there were too many.
    all: bool,
}

impl Told {
    fn note(&self, event: notify::Result<Event>) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Ok(event) if matches!(event.kind, EventKind::Access(_)) => return,
            Ok(event) => {
                waiting.all |= event.need_rescan();
                waiting.paths.extend(event.paths);
            }
            Err(_) => waiting.all = true,
        }
        if waiting.paths.len() > WAITING_PATHS {
            waiting.paths.clear();
            waiting.all = true;
        }
        drop(waiting);
        self.news.notify_one();
    }
}

impl Watch {
    /// Creates a watcher that watches nothing yet.
    ///
    /// # Errors
    /// If the system can't watch.
    pub(crate) fn new() -> notify::Result<Self> {
        let told = Arc::new(Told::default());
        let sender = Arc::clone(&told);
        // Called on the watcher's own thread.
        let watcher = notify::recommended_watcher(move |event| sender.note(event))?;
        let mut poll = interval(POLL);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Ok(Self {
            watcher,
            told,
            inputs: Inputs::default(),
            seen: Seen::default(),
            folders: BTreeSet::new(),
            far: Vec::new(),
            hints: BTreeSet::new(),
            first: None,
            last: None,
            poll,
        })
    }

    /// Watches from now on `inputs`, the inputs of a build that began at `built`. [`changed`](Self::changed) also
    /// returns what changed since the last check, even if it wasn't watched then.
    ///
    /// # Errors
    /// Like [`new`](Self::new), or if the system allows no more watches. Whatever could be watched is.
    pub(crate) fn update(&mut self, inputs: Inputs, built: SystemTime) -> notify::Result<()> {
        self.seen.learn(&inputs, &self.inputs, built, &Disk);
        self.inputs = inputs;
        let folders = self.wanted();
        let watched = self.watch(&folders, &self.folders.difference(&folders).cloned().collect());
        self.folders = folders;
        let is_far = |file: &&PathBuf| !self.is_watched(file) || file.is_symlink();
        self.far = self.inputs.files.iter().chain(&self.inputs.lock).filter(is_far).cloned().collect();
        self.doubt();
        watched
    }

    /// Watches the same paths again: the folders with these names may be different ones now.
    ///
    /// # Errors
    /// Like [`update`](Self::update).
    pub(crate) fn watch_anew(&mut self) -> notify::Result<()> {
        let gone = std::mem::take(&mut self.folders);
        self.folders = self.wanted();
        let watched = self.watch(&self.folders.clone(), &gone);
        self.doubt();
        watched
    }

    /// The packages' folders, and others that are watched recursively.
    pub(crate) fn tops(&self) -> impl Iterator<Item = &Path> {
        self.inputs.tops()
    }

    /// What is watched.
    pub(crate) fn inputs(&self) -> &Inputs {
        &self.inputs
    }

    /// The folders to watch now: on a system that watches whole trees the topmost ones, else each one.
    fn wanted(&self) -> BTreeSet<PathBuf> {
        let trees = self.inputs.tops().map(|top| (top, walk(top, &self.inputs)));
        if platform::WATCHES_TREES {
            trees.filter(|(_, tree)| !tree.folders.is_empty()).map(|(top, _)| top.to_path_buf()).collect()
        } else {
            trees.flat_map(|(_, tree)| tree.folders).collect()
        }
    }

    fn is_watched(&self, file: &Path) -> bool {
        let mut above = file.ancestors().skip(1);
        if platform::WATCHES_TREES {
            above.any(|folder| self.folders.contains(folder))
        } else {
            above.next().is_some_and(|folder| self.folders.contains(folder))
        }
    }

    /// All at once: on a Mac the system restarts its events with each change of what is watched.
    fn watch(&mut self, folders: &BTreeSet<PathBuf>, gone: &BTreeSet<PathBuf>) -> notify::Result<()> {
        let mut failure = Ok(());
        let mut paths = self.watcher.paths_mut();
        for folder in gone {
            // Fails only if the folder is gone.
            let _ = paths.remove(folder);
        }
        let mode = if platform::WATCHES_TREES { Recursive } else { NonRecursive };
        for folder in folders {
            if let Err(error) = paths.add(folder, mode)
                && folder.is_dir()
            {
                failure = Err(error);
            }
        }
        paths.commit().and(failure)
    }

    /// Has everything checked next.
    fn doubt(&mut self) {
        self.hints.extend(self.inputs.tops().map(Path::to_path_buf));
        self.hints.extend(self.inputs.files.iter().chain(&self.inputs.lock).cloned());
        self.note_time();
    }

    /// Waits for changes that count and returns them. Cancel-safe: none is lost.
    pub(crate) async fn changed(&mut self, when: When) -> BTreeSet<Change> {
        loop {
            let settled = self.first.zip(self.last).map(|(first, last)| (first + PATIENCE).min(last + QUIET));
            tokio::select! {
                () = self.told.news.notified() => self.take(),
                _ = self.poll.tick() => {
                    let others = self.far.iter().filter(|file| self.seen.differs(file, &Disk));
                    let others: Vec<_> = others.cloned().collect();
                    if !others.is_empty() {
                        self.hints.extend(others);
                        self.note_time();
                    }
                }
                () = sleep_until(settled.unwrap_or_else(Instant::now)), if settled.is_some() => {
                    (self.first, self.last) = (None, None);
                    let hints = std::mem::take(&mut self.hints);
                    let changes = self.seen.changes(&hints, &self.inputs, &Disk, when);
                    if !changes.is_empty() {
                        return changes;
                    }
                }
            }
        }
    }

    /// Judges the changes that caused a build by its result. Returns the files that no longer count.
    pub(crate) fn judge(&mut self, reasons: &BTreeSet<Change>, same: bool, soon: bool) -> Vec<PathBuf> {
        self.seen.judge(reasons, same, soon)
    }

    /// Accepts the lock file as it is. Call it when cargo has ended, which may have written it.
    pub(crate) fn accept_lock(&mut self) {
        self.seen.learn_lock(&self.inputs, &Disk);
    }

    fn take(&mut self) {
        let told = Arc::clone(&self.told);
        let waiting = std::mem::take(&mut *told.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        if waiting.all {
            // Folders may have come and gone without an event too.
            let _ = self.watch_anew();
        }
        for path in waiting.paths {
            let folder = path.is_dir();
            if folder && self.inputs.holds_sources(&path) {
                self.watch_below(&path);
            }
            let counts = match self.inputs.weight(&path) {
                Weight::Nothing => (folder || !path.exists()) && self.inputs.touches(&path),
                _ => true,
            };
            if counts {
                self.note_time();
            }
            // The state of the others is only recorded.
            if counts || self.inputs.package_of(&path).is_some() {
                self.hints.insert(path);
            }
        }
        if self.hints.len() > WAITING_PATHS {
            self.note_time();
        }
    }

    /// Handles a folder that appeared or reappeared: it may be a different one with an old name. Its contents are
    /// checked later.
    fn watch_below(&mut self, folder: &Path) {
        if platform::WATCHES_TREES {
            return;
        }
        let folders: BTreeSet<_> = walk(folder, &self.inputs).folders.into_iter().collect();
        // If the system allows no more watches, files in it are found when something else is checked.
        let _ = self.watch(&folders, &BTreeSet::new());
        self.folders.extend(folders);
    }

    fn note_time(&mut self) {
        let now = Instant::now();
        self.first.get_or_insert(now);
        self.last = Some(now);
    }
}

/// The path as in the system's events: its folders without links, and with the case that they have on disk. The file
/// itself may be missing, or be a link.
pub(crate) fn settled(path: &Path) -> PathBuf {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return path.into() };
    // The folder may be missing too.
    match platform::canonical(folder) {
        Ok(folder) if path.is_symlink() => folder.join(name),
        Ok(folder) => platform::canonical(path).unwrap_or_else(|_: io::Error| folder.join(name)),
        Err(_) => settled(folder).join(name),
    }
}

/// The folder as in the system's events.
pub(crate) fn settled_folder(folder: &Path) -> PathBuf {
    platform::canonical(folder).unwrap_or_else(|_| folder.into())
}

#[cfg(test)]
mod tests;
