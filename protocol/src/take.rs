//! Takes: what a processor makes, in a file. Recorded while it plays, or rendered from another file.

use crate::control::ProjectProgram;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, path::PathBuf};

/// Parameters of [`RECORD`](crate::control::RECORD).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Which project.
    pub session: String,
    /// The new file, by its absolute path.
    pub path: PathBuf,
}

/// Result of [`RECORD`](crate::control::RECORD): it runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recording {
    /// The file.
    pub path: PathBuf,
}

/// What became of a recording; result of [`STOP_RECORDING`](crate::control::STOP_RECORDING).
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

/// Exit code of `wavecraft-companion --render` where the job asks for something that can't be: a parameter that there
/// isn't, for example. Else 0, or 1 where something failed.
pub const BAD_JOB: u8 = 2;
