//! One project's lines.

use super::{
    comparison,
    model::{Action, Entry, Shortcut},
    presets::{self, PresetFacts},
    sources,
};
use crate::{microphone::Access, platform::REVEAL_LABEL, session::SessionId};
use std::path::PathBuf;
use wavecraft_companion_protocol::{
    comparison::Comparison,
    session::{Mode, Source, State},
    settings::Consent,
    words::gain,
};

/// The volumes to choose from, in dB.
const VOLUMES_DB: [f32; 8] = [6.0, 3.0, 0.0, -3.0, -6.0, -12.0, -20.0, -40.0];

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
    pub source: Source,
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
    /// The file of its last recording.
    pub recorded: Option<PathBuf>,
    /// Its volume in dB.
    pub gain_db: f32,
    /// Why its last recording didn't begin, or ended by itself.
    pub recording_trouble: Option<String>,
    /// Its presets.
    pub presets: PresetFacts,
    /// What is heard of its session's builds.
    pub comparison: Comparison,
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

    /// All its lines, as the only project. The keyboard shortcut opens the page of the `first` project that has one.
    pub(super) fn entries(&self, first: bool) -> Vec<Entry> {
        let mut entries = vec![Entry::text(self.key("name"), self.title())];
        if !self.ending {
            entries.extend(self.troubles());
            entries.extend(self.microphone_entries());
            entries.extend(self.howl_entries());
            entries.extend(self.controls(first));
        }
        entries
    }

    /// Its line among others, with the rest in a submenu; what waits for an answer stays in sight.
    pub(super) fn folded(&self, first: bool) -> Vec<Entry> {
        if self.ending {
            return vec![Entry::text(self.key("name"), self.title())];
        }
        let inside = self.troubles().into_iter().chain(self.controls(first)).collect();
        let mut entries = vec![Entry::submenu(self.key("project"), &self.title(), inside)];
        entries.extend(self.microphone_entries());
        entries
    }

    fn key(&self, name: &str) -> String {
        format!("{}/{name}", self.id)
    }

    fn title(&self) -> String {
        format!("{}: {}", self.name, self.word())
    }

    fn troubles(&self) -> Vec<Entry> {
        let told = [
            ("reason", &self.reason),
            ("not_a_number", &self.not_a_number),
            ("mode_reason", &self.mode_reason),
            ("mute_reason", &self.mute_reason),
            ("recording_trouble", &self.recording_trouble),
            ("comparison_trouble", &self.comparison.trouble),
        ];
        let lines = |(name, reason): (&str, &Option<String>)| {
            reason.as_ref().map_or_else(Vec::new, |reason| Entry::paragraph(&self.key(name), reason))
        };
        told.into_iter().flat_map(lines).collect()
    }

    /// The howl mute is on the mix: unmuting any project ends it for all.
    pub(super) fn howl_entries(&self) -> Vec<Entry> {
        if !self.howl {
            return Vec::new();
        }
        vec![
            Entry::text(self.key("howl"), "Muted: the level ran away, as feedback does"),
            Entry::button(self.key("unhowl"), "Turned Down: Unmute", Action::SetMute(self.id.clone(), false)),
        ]
    }

    fn controls(&self, first: bool) -> Vec<Entry> {
        let key = |name: &str| self.key(name);
        let id = || self.id.clone();
        let page = Entry::button(key("page"), "Open Page", self.page.then(|| Action::OpenPage(id())));
        let inspector = self.inspector.then(|| Action::OpenInspector(id()));
        let mut entries = vec![
            if first { page.with_shortcut(Shortcut::Open) } else { page },
            Entry::button(key("inspector"), "Open Inspector", inspector),
            Entry::check(key("bypass"), "Bypass", self.bypassed, Action::SetBypass(id(), !self.bypassed)),
            Entry::check(key("mute"), "Mute", self.muted, Action::SetMute(id(), !self.muted)),
            Entry::submenu(key("volume"), &format!("Volume: {}", gain(self.gain_db)), self.volumes()),
            self.recording(key("record")),
        ];
        if let Some(path) = &self.recorded {
            let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
            entries.extend(Entry::paragraph(&key("recorded"), &format!("Recorded {name}")));
            entries.push(Entry::button(key("reveal"), REVEAL_LABEL, Action::Reveal(path.clone())));
        }
        entries.extend([
            sources::submenu(&self.id, &self.source, self.file.as_deref()),
            Entry::submenu(key("mode"), "Mode", self.modes()),
        ]);
        entries.extend(presets::submenu(&self.id, &self.presets));
        entries.extend(comparison::entries(&self.id, &self.comparison));
        entries.extend([
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

    /// The volumes to choose from; one that was set elsewhere is among them.
    fn volumes(&self) -> Vec<Entry> {
        let mut volumes = VOLUMES_DB.to_vec();
        if !volumes.contains(&self.gain_db) {
            volumes.push(self.gain_db);
            volumes.sort_by(|a, b| b.total_cmp(a));
        }
        let one = |gain_db: f32| {
            let key = format!("{}/volume/{gain_db}", self.id);
            Entry::check(
                key,
                gain(gain_db),
                gain_db == self.gain_db,
                Action::SetGain(self.id.clone(), gain_db),
            )
        };
        volumes.into_iter().map(one).collect()
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
