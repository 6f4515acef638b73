//! The owners that all sessions share.

use crate::{
    audio::Audio, control::Clients, desktop::Announcer, microphone::Microphone, settings::Settings,
    transport::Transport,
};
use std::path::PathBuf;

/// The owners that all sessions share. Each keeps its state private.
pub(crate) struct Context {
    pub audio: Audio,
    pub transport: Transport,
    pub settings: Settings,
    pub clients: Clients,
    pub microphone: Microphone,
    pub announcer: Announcer,
    /// The folder for the commands' copies of what they built.
    pub builds_dir: PathBuf,
}
