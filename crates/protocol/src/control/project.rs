//! One project: starting, rebuilding, changing, opening and ending it.

use crate::{
    comparison::Compare,
    method::empty,
    program::ProjectProgram,
    session::{AudioDevices, Build, Mode, OnBypass, Source},
    sets::ParameterSets,
    token::Token,
    transport::{ChangeTransport, ProjectTransport},
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, path::PathBuf};

/// Run a project. The connection owns it: when the connection ends, so does the project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attach {
    /// The project's folder.
    pub project_dir: PathBuf,
    /// Its name, shown to the user and used for the session.
    pub name: String,
    /// The program to run as the child.
    #[serde(flatten)]
    pub program: ProjectProgram,
    /// The program's arguments, after the library if there is one.
    #[serde(default)]
    pub args: Vec<String>,
    /// The program's working folder.
    pub cwd: PathBuf,
    /// The program's environment. Only names on the companion's allow-list are used.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Initial values by parameter id; all others are as they were kept, or have their defaults.
    #[serde(default)]
    pub parameters: BTreeMap<String, f32>,
    /// The sets A and B of the parameters; absent: as they were kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sets: Option<ParameterSets>,
    /// The name of the preset that was loaded or saved last; absent: as it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<String>,
    /// Origins of pages that may open the dev WebSocket: `scheme://host:port`.
    #[serde(default)]
    pub origins: Vec<String>,
    /// The first port to try for the dev WebSocket. 9000 if absent.
    #[serde(default)]
    pub port: Option<u16>,
    /// Fail if that port is taken.
    #[serde(default)]
    pub strict_port: bool,
    /// The token that opens the dev WebSocket.
    pub token: Token,
    /// Allows a program with its own audio to register there.
    pub audio_token: Token,
    /// The input's source. If absent: the last one used, or else the microphone.
    #[serde(default)]
    pub source: Option<Source>,
    /// When the processor's output is taken. If absent: the mode used last, or else pipelined.
    #[serde(default)]
    pub mode: Option<Mode>,
    /// What is played while the processor isn't heard. If absent: the input, or silence if that is a microphone.
    #[serde(default)]
    pub on_bypass: Option<OnBypass>,
    /// Whether builds are measured by themselves. Yes if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measure: Option<bool>,
    /// Whether children watch what they do in `process` that an audio thread must not. Yes if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watch: Option<bool>,
    /// What it wants of the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transport: Option<ProjectTransport>,
}

/// Result of [`Attach`]. The child is spawned by then, but not yet live: `sessionState` follows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attached {
    /// The session's name, for the other calls.
    pub session: String,
    /// The dev WebSocket's port.
    pub port: u16,
    /// The dev WebSocket's address, with the token in its path.
    pub ws_url: String,
    /// The audio devices in use.
    pub devices: AudioDevices,
}

/// Replace the list of origins that may open the dev WebSocket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetOrigins {
    /// The project's session.
    pub session: String,
    /// All origins that may connect from now on.
    pub origins: Vec<String>,
}

/// Run a newer program in place of the current one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reload {
    /// The project's session.
    pub session: String,
    /// The newer program.
    #[serde(flatten)]
    pub program: ProjectProgram,
    /// The files that changed since the build before, as a person reads them;
    /// [`MAX_BUILD_FILES`](crate::lab::MAX_BUILD_FILES) at most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
    /// How many more changed.
    #[serde(default)]
    pub more_files: u32,
}

/// Result of [`Reload`], sent when the newer processor is heard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reloaded {
    /// Time from the call until the newer processor is heard, in milliseconds.
    pub swap_ms: u64,
}

/// Measure each build by itself from now on, or don't.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetMeasuring {
    /// The project's session.
    pub session: String,
    /// Whether builds are measured.
    pub on: bool,
}

/// Report the build's status to the project's pages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetBuildStatus {
    /// The project's session.
    pub session: String,
    /// The build's status.
    #[serde(flatten)]
    pub build: Build,
}

/// Restart the child, even one that is held.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Restart {
    /// The project's session.
    pub session: String,
}

/// Choose a project's input source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetSource {
    /// The project's session.
    pub session: String,
    /// The new source.
    pub source: Source,
}

/// Change the time of everything that plays; for a session also whether its processor is told of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SetTransport {
    /// What changes of the time.
    #[serde(flatten)]
    pub change: ChangeTransport,
    /// The session that `none` is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// Whether the session's processor is told nothing of the time. If absent: unchanged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub none: Option<bool>,
}

empty! {
    /// Tap the tempo: once for each beat.
    TapTempo
    /// The time.
    GetTransport
}

/// Choose when the processor's output is taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetMode {
    /// The project's session.
    pub session: String,
    /// The new mode. The companion may leave it again: see [`Mode::Direct`].
    pub mode: Mode,
}

/// Bypass the processor, or end the bypass.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetBypass {
    /// The project's session.
    pub session: String,
    /// Whether it is bypassed.
    pub on: bool,
    /// What is played from now on while the processor isn't heard. If absent: unchanged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_bypass: Option<OnBypass>,
}

/// Mute or unmute a project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetMute {
    /// The project's session.
    pub session: String,
    /// Whether it is muted.
    pub on: bool,
}

/// Set the gain applied after the processor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetGain {
    /// The project's session.
    pub session: String,
    /// −60 to +12 dB.
    pub gain_db: f32,
}

/// Change what is heard of the builds of a project's session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetComparison {
    /// The project's session.
    pub session: String,
    /// What changes.
    #[serde(flatten)]
    pub wanted: Compare,
}

/// Hear the newest build of a project's session, and end the older one's child.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EndComparison {
    /// The project's session.
    pub session: String,
}

/// The presets of a project: → [`PresetList`](crate::preset::PresetList).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GetPresets {
    /// The project's session.
    pub session: String,
}

/// Create a one-time address that opens a project's page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpenOnce {
    /// The project's session.
    pub session: String,
    /// Open its inspector, even if it has a page.
    #[serde(default)]
    pub inspector: bool,
}

/// Result of [`OpenOnce`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpenedOnce {
    /// Takes a browser of this user to the page, or to the inspector if there is none: once, within two minutes.
    pub url: String,
}

/// End a project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Detach {
    /// The project's session.
    pub session: String,
}
