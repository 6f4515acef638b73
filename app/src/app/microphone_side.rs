//! Who hears the microphone: decided for each project that asks for it, told, and decided anew when something changes.

use super::{App, AudioSide, announcements::Kind};
use crate::{
    desktop,
    microphone::{self, Access, Authority},
};
use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use tracing::info;
use wavecraft_companion_protocol::{
    control::{ChildLog, LogStream},
    microphone::{BAD_CONSENT, ConfirmMicrophone, Listener, MicrophoneAccess, Remembered},
    rpc::ErrorObject,
    session::Source,
    settings::{Consent, Given, GivenFrom},
};

/// How often the system's word is read while a project asks for the microphone: a person may change it in the
/// system's settings, which tell nobody.
const PERIOD: Duration = Duration::from_secs(2);

/// A microphone that delivers nothing but exact zeros for so long isn't just in a quiet room.
const SILENCE: Duration = Duration::from_secs(2);

/// So often in a minute a terminal may say yes: each is told by a notification, which a person is to see.
const YESES: usize = 10;
const MINUTE: Duration = Duration::from_secs(60);

/// What is known of the microphone.
pub(super) struct MicrophoneSide {
    pub(super) authority: Box<dyn Authority>,
    /// The person is asked once: the system wouldn't ask again, and says the same until the settings are changed.
    asked: bool,
    /// When the system's word is to be read next.
    due: Instant,
    /// When terminals said yes in the last minute.
    yeses: Vec<Instant>,
}

impl MicrophoneSide {
    pub(super) fn new(authority: Box<dyn Authority>) -> Self {
        Self { authority, asked: false, due: Instant::now(), yeses: Vec::new() }
    }
}

impl App {
    /// Decides whether a project hears the microphone, and gives what held before. Nothing is told or heard yet.
    pub(super) fn decide_microphone(&mut self, id: &str) -> Option<Access> {
        let session = self.sessions.get_mut(id)?;
        let decided = (session.source == Source::Microphone).then(|| {
            let remembered = self.settings.get().projects.get(&session.attach.project_dir);
            let consent = remembered.and_then(|project| project.microphone);
            microphone::access(consent, self.menu.is_some(), self.microphone.authority.state())
        });
        std::mem::replace(&mut session.microphone, decided)
    }

    /// Tells whether a project hears the microphone, if that isn't what held `before`, and lets the system ask.
    pub(super) fn tell_microphone(&mut self, id: &str, before: Option<Access>) {
        let Some(session) = self.sessions.get(id) else { return };
        let Some(access) = session.microphone.filter(|access| before != Some(*access)) else { return };
        let (name, folder) = (session.attach.name.clone(), session.attach.project_dir.clone());
        match microphone::trouble(access) {
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
                &format!(
                    "It is in {}. Press y in its terminal, or click Allow in the companion's menu.",
                    folder.display()
                ),
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

    /// A person's word on a project's folder, given in the menu.
    pub(super) fn confirm_microphone(&mut self, id: &str, consent: Consent) {
        let Some(session) = self.sessions.get(id) else { return };
        let folder = session.attach.project_dir.clone();
        self.remember_consent(folder, Some(consent), GivenFrom::Menu);
    }

    /// The same, given in a terminal: by a person, or by any program of theirs, so a yes is told on the desktop.
    pub(super) fn confirm_in_terminal(
        &mut self,
        confirm: ConfirmMicrophone,
    ) -> Result<MicrophoneAccess, ErrorObject> {
        let ConfirmMicrophone { project_dir: folder, consent, if_asked } = confirm;
        let no = |message: String| Err(ErrorObject::new(BAD_CONSENT, message));
        let said = self.consent_of(&folder);
        let asks = |access| access != Access::Allowed;
        let listener = self.listeners().into_iter().find(|listener| listener.project_dir == folder);
        if if_asked && listener.as_ref().is_none_or(|listener| listener.access != Access::Unconfirmed) {
            return no("nothing here waits for a word on the microphone".into());
        }
        match (consent, &listener) {
            (Some(Consent::Allowed), None) => {
                return no(format!(
                    "no project in {} asks for the microphone: start it with `wavecraft start --with-audio --input mic`",
                    folder.display()
                ));
            }
            (Some(Consent::Allowed), Some(listener)) if said != Some(Consent::Allowed) => {
                if !self.microphone.may_say_yes(Instant::now()) {
                    return no(format!(
                        "terminals said yes {YESES} times within a minute: wait a moment, or click Allow in the \
                         companion's menu"
                    ));
                }
                info!("{}: a terminal allows the microphone", listener.session);
                // Whether or not there is a menu, and each one: it may not have been the person.
                desktop::announce(
                    format!("{} may hear the microphone", listener.name),
                    format!(
                        "A terminal allowed it for {}. `wavecraft microphone deny` takes it back.",
                        folder.display()
                    ),
                );
            }
            (Some(Consent::Refused), None) | (None, _) if said.is_none() => {
                let waits = listener.is_some_and(|listener| asks(listener.access));
                return no(format!(
                    "nothing was said of the microphone and {}{}: `wavecraft microphone` lists what was",
                    folder.display(),
                    if waits { ", and a project there still asks" } else { "" }
                ));
            }
            _ => {}
        }
        self.remember_consent(folder, consent, GivenFrom::Terminal);
        Ok(self.microphone_access())
    }

    /// Who may hear it.
    pub(super) fn microphone_access(&self) -> MicrophoneAccess {
        let said = self.settings.get().projects.iter();
        let remembered = said.filter_map(|(folder, project)| {
            let (project_dir, given) = (folder.clone(), project.microphone_given);
            project.microphone.map(|consent| Remembered { project_dir, consent, given })
        });
        MicrophoneAccess {
            permission: Some(self.microphone.authority.state()),
            projects: self.listeners(),
            remembered: remembered.collect(),
        }
    }

    fn listeners(&self) -> Vec<Listener> {
        let running = self.sessions.values().filter(|session| session.ending.is_none());
        running
            .filter_map(|session| {
                Some(Listener {
                    session: session.id.clone(),
                    name: session.attach.name.clone(),
                    project_dir: session.attach.project_dir.clone(),
                    access: session.microphone?,
                })
            })
            .collect()
    }

    fn consent_of(&self, folder: &Path) -> Option<Consent> {
        self.settings.get().projects.get(folder).and_then(|project| project.microphone)
    }

    /// What is said again keeps the time at which it was said first.
    fn remember_consent(&mut self, folder: PathBuf, consent: Option<Consent>, from: GivenFrom) {
        if self.consent_of(&folder) != consent {
            let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
            self.settings.change(|settings| {
                let project = settings.projects.entry(folder).or_default();
                project.microphone = consent;
                project.microphone_given = consent.map(|_| Given { at, from });
            });
            self.keep_settings();
        }
        self.mind_microphone();
    }
}

impl MicrophoneSide {
    fn may_say_yes(&mut self, now: Instant) -> bool {
        self.yeses.retain(|said| now.saturating_duration_since(*said) < MINUTE);
        let may = self.yeses.len() < YESES;
        if may {
            self.yeses.push(now);
        }
        may
    }
}
