//! What sessions do their work with: the owners that all of them share.

use crate::{audio::Audio, control::Clients, desktop::Announcer, microphone::Microphone, settings::Settings};
use std::path::PathBuf;

/// The owners that all sessions share. Each keeps its own state to itself.
pub(crate) struct Context {
    pub audio: Audio,
    pub settings: Settings,
    pub clients: Clients,
    pub microphone: Microphone,
    pub announcer: Announcer,
    /// Where commands put the copies of what they built.
    pub builds_dir: PathBuf,
}
