//! Who may hear the microphone, as the control socket tells it.

use crate::{
    method::empty,
    settings::{Consent, Given},
    system::Permission,
};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Code: there is nothing to allow, to refuse or to forget; the message says why.
pub const BAD_CONSENT: i32 = -32019;

empty! {
    /// Who may hear the microphone, and who said so.
    GetMicrophone
}

/// A person's word on a project's folder, given in a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfirmMicrophone {
    /// The project's folder, as it was attached.
    pub project_dir: PathBuf,
    /// Allowed or refused from now on; absent or null: what was said is forgotten, and a person is asked again.
    #[serde(default)]
    pub consent: Option<Consent>,
    /// Only if a project of this folder waits for a person's word now: for a key, which may be pressed by mistake.
    #[serde(default)]
    pub if_asked: bool,
}

/// Result of [`GetMicrophone`] and [`ConfirmMicrophone`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MicrophoneAccess {
    /// Whether the system lets the companion use it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permission: Option<Permission>,
    /// The projects that run and whose source is the microphone.
    #[serde(default)]
    pub projects: Vec<Listener>,
    /// What was said of folders, whether a project runs there or not.
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
    /// How it stands with it.
    pub access: Access,
}

/// How it stands with a project whose source is the microphone. In all states but the first its source is silence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Access {
    /// It hears it.
    Allowed,
    /// A person has to say so first.
    Unconfirmed,
    /// A person refused it to this folder.
    Refused,
    /// The system is asking the person.
    Asking,
    /// The system says no, and the person can change that.
    Denied,
    /// The system says no for good.
    Restricted,
}

/// What was said of a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remembered {
    /// The folder.
    pub project_dir: PathBuf,
    /// What was said.
    pub consent: Consent,
    /// When and where; absent in what a companion before 0.2 wrote down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<Given>,
}
