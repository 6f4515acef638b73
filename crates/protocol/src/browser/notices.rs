//! The notifications that a page receives.

use crate::session::{HeardSound, Levels, Probe};
use serde::{Deserialize, Serialize};
use wavecraft_protocol::MeterUpdateNotification;
pub use wavecraft_protocol::{
    NOTIFICATION_AUDIO_STATUS_CHANGED as AUDIO_STATUS_CHANGED, NOTIFICATION_METER_UPDATE as METER_UPDATE,
    NOTIFICATION_PARAMETER_CHANGED as PARAMETER_CHANGED,
};

/// Notification: a rebuild changed the set of parameters; fetch them again.
pub const PARAMETERS_CHANGED: &str = "parametersChanged";
/// Notification to subscribers of [`Topic::Scope`](super::Topic::Scope): a [`ScopePicture`](super::ScopePicture) for those
/// who asked for one, otherwise an [`OscilloscopeFrame`](super::OscilloscopeFrame).
pub const SCOPE_UPDATE: &str = "scopeUpdate";
/// Notification to subscribers of [`Topic::Spectrum`](super::Topic::Spectrum): a [`SpectrumFrame`](super::SpectrumFrame).
pub const SPECTRUM_UPDATE: &str = "spectrumUpdate";
/// Notification to subscribers of [`Topic::Stats`](super::Topic::Stats): [`crate::session::Stats`].
pub const STATS: &str = "stats";
/// Notification to subscribers of [`Topic::State`](super::Topic::State): [`crate::session::StateChange`].
pub const SESSION_STATE: &str = "sessionState";
/// Notification to subscribers of [`Topic::Log`](super::Topic::Log): [`crate::control::ChildLog`].
pub const CHILD_LOG: &str = "childLog";
/// Notification to all pages: the source, its loop or the recent files changed; fetch them again with `getSource`.
pub const SOURCE_CHANGED: &str = "sourceChanged";
/// Notification to all pages: [`crate::session::Build`].
pub const BUILD_STATUS: &str = "buildStatus";
/// Notification to all pages: [`Sets`](super::Sets). It follows the `parameterChanged` of the change that it is about.
pub const SETS_CHANGED: &str = "setsChanged";
/// Notification to all pages: [`History`](super::History), when what can be undone or redone is another.
pub const HISTORY_CHANGED: &str = "historyChanged";

/// Notification to all pages: [`PresetList`](crate::preset::PresetList). The project's presets are others, or have other notes
/// or names.
pub const PRESETS_CHANGED: &str = "presetsChanged";
/// Notification to all pages: [`CurrentPreset`](crate::preset::CurrentPreset). It follows the `parameterChanged` of the change
/// that it is about.
pub const PRESET_CHANGED: &str = "presetChanged";

/// Notification to all pages: [`Comparison`](crate::comparison::Comparison), whole. While both builds are compared twice a
/// second at most.
pub const COMPARISON_CHANGED: &str = "comparisonChanged";

/// The companion's [`METER_UPDATE`]: a superset of the published shape.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Meters {
    /// What is heard, in the published shape.
    #[serde(flatten)]
    pub output: MeterUpdateNotification,
    /// The source's levels, if there is a source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<Levels>,
    /// What the output's levels are of, if the companion measures them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard: Option<HeardSound>,
    /// Where the source's file is played, in frames, if the source is a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position_frames: Option<u64>,
    /// Where the [time](crate::transport::Transport) is, in beats; absent without audio.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position_beats: Option<f64>,
    /// What the processors show of themselves, since the previous one at this page's rate; in the chain's order. Empty for a
    /// processor without probes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub probes: Vec<Probe>,
}

/// Parameters of [`PARAMETERS_CHANGED`]: none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParametersChanged {}
