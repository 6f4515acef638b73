//! What the system says of the companion's program.

use serde::{Deserialize, Serialize};

/// May it use the microphone?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Permission {
    /// This system asks nobody.
    NotNeeded,
    /// The person wasn't asked yet.
    NotDetermined,
    /// It may.
    Authorized,
    /// The person said no.
    Denied,
    /// Somebody who manages this computer said no.
    Restricted,
}

/// Is it started when its user logs in?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LoginState {
    /// It isn't started.
    NotRegistered,
    /// It is started.
    Enabled,
    /// It is to be started, once the person allows that in the system's settings.
    RequiresApproval,
    /// The system doesn't know this program: it was never registered, or isn't in a bundle.
    NotFound,
}
