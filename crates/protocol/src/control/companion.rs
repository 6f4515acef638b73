//! The companion itself: who it is, what it runs, what it tells, its end.

use crate::{
    method::empty,
    session::{AudioDevices, State, Stats},
    system::{LoginState, Permission},
    token::Token,
};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

empty! {
    /// Everything at once.
    GetStatus
    /// Show the newest project's inspector, as when the app is opened again.
    Show
}

/// Who are you? The first call of a connection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hello {
    /// [`crate::PROTOCOL_VERSION`] of the caller.
    pub version: u32,
}

/// Result of [`Hello`].
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

/// Get notifications of the projects that this connection attached, or of all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Subscribe {
    /// Of all projects, not only of those that this connection attached.
    #[serde(default)]
    pub all: bool,
}

/// End the companion.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shutdown {
    /// Only if no project is attached and nobody else is connected; otherwise the call does nothing.
    #[serde(default)]
    pub if_idle: bool,
}

/// Result of [`Shutdown`].
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

/// Result of [`GetStatus`].
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
