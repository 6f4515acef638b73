//! The facts about the companion that the menu shows.

use super::{
    microphone::MicrophoneFacts,
    presets::PresetFacts,
    project::{Measured, ProjectFacts},
    transport::TransportFacts,
};
use crate::{
    command_link::{Command, CommandLinkState},
    companion::Companion,
    login::{Login, LoginState},
    microphone::Access,
    session::{NOT_A_NUMBER, Session},
};
use wavecraft_companion_protocol::{
    PROTOCOL_VERSION,
    control::{Device, DeviceList},
    session::AudioDevices,
    settings::ChosenDevices,
};
use wavecraft_companion_server::Presets;

/// Everything that the menu is computed from.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Facts {
    /// Every project, in the order shown.
    pub projects: Vec<ProjectFacts>,
    /// The time of everything that plays, while anything is attached.
    pub transport: Option<TransportFacts>,
    /// The audio side, while it runs.
    pub devices: Option<AudioDevices>,
    /// The inputs as they were last listed.
    pub inputs: Vec<Device>,
    /// The outputs, likewise.
    pub outputs: Vec<Device>,
    /// Which of them were chosen, and the chosen rate and buffer size.
    pub chosen: ChosenDevices,
    /// What the last click couldn't do, and what to do instead.
    pub trouble: Option<String>,
    /// The facts about the microphone.
    pub microphone: MicrophoneFacts,
    /// The login item's state, if known.
    pub login: Option<LoginState>,
    /// The state of the command's link, if known.
    pub command: Option<CommandLinkState>,
    /// The lines for "About".
    pub about: Vec<String>,
}

/// The present facts.
pub(crate) fn facts(companion: &Companion) -> Facts {
    let Companion { cx, sessions, login, command, welcome, .. } = companion;
    let DeviceList { inputs, outputs, chosen, in_use: devices, .. } =
        cx.audio.seen_devices(&cx.settings.get().devices);
    let listening = |session: &&Session| {
        session.playback().input().access() == Some(Access::Allowed) && !session.is_ending()
    };
    Facts {
        projects: sessions.iter().map(project).collect(),
        transport: (!sessions.is_empty()).then(|| cx.transport.told(&cx.audio, None).into()),
        microphone: MicrophoneFacts {
            heard_by: sessions.iter().filter(listening).map(|session| session.name().to_owned()).collect(),
            device: devices.as_ref().and_then(|devices| devices.input.clone()),
            settings: cx.microphone.settings(),
        },
        login: login.as_ref().and_then(Login::state),
        command: command.as_ref().and_then(Command::state).cloned(),
        devices,
        inputs,
        outputs,
        chosen,
        trouble: cx.announcer.trouble().map(str::to_owned),
        about: vec![
            format!("Version {}, process {}", welcome.app_version, welcome.pid),
            format!("Protocol {PROTOCOL_VERSION}, segment {}", wavecraft_ring::ABI_VERSION),
        ],
    }
}

fn project(session: &Session) -> ProjectFacts {
    let playback = session.playback();
    let stats = playback.stats();
    let ((state, reason), (muted, mute_reason), (mode, mode_reason)) =
        (playback.state(), playback.mix().muted(), playback.mix().mode());
    let owned = |text: Option<&str>| text.map(str::to_owned);
    ProjectFacts {
        id: session.id().clone(),
        name: session.name().to_owned(),
        state,
        reason,
        not_a_number: stats
            .iter()
            .flat_map(|stats| &stats.notices)
            .find(|notice| notice.id == NOT_A_NUMBER)
            .map(|notice| notice.text.clone()),
        ending: session.is_ending(),
        page: session.page().is_some(),
        inspector: session.inspector().is_some(),
        bypassed: playback.mix().is_bypassed(),
        muted,
        mute_reason: owned(mute_reason),
        howl: stats.as_ref().is_some_and(|stats| stats.guard.howl_muted),
        source: playback.input().source().clone(),
        microphone: playback.input().access(),
        file: playback.input().file().map(Into::into),
        mode,
        mode_reason: owned(mode_reason),
        recorded_seconds: playback.recorder().seconds(),
        recorded: playback.recorder().last().map(|take| take.path.clone()),
        gain_db: playback.mix().gain_db(),
        recording_trouble: owned(playback.recorder().trouble()),
        presets: session.presets().map(|presets| shown(&presets)).unwrap_or_default(),
        comparison: playback.comparison(),
        measured: stats.map(|stats| Measured {
            latency_ms: stats.latency.total_ms(stats.devices.sample_rate),
            load: stats.processor_load.average,
        }),
    }
}

fn shown(presets: &Presets) -> PresetFacts {
    let (entries, current) = presets.shown();
    PresetFacts { entries, current }
}
