//! Which of the project's sources changed.

use notify::{
    Event, EventKind, RecommendedWatcher,
    RecursiveMode::{NonRecursive, Recursive},
    Watcher,
};
use std::{
    collections::BTreeSet,
    future::pending,
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until},
};

/// A change counts once nothing has followed it for so long: an editor saves a file in several steps.
const QUIET: Duration = Duration::from_millis(50);
/// A change counts in any case after so long, also where something writes all the time.
const PATIENCE: Duration = Duration::from_millis(500);

/// Watches the folders of packages, and everything in them that can be a source.
pub(crate) struct Watch {
    watcher: RecommendedWatcher,
    events: mpsc::UnboundedReceiver<notify::Result<Event>>,
    folders: Vec<PathBuf>,
    changed: BTreeSet<PathBuf>,
    first: Option<Instant>,
    last: Option<Instant>,
}

impl Watch {
    /// Watches these folders from now on.
    ///
    /// # Errors
    /// If the system can't, as where it allows no more watches.
    pub(crate) fn over(folders: Vec<PathBuf>) -> notify::Result<Self> {
        let (sender, events) = mpsc::unbounded_channel();
        // Called on the watcher's own thread. It ends with the receiver.
        let watcher = notify::recommended_watcher(move |event| drop(sender.send(event)))?;
        let mut watch =
            Self { watcher, events, folders: Vec::new(), changed: BTreeSet::new(), first: None, last: None };
        watch.renew(folders)?;
        Ok(watch)
    }

    /// Watches these folders instead, also where one is a new folder of an old name. No change in between is lost.
    ///
    /// # Errors
    /// As [`over`](Self::over). What could be watched is.
    pub(crate) fn renew(&mut self, folders: Vec<PathBuf>) -> notify::Result<()> {
        let results: Vec<_> = folders.iter().map(|folder| self.add(folder)).collect();
        for old in self.folders.iter().filter(|old| !folders.contains(old)) {
            // Fails only if it is gone. What is left below it is told apart by its path.
            let _ = self.watcher.unwatch(old);
        }
        self.folders = folders;
        results.into_iter().collect()
    }

    /// The folders that are watched.
    pub(crate) fn folders(&self) -> &[PathBuf] {
        &self.folders
    }

    /// The folder itself, and each folder in it with all below. What cargo builds is many times more than the sources, and
    /// a watch on it costs as much.
    fn add(&mut self, folder: &Path) -> notify::Result<()> {
        self.watcher.watch(folder, NonRecursive)?;
        let entries = folder.read_dir()?;
        let inner = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
        for inner in inner.filter(|path| path.is_dir() && is_source(folder, path)) {
            self.watcher.watch(&inner, Recursive)?;
        }
        Ok(())
    }

    /// Waits for a change and returns what changed. Nothing is lost if the wait is given up.
    pub(crate) async fn changed(&mut self) -> BTreeSet<PathBuf> {
        loop {
            let settled = self.first.zip(self.last).map(|(first, last)| (first + PATIENCE).min(last + QUIET));
            tokio::select! {
                event = self.events.recv() => match event {
                    Some(Ok(event)) => self.note(event),
                    // The system lost count: anything may have changed, which cargo finds out.
                    Some(Err(_)) => self.note_paths(self.folders.clone()),
                    None => pending().await,
                },
                () = sleep_until(settled.unwrap_or_else(Instant::now)), if settled.is_some() => {
                    (self.first, self.last) = (None, None);
                    return std::mem::take(&mut self.changed);
                }
            }
        }
    }

    fn note(&mut self, event: Event) {
        if matches!(event.kind, EventKind::Access(_)) {
            return;
        }
        if event.need_rescan() {
            return self.note_paths(self.folders.clone());
        }
        let sources: Vec<_> = event.paths.into_iter().filter(|path| self.is_ours(path)).collect();
        for path in &sources {
            let new_folder =
                path.parent().is_some_and(|parent| self.folders.iter().any(|folder| folder == parent));
            if new_folder && path.is_dir() {
                // Fails only if it is gone again.
                let _ = self.watcher.watch(path, Recursive);
            }
        }
        self.note_paths(sources);
    }

    fn note_paths(&mut self, paths: Vec<PathBuf>) {
        if paths.is_empty() {
            return;
        }
        self.changed.extend(paths);
        let now = Instant::now();
        self.first.get_or_insert(now);
        self.last = Some(now);
    }

    fn is_ours(&self, path: &Path) -> bool {
        let is_source = |folder: &PathBuf| is_source(folder, path) && !was_target(folder, path);
        self.folders.iter().any(is_source)
    }
}

/// Was this the folder that cargo builds in, under its first name? cargo makes it as `target` with six letters or digits
/// behind, and gives it its own name at once, so that it is never seen half made.
fn was_target(folder: &Path, path: &Path) -> bool {
    let name = path.strip_prefix(folder).ok().and_then(Path::to_str);
    let random = name.and_then(|name| name.strip_prefix("target"));
    random.is_some_and(|random| random.len() == 6 && random.chars().all(char::is_alphanumeric))
        && !path.exists()
}

/// Can this be something that the package in `folder` is built from? Not what cargo and npm write, hidden things, and
/// what editors leave beside a file while they save it.
fn is_source(folder: &Path, path: &Path) -> bool {
    let Ok(inside) = path.strip_prefix(folder) else { return false };
    let Some(name) = inside.file_name().and_then(|name| name.to_str()) else { return false };
    let hidden = inside.iter().any(|part| part.to_string_lossy().starts_with('.'));
    let foreign = inside.iter().next().is_some_and(|top| top == "target" || top == "node_modules");
    // Emacs: `#a.rs#`, `a.rs~`. Vim: `4913` to try whether it may write, `a.rs~`, and hidden swap files.
    let left = name.ends_with('~')
        || name.starts_with('#')
        || name.chars().all(|c| c.is_ascii_digit())
        || matches!(
            Path::new(name).extension().and_then(|ending| ending.to_str()),
            Some("tmp" | "swp" | "bak")
        );
    // cargo writes the lock file itself, while it builds.
    !(hidden || foreign || left || name == "Cargo.lock")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn sources_are_told_from_what_tools_write() {
        let folder = Path::new("/p/engine");
        for source in ["src/lib.rs", "Cargo.toml", "build.rs", "tables/sine.wav", "src/target/mod.rs"] {
            assert!(is_source(folder, &folder.join(source)), "{source}");
        }
        for other in [
            "target/debug/x.rs",
            "Cargo.lock",
            ".git/index",
            "src/.lib.rs.swp",
            "src/lib.rs~",
            "src/#lib.rs#",
            "src/4913",
            "src/lib.rs.tmp",
            "",
        ] {
            assert!(!is_source(folder, &folder.join(other)), "{other}");
        }
        assert!(!is_source(folder, Path::new("/p/ui/src/App.tsx")));
    }

    #[tokio::test]
    async fn a_change_is_told_once_with_its_file_and_new_folders_count() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        for folder in ["src", "target/debug"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        let mut watch = Watch::over(vec![root.clone()]).unwrap();
        fs::write(root.join("target/debug/out.rs"), "x").unwrap();
        fs::write(root.join("src/.hidden"), "x").unwrap();
        let file = root.join("src/lib.rs");
        fs::write(&file, "one").unwrap();
        fs::write(&file, "two").unwrap();
        assert_eq!(watch.changed().await, BTreeSet::from([file.clone()]));

        // As editors do: a new file takes the old one's place.
        fs::write(root.join("src/lib.rs.tmp"), "three").unwrap();
        fs::rename(root.join("src/lib.rs.tmp"), &file).unwrap();
        assert_eq!(watch.changed().await, BTreeSet::from([file]));

        fs::create_dir(root.join("tables")).unwrap();
        assert_eq!(watch.changed().await, BTreeSet::from([root.join("tables")]));
        fs::write(root.join("tables/sine.txt"), "0").unwrap();
        assert_eq!(watch.changed().await, BTreeSet::from([root.join("tables/sine.txt")]));
    }

    #[tokio::test]
    async fn the_folder_that_cargo_makes_for_itself_is_no_change() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        fs::create_dir(root.join("src")).unwrap();
        let mut watch = Watch::over(vec![root.clone()]).unwrap();
        fs::create_dir(root.join("targetu5uNS1")).unwrap();
        fs::rename(root.join("targetu5uNS1"), root.join("target")).unwrap();
        fs::create_dir(root.join("targetTables")).unwrap();
        assert_eq!(watch.changed().await, BTreeSet::from([root.join("targetTables")]), "that one is there");
    }

    #[tokio::test]
    async fn a_folder_that_was_replaced_is_watched_again() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap().join("engine");
        fs::create_dir_all(root.join("src")).unwrap();
        let mut watch = Watch::over(vec![root.clone()]).unwrap();
        fs::rename(&root, root.with_file_name("elsewhere")).unwrap();
        fs::create_dir_all(root.join("src")).unwrap();
        watch.renew(vec![root.clone()]).unwrap();
        fs::write(root.join("src/lib.rs"), "new").unwrap();
        while !watch.changed().await.contains(&root.join("src/lib.rs")) {}
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        assert!(Watch::over(vec!["/nowhere/engine".into()]).is_err());
    }
}
