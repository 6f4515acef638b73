//! Takes: what a processor makes, in a file. Recorded while it plays, or rendered from another file.

use crate::program::ProjectProgram;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fs::FileType,
    os::unix::fs::FileTypeExt,
    path::{Path, PathBuf},
};

/// Write what a project's processor makes into a new file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Which project.
    pub session: String,
    /// The new file, by its absolute path.
    pub path: PathBuf,
}

/// Result of [`Record`]: it runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recording {
    /// The file.
    pub path: PathBuf,
}

/// End a project's recording.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StopRecording {
    /// Which project.
    pub session: String,
}

/// What became of a recording; result of [`StopRecording`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Take {
    /// The file.
    pub path: PathBuf,
    /// Frames in it.
    pub frames: u64,
    /// The same in seconds.
    pub seconds: f64,
    /// Frames that are missing in it, because the disk was too slow.
    pub dropped_frames: u64,
    /// Why it ended before somebody asked for that. The file is whole all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Parameters of [`RECORDING_ENDED`](crate::control::RECORDING_ENDED).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordingEnded {
    /// Which project.
    pub session: String,
    /// What is in the file.
    #[serde(flatten)]
    pub take: Take,
}

/// A file to be rendered: the argument of `wavecraft-companion --render`, as JSON. Its answer are
/// [events](crate::event::Event), one a line on standard output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RenderJob {
    /// The project's program: as in [`Attach`](crate::control::Attach).
    #[serde(flatten)]
    pub program: ProjectProgram,
    /// Its working folder.
    pub cwd: PathBuf,
    /// Environment for it. Only names on the companion's allow-list are taken.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// The sound to process.
    pub input: PathBuf,
    /// The file to make.
    pub output: PathBuf,
    /// Replace it if it is there.
    #[serde(default)]
    pub force: bool,
    /// Values of parameters by their ids, as a person writes them: a number, `on`, `off`, or a choice's name.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    /// Frames of each block.
    pub block_frames: u32,
    /// How long the output goes on after the input, in seconds.
    #[serde(default)]
    pub tail_seconds: f64,
}

/// Whether a WAV file may have this name: with its ending, or without one.
///
/// # Errors
/// A sentence for a person: the name promises something else.
pub fn check_name(path: &Path) -> Result<(), String> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().into_owned());
    match ending {
        Some(ending) if !matches!(ending.to_lowercase().as_str(), "wav" | "wave") => {
            let wanted = path.with_extension("wav");
            let wanted = wanted.file_name().unwrap_or_default().to_string_lossy().into_owned();
            Err(format!("only WAV files are written, not .{ending}: call it {wanted}, and convert it then"))
        }
        _ => Ok(()),
    }
}

/// Whether a file may be put in the place of what is there. `kind` is what is there, behind links.
///
/// # Errors
/// A sentence for a person: it is no ordinary file, and no flag changes that.
pub fn check_place(path: &Path, kind: FileType) -> Result<(), String> {
    let path = path.display();
    if kind.is_file() {
        return Ok(());
    }
    if kind.is_dir() {
        return Err(format!("{path} is a folder: name a file in it"));
    }
    let kind = if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    };
    Err(format!("{path} is {kind}, and a WAV file's beginning is written last: name an ordinary file"))
}

/// Exit code of `wavecraft-companion --render` where the job asks for something that can't be: a parameter that there
/// isn't, for example. Else 0, or 1 where something failed.
pub const BAD_JOB: u8 = 2;
