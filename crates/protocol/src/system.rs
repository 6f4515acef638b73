//! What the system reports about the companion's program.

use serde::{Deserialize, Serialize};

/// Whether it may use the microphone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Permission {
    /// This system doesn't ask for permission.
    NotNeeded,
    /// The user hasn't been asked yet.
    NotDetermined,
    /// The user allowed it.
    Authorized,
    /// The user denied it.
    Denied,
    /// An administrator of this computer denied it.
    Restricted,
}

/// Whether it is started when the user logs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LoginState {
    /// It isn't started.
    NotRegistered,
    /// It is started.
    Enabled,
    /// It will be started once the user allows that in the system's settings.
    RequiresApproval,
    /// The system doesn't know this program: it was never registered, or isn't in a bundle.
    NotFound,
}
