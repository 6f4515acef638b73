//! Which projects may use the microphone, as reported and changed over the control socket.

use crate::{
    method::empty,
    settings::{Consent, Given},
    system::Permission,
};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Code: there is nothing to allow, refuse or forget; the message says why.
pub const BAD_CONSENT: i32 = -32019;

empty! {
    /// List the projects' access to the microphone, and the user's decisions.
    GetMicrophone
}

/// The user's decision for a project's folder, given in a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfirmMicrophone {
    /// The project's folder, as it was attached.
    pub project_dir: PathBuf,
    /// Allow or refuse from now on. If absent or null, the decision is forgotten, and the user is asked again.
    #[serde(default)]
    pub consent: Option<Consent>,
    /// Only if a project in this folder is waiting for a decision now. Used for a key, which may be pressed by mistake.
    #[serde(default)]
    pub if_asked: bool,
}

/// Result of [`GetMicrophone`] and [`ConfirmMicrophone`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MicrophoneAccess {
    /// Whether the system allows the companion to use the microphone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permission: Option<Permission>,
    /// The running projects whose source is the microphone.
    #[serde(default)]
    pub projects: Vec<Listener>,
    /// The remembered decisions for folders, whether a project runs there or not.
    #[serde(default)]
    pub remembered: Vec<Remembered>,
}

/// A project whose source is the microphone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listener {
    /// Its session.
    pub session: String,
    /// Its name.
    pub name: String,
    /// Its folder.
    pub project_dir: PathBuf,
    /// Its access to the microphone.
    pub access: Access,
}

/// Microphone access of a project whose source is the microphone. In all states but the first its source is silence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Access {
    /// The project receives the microphone's sound.
    Allowed,
    /// The user has to allow it first.
    Unconfirmed,
    /// The user refused it for this folder.
    Refused,
    /// The system is asking the user.
    Asking,
    /// The system denies it; the user can change that.
    Denied,
    /// The system denies it permanently.
    Restricted,
}

/// A remembered decision for a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remembered {
    /// The folder.
    pub project_dir: PathBuf,
    /// The decision.
    pub consent: Consent,
    /// When and where it was given; absent in records of a companion before 0.2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<Given>,
}
