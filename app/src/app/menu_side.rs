//! The menu's two directions: what the app knows becomes the menu's facts, and a click becomes what it asks for.

use super::{App, pace::Pace};
use crate::{
    announcements::Limiter,
    command_link::{CommandLink, LinkState},
    event::{Event, ListedFor},
    login_item::{LoginItem, LoginState},
    menu::{self, Action, Facts, Figures, Menu, Microphone, Project},
    microphone::Access,
    platform,
    session::{RecordingStage, Session},
};
use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tokio::sync::{oneshot, watch};
use tracing::{info, warn};
use wavecraft_companion_protocol::{
    PROTOCOL_VERSION,
    control::{DeviceList, SelectDevices},
    session::Source,
    settings::Consent,
    token::FRAGMENT_KEY,
};

/// Figures change all the time and are read at a glance.
const FIGURES_PERIOD: Duration = Duration::from_secs(1);

/// Where menus go: the newest replaces the one before, also where that was never shown.
pub(crate) type Menus = watch::Sender<Option<Menu>>;

/// What the app knows of its menu.
pub(super) struct MenuSide {
    menus: Menus,
    /// When figures alone are a reason to renew it.
    figures_due: Instant,
    /// When the icon may change again.
    icon: Pace,
    /// What the last click couldn't do, or what was amiss at the start.
    trouble: Option<String>,
    pub(super) login_item: Arc<Mutex<dyn LoginItem>>,
    /// How the system had it when it was asked last.
    pub(super) login: Option<LoginState>,
    pub(super) command_link: Arc<Mutex<CommandLink>>,
    /// How the command's link was when it was looked at last.
    pub(super) command: Option<LinkState>,
    pub(super) limiter: Limiter,
    /// The last notice on devices.
    pub(super) device_notice: Option<String>,
}

impl MenuSide {
    pub(super) fn new(menus: Menus, trouble: Option<String>) -> Self {
        let now = Instant::now();
        Self {
            menus,
            figures_due: now,
            icon: Pace::new(now),
            trouble,
            login_item: Arc::new(Mutex::new(platform::login_item())),
            login: None,
            command_link: Arc::new(Mutex::new(CommandLink::of_this_user())),
            command: None,
            limiter: Limiter::default(),
            device_notice: None,
        }
    }
}

impl App {
    /// Shows what has changed. `only_figures`: nothing but measurements can have, which is news once a second.
    pub(super) fn renew_menu(&mut self, only_figures: bool) {
        let now = Instant::now();
        match &mut self.menu {
            None => return,
            Some(side) if only_figures && now < side.figures_due => return,
            Some(side) => side.figures_due = now + FIGURES_PERIOD,
        }
        let mut menu = menu::compute(&self.facts());
        let Some(side) = &mut self.menu else { return };
        let mut look_again = None;
        side.menus.send_if_modified(|shown| {
            if let Some(shown) = shown.as_ref().filter(|shown| shown.icon != menu.icon)
                && let Err(left) = side.icon.may_change(now)
            {
                menu.icon = shown.icon;
                look_again = left;
            }
            let news = shown.as_ref() != Some(&menu);
            *shown = Some(menu);
            news
        });
        if let Some(left) = look_again {
            self.send_later(left, Event::IconMayChange);
        }
    }

    /// The time has come at which the icon may change again: the menu is renewed after every event.
    pub(super) fn icon_may_change(&mut self) {
        if let Some(side) = &mut self.menu {
            side.icon.waits = false;
        }
    }

    pub(super) fn menu_trouble(&mut self, trouble: String) {
        warn!("menu: {trouble}");
        if let Some(side) = &mut self.menu {
            side.trouble = Some(trouble);
        }
    }

    pub(super) fn menu_clicked(&mut self, key: &str) {
        // It may have been changed elsewhere since.
        self.read_login_item();
        let Some(side) = &mut self.menu else { return };
        side.trouble = None;
        // A click flips a check mark on the screen by itself. Whatever comes of it, the menu is shown anew.
        side.menus.send_modify(|_| {});
        // Looked up in what the app would show now: of an older menu nothing is done.
        let Some(action) = menu::compute(&self.facts()).action(key).cloned() else { return };
        info!("menu: {action:?}");
        match action {
            Action::OpenPage(id) => self.show_page(&id, false),
            Action::OpenInspector(id) => self.show_page(&id, true),
            Action::SetBypass(id, on) => self.set_bypassed(&id, on),
            Action::SetMute(id, on) => self.set_muted(&id, on),
            Action::Record(id) => self.record_from_menu(&id),
            Action::StopRecording(id) => self.end_recording(&id, None, None),
            Action::Restart(id) => self.restart(&id),
            Action::SetSource(id, source) => {
                // Whoever chooses it here allows it.
                if source == Source::Microphone {
                    self.confirm_microphone(&id, Consent::Allowed);
                }
                self.use_source(&id, source);
            }
            Action::ConfirmMicrophone(id, consent) => self.confirm_microphone(&id, consent),
            Action::OpenAddress(address) => crate::desktop::open(address.into(), &self.events),
            Action::SetLoginItem(on) => self.set_login_item(on),
            Action::ApproveLoginItem => self.approve_login_item(),
            Action::LinkCommand => self.link_command(),
            Action::UnlinkCommand => self.unlink_command(),
            Action::SetMode(id, mode) => self.set_mode(&id, mode),
            Action::Stop(id) => self.detach(&id, None),
            Action::SelectDevices(select) => self.select_from_menu(select),
            Action::LookForDevices => self.look_for_devices(),
            Action::ShowLog => crate::desktop::open(self.paths.log().into(), &self.events),
            Action::CopyDiagnostics => crate::desktop::copy(self.diagnostics(), &self.events),
            Action::Quit => self.quit(),
        }
    }

    /// The control socket's call, asked by the menu: what is refused there is said here.
    fn select_from_menu(&mut self, select: SelectDevices) {
        let (reply, answer) = oneshot::channel();
        self.list_devices(ListedFor::Select(select, reply));
        let events = self.events.clone();
        tokio::spawn(async move {
            if let Ok(Err(refused)) = answer.await {
                let _ = events.send(Event::MenuTrouble(refused.message));
            }
        });
    }

    fn facts(&self) -> Facts {
        let DeviceList { inputs, outputs, chosen, in_use: devices, .. } = self.seen_devices();
        let listening =
            |session: &&Session| session.microphone == Some(Access::Allowed) && session.ending.is_none();
        let heard_by = self.sessions.values().filter(listening).map(|session| session.attach.name.clone());
        Facts {
            projects: self.sessions.values().map(project).collect(),
            microphone: Microphone {
                heard_by: heard_by.collect(),
                device: devices.as_ref().and_then(|devices| devices.input.clone()),
                settings: self.microphone.authority.settings(),
            },
            login: self.menu.as_ref().and_then(|side| side.login),
            command: self.menu.as_ref().and_then(|side| side.command.clone()),
            devices,
            inputs,
            outputs,
            chosen,
            trouble: self.menu.as_ref().and_then(|side| side.trouble.clone()),
            about: self.about(),
        }
    }

    fn about(&self) -> Vec<String> {
        vec![
            format!("Version {}, process {}", self.welcome.app_version, self.welcome.pid),
            format!("Protocol {PROTOCOL_VERSION}, segment {}", wavecraft_ring::ABI_VERSION),
        ]
    }

    /// What a report of trouble should hold. No token, no address with one.
    fn diagnostics(&self) -> String {
        let facts = self.facts();
        let mut lines =
            vec![format!("Wavecraft Companion on {} {}", std::env::consts::OS, std::env::consts::ARCH)];
        lines.extend(facts.about);
        lines.push(format!("Log: {}", self.paths.log().display()));
        lines.push(format!("Audio: {:?}", facts.devices));
        for session in self.sessions.values() {
            let attach = &session.attach;
            lines.push(format!("{} in {}", attach.name, attach.project_dir.display()));
            let reason = session.reason.as_deref().unwrap_or("no reason to tell");
            lines.push(format!("  {:?}: {reason}", session.state));
            lines.push(format!("  source {}, mode {}", session.source, session.mode));
            lines.push(format!("  {:?}", session.shared.figures().stats));
        }
        lines.push(String::new());
        lines.join("\n")
    }
}

fn project(session: &Session) -> Project {
    let figures = session.shared.figures();
    let stats = figures.stats.as_ref();
    Project {
        id: session.id.clone(),
        name: session.attach.name.clone(),
        state: session.state,
        reason: session.reason.clone(),
        ending: session.ending.is_some(),
        page: page(session).is_some(),
        inspector: session.server().is_some(),
        bypassed: session.bypassed,
        muted: session.muted,
        mute_reason: session.mute_reason.clone(),
        howl: stats.is_some_and(|stats| stats.guard.howl_muted),
        source: session.source.name(),
        microphone: session.microphone,
        file: session.file.as_ref().map(|(path, _)| path.clone()),
        mode: session.mode,
        mode_reason: session.mode_reason.clone(),
        recorded_seconds: match &session.recording {
            RecordingStage::Running { recording, .. } => {
                Some(recording.frames() / u64::from(recording.sample_rate().max(1)))
            }
            _ => None,
        },
        recording_trouble: session.recording_trouble.clone(),
        figures: stats.map(|stats| Figures {
            latency_ms: stats.latency.total_ms(stats.devices.sample_rate),
            load: stats.load,
        }),
    }
}

/// The page's address, as the command prints it: the token is behind the #, which no server gets to see.
pub(super) fn page(session: &Session) -> Option<String> {
    // Vite listens on that address alone; what `localhost` means differs between systems.
    let origins = &session.attach.origins;
    let origin = origins.iter().find(|origin| origin.contains("//127.0.0.1")).or(origins.first())?;
    let port = session.server()?.port();
    Some(format!("{origin}/#{FRAGMENT_KEY}={}&ws={port}", session.attach.token.as_str()))
}
