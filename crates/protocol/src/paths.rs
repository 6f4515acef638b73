//! The paths of files and folders. The command and the companion must agree, so both use these; their platform files
//! decide which system's rules apply.

use std::{ffi::OsString, path::PathBuf};

/// Moves everything under one folder, for tests and for running a second companion.
pub const HOME_VARIABLE: &str = "WAVECRAFT_HOME";

/// The longest path of a Unix socket, in bytes without the closing zero: macOS has room for 104 with it.
pub const MAX_SOCKET_PATH_BYTES: usize = 103;

/// The extension given to a settings file that couldn't be read.
pub const SETTINGS_SET_ASIDE: &str = "json.broken";

/// The extension of new settings until they replace the old ones.
pub const SETTINGS_BEING_WRITTEN: &str = "json.new";

/// What starts without audio have set, beside the settings, until a start with audio hands it to the companion.
pub const SET_WITHOUT_AUDIO: &str = "without-audio.json";

/// A file in a start's folder of builds, which the command keeps locked (flock(2)) as long as it lives.
pub const BUILDS_LOCK: &str = "lock";

/// The files and folders of one user's companion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// Mode 0700: socket and lock. On most systems it is gone after a reboot.
    pub run_dir: PathBuf,
    /// Mode 0700: copies of the running processors.
    pub builds_dir: PathBuf,
    /// The settings.
    pub settings: PathBuf,
    /// The logs' folder.
    pub log_dir: PathBuf,
    /// Files that the system itself writes for the app, under its identifier.
    pub by_system: Vec<PathBuf>,
}

impl Paths {
    /// The rules of Linux (XDG base directories). `None` if neither `WAVECRAFT_HOME` nor `HOME` is set.
    pub fn linux(env: impl Fn(&str) -> Option<OsString>) -> Option<Self> {
        let folder = |name: &str| env(name).map(PathBuf::from).filter(|path| path.is_absolute());
        if let Some(home) = folder(HOME_VARIABLE) {
            return Some(Self::under(home));
        }
        let home = folder("HOME");
        let in_home = |rest: &str| home.as_ref().map(|home| home.join(rest));
        let state = folder("XDG_STATE_HOME").or_else(|| in_home(".local/state"))?.join("wavecraft");
        let config = folder("XDG_CONFIG_HOME").or_else(|| in_home(".config"))?.join("wavecraft");
        let run_dir =
            folder("XDG_RUNTIME_DIR").map_or_else(|| state.join("run"), |dir| dir.join("wavecraft"));
        Some(Self {
            run_dir,
            builds_dir: state.join("builds"),
            settings: config.join("settings.json"),
            log_dir: state.join("log"),
            by_system: Vec::new(),
        })
    }

    /// The rules of macOS. `None` if neither `WAVECRAFT_HOME` nor `HOME` is set.
    pub fn macos(env: impl Fn(&str) -> Option<OsString>) -> Option<Self> {
        let folder = |name: &str| env(name).map(PathBuf::from).filter(|path| path.is_absolute());
        if let Some(home) = folder(HOME_VARIABLE) {
            return Some(Self::under(home));
        }
        let library = folder("HOME")?.join("Library");
        let support = library.join("Application Support/Wavecraft Companion");
        Some(Self {
            run_dir: support.join("run"),
            builds_dir: support.join("builds"),
            settings: support.join("settings.json"),
            log_dir: library.join("Logs/Wavecraft Companion"),
            // The icon's position in the menu bar, and which of the system's windows were open.
            by_system: [
                "Preferences/dev.wavecraft.companion.plist",
                "Saved Application State/dev.wavecraft.companion.savedState",
            ]
            .map(|path| library.join(path))
            .into(),
        })
    }

    fn under(home: PathBuf) -> Self {
        Self {
            run_dir: home.join("run"),
            builds_dir: home.join("builds"),
            settings: home.join("settings.json"),
            log_dir: home.join("log"),
            by_system: Vec::new(),
        }
    }

    /// Everything that a companion leaves behind, whether it exists or not. Recordings belong to the user and aren't
    /// included.
    #[must_use]
    pub fn kept(&self) -> Vec<PathBuf> {
        let mut kept = self.by_system.clone();
        kept.extend([&self.run_dir, &self.builds_dir, &self.log_dir, &self.settings].map(Clone::clone));
        kept.push(self.set_without_audio());
        kept.extend(
            [SETTINGS_SET_ASIDE, SETTINGS_BEING_WRITTEN].map(|end| self.settings.with_extension(end)),
        );
        kept
    }

    /// See [`SET_WITHOUT_AUDIO`].
    #[must_use]
    pub fn set_without_audio(&self) -> PathBuf {
        self.settings.with_file_name(SET_WITHOUT_AUDIO)
    }

    /// The control socket.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.run_dir.join("control.sock")
    }

    /// The lock that makes the companion single-instance; it contains the companion's process id.
    #[must_use]
    pub fn lock(&self) -> PathBuf {
        self.run_dir.join("companion.lock")
    }

    /// The companion's log.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.log_dir.join("companion.log")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env<'a>(set: &'a [(&str, &str)]) -> impl Fn(&str) -> Option<OsString> + 'a {
        move |name| set.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into())
    }

    #[test]
    fn both_systems_rules_hold_everywhere() {
        let linux = Paths::linux(env(&[("HOME", "/h"), ("XDG_RUNTIME_DIR", "/run/u")])).unwrap();
        assert_eq!(linux.socket(), PathBuf::from("/run/u/wavecraft/control.sock"));
        assert_eq!(linux.log(), PathBuf::from("/h/.local/state/wavecraft/log/companion.log"));
        let bare = Paths::linux(env(&[("HOME", "/h"), ("XDG_RUNTIME_DIR", "relative")])).unwrap();
        assert_eq!(bare.lock(), PathBuf::from("/h/.local/state/wavecraft/run/companion.lock"));
        let mac = Paths::macos(env(&[("HOME", "/Users/u")])).unwrap();
        assert_eq!(
            mac.socket(),
            PathBuf::from("/Users/u/Library/Application Support/Wavecraft Companion/run/control.sock")
        );
        assert_eq!(Paths::macos(env(&[])), None);
        assert!(mac.kept().contains(&"/Users/u/Library/Preferences/dev.wavecraft.companion.plist".into()));
    }

    #[test]
    fn one_variable_moves_all_of_it() {
        let set = [("HOME", "/h"), (HOME_VARIABLE, "/w")];
        assert_eq!(Paths::linux(env(&set)), Paths::macos(env(&set)));
        assert_eq!(Paths::linux(env(&set)).unwrap().settings, PathBuf::from("/w/settings.json"));
    }
}
