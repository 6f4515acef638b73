//! Whether a project hears the microphone, and what is told of it.

use super::Playback;
use crate::{
    microphone::{self, Access, Trouble},
    session::{context::Context, mix::FEEDBACK},
};
use tracing::info;

impl Playback {
    /// Mutes a project that would hear itself, and says why: once, and not after the user has unmuted it.
    pub(super) fn update_feedback(&mut self, cx: &mut Context) {
        let listens = self.input.access() == Some(Access::Allowed) && !self.children.is_ending();
        if cx.audio.hears_output() && listens && self.mix.mute_feedback(&mut cx.audio) {
            self.audience.warn(FEEDBACK.into(), &cx.clients);
        }
    }

    /// Decides again whether it hears the microphone: the system's permission or the user's choice may have changed.
    pub(crate) fn update_access(&mut self, cx: &mut Context) {
        if self.input.access().is_none() {
            return;
        }
        let before = self.decide_access(cx);
        if self.input.access() == before {
            return;
        }
        self.update_feedback(cx);
        cx.audio.set_source(self.mix.project(), &self.input.audio_source());
        self.notify_access(before, cx);
    }

    /// Decides whether it hears the microphone, and returns the previous decision. Reports and applies nothing yet.
    pub(super) fn decide_access(&mut self, cx: &Context) -> Option<Access> {
        let consent = cx.settings.project(&self.folder).and_then(|project| project.microphone);
        let access = self.input.is_microphone().then(|| cx.microphone.access(consent));
        self.input.set_access(access)
    }

    /// Reports whether it hears the microphone, if that differs from `before`, and lets the system ask.
    pub(super) fn notify_access(&self, before: Option<Access>, cx: &mut Context) {
        let Some(access) = self.input.access().filter(|access| before != Some(*access)) else { return };
        let (id, clients) = (self.audience.id(), &cx.clients);
        match microphone::trouble(access) {
            Some(trouble) => self.audience.warn(trouble.line(), clients),
            None if before.is_some() => {
                info!("{id}: the microphone is allowed");
                let line = "the microphone is allowed: the project hears it from now on";
                self.audience.say(line.into(), clients);
            }
            None => info!("{id}: hears the microphone"),
        }
        if access == Access::Asking {
            cx.microphone.ask_once();
        }
        if let Some((kind, title, text)) = microphone::announcement(access, &self.name, &self.folder) {
            cx.announcer.announce(kind, title, text);
        }
        self.update_audio_status(cx);
    }

    /// Why the microphone isn't heard, if that is the source.
    pub(super) fn trouble(&self) -> Option<Trouble> {
        self.input.access().and_then(microphone::trouble)
    }
}
