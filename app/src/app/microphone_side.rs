//! Who hears the microphone: decided for each project that asks for it, told, and decided anew when something changes.

use super::{App, AudioSide, announcements::Kind};
use crate::microphone::{Access, Authority};
use std::time::{Duration, Instant};
use tracing::info;
use wavecraft_companion_protocol::{
    control::{ChildLog, LogStream},
    session::Source,
    settings::Consent,
};

/// How often the system's word is read while a project asks for the microphone: a person may change it in the
/// system's settings, which tell nobody.
const PERIOD: Duration = Duration::from_secs(2);

/// A microphone that delivers nothing but exact zeros for so long isn't just in a quiet room.
const SILENCE: Duration = Duration::from_secs(2);

/// What is known of the microphone.
pub(super) struct MicrophoneSide {
    pub(super) authority: Box<dyn Authority>,
    /// The person is asked once: the system wouldn't ask again, and says the same until the settings are changed.
    asked: bool,
    /// When the system's word is to be read next.
    due: Instant,
}

impl MicrophoneSide {
    pub(super) fn new(authority: Box<dyn Authority>) -> Self {
        Self { authority, asked: false, due: Instant::now() }
    }
}

impl App {
    /// Decides whether a project hears the microphone, and gives what held before. Nothing is told or heard yet.
    pub(super) fn decide_microphone(&mut self, id: &str) -> Option<Access> {
        let session = self.sessions.get_mut(id)?;
        let decided = (session.source == Source::Microphone).then(|| {
            let remembered = self.settings.get().projects.get(&session.attach.project_dir);
            let consent = remembered.and_then(|project| project.microphone);
            Access::of(consent, self.menu.is_some(), self.microphone.authority.state())
        });
        std::mem::replace(&mut session.microphone, decided)
    }

    /// Tells whether a project hears the microphone, if that isn't what held `before`, and lets the system ask.
    pub(super) fn tell_microphone(&mut self, id: &str, before: Option<Access>) {
        let Some(session) = self.sessions.get(id) else { return };
        let Some(access) = session.microphone.filter(|access| before != Some(*access)) else { return };
        let (name, folder) = (session.attach.name.clone(), session.attach.project_dir.clone());
        match access.trouble() {
            Some(trouble) => self.warn_of(id, trouble.line()),
            None if before.is_some() => {
                info!("{id}: the microphone is allowed");
                let line = "the microphone is allowed: the project hears it from now on".into();
                self.tell_log(ChildLog { session: id.into(), stream: LogStream::Message, line });
            }
            None => info!("{id}: hears the microphone"),
        }
        match access {
            Access::Unconfirmed => self.announce(
                Kind::AsksForMicrophone,
                &format!("{name} asks for the microphone"),
                &format!("It is in {}. Allow it in the companion's menu, or don't.", folder.display()),
            ),
            Access::Denied => self.announce(
                Kind::MicrophoneDenied,
                "The companion may not use the microphone",
                &format!("{name} hears silence. The companion's menu opens the settings for it."),
            ),
            Access::Asking if !std::mem::replace(&mut self.microphone.asked, true) => {
                info!("microphone: the system is asked for it");
                self.microphone.authority.ask(&self.events);
            }
            _ => {}
        }
        self.renew_audio_status(id);
    }

    /// Decides anew for all projects: the system, or a person, may have changed their mind.
    pub(super) fn mind_microphone(&mut self) {
        let ids: Vec<_> =
            self.sessions.values().filter(|s| s.microphone.is_some()).map(|s| s.id.clone()).collect();
        for id in ids {
            let before = self.decide_microphone(&id);
            let Some(session) = self.sessions.get(&id) else { continue };
            if session.microphone == before {
                continue;
            }
            self.mind_feedback(&id);
            let Some(session) = self.sessions.get(&id) else { continue };
            if let (AudioSide::Open(opened), Some(project)) = (&mut self.audio, session.project) {
                opened.audio.set_source(project, &session.audio_source());
            }
            self.tell_microphone(&id, before);
        }
    }

    /// Regular work while anything is attached.
    pub(super) fn watch_microphone(&mut self, now: Instant) {
        if now >= self.microphone.due {
            self.microphone.due = now + PERIOD;
            self.mind_microphone();
        }
        let AudioSide::Open(opened) = &mut self.audio else { return };
        let silent = opened.audio.input_silence() >= SILENCE;
        if std::mem::replace(&mut opened.input_is_silent, silent) != silent {
            info!("audio: the microphone delivers {}", if silent { "exact zeros" } else { "sound again" });
            self.tell_devices();
        }
    }

    /// A person's word on a project's folder, which is remembered.
    pub(super) fn confirm_microphone(&mut self, id: &str, consent: Consent) {
        self.remember(id, |project| project.microphone = Some(consent));
        self.mind_microphone();
    }
}
