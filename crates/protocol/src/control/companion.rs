//! The companion itself: identification, status, notifications, shutdown.

use crate::{
    method::empty,
    session::{AudioDevices, State, Stats},
    system::{LoginState, Permission},
    take::Take,
    token::Token,
};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

empty! {
    /// The complete status.
    GetStatus
    /// Show the newest project's inspector, as when the app is opened again.
    Show
}

/// Exchange versions. The first call of a connection.
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
    /// Its process id.
    pub pid: u32,
    /// Whether it runs without a menu.
    pub headless: bool,
    /// The path of its log.
    pub log: PathBuf,
}

/// Subscribe to notifications of the projects that this connection attached, or of all projects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Subscribe {
    /// All projects, not only those that this connection attached.
    #[serde(default)]
    pub all: bool,
}

/// Quit the companion.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shutdown {
    /// Quit only if no project is attached and no other client is connected; otherwise the call does nothing.
    #[serde(default)]
    pub if_idle: bool,
}

/// Result of [`Shutdown`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShuttingDown {
    /// Whether the companion quits now. If not, others use it, and it continues.
    #[serde(default = "yes")]
    pub ending: bool,
}

/// Older companions don't send it.
fn yes() -> bool {
    true
}

/// Result of [`GetStatus`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// The companion itself.
    pub companion: Welcome,
    /// The audio devices in use; absent while nothing is attached.
    pub devices: Option<AudioDevices>,
    /// Whether the system allows it to use the microphone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub microphone: Option<Permission>,
    /// Whether it starts at login; absent without a menu, where that is chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_item: Option<LoginState>,
    /// Every project, except those for which this answer has no room.
    pub sessions: Vec<SessionStatus>,
    /// The number of projects left out.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub omitted: usize,
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// One project's status in [`Status`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SessionStatus {
    /// Its session's name.
    pub session: String,
    /// Its name.
    pub name: String,
    /// Its folder.
    pub project_dir: PathBuf,
    /// Its state.
    pub state: State,
    /// The reason for this state, unless it is obvious.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The child's process id, while there is a child.
    pub child_pid: Option<u32>,
    /// The dev WebSocket's address with its token: for this user only, as everything on this socket.
    pub ws_url: String,
    /// Allows a program with its own audio to register at that address.
    pub audio_token: Token,
    /// The dev WebSocket's port.
    pub port: u16,
    /// The project's page with its token; absent if none is served.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ui_url: Option<String>,
    /// The inspector's address with the token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inspector_url: Option<String>,
    /// The file that is being recorded to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording: Option<PathBuf>,
    /// The last recording that is complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded: Option<Take>,
    /// The reason why the last recording ended early, until the next one starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording_trouble: Option<String>,
    /// The latest measurements.
    pub stats: Option<Stats>,
}
