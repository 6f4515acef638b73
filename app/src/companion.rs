//! All owners together, and whatever concerns several of them. The control socket and the menu call it, the loop feeds
//! it events.

use crate::{
    audio::{Audio, AudioMessage, Change},
    command_link::Command,
    control::{ConnectionId, Owed},
    desktop,
    login::Login,
    microphone::{self, Permission},
    session::{Context, Session},
    sessions::Sessions,
};
use std::time::Instant;
use tracing::info;
use wavecraft_companion_protocol::{
    control::{self, Attach, OpenOnce, OpenedOnce, UNKNOWN_SESSION, Welcome},
    latency::MeasureLatency,
    microphone::{ConfirmMicrophone, MicrophoneAccess, Remembered},
    rpc::{ErrorObject, INTERNAL_ERROR},
    settings::Consent,
    transport::TRANSPORT_CHANGED,
};

/// The companion's whole state.
pub(crate) struct Companion {
    pub welcome: Welcome,
    pub sessions: Sessions,
    /// The state that all sessions share.
    pub cx: Context,
    /// None without a menu; so is the command's link.
    pub login: Option<Login>,
    pub command: Option<Command>,
    quitting: bool,
}

impl Companion {
    /// A companion with nothing attached. `login` and `command` are given if there is a menu.
    pub(crate) fn new(
        welcome: Welcome,
        sessions: Sessions,
        cx: Context,
        login: Option<Login>,
        command: Option<Command>,
    ) -> Self {
        Self { welcome, sessions, cx, login, command, quitting: false }
    }

    /// Was it asked to quit, and is nothing left?
    pub(crate) fn has_quit(&self) -> bool {
        self.quitting && self.sessions.is_empty()
    }

    /// Does nothing need the audio side?
    pub(crate) fn is_idle(&self) -> bool {
        self.sessions.is_empty() && !self.cx.audio.is_measuring()
    }

    /// Does nothing need the companion at all, not even a client that has only just connected?
    pub(crate) fn is_unused(&self) -> bool {
        self.is_idle() && self.cx.clients.is_empty()
    }

    /// Ends everything. The second call waits for nothing any more.
    pub(crate) fn quit(&mut self) {
        let again = std::mem::replace(&mut self.quitting, true);
        self.sessions.each(&mut self.cx, |session, cx| {
            if again {
                session.kill_all();
            }
            session.quit(cx);
        });
    }

    /// Attaches a project for a connection.
    pub(crate) fn attach(&mut self, owner: ConnectionId, attach: Attach, reply: Owed<Attach>) {
        if self.quitting {
            reply.refuse(ErrorObject::new(INTERNAL_ERROR, QUITTING));
            return;
        }
        self.sessions.attach(owner, attach, reply, &mut self.cx);
    }

    /// A connection has closed: ends what it asked for.
    pub(crate) fn connection_closed(&mut self, id: ConnectionId) {
        self.cx.clients.close(id);
        self.cx.audio.forget_measuring_of(id);
        self.sessions.connection_closed(id, &mut self.cx);
    }

    // The audio side.

    /// Handles a message from the audio side.
    pub(crate) fn audio(&mut self, message: AudioMessage) {
        let change = self.cx.audio.handle(message, &mut self.cx.settings);
        self.apply(change);
    }

    /// Passes a change of the audio side on to the others that it concerns.
    fn apply(&mut self, change: Change) {
        let Self { sessions, cx, .. } = self;
        match change {
            Change::None => {}
            Change::Devices => self.notify_devices(),
            Change::Opened => {
                if let Some(devices) = cx.audio.devices() {
                    cx.clients.renew_for_all(control::DEVICES_CHANGED, &devices);
                    cx.audio.told(devices);
                }
                cx.transport.engine_begins(&mut cx.audio);
                sessions.each(cx, Session::begin);
            }
            Change::Failed(reason) => sessions.each(cx, |session, cx| {
                session.fail_attach(ErrorObject::new(INTERNAL_ERROR, reason.as_str()), cx);
            }),
            Change::Anew(next) => {
                let why = cx.audio.why_anew(&next);
                cx.transport.engine_ends(&cx.audio);
                sessions.each(cx, |session, cx| {
                    session.playback_mut().end_recording(Some(&why), None, cx);
                    session.playback_mut().begin_anew(cx);
                });
                let change = cx.audio.begin_anew(next, &cx.settings.get().devices);
                self.apply(change);
            }
        }
    }

    /// Reports the devices now in use.
    fn notify_devices(&mut self) {
        let Self { sessions, cx, .. } = self;
        if let Some(devices) = cx.audio.devices() {
            cx.clients.renew_for_all(control::DEVICES_CHANGED, &devices);
            cx.audio.told(devices);
            cx.announcer.note_devices(cx.audio.notice());
        }
        sessions.each(cx, |session, cx| session.playback_mut().devices_changed(cx));
    }

    /// Periodic work: frees what the audio thread sent back, refreshes the figures, and does what is due.
    pub(crate) fn tick(&mut self, now: Instant) {
        let change = self.cx.audio.poll_devices(now);
        self.apply(change);
        if self.cx.microphone.is_due(now) {
            self.update_microphone();
        }
        let change = self.cx.audio.poll_microphone();
        self.apply(change);
        self.sessions.each(&mut self.cx, |session, cx| session.playback_mut().poll(now, cx));
        let Some(pulse) = self.cx.audio.pulse(now) else { return };
        if pulse.stats_due && self.cx.audio.has_news() {
            self.notify_devices();
        }
        self.sessions.follow(pulse, now, &mut self.cx);
        self.cx.audio.poll_measuring(now, |audio| self.sessions.latencies(audio));
    }

    /// Measures the round-trip latency of a loop, and answers when that is done.
    pub(crate) fn measure_latency(&mut self, from: ConnectionId, reply: Owed<MeasureLatency>) {
        let audio = &mut self.cx.audio;
        let refused = if self.quitting {
            Some(ErrorObject::new(INTERNAL_ERROR, QUITTING))
        } else if audio.is_measuring() {
            let busy = "the latency is just being measured: try again in a moment";
            Some(ErrorObject::new(INTERNAL_ERROR, busy))
        } else {
            may_not_listen(&self.cx.microphone).map(Audio::not_measured)
        };
        match refused {
            Some(refused) => reply.refuse(refused),
            None => audio.measure_latency(from, reply, &self.cx.settings.get().devices),
        }
    }

    /// Tells everyone the time, if it was changed.
    pub(crate) fn tell_transport(&mut self) {
        let Self { sessions, cx, .. } = self;
        if cx.transport.take_news() {
            cx.clients.renew_for_all(TRANSPORT_CHANGED, &cx.transport.told(&cx.audio, None));
            sessions.each(cx, |session, cx| session.tell_transport(cx));
        }
    }

    // The microphone.

    /// Decides again for all projects: the system's permission or the user's choice may have changed.
    pub(crate) fn update_microphone(&mut self) {
        self.sessions.each(&mut self.cx, |session, cx| session.playback_mut().update_access(cx));
    }

    /// Applies the user's choice for a project's folder, made in the menu.
    pub(crate) fn confirm_in_menu(&mut self, id: &str, consent: Consent) {
        if let Ok(session) = self.sessions.find(id) {
            microphone::confirm_in_menu(&mut self.cx.settings, session.folder(), consent);
            self.update_microphone();
        }
    }

    /// The same choice made in a terminal.
    ///
    /// # Errors
    /// No project is waiting for it; the sentence is for the user.
    pub(crate) fn confirm_in_terminal(
        &mut self,
        confirm: &ConfirmMicrophone,
    ) -> Result<MicrophoneAccess, ErrorObject> {
        let listeners = self.sessions.listeners();
        let listener = listeners.iter().find(|listener| listener.project_dir == confirm.project_dir);
        let Context { microphone, settings, .. } = &mut self.cx;
        microphone.confirm_in_terminal(settings, confirm, listener)?;
        self.update_microphone();
        Ok(self.microphone_access())
    }

    /// Which projects may use the microphone.
    pub(crate) fn microphone_access(&self) -> MicrophoneAccess {
        let said = self.cx.settings.get().projects.iter();
        let remembered = said.filter_map(|(folder, project)| {
            let (project_dir, given) = (folder.clone(), project.microphone_given);
            project.microphone.map(|consent| Remembered { project_dir, consent, given })
        });
        MicrophoneAccess {
            permission: Some(self.cx.microphone.permission()),
            projects: self.sessions.listeners(),
            remembered: remembered.collect(),
        }
    }

    // Pages in the browser are opened by one-time addresses: the opener gets the address in its arguments, which every
    // user of the machine can read.

    /// A one-time address of a project's page, or of its inspector if that is requested or there is no page.
    ///
    /// # Errors
    /// The project isn't being served.
    pub(crate) fn open_once(&self, open: &OpenOnce) -> Result<OpenedOnce, ErrorObject> {
        let OpenOnce { session: id, inspector } = open;
        let unknown =
            || ErrorObject::new(UNKNOWN_SESSION, format!("there is no session `{id}` that is served"));
        let session = self.sessions.served(id).ok_or_else(unknown)?;
        let page = session.page().filter(|_| !inspector).or(session.inspector());
        let (server, address) = session.server().zip(page).ok_or_else(unknown)?;
        let failed = |error| ErrorObject::new(INTERNAL_ERROR, format!("no address could be made: {error}"));
        server.open_once(&address).map(|url| OpenedOnce { url }).map_err(failed)
    }

    /// Opens a project's page, or its inspector, in the user's browser. A failure is shown in the menu.
    pub(crate) fn show_page(&mut self, id: &str, inspector: bool) {
        match self.open_once(&OpenOnce { session: id.into(), inspector }) {
            Ok(opened) => desktop::open(opened.url.into(), self.cx.announcer.events()),
            Err(error) => self.cx.announcer.show_trouble(error.message),
        }
    }

    /// The app was opened again: that is how a user who can't see its icon gets in.
    pub(crate) fn opened_again(&mut self) {
        info!("opened while it runs: shown again");
        let served = self.sessions.iter().filter(|session| self.sessions.served(session.id()).is_some());
        match served.max_by_key(|session| session.began()).map(|session| session.id().clone()) {
            Some(newest) => self.show_page(&newest, true),
            None => desktop::tell(
                "Wavecraft Companion is running",
                "No project is running. To hear one, run `wavecraft start --with-audio` in its folder; opening this app \
                 again then shows its inspector. `wavecraft status` and `wavecraft doctor` tell more.",
            ),
        }
    }
}

const QUITTING: &str = "the companion is quitting: start it again";

/// Why the system keeps the microphone from the companion, if it does. Asks the system if nobody has decided yet. The
/// user's consent isn't needed: the user asked for the measurement, and no project hears anything.
fn may_not_listen(microphone: &microphone::Microphone) -> Option<&'static str> {
    match microphone.permission() {
        Permission::NotNeeded | Permission::Authorized => None,
        Permission::NotDetermined => {
            microphone.ask();
            Some(
                "the system asks whether the companion may use the microphone: answer it, then measure again",
            )
        }
        Permission::Denied => Some(
            "the system doesn't let the companion use the microphone: turn it on in System Settings > Privacy & \
             Security > Microphone",
        ),
        Permission::Restricted => Some("this computer's rules keep the microphone from the companion"),
    }
}
