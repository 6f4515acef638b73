//! The control socket: JSON-RPC 2.0, one message a line, between the `wavecraft` command and the companion.
//!
//! The connection that attached a project owns it: when it ends, however it ends, the project is detached.

mod devices;

pub use devices::{Device, DeviceList, SelectDevices};

use crate::{
    session::{AudioDevices, Build, Mode, OnBypass, Source, State, StateChange, Stats},
    system::{LoginState, Permission},
    take::RecordingEnded,
    token::Token,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// The longest line in bytes, without its newline.
pub const MAX_LINE_BYTES: usize = 256 * 1024;

/// Who are you? The first call of a connection.
pub const HELLO: &str = "hello";
/// Run a project: [`Attach`] → [`Attached`].
pub const ATTACH: &str = "attach";
/// Replace the pages' addresses that may open the dev WebSocket: [`SetOrigins`].
pub const SET_ORIGINS: &str = "setOrigins";
/// Run a newer executable in place of the one that runs: [`Reload`] → [`Reloaded`].
pub const RELOAD: &str = "reload";
/// Tell the project's pages what the build does: [`SetBuildStatus`].
pub const BUILD_STATUS: &str = "buildStatus";
/// End a project: [`OfSession`].
pub const DETACH: &str = "detach";
/// Start the child anew, also a held one: [`OfSession`].
pub const RESTART: &str = "restart";
/// Choose where a project's input comes from: [`SetSource`].
pub const SET_SOURCE: &str = "setSource";
/// Take the processor out of, or into, the way: [`SetBypass`].
pub const SET_BYPASS: &str = "setBypass";
/// Silence a project, or not: [`SetFlag`].
pub const SET_MUTE: &str = "setMute";
/// Choose when the processor's answers are taken: [`SetMode`].
pub const SET_MODE: &str = "setMode";
/// Set the gain behind the processor: [`SetGain`].
pub const SET_GAIN: &str = "setGain";
/// Write what a project's processor makes into a file: [`Record`](crate::take::Record) → [`Recording`](crate::take::Recording).
pub const RECORD: &str = "record";
/// End a project's recording: [`OfSession`] → [`Take`](crate::take::Take).
pub const STOP_RECORDING: &str = "stopRecording";
/// Everything at once: → [`Status`].
pub const STATUS: &str = "status";
/// The system's audio devices: → [`DeviceList`].
pub const DEVICES: &str = "devices";
/// Choose devices, rate and buffer, for now and for later: [`SelectDevices`] → [`DeviceList`].
pub const SELECT_DEVICES: &str = "selectDevices";
/// Measure the latency of a loop from the output to the input: →
/// [`MeasuredLatency`](crate::latency::MeasuredLatency).
pub const MEASURE_LATENCY: &str = "measureLatency";
/// Get notifications of the projects this connection attached (`all: false`) or of all: [`Subscribe`].
pub const SUBSCRIBE: &str = "subscribe";
/// An address that opens a project's page once: [`OpenOnce`] → [`OpenedOnce`].
pub const OPEN_ONCE: &str = "openOnce";
/// Show the newest project's inspector, as when the app is opened again: no parameters.
pub const SHOW: &str = "show";
/// End the companion: [`Shutdown`] → [`ShuttingDown`].
pub const SHUTDOWN: &str = "shutdown";

/// Notification: a project's state changed ([`StateChange`]).
pub const SESSION_STATE: &str = "sessionState";
/// Notification: a line that a child wrote ([`ChildLog`]).
pub const CHILD_LOG: &str = "childLog";
/// Notification, once a second: [`Stats`].
pub const STATS: &str = "stats";
/// Notification: a recording ended, for whatever reason ([`RecordingEnded`]).
pub const RECORDING_ENDED: &str = "recordingEnded";
/// Notification: the devices in use changed ([`AudioDevices`]).
pub const DEVICES_CHANGED: &str = "devicesChanged";

/// Code: the two sides speak different versions of this protocol.
pub const VERSION_MISMATCH: i32 = -32010;
/// Code: no such session.
pub const UNKNOWN_SESSION: i32 = -32011;
/// Code: the executable can't be run; the message says why.
pub const BAD_EXECUTABLE: i32 = -32012;
/// Code: the port is taken, and another was not allowed.
pub const PORT_TAKEN: i32 = -32013;
/// Code: the source can't be used; the message says why.
pub const BAD_SOURCE: i32 = -32014;
/// Code: `hello` comes first.
pub const HELLO_FIRST: i32 = -32015;
/// Code: the new processor could not take over; the old one goes on.
pub const RELOAD_FAILED: i32 = -32016;

/// Code: there is no such device, or it can't be used so; the message says why.
pub const BAD_DEVICE: i32 = -32017;
/// Code: no recording can begin there, or there is none to end; the message says why.
pub const BAD_RECORDING: i32 = -32018;

/// Code: the latency can't be measured; the message says why.
pub const NOT_MEASURED: i32 = -32020;

/// Parameters of [`HELLO`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hello {
    /// [`crate::PROTOCOL_VERSION`] of the caller.
    pub version: u32,
}

/// Result of [`HELLO`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Welcome {
    /// [`crate::PROTOCOL_VERSION`] of the companion.
    pub version: u32,
    /// The companion's own version.
    pub app_version: String,
    /// Its process.
    pub pid: u32,
    /// Does it run without a menu?
    pub headless: bool,
    /// Where it writes its log.
    pub log: PathBuf,
}

/// What is run as a project's child. Both are regular files, this user's, executable, and not writable by others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectProgram {
    /// The program: the project's own `dev-audio`, or the plugin host.
    pub executable: PathBuf,
    /// For the plugin host, its first argument: the library of the plugin to run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub library: Option<PathBuf>,
    /// Folders where the loader finds shared libraries that it wouldn't find by itself, the first one first. Empty for most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub loader_path: Vec<PathBuf>,
}

impl ProjectProgram {
    /// What was built of the project: the library where there is one, else the program.
    #[must_use]
    pub fn built(&self) -> &Path {
        self.library.as_deref().unwrap_or(&self.executable)
    }
}

/// Parameters of [`ATTACH`].
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

/// Result of [`ATTACH`]. The child is spawned then, not yet live: [`SESSION_STATE`] follows.
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

/// Parameters of [`SET_ORIGINS`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetOrigins {
    /// Which project.
    pub session: String,
    /// All that may connect from now on.
    pub origins: Vec<String>,
}

/// Parameters of [`RELOAD`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reload {
    /// Which project.
    pub session: String,
    /// The newer program.
    #[serde(flatten)]
    pub program: ProjectProgram,
}

/// Result of [`RELOAD`]: the newer processor is heard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reloaded {
    /// From the call to the newer processor being heard, in milliseconds.
    pub swap_ms: u64,
}

/// Parameters of [`BUILD_STATUS`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetBuildStatus {
    /// Which project.
    pub session: String,
    /// What the build does.
    #[serde(flatten)]
    pub build: Build,
}

/// Parameters of [`DETACH`], [`RESTART`] and [`STOP_RECORDING`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OfSession {
    /// Which project.
    pub session: String,
}

/// Parameters of [`SET_SOURCE`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetSource {
    /// Which project.
    pub session: String,
    /// Where its input comes from now.
    pub source: Source,
}

/// Parameters of [`SET_MODE`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetMode {
    /// Which project.
    pub session: String,
    /// The mode from now on. It may be given up again: see [`Mode::Direct`].
    pub mode: Mode,
}

/// Parameters of [`SET_BYPASS`].
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

/// Parameters of [`SET_MUTE`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetFlag {
    /// Which project.
    pub session: String,
    /// Muted, or not.
    pub on: bool,
}

/// Parameters of [`SET_GAIN`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetGain {
    /// Which project.
    pub session: String,
    /// −60 to +12 dB.
    pub gain_db: f32,
}

/// Parameters of [`OPEN_ONCE`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpenOnce {
    /// Which project.
    pub session: String,
    /// Its inspector, also where it has a page.
    #[serde(default)]
    pub inspector: bool,
}

/// Result of [`OPEN_ONCE`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpenedOnce {
    /// Leads a browser of this user to the page, or to the inspector where there is none: once, within two minutes.
    pub url: String,
}

/// Parameters of [`SUBSCRIBE`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Subscribe {
    /// Of all projects, not only of those that this connection attached.
    #[serde(default)]
    pub all: bool,
}

/// Parameters of [`SHUTDOWN`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shutdown {
    /// Only if no project is attached and nobody else is connected; otherwise the call does nothing.
    #[serde(default)]
    pub if_idle: bool,
}

/// Result of [`SHUTDOWN`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShuttingDown {
    /// The companion ends now. Otherwise others use it, and it goes on.
    #[serde(default = "yes")]
    pub ending: bool,
}

/// Older companions don't say it.
fn yes() -> bool {
    true
}

/// Result of [`STATUS`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// The companion itself.
    pub companion: Welcome,
    /// What is used for audio; absent while nothing is attached.
    pub devices: Option<AudioDevices>,
    /// Whether the system lets it use the microphone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub microphone: Option<Permission>,
    /// Whether it starts at login; absent without a menu, which is where that is chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_item: Option<LoginState>,
    /// Every project, but for those that this answer has no room for.
    pub sessions: Vec<SessionStatus>,
    /// How many those are.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub omitted: usize,
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// One project in [`Status`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SessionStatus {
    /// Its session.
    pub session: String,
    /// Its name.
    pub name: String,
    /// Its folder.
    pub project_dir: PathBuf,
    /// Its state.
    pub state: State,
    /// Why it is in this state, where that isn't plain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The child's process, while there is one.
    pub child_pid: Option<u32>,
    /// The dev WebSocket's address, with its token: for this user only, as everything on this socket.
    pub ws_url: String,
    /// Lets a program with its own audio register there.
    pub audio_token: Token,
    /// The dev WebSocket's port.
    pub port: u16,
    /// The project's page with its token; absent where none is served.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ui_url: Option<String>,
    /// The inspector, with the token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inspector_url: Option<String>,
    /// The file that is being recorded into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording: Option<PathBuf>,
    /// Why the last recording ended before it was asked to, until the next begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording_trouble: Option<String>,
    /// The last figures.
    pub stats: Option<Stats>,
}

/// Parameters of [`CHILD_LOG`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChildLog {
    /// Which project.
    pub session: String,
    /// Where the line came from.
    pub stream: LogStream,
    /// The line, without its end.
    pub line: String,
}

/// Where a child's line came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LogStream {
    /// Its standard output.
    Stdout,
    /// Its standard error.
    Stderr,
    /// A message on its socketpair: a log line, an error, or a panic.
    Message,
}

/// A notification of the companion, read.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each holds the type its constant names")]
pub enum Notice {
    State(StateChange),
    Log(ChildLog),
    Stats(Box<Stats>),
    Devices(AudioDevices),
    RecordingEnded(RecordingEnded),
}

impl Notice {
    /// Reads a notification; `None` for one that this version doesn't know, which is to be ignored.
    #[must_use]
    pub fn read(method: &str, params: serde_json::Value) -> Option<Self> {
        match method {
            SESSION_STATE => serde_json::from_value(params).ok().map(Self::State),
            CHILD_LOG => serde_json::from_value(params).ok().map(Self::Log),
            STATS => serde_json::from_value(params).ok().map(|stats| Self::Stats(Box::new(stats))),
            DEVICES_CHANGED => serde_json::from_value(params).ok().map(Self::Devices),
            RECORDING_ENDED => serde_json::from_value(params).ok().map(Self::RecordingEnded),
            _ => None,
        }
    }
}
