//! One project's lines.

use super::model::{Action, Entry, Shortcut};
use crate::{microphone::Access, session::SessionId};
use std::path::PathBuf;
use wavecraft_companion_protocol::{
    session::{Mode, Source, SourceName, State},
    settings::Consent,
};

/// The facts about one project that the menu shows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ProjectFacts {
    /// Its session.
    pub id: SessionId,
    /// Its name.
    pub name: String,
    /// Its state.
    pub state: State,
    /// Why it isn't live.
    pub reason: Option<String>,
    /// Its output is not a number: what happened and what is heard.
    pub not_a_number: Option<String>,
    /// It is being ended.
    pub ending: bool,
    /// Does it have a page?
    pub page: bool,
    /// Is its inspector served?
    pub inspector: bool,
    /// Was its processor bypassed by the user?
    pub bypassed: bool,
    /// Is it muted?
    pub muted: bool,
    /// Why, if the user didn't mute it.
    pub mute_reason: Option<String>,
    /// The howl mute is active, which mutes all projects.
    pub howl: bool,
    /// Its source.
    pub source: SourceName,
    /// Whether it hears the microphone, if that is the source.
    pub microphone: Option<Access>,
    /// The file that can be its input.
    pub file: Option<PathBuf>,
    /// When its processor's answers are taken.
    pub mode: Mode,
    /// Why that isn't the requested mode.
    pub mode_reason: Option<String>,
    /// How many seconds it has been recording, if it is.
    pub recorded_seconds: Option<u64>,
    /// Why its last recording didn't begin, or ended by itself.
    pub recording_trouble: Option<String>,
    /// Its measurements.
    pub measured: Option<Measured>,
}

/// A project's measurements.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Measured {
    /// From the input to the output, in milliseconds.
    pub latency_ms: f64,
    /// The processor's time for a block divided by the block's duration.
    pub load: f32,
}

impl ProjectFacts {
    /// Does it need the user's attention?
    pub(super) fn wants_attention(&self) -> bool {
        let failing =
            matches!(self.state, State::Bypassed | State::NotResponding | State::Crashed | State::Held);
        !self.ending && (failing || self.not_a_number.is_some() || self.howl || self.waits_for_microphone())
    }

    /// Can its page be opened?
    pub(super) fn has_page(&self) -> bool {
        self.page && !self.ending
    }

    /// Its lines. The keyboard shortcut opens the page of the `first` project that has one.
    pub(super) fn entries(&self, first: bool) -> Vec<Entry> {
        let key = |name: &str| format!("{}/{name}", self.id);
        let id = || self.id.clone();
        let mut entries = vec![Entry::text(key("name"), format!("{}: {}", self.name, self.word()))];
        if self.ending {
            return entries;
        }
        let told = [
            ("reason", &self.reason),
            ("not_a_number", &self.not_a_number),
            ("mode_reason", &self.mode_reason),
            ("mute_reason", &self.mute_reason),
            ("recording_trouble", &self.recording_trouble),
        ];
        for (name, reason) in told {
            entries.extend(reason.iter().flat_map(|reason| Entry::paragraph(&key(name), reason)));
        }
        entries.extend(self.microphone_entries());
        if self.howl {
            entries.push(Entry::text(key("howl"), "Muted: the level ran away, as feedback does"));
            entries.push(Entry::button(key("unhowl"), "Turned Down: Unmute", Action::SetMute(id(), false)));
        }
        let page = Entry::button(key("page"), "Open Page", self.page.then(|| Action::OpenPage(id())));
        let inspector = self.inspector.then(|| Action::OpenInspector(id()));
        entries.extend([
            if first { page.with_shortcut(Shortcut::Open) } else { page },
            Entry::button(key("inspector"), "Open Inspector", inspector),
            Entry::check(key("bypass"), "Bypass", self.bypassed, Action::SetBypass(id(), !self.bypassed)),
            Entry::check(key("mute"), "Mute", self.muted, Action::SetMute(id(), !self.muted)),
            self.recording(key("record")),
            Entry::submenu(key("source"), "Source", self.sources()),
            Entry::submenu(key("mode"), "Mode", self.modes()),
            Entry::button(key("restart"), "Restart", Action::Restart(id())),
            Entry::button(key("stop"), "Stop", Action::Stop(id())),
        ]);
        entries
    }

    fn word(&self) -> &'static str {
        match self.state {
            _ if self.ending => "ending",
            State::Starting | State::Shadow => "starting",
            State::Live if self.howl => "muted",
            State::Live => "live",
            State::Bypassed => "too late, bypassed",
            State::NotResponding => "not responding",
            State::Crashed => "crashed",
            State::Held => "held",
            State::Ended => "ended",
        }
    }

    fn recording(&self, key: String) -> Entry {
        match self.recorded_seconds {
            None => Entry::button(key, "Record", Action::Record(self.id.clone())),
            Some(seconds) => {
                let label = format!("Stop Recording ({}:{:02})", seconds / 60, seconds % 60);
                Entry::button(key, &label, Action::StopRecording(self.id.clone()))
            }
        }
    }

    fn sources(&self) -> Vec<Entry> {
        let file = self.file.clone().map(|path| {
            let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
            (format!("File: {name}"), Source::File { path: path.clone() })
        });
        let made = [
            ("Microphone", Source::Microphone),
            ("Tone", Source::Tone),
            ("Noise", Source::Noise),
            ("Sweep", Source::Sweep),
            ("Silence", Source::Silence),
        ];
        let made = made.map(|(label, source)| (label.to_owned(), source));
        let one = |(label, source): (String, Source)| {
            let name = source.name();
            let key = format!("{}/source/{name:?}", self.id);
            Entry::check(key, label, name == self.source, Action::SetSource(self.id.clone(), source))
        };
        made.into_iter().chain(file).map(one).collect()
    }

    fn modes(&self) -> Vec<Entry> {
        let modes = [
            (Mode::Pipelined, "Pipelined: a constant delay"),
            (Mode::Direct, "Direct: no delay, for quick processors"),
        ];
        modes
            .map(|(mode, label)| {
                let key = format!("{}/mode/{mode}", self.id);
                Entry::check(key, label, mode == self.mode, Action::SetMode(self.id.clone(), mode))
            })
            .into()
    }

    /// Is it waiting for permission to hear the microphone? The user's own refusal needs no attention.
    fn waits_for_microphone(&self) -> bool {
        self.microphone.is_some_and(|access| !matches!(access, Access::Allowed | Access::Refused))
    }

    fn microphone_entries(&self) -> Vec<Entry> {
        let key = |name: &str| format!("{}/microphone/{name}", self.id);
        let button = |name: &str, label: &str, consent| {
            Entry::button(key(name), label, Action::ConfirmMicrophone(self.id.clone(), consent))
        };
        match self.microphone {
            None | Some(Access::Allowed) => Vec::new(),
            Some(Access::Unconfirmed) => vec![
                Entry::text(key("asks"), format!("{} asks for the microphone", self.name)),
                button("allow", "Allow", Consent::Allowed),
                button("refuse", "Don't Allow", Consent::Refused),
            ],
            Some(Access::Refused) => vec![
                Entry::text(key("refused"), "The microphone was refused: silence is heard"),
                button("allow", "Allow", Consent::Allowed),
            ],
            // The microphone's line says why.
            Some(Access::Asking | Access::Denied | Access::Restricted) => {
                vec![Entry::text(key("silent"), "The microphone isn't allowed: silence is heard")]
            }
        }
    }
}
