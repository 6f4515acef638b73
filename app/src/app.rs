//! The app's state, and the one function that changes it.

mod announcements;
mod attach;
mod audio_side;
mod command_side;
mod device_watch;
mod door;
mod feedback;
mod figures;
#[cfg(test)]
#[path = "app/floods/tests.rs"]
mod floods;
mod howl;
mod keeping;
mod lifecycle;
mod login_side;
mod measuring;
mod menu_side;
mod microphone_side;
mod opening;
mod pace;
mod reasons;
mod recordings;
mod requests;
mod status;

use self::{device_watch::Watch, howl::Howl, keeping::Keeping, microphone_side::MicrophoneSide};
use crate::{
    audio::Opened,
    builds,
    connection::{ConnectionId, Outbox},
    event::{Event, Events, SessionId},
    microphone,
    platform::Activity,
    session::Session,
    settings::Store,
};
use clap::ValueEnum;
pub(crate) use lifecycle::rate_as_f32;
pub(crate) use menu_side::Menus;
pub(crate) use recordings::{Wish, seconds};
use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::mpsc;
use tracing::{debug, info};
use wavecraft_audio_core::BackendKind;
use wavecraft_companion_protocol::{
    control::{self, ChildLog, Welcome},
    paths::Paths,
    rpc,
    session::{AudioDevices, Source, SourceName, State},
};

/// How often levels and heartbeats are looked at while somebody watches: a display's rate.
const TICK_WATCHED: Duration = Duration::from_millis(16);
/// And while nobody does: often enough for a heartbeat that must move within 250 ms.
const TICK: Duration = Duration::from_millis(50);
/// An app that is opened again within this time was opened by commands that start it, at the same moment.
const JUST_BEGUN: Duration = Duration::from_secs(5);
/// What pages want of a project is done so often at most.
const WISHES_PERIOD: Duration = Duration::from_millis(20);
/// A headless companion that was asked to ends so long after its last project and its last connection.
const IDLE_BEFORE_EXIT: Duration = Duration::from_secs(5);

/// Which audio side is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum BackendChoice {
    /// The system's devices, by what suits the system best.
    Auto,
    /// macOS's devices, by CoreAudio itself or not at all.
    #[value(name = "coreaudio")]
    CoreAudio,
    /// The system's devices, by the library cpal.
    Cpal,
    /// The JACK server that runs, and the virtual one only while there is none.
    Jack,
    /// A timer in place of devices: no sound.
    Virtual,
}

impl BackendChoice {
    /// What is opened; for [`Virtual`](Self::Virtual) that is it, for the others the virtual device stands in while
    /// there is none.
    pub(crate) fn kind(self) -> BackendKind {
        match self {
            Self::Auto => BackendKind::System,
            Self::CoreAudio => BackendKind::CoreAudio,
            Self::Cpal => BackendKind::Cpal,
            Self::Jack => BackendKind::Jack,
            Self::Virtual => BackendKind::Virtual,
        }
    }

    /// Whether this system has it.
    ///
    /// # Errors
    /// It doesn't; the sentence is for a person.
    pub(crate) fn check(self) -> Result<(), String> {
        if self.kind().is_here() {
            return Ok(());
        }
        let name = self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        Err(format!("there is no backend `{name}` on this system"))
    }

    /// What the settings name.
    ///
    /// # Errors
    /// They name something else, or what this system doesn't have; the sentence is for a person.
    pub(crate) fn of_settings(name: Option<&str>) -> Result<Self, String> {
        let Some(name) = name else { return Ok(Self::Auto) };
        let choice = Self::from_str(name, true).map_err(|_| format!("there is no backend `{name}`"))?;
        choice.check().map(|()| choice)
    }
}

/// How the app was started.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options {
    /// End after a while without a project.
    pub exit_when_idle: bool,
    /// Which audio side.
    pub backend: BackendChoice,
}

/// Everything the companion knows.
pub(crate) struct App {
    options: Options,
    events: Events,
    paths: Paths,
    settings: Store,
    keeping: Keeping,
    welcome: Welcome,
    clients: BTreeMap<ConnectionId, Client>,
    sessions: BTreeMap<SessionId, Session>,
    audio: AudioSide,
    /// While it is open.
    activity: Option<Activity>,
    watch: Watch,
    microphone: MicrophoneSide,
    /// The devices in use as they were last told.
    told: Option<AudioDevices>,
    measuring: Option<measuring::Measuring>,
    /// Counts the moments at which the last project, or the last connection, went.
    idle_epoch: u64,
    /// When this app began.
    began: Instant,
    quitting: bool,
    stats_due: Instant,
    /// What the limiter had done when figures were last sent.
    limited_frames: u64,
    howl: Howl,
    /// The menu, unless it runs without one.
    menu: Option<menu_side::MenuSide>,
}

/// The audio side: open only while something is attached.
#[derive(Default)]
enum AudioSide {
    /// No stream, no thread.
    #[default]
    Closed,
    /// On a thread of its own, as devices may take their time.
    Opening,
    /// It runs.
    Open(Box<Opened>),
}

/// A connection of the control socket.
struct Client {
    outbox: Outbox,
    greeted: bool,
    /// It wants to hear of every session, not only of its own.
    all: bool,
}

impl App {
    /// An app with nothing attached, with a menu where there are `menus`, which tells of `trouble` at the start.
    pub(crate) fn new(
        options: Options,
        events: Events,
        paths: Paths,
        settings: Store,
        welcome: Welcome,
        menus: Option<Menus>,
        trouble: Option<String>,
    ) -> Self {
        Self {
            options,
            events,
            paths,
            settings,
            keeping: Keeping::default(),
            welcome,
            clients: BTreeMap::new(),
            sessions: BTreeMap::new(),
            audio: AudioSide::default(),
            activity: None,
            watch: Watch::default(),
            microphone: MicrophoneSide::new(microphone::authority()),
            told: None,
            measuring: None,
            idle_epoch: 0,
            began: Instant::now(),
            quitting: false,
            stats_due: Instant::now(),
            limited_frames: 0,
            howl: Howl::default(),
            menu: menus.map(|menus| menu_side::MenuSide::new(menus, trouble)),
        }
    }

    /// Takes events until the app has quit. Must run within a tokio runtime.
    pub(crate) async fn run(mut self, mut inbox: mpsc::UnboundedReceiver<Event>) {
        self.note_idle();
        if self.menu.is_some() {
            self.handle(Event::MenuMayOpen);
            self.read_command_link();
        }
        self.renew_menu(false);
        let mut next_tick = tokio::time::Instant::now();
        while !(self.quitting && self.sessions.is_empty()) {
            let event = tokio::select! {
                event = inbox.recv() => event,
                () = tokio::time::sleep_until(next_tick), if !self.is_idle() => Some(Event::Tick),
            };
            // The app holds a sender itself, so the queue can't end.
            let Some(event) = event else { break };
            if matches!(event, Event::Tick) {
                let watched = self.sessions.values().any(|session| session.watched);
                next_tick = tokio::time::Instant::now() + if watched { TICK_WATCHED } else { TICK };
            }
            let only_figures = matches!(event, Event::Tick | Event::ChildWrote { .. });
            self.handle(event);
            self.renew_menu(only_figures);
        }
        self.close_audio();
        self.flush_settings();
        builds::remove_abandoned(&self.paths.builds_dir);
    }

    /// Acts on one event. Everything that changes the app's state goes through here.
    pub(crate) fn handle(&mut self, event: Event) {
        match event {
            Event::Request { from, call, reply } => self.request(from, &call, reply),
            Event::ConnectionOpened { id, outbox } => {
                self.clients.insert(id, Client { outbox, greeted: false, all: false });
            }
            Event::ConnectionClosed { id, place: _place } => {
                let was_there = self.clients.remove(&id).is_some();
                self.end_recordings_of(id);
                self.forget_measuring_of(id);
                self.end_leases_of(id);
                if was_there && self.is_unused() {
                    self.note_idle();
                }
            }
            Event::ServerBound { session, result } => self.server_bound(&session, result),
            Event::ServerClosed(session) => self.server_closed(&session),
            Event::AudioOpened(result) => self.audio_opened(result),
            Event::Audio(event) => self.audio_event(event),
            Event::OutputPrepared { wanted, result } => self.output_prepared(wanted, result),
            Event::DevicesListed { list, asked_by } => self.devices_listed(list, asked_by),
            Event::FileRead { session, path, result, reply } => self.file_read(&session, path, result, reply),
            Event::RecordingFile { session, wish, result } => self.recording_file(&session, wish, result),
            Event::RecordingEnded { session, take, reason, reply } => {
                self.recording_ended(&session, take, reason, reply);
            }
            Event::ChildSaid { child, message, permit: _permit } => self.child_said(&child, message),
            Event::ChildWrote { child, stream, line, permit: _permit } => {
                self.child_wrote(&child, &line);
                self.tell_log(ChildLog { session: child.session, stream, line });
            }
            Event::ChildHungUp { child, reason } => self.child_hung_up(&child, reason),
            Event::ChildStarted { child, pid } => self.child_started(&child, pid),
            Event::ChildNotStarted { child, error } => self.child_not_started(&child, &error),
            Event::ChildExited { child, reason } => self.child_exited(&child, reason),
            Event::ChildDeadline { child, what } => self.child_deadline(&child, what),
            Event::Respawn(child) => self.respawn(&child),
            Event::Page(session) => self.page_wishes(&session),
            Event::BuildsMayBeAbandoned => builds::remove_abandoned(&self.paths.builds_dir),
            Event::SettingsDue => self.settings_due(),
            Event::SettingsWritten(result) => self.settings_written(result),
            Event::MenuClicked(key) => self.menu_clicked(&key),
            Event::MenuTrouble(trouble) => self.menu_trouble(trouble),
            Event::MenuMayOpen => {
                self.look_for_devices();
                self.read_login_item();
                self.mind_microphone();
            }
            Event::MicrophoneAnswered => self.mind_microphone(),
            Event::LoginItemIs(state) => self.login_item_is(state),
            Event::CommandLinkIs(state) => self.command_link_is(state),
            Event::DeviceStillAway(notice) => self.device_still_away(&notice),
            // Two commands that both found no companion open the app twice.
            Event::OpenedAgain if self.began.elapsed() < JUST_BEGUN => {}
            Event::OpenedAgain => self.opened_again(),
            Event::Woke => self.woke(),
            Event::IconMayChange => self.icon_may_change(),
            Event::Tick => self.tick(),
            Event::Idle(epoch) => {
                if epoch == self.idle_epoch && self.is_unused() {
                    info!("nobody has been connected for {} s: ending", IDLE_BEFORE_EXIT.as_secs());
                    self.quit();
                }
            }
            Event::Quit => self.quit(),
        }
    }

    fn quit(&mut self) {
        if self.quitting {
            // Asked twice: nothing is waited for any more.
            self.sessions.values_mut().for_each(lifecycle::kill_all);
        }
        self.quitting = true;
        let sessions: Vec<_> = self.sessions.keys().cloned().collect();
        for session in sessions {
            self.detach(&session, None);
        }
    }

    fn end_leases_of(&mut self, owner: ConnectionId) {
        let owned: Vec<_> =
            self.sessions.values().filter(|session| session.owner == owner).map(|s| s.id.clone()).collect();
        for session in owned {
            info!("{session}: its terminal is gone, so it ends");
            if let Some(session) = self.sessions.get_mut(&session) {
                session.lost = session.ending.is_none();
            }
            self.detach(&session, None);
        }
    }

    /// Nobody needs the audio side.
    fn is_idle(&self) -> bool {
        self.sessions.is_empty() && self.measuring.is_none()
    }

    /// Nobody needs the companion at all: also nobody who has only just connected.
    fn is_unused(&self) -> bool {
        self.is_idle() && self.clients.is_empty()
    }

    /// Closes what the last project, or a measurement without one, has left open.
    fn rest_if_idle(&mut self) {
        if self.is_idle() {
            self.close_audio();
            self.note_idle();
        }
    }

    /// Starts the countdown to the end of a companion that isn't needed.
    fn note_idle(&mut self) {
        self.idle_epoch += 1;
        if self.options.exit_when_idle {
            self.send_later(IDLE_BEFORE_EXIT, Event::Idle(self.idle_epoch));
        }
    }

    fn send_later(&self, delay: Duration, event: Event) {
        let events = self.events.clone();
        tokio::spawn(async move {
            tokio::time::sleep(delay).await;
            let _ = events.send(event);
        });
    }

    /// Does what a project's pages want, not more often than [`WISHES_PERIOD`]: what they want meanwhile is wanted once.
    fn page_wishes(&mut self, id: &str) {
        let Some(session) = self.sessions.get_mut(id) else { return };
        let now = Instant::now();
        let left = session.wishes_due.saturating_duration_since(now);
        if !left.is_zero() {
            self.send_later(left, Event::Page(id.to_owned()));
            return;
        }
        session.wishes_due = now + WISHES_PERIOD;
        let wanted = session.shared.wishes.take();
        session.watched = wanted.watched.unwrap_or(session.watched);
        let file = session.file.as_ref().map(|(path, _)| path.clone());
        let source = wanted.source.and_then(|name| match (name, file) {
            (SourceName::Tone, _) => Some(Source::Tone),
            (SourceName::Noise, _) => Some(Source::Noise),
            (SourceName::Sweep, _) => Some(Source::Sweep),
            (SourceName::Silence, _) => Some(Source::Silence),
            (SourceName::File, Some(path)) => Some(Source::File { path }),
            // Both were refused before they came here; a page gets no second way to them.
            (SourceName::File, None) | (SourceName::Microphone, _) => None,
        });
        if let Some(on) = wanted.bypass {
            self.set_bypassed(id, on);
        }
        if let Some(on) = wanted.mute {
            self.set_muted(id, on);
        }
        if let Some(mode) = wanted.mode {
            self.set_mode(id, mode);
        }
        if let Some(line) = wanted.refused {
            self.warn_of(id, line);
        }
        if let Some(source) = source {
            self.use_source(id, source);
        }
    }

    /// Sets a session's state, and tells everybody who is concerned if that is news.
    fn set_state(&mut self, id: &str, state: State, reason: Option<String>) {
        let Some(session) = self.sessions.get_mut(id) else { return };
        if session.state == state && session.reason == reason {
            return;
        }
        match &reason {
            Some(reason) => info!("{id}: {state:?}: {reason}"),
            None => info!("{id}: {state:?}"),
        }
        session.state = state;
        session.reason = reason;
        let change = session.state_change();
        if let Some(server) = session.server() {
            server.state(&change);
        }
        self.tell(id, control::SESSION_STATE, &change);
        self.renew_audio_status(id);
        if change.state == State::Held {
            self.announce_held(id, change.reason.as_deref());
        }
    }

    fn tell_log(&mut self, log: ChildLog) {
        debug!("{}: {:?}: {}", log.session, log.stream, log.line);
        if let Some(server) = self.sessions.get(&log.session).and_then(Session::server) {
            server.log(&log);
        }
        let line: Arc<str> = rpc::notification(control::CHILD_LOG, &log).into();
        for client in self.hearing(&log.session) {
            client.outbox.log(&log.session, Arc::clone(&line));
        }
    }

    /// Tells the session's owner, and those who want to hear of all, what takes the place of what was told before.
    fn tell(&self, id: &str, method: &'static str, params: &impl serde::Serialize) {
        let line: Arc<str> = rpc::notification(method, params).into();
        for client in self.hearing(id) {
            client.outbox.renew(method, id, Arc::clone(&line));
        }
    }

    /// Tells them what happened.
    fn tell_once(&self, id: &str, method: &str, params: &impl serde::Serialize) {
        let line: Arc<str> = rpc::notification(method, params).into();
        for client in self.hearing(id) {
            client.outbox.keep(Arc::clone(&line));
        }
    }

    fn hearing(&self, id: &str) -> impl Iterator<Item = &Client> {
        let owner = self.sessions.get(id).map(|session| session.owner);
        let hears =
            move |(client_id, client): &(&ConnectionId, &Client)| client.all || owner == Some(**client_id);
        self.clients.iter().filter(hears).map(|(_, client)| client)
    }

    /// Tells every connection that has said hello what takes the place of what was told before.
    fn tell_all(&self, method: &'static str, params: &impl serde::Serialize) {
        let line: Arc<str> = rpc::notification(method, params).into();
        for client in self.clients.values().filter(|client| client.greeted) {
            client.outbox.renew(method, "", Arc::clone(&line));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_backend_is_one_that_there_is_here() {
        assert_eq!(BackendChoice::of_settings(None), Ok(BackendChoice::Auto));
        assert_eq!(BackendChoice::of_settings(Some("virtual")), Ok(BackendChoice::Virtual));
        assert_eq!(BackendChoice::of_settings(Some("CPAL")), Ok(BackendChoice::Cpal));
        let told = BackendChoice::of_settings(Some("asio")).unwrap_err();
        assert_eq!(told, "there is no backend `asio`");
        let coreaudio = BackendChoice::of_settings(Some("coreaudio"));
        if BackendKind::CoreAudio.is_here() {
            assert_eq!(coreaudio, Ok(BackendChoice::CoreAudio));
        } else {
            let told = "there is no backend `coreaudio` on this system";
            assert_eq!(coreaudio, Err(told.to_owned()));
        }
    }
}
