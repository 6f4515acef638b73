//! One project: run, built anew, changed, opened and ended.

use crate::{
    program::ProjectProgram,
    session::{AudioDevices, Build, Mode, OnBypass, Source},
    token::Token,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, path::PathBuf};

/// Run a project. The connection owns it: when it ends, so does the project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attach {
    /// The project's folder.
    pub project_dir: PathBuf,
    /// Its name, for people and for the session.
    pub name: String,
    /// What is run as the child.
    #[serde(flatten)]
    pub program: ProjectProgram,
    /// Its arguments, after the library where there is one.
    #[serde(default)]
    pub args: Vec<String>,
    /// Its working folder.
    pub cwd: PathBuf,
    /// Environment for it. Only names on the companion's allow-list are taken.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Values to start with, by parameter id; others have their defaults.
    #[serde(default)]
    pub parameters: BTreeMap<String, f32>,
    /// Pages that may open the dev WebSocket: `scheme://host:port`.
    #[serde(default)]
    pub origins: Vec<String>,
    /// The dev WebSocket's port: the first to try. 9000 where absent.
    #[serde(default)]
    pub port: Option<u16>,
    /// Take that port or fail.
    #[serde(default)]
    pub strict_port: bool,
    /// Opens the dev WebSocket.
    pub token: Token,
    /// Lets a program with its own audio register there.
    pub audio_token: Token,
    /// Where the input comes from. Absent: the last used, else the microphone.
    #[serde(default)]
    pub source: Option<Source>,
    /// When the processor's answers are taken. Absent: the last used, else pipelined.
    #[serde(default)]
    pub mode: Option<Mode>,
    /// What is heard while the processor isn't. Absent: the input, but of a microphone nothing.
    #[serde(default)]
    pub on_bypass: Option<OnBypass>,
}

/// Result of [`Attach`]. The child is spawned then, not yet live: `sessionState` follows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attached {
    /// The session's name, for the other calls.
    pub session: String,
    /// The dev WebSocket's port.
    pub port: u16,
    /// Its address, with the token in its path.
    pub ws_url: String,
    /// What is used for audio.
    pub devices: AudioDevices,
}

/// Replace the pages' addresses that may open the dev WebSocket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetOrigins {
    /// Which project.
    pub session: String,
    /// All that may connect from now on.
    pub origins: Vec<String>,
}

/// Run a newer program in place of the one that runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reload {
    /// Which project.
    pub session: String,
    /// The newer program.
    #[serde(flatten)]
    pub program: ProjectProgram,
}

/// Result of [`Reload`]: the newer processor is heard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reloaded {
    /// From the call to the newer processor being heard, in milliseconds.
    pub swap_ms: u64,
}

/// Tell the project's pages what the build does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetBuildStatus {
    /// Which project.
    pub session: String,
    /// What the build does.
    #[serde(flatten)]
    pub build: Build,
}

/// Start the child anew, also a held one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Restart {
    /// Which project.
    pub session: String,
}

/// Choose where a project's input comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetSource {
    /// Which project.
    pub session: String,
    /// Where its input comes from now.
    pub source: Source,
}

/// Choose when the processor's answers are taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetMode {
    /// Which project.
    pub session: String,
    /// The mode from now on. It may be given up again: see [`Mode::Direct`].
    pub mode: Mode,
}

/// Take the processor out of, or into, the way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetBypass {
    /// Which project.
    pub session: String,
    /// Bypassed, or not.
    pub on: bool,
    /// What is heard while the processor isn't, from now on. Absent: as before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_bypass: Option<OnBypass>,
}

/// Silence a project, or not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetMute {
    /// Which project.
    pub session: String,
    /// Muted, or not.
    pub on: bool,
}

/// Set the gain behind the processor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetGain {
    /// Which project.
    pub session: String,
    /// −60 to +12 dB.
    pub gain_db: f32,
}

/// Make an address that opens a project's page once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpenOnce {
    /// Which project.
    pub session: String,
    /// Its inspector, also where it has a page.
    #[serde(default)]
    pub inspector: bool,
}

/// Result of [`OpenOnce`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpenedOnce {
    /// Leads a browser of this user to the page, or to the inspector where there is none: once, within two minutes.
    pub url: String,
}

/// End a project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Detach {
    /// Which project.
    pub session: String,
}
