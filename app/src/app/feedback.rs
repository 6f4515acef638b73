//! A project that listens to a microphone beside the loudspeaker it plays on begins muted.

use super::{App, AudioSide, reasons};
use crate::microphone::Access;

impl App {
    /// Mutes a project that would hear itself, and says why: once, and not after a person has unmuted it.
    pub(super) fn mind_feedback(&mut self, id: &str) {
        let AudioSide::Open(opened) = &self.audio else { return };
        let Some(session) = self.sessions.get_mut(id) else { return };
        let listens = session.microphone == Some(Access::Allowed) && session.ending.is_none();
        let silent = session.muted || session.feedback_minded;
        if !opened.microphone.hears_output || !listens || silent {
            return;
        }
        session.feedback_minded = true;
        self.set_muted(id, true);
        if let Some(session) = self.sessions.get_mut(id) {
            session.mute_reason = Some(reasons::FEEDBACK.into());
        }
        self.warn_of(id, reasons::FEEDBACK.into());
    }
}
