//! Which of the files changed that the project's program is built from.
//!
//! [`Inputs`] says which paths matter, [`Seen`] what is another than it was. The system's events, and a look
//! from time to time, only say where to look.

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
/// A change counts after this long in any case, also where something writes all the time.
const PATIENCE: Duration = Duration::from_millis(500);
/// How often files outside of the watched folders are looked at: a watch on a folder far up would tell of half the disk.
const POLL: Duration = Duration::from_millis(250);
/// How many paths may wait; of more, everything is looked at.
const WAITING_PATHS: usize = 4096;

/// Watches what a program is built from.
pub(crate) struct Watch {
    watcher: RecommendedWatcher,
    told: Arc<Told>,
    inputs: Inputs,
    seen: Seen,
    /// The folders that the system watches.
    folders: BTreeSet<PathBuf>,
    /// Files of which the system reports nothing.
    far: Vec<PathBuf>,
    /// Paths to look at.
    hints: BTreeSet<PathBuf>,
    first: Option<Instant>,
    last: Option<Instant>,
    poll: Interval,
}

/// The events of the system that weren't taken yet.
#[derive(Default)]
struct Told {
    waiting: Mutex<Waiting>,
    news: Notify,
}

#[derive(Default)]
struct Waiting {
    paths: BTreeSet<PathBuf>,
    /// The system lost count, or there were too many.
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
    /// Watches nothing yet.
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

    /// Watches `inputs` from now on, which a build that began at `built` depended on. What changed since they were looked at
    /// last is returned by [`changed`](Self::changed), also where nobody watched it then.
    ///
    /// # Errors
    /// As [`new`](Self::new), or where the system allows no more watches. What could be watched is.
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

    /// Watches the same anew: folders of these names may be others now.
    ///
    /// # Errors
    /// As [`update`](Self::update).
    pub(crate) fn watch_anew(&mut self) -> notify::Result<()> {
        let gone = std::mem::take(&mut self.folders);
        self.folders = self.wanted();
        let watched = self.watch(&self.folders.clone(), &gone);
        self.doubt();
        watched
    }

    /// The packages' folders, and others that are watched with all below.
    pub(crate) fn tops(&self) -> impl Iterator<Item = &Path> {
        self.inputs.tops()
    }

    /// What is watched.
    pub(crate) fn inputs(&self) -> &Inputs {
        &self.inputs
    }

    /// The folders to watch now: of a system that watches whole trees the upper ones, else each one.
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

    /// All at once: on a Mac the system begins to tell anew with each change of what is watched.
    fn watch(&mut self, folders: &BTreeSet<PathBuf>, gone: &BTreeSet<PathBuf>) -> notify::Result<()> {
        let mut failure = Ok(());
        let mut paths = self.watcher.paths_mut();
        for folder in gone {
            // Fails only if it is gone.
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

    /// Lets everything be looked at next.
    fn doubt(&mut self) {
        self.hints.extend(self.inputs.tops().map(Path::to_path_buf));
        self.hints.extend(self.inputs.files.iter().chain(&self.inputs.lock).cloned());
        self.note_time();
    }

    /// Waits for changes that count and returns them. Nothing is lost if the wait is given up.
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

    /// Judges the changes that caused a build by its result. Returns the files that don't count any more.
    pub(crate) fn judge(&mut self, reasons: &BTreeSet<Change>, same: bool, soon: bool) -> Vec<PathBuf> {
        self.seen.judge(reasons, same, soon)
    }

    /// Takes the lock file as it is. To be called when cargo has ended, which may have written it.
    pub(crate) fn accept_lock(&mut self) {
        self.seen.learn_lock(&self.inputs, &Disk);
    }

    fn take(&mut self) {
        let told = Arc::clone(&self.told);
        let waiting = std::mem::take(&mut *told.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        if waiting.all {
            // Folders may have come and gone without a word too.
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
            // Of the others it is only kept in mind how they are.
            if counts || self.inputs.package_of(&path).is_some() {
                self.hints.insert(path);
            }
        }
        if self.hints.len() > WAITING_PATHS {
            self.note_time();
        }
    }

    /// A folder that came, or came back: it may be another one of an old name. What it held already is looked at later.
    fn watch_below(&mut self, folder: &Path) {
        if platform::WATCHES_TREES {
            return;
        }
        let folders: BTreeSet<_> = walk(folder, &self.inputs).folders.into_iter().collect();
        // Where the system allows no more, files in it are found when something else is looked at.
        let _ = self.watch(&folders, &BTreeSet::new());
        self.folders.extend(folders);
    }

    fn note_time(&mut self) {
        let now = Instant::now();
        self.first.get_or_insert(now);
        self.last = Some(now);
    }
}

/// The path as the system's events name it: without links above it, and in the case that it has on the disk. The file
/// itself needn't be there, and may be a link.
pub(crate) fn settled(path: &Path) -> PathBuf {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return path.into() };
    // The folder needn't be there either.
    match platform::canonical(folder) {
        Ok(folder) if path.is_symlink() => folder.join(name),
        Ok(folder) => platform::canonical(path).unwrap_or_else(|_: io::Error| folder.join(name)),
        Err(_) => settled(folder).join(name),
    }
}

/// The folder as the system's events name it.
pub(crate) fn settled_folder(folder: &Path) -> PathBuf {
    platform::canonical(folder).unwrap_or_else(|_| folder.into())
}

#[cfg(test)]
mod tests;
