//! Where recordings go.

use crate::control::{ConnectionId, Owed};
use std::{
    fs, io,
    path::{Path, PathBuf},
};
use wavecraft_audio_core::WavFile;
use wavecraft_companion_protocol::take::Record;

/// A request for a recording.
pub(crate) struct RecordRequest {
    /// The new file to record to.
    pub path: PathBuf,
    /// Seconds of sound after which it ends by itself.
    pub seconds: Option<f64>,
    /// The connection that owns the recording, which ends with it. None: the app itself, from the menu.
    pub owner: Option<ConnectionId>,
    /// The call's answer, if a call asked for it.
    pub reply: Option<Owed<Record>>,
}

/// The folder within the user's music folder.
const FOLDER: &str = "Wavecraft";

/// The path for a recording begun in the menu: `<music>/Wavecraft/<name> <date> <time>.wav`.
///
/// # Errors
/// A sentence for the user: there is no place for it.
pub(crate) fn new_path(name: &str) -> Result<PathBuf, String> {
    let music = dirs::audio_dir().or_else(|| Some(dirs::home_dir()?.join("Music")));
    let music = music.ok_or("you have no home folder for it: set HOME, or use `wavecraft record`")?;
    let name: String = name.chars().map(|c| if c.is_control() || c == '/' { '-' } else { c }).collect();
    // A colon is no good in a name on a Mac.
    let now = jiff::Zoned::now().strftime("%Y-%m-%d %H.%M.%S");
    Ok(music.join(FOLDER).join(format!("{name} {now}.wav")))
}

/// Creates the file, and with `folder_too` its folder. Takes a moment on a slow disk.
///
/// # Errors
/// A sentence for the user.
pub(crate) fn create(path: &Path, folder_too: bool, sample_rate: u32) -> Result<WavFile, String> {
    let folder = path.parent().unwrap_or(Path::new("/"));
    if folder_too {
        fs::create_dir_all(folder)
            .map_err(|error| format!("the folder {} can't be made: {error}", folder.display()))?;
    }
    WavFile::create(path, sample_rate).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => {
            format!("{} is there already, and nothing is overwritten: choose another name", path.display())
        }
        io::ErrorKind::NotFound => {
            format!("there is no folder {}: make it first, or choose another", folder.display())
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            // The partly created file holds no sound.
            let _ = fs::remove_file(path);
            format!("the disk of {} is full: free some space", path.display())
        }
        _ => format!("{} can't be made: {error}", path.display()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_take_has_a_name_of_its_own_and_never_replaces_another() {
        let name = new_path("my/gain").unwrap();
        let file = name.file_name().unwrap().to_str().unwrap().to_owned();
        assert!(file.starts_with("my-gain 20") && file.ends_with(".wav"), "{file}");
        assert!(name.parent().unwrap().ends_with("Wavecraft"));

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/take.wav");
        assert!(create(&path, false, 48_000).unwrap_err().contains("there is no folder"));
        create(&path, true, 48_000).unwrap();
        assert!(create(&path, true, 48_000).unwrap_err().contains("there already"));
        assert!(create(folder.path(), false, 48_000).is_err());
    }
}
