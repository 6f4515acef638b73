//! The settings file: read once at the start, written whole when something in it changes.

use std::{
    fs, io,
    path::{Path, PathBuf},
};
use wavecraft_companion_protocol::{
    paths::{SETTINGS_BEING_WRITTEN, SETTINGS_SET_ASIDE},
    settings::{SETTINGS_VERSION, Settings},
};

/// The settings and where they are kept.
#[derive(Debug)]
pub(crate) struct Store {
    path: PathBuf,
    /// What is in force.
    settings: Settings,
    /// A file of a newer version is not overwritten.
    read_only: bool,
}

impl Store {
    /// Reads the file. One that can't be read as settings is kept beside as `settings.json.broken` and the defaults
    /// are used; the sentence says so. A file that isn't there is no news.
    pub(crate) fn load(path: PathBuf) -> (Self, Option<String>) {
        let with = |settings, read_only| Self { path: path.clone(), settings, read_only };
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

    /// What is in force.
    pub(crate) fn get(&self) -> &Settings {
        &self.settings
    }

    /// Changes the settings and writes the file if that changed anything.
    ///
    /// # Errors
    /// The file can't be written. The change is in force all the same.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut Settings)) -> io::Result<()> {
        let before = self.settings.clone();
        change(&mut self.settings);
        if self.settings == before || self.read_only {
            return Ok(());
        }
        write_whole(&self.path, &serde_json::to_vec_pretty(&self.settings)?)
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
        store.change(|settings| settings.devices.sample_rate = Some(96_000)).unwrap();
        assert_eq!(Store::load(path).0.get().devices.sample_rate, Some(96_000));
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
        store.change(|settings| settings.devices.sample_rate = Some(1)).unwrap();
        assert_eq!(fs::read_to_string(path).unwrap(), r#"{"version": 99}"#);
    }
}
