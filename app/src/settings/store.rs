//! The settings file: read once at the start, and completely rewritten when something in it changes.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};
use wavecraft_companion_protocol::{
    paths::{SETTINGS_BEING_WRITTEN, SETTINGS_SET_ASIDE},
    settings::{SETTINGS_VERSION, Settings},
};

/// The settings and their file.
#[derive(Debug)]
pub(crate) struct Store {
    path: PathBuf,
    /// The settings in force.
    settings: Settings,
    /// Set for a file of a newer version, which isn't overwritten.
    read_only: bool,
    /// Set while the file doesn't hold the settings yet.
    changed: bool,
    /// Counts the versions to write.
    number: u64,
    written: Arc<Mutex<u64>>,
}

impl Store {
    /// Reads the file. One that can't be read as settings is kept next to it as `settings.json.broken`, and the
    /// defaults are used; the returned sentence says so. A missing file is no trouble.
    pub(crate) fn load(path: PathBuf) -> (Self, Option<String>) {
        let with = |settings, read_only| Self {
            path: path.clone(),
            settings,
            read_only,
            changed: false,
            number: 0,
            written: Arc::default(),
        };
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return (with(Settings::default(), false), None);
            }
            Err(error) => {
                let news = format!("{} can't be read ({error}): using the defaults", path.display());
                return (with(Settings::default(), true), Some(news));
            }
        };
        match serde_json::from_str::<Settings>(&text) {
            Ok(settings) if settings.version <= SETTINGS_VERSION => (with(settings, false), None),
            Ok(settings) => {
                let news = format!(
                    "{} is of version {}, newer than this companion's {SETTINGS_VERSION}: using the defaults and \
                     leaving it as it is",
                    path.display(),
                    settings.version
                );
                (with(Settings::default(), true), Some(news))
            }
            Err(error) => {
                let aside = path.with_extension(SETTINGS_SET_ASIDE);
                let kept = match fs::rename(&path, &aside) {
                    Ok(()) => format!("kept as {}", aside.display()),
                    Err(error) => format!("can't be set aside: {error}"),
                };
                let news = format!("{} is broken ({error}): {kept}; using the defaults", path.display());
                (with(Settings::default(), false), Some(news))
            }
        }
    }

    /// The settings in force.
    pub(crate) fn get(&self) -> &Settings {
        &self.settings
    }

    /// Changes the settings. The change is in force at once, and in the file once that is written: see
    /// [`take_unwritten`](Self::take_unwritten).
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut Settings)) {
        let before = self.settings.clone();
        change(&mut self.settings);
        self.changed |= self.settings != before && !self.read_only;
    }

    /// The version to write, if the file doesn't hold it yet. The caller must write it.
    pub(crate) fn take_unwritten(&mut self) -> Option<File> {
        if !std::mem::take(&mut self.changed) {
            return None;
        }
        self.number += 1;
        Some(File {
            path: self.path.clone(),
            settings: self.settings.clone(),
            number: self.number,
            written: Arc::clone(&self.written),
        })
    }

    /// The version that was taken couldn't be written: it is still unwritten.
    pub(crate) fn not_written(&mut self) {
        self.changed = true;
    }
}

/// A version of the settings to write.
#[derive(Debug)]
pub(crate) struct File {
    path: PathBuf,
    settings: Settings,
    number: u64,
    /// The newest version that was written. Locked during a write.
    written: Arc<Mutex<u64>>,
}

impl File {
    /// Replaces the file in one step, unless a newer version was written first.
    ///
    /// # Errors
    /// It can't be written. The previous file is left as it was.
    pub(crate) fn write(&self) -> io::Result<()> {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        if *written < self.number {
            write_whole(&self.path, &serde_json::to_vec_pretty(&self.settings)?)?;
            *written = self.number;
        }
        Ok(())
    }
}

/// Replaces a file in one step, so that a crash or a full disk leaves the old one.
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let new = path.with_extension(SETTINGS_BEING_WRITTEN);
    fs::write(&new, bytes)?;
    fs::rename(&new, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_there_the_next_time() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("deep/settings.json");
        let (mut store, news) = Store::load(path.clone());
        assert_eq!(news, None);
        store.change(|settings| settings.devices.sample_rate = Some(96_000));
        store.take_unwritten().unwrap().write().unwrap();
        assert!(store.take_unwritten().is_none(), "nothing has changed since");
        store.change(|settings| settings.devices.sample_rate = Some(96_000));
        assert!(store.take_unwritten().is_none(), "that is no change");
        assert_eq!(Store::load(path).0.get().devices.sample_rate, Some(96_000));
    }

    #[test]
    fn an_older_file_never_takes_a_newer_ones_place() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("settings.json");
        let (mut store, _) = Store::load(path.clone());
        let mut change = |rate| {
            store.change(|settings| settings.devices.sample_rate = Some(rate));
            store.take_unwritten().unwrap()
        };
        let (older, newer) = (change(44_100), change(48_000));
        newer.write().unwrap();
        older.write().unwrap();
        assert_eq!(Store::load(path).0.get().devices.sample_rate, Some(48_000));
    }

    #[test]
    fn a_broken_file_is_kept_and_said() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("settings.json");
        fs::write(&path, "{ not json").unwrap();
        let (store, news) = Store::load(path.clone());
        assert_eq!(*store.get(), Settings::default());
        assert!(news.unwrap().contains("settings.json.broken"));
        assert_eq!(fs::read_to_string(path.with_extension("json.broken")).unwrap(), "{ not json");
    }

    #[test]
    fn a_newer_file_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("settings.json");
        fs::write(&path, r#"{"version": 99}"#).unwrap();
        let (mut store, news) = Store::load(path.clone());
        assert!(news.unwrap().contains("version 99"));
        store.change(|settings| settings.devices.sample_rate = Some(1));
        assert!(store.take_unwritten().is_none());
        assert_eq!(fs::read_to_string(path).unwrap(), r#"{"version": 99}"#);
    }
}
