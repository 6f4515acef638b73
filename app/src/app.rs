//! The event loop: everything that can happen to the app, and which owner handles it.

#[cfg(test)]
#[path = "app/floods/tests.rs"]
mod floods;

use crate::{
    audio::{Audio, AudioMessage, BackendChoice},
    command_link::{Command, CommandEvent},
    companion::Companion,
    control::{self, Clients, ControlEvent},
    desktop::{Announcer, DesktopEvent},
    login::{Login, LoginEvent},
    menu::{self, MenuEvent, Menus, Publisher},
    microphone::{Answered, Microphone},
    outlet::Outlet,
    session::{Context, builds},
    sessions::{Sessions, SessionsEvent},
    settings::{Settings, SettingsEvent},
    transport::Transport,
};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tracing::{info, warn};
use wavecraft_companion_protocol::{control::Welcome, paths::Paths};

/// How often levels and heartbeats are read while anybody is watching: a display's frame rate.
const TICK_WATCHED: Duration = Duration::from_millis(16);
/// The same while nobody is watching: often enough for a heartbeat that must move within 250 ms.
const TICK: Duration = Duration::from_millis(50);
/// If the app is opened again within this time, several commands started it at the same moment.
const JUST_BEGUN: Duration = Duration::from_secs(5);
/// How long a headless companion that may exit when idle stays after its last project and last connection.
const IDLE_BEFORE_EXIT: Duration = Duration::from_secs(5);

/// Everything that can happen to the app, as one closed list of the owners' messages.
///
/// The events' queue is unbounded: each sender has its own limit, so that none can crowd out the others.
/// `docs/queues.md` lists the kinds and their limits.
pub(crate) enum Event {
    Control(ControlEvent),
    Sessions(SessionsEvent),
    Audio(AudioMessage),
    Microphone(Answered),
    Settings(SettingsEvent),
    Menu(MenuEvent),
    Desktop(DesktopEvent),
    Login(LoginEvent),
    Command(CommandEvent),
    /// The app was opened while it runs.
    OpenedAgain,
    /// The computer woke up.
    Woke,
    /// Read the levels and heartbeats, and free what the audio thread sent back.
    Tick,
    /// End everything.
    Quit,
}

/// How the app was started.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options {
    /// Exit after a while without a project.
    pub exit_when_idle: bool,
    /// The backend, if the command line overrides the settings.
    pub backend: Option<BackendChoice>,
}

/// The loop's own state.
pub(crate) struct App {
    companion: Companion,
    menu: Option<Publisher>,
    exit_when_idle: bool,
    began: Instant,
    /// Since when nothing has needed the companion.
    unused_since: Option<Instant>,
    next_tick: Instant,
}

impl App {
    /// An app with nothing attached; it has a menu if `menus` is given.
    pub(crate) fn new(
        options: Options,
        events: &Outlet<Event>,
        paths: &Paths,
        welcome: Welcome,
        menus: Option<Menus>,
    ) -> Self {
        let (settings, trouble) = Settings::load(paths.settings.clone(), events.of(Event::Settings));
        if let Some(trouble) = &trouble {
            warn!("{trouble}");
        }
        let backend = options.backend.unwrap_or_else(|| backend_of(&settings, paths));
        let has_menu = menus.is_some();
        let cx = Context {
            audio: Audio::new(backend, events.of(Event::Audio)),
            transport: Transport::default(),
            settings,
            clients: Clients::default(),
            microphone: Microphone::new(has_menu, events.of(Event::Microphone)),
            announcer: Announcer::new(has_menu, trouble, events.of(Event::Desktop)),
            builds_dir: paths.builds_dir.clone(),
        };
        let sessions = Sessions::new(events.of(Event::Sessions));
        let login = has_menu.then(|| Login::new(events.of(Event::Login)));
        let command = has_menu.then(|| Command::new(events.of(Event::Command)));
        let companion = Companion::new(welcome, sessions, cx, login, command);
        let began = Instant::now();
        Self {
            companion,
            menu: menus.map(|menus| Publisher::new(menus, events.of(Event::Menu))),
            exit_when_idle: options.exit_when_idle,
            began,
            unused_since: Some(began),
            next_tick: began,
        }
    }

    /// Handles events until the app has quit. Must run within a tokio runtime.
    pub(crate) async fn run(mut self, mut inbox: mpsc::UnboundedReceiver<Event>) {
        if self.menu.is_some() {
            self.handle(Event::Menu(MenuEvent::MayOpen));
            self.companion.command.iter().for_each(Command::read);
        }
        self.show_menu(false);
        while !self.companion.has_quit() {
            let wake = self.wake();
            let event = tokio::select! {
                event = inbox.recv() => event,
                () = tokio::time::sleep_until(wake.unwrap_or_else(Instant::now).into()), if wake.is_some() => {
                    Some(Event::Tick)
                }
            };
            // The app holds a sender itself, so the queue can't end.
            let Some(event) = event else { break };
            let only_figures = only_figures(&event);
            self.handle(event);
            self.show_menu(only_figures);
        }
        self.companion.cx.audio.close();
        self.companion.cx.settings.flush();
        builds::remove_abandoned(&self.companion.cx.builds_dir);
    }

    /// Handles one event. Every change of the app's state goes through here.
    pub(crate) fn handle(&mut self, event: Event) {
        let companion = &mut self.companion;
        match event {
            Event::Control(ControlEvent::Opened { id, outbox }) => companion.cx.clients.open(id, outbox),
            Event::Control(ControlEvent::Called { from, call, reply }) => {
                control::carry_out(companion, from, &call, reply);
            }
            Event::Control(ControlEvent::Closed { id, place: _place }) => companion.connection_closed(id),
            Event::Sessions(event) => companion.sessions.handle(event, &mut companion.cx),
            Event::Audio(message) => companion.audio(message),
            Event::Microphone(Answered) => companion.update_microphone(),
            Event::Settings(event) => companion.cx.settings.handle(event),
            Event::Menu(event) => self.menu_event(event),
            Event::Desktop(DesktopEvent::Trouble(trouble)) => companion.cx.announcer.show_trouble(trouble),
            Event::Desktop(DesktopEvent::DeviceStillAway(notice)) => {
                companion.cx.announcer.device_still_away(notice, companion.cx.audio.notice());
            }
            Event::Login(event) => {
                let trouble = companion.login.as_mut().and_then(|login| login.handle(event));
                trouble.into_iter().for_each(|trouble| companion.cx.announcer.show_trouble(trouble));
            }
            Event::Command(event) => {
                let trouble = companion.command.as_mut().and_then(|command| command.handle(event));
                trouble.into_iter().for_each(|trouble| companion.cx.announcer.show_trouble(trouble));
            }
            // Two commands that both found no companion open the app twice.
            Event::OpenedAgain if self.began.elapsed() < JUST_BEGUN => {}
            Event::OpenedAgain => companion.opened_again(),
            Event::Woke => companion.cx.audio.woke(),
            Event::Tick => self.tick(),
            Event::Quit => companion.quit(),
        }
        self.rest();
    }

    fn menu_event(&mut self, event: MenuEvent) {
        let companion = &mut self.companion;
        let Some(publisher) = &mut self.menu else { return };
        match event {
            MenuEvent::MayOpen => {
                companion.cx.audio.refresh_devices();
                companion.login.iter().for_each(Login::read);
                companion.update_microphone();
            }
            MenuEvent::Clicked(key) => {
                companion.cx.announcer.forget_trouble();
                // It may have been changed elsewhere meanwhile.
                companion.login.iter().for_each(Login::read);
                if let Some(action) = publisher.clicked(&key) {
                    menu::clicked(companion, action);
                }
            }
            MenuEvent::IconMayChange => publisher.icon_may_change(),
        }
    }

    fn show_menu(&mut self, only_figures: bool) {
        if let Some(publisher) = &mut self.menu {
            publisher.show(only_figures, || menu::facts(&self.companion));
        }
    }

    fn tick(&mut self) {
        let now = Instant::now();
        if now >= self.next_tick {
            let watched = self.companion.sessions.are_watched();
            self.next_tick = now + if watched { TICK_WATCHED } else { TICK };
        }
        self.companion.tick(now);
        if self.idle_end().is_some_and(|end| end <= now) {
            info!("nobody has been connected for {} s: ending", IDLE_BEFORE_EXIT.as_secs());
            self.companion.quit();
        }
    }

    /// Called after each event: forgets sessions of which nothing is left, and closes what isn't needed any more.
    fn rest(&mut self) {
        let companion = &mut self.companion;
        companion.sessions.remove_gone(&mut companion.cx);
        if companion.is_idle() {
            companion.cx.audio.close();
            companion.cx.transport.begin_anew();
        }
        companion.tell_transport();
        if !companion.is_unused() {
            self.unused_since = None;
        } else if self.unused_since.is_none() {
            self.unused_since = Some(Instant::now());
        }
    }

    /// When the next tick is due, if any.
    fn wake(&self) -> Option<Instant> {
        let tick = (!self.companion.is_idle()).then_some(self.next_tick);
        let due = self.companion.sessions.due(&self.companion.cx);
        [tick, due, self.idle_end()].into_iter().flatten().min()
    }

    /// When an unneeded companion exits.
    fn idle_end(&self) -> Option<Instant> {
        self.unused_since.filter(|_| self.exit_when_idle).map(|since| since + IDLE_BEFORE_EXIT)
    }
}

/// Can the event change nothing but measurements?
fn only_figures(event: &Event) -> bool {
    match event {
        Event::Tick => true,
        Event::Sessions(event) => event.is_output(),
        _ => false,
    }
}

/// The backend that the settings name.
fn backend_of(settings: &Settings, paths: &Paths) -> BackendChoice {
    BackendChoice::of_settings(settings.get().backend.as_deref()).unwrap_or_else(|reason| {
        warn!("{}: {reason}: using `auto`", paths.settings.display());
        BackendChoice::Auto
    })
}
