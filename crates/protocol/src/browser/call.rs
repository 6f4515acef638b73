//! The calls that a page can make, in addition to the published methods.

use super::{page_source::PageSource, pictures::ScopeRequest};
use crate::{method::empty, parameter::Parameter, processor::ProcessorSpec, session::Mode, sets::SetName};
use serde::{Deserialize, Serialize};

/// Code: the call was understood, but this client may not make it; the message says which clients may.
pub const NOT_ALLOWED: i32 = -32002;
/// The highest rate of meters, scope and spectrum, in Hz: a display's refresh rate.
pub const MAX_HZ: u32 = 60;
/// The longest name, in bytes, that a program with its own audio may give itself.
pub const MAX_CLIENT_ID_BYTES: usize = 256;

empty! {
    /// Check that the companion answers.
    Ping
    /// All parameters and their values.
    GetAllParameters
    /// The levels of the processed output, or null if there are none.
    GetMeterFrame
    /// The latest waveform, or null if there is none.
    GetOscilloscopeFrame
    /// The state of the audio side.
    GetAudioStatus
    /// All measurements: → [`crate::session::Stats`], or null while there are none.
    GetStats
    /// Start the processor anew, also if it is held.
    Restart
    /// Which of the sets A and B is heard: → [`Sets`].
    GetSets
    /// Make the set that isn't heard as the one that is.
    CopySet
    /// The project's presets: → [`PresetList`](crate::preset::PresetList).
    GetPresets
}

/// Result of [`Ping`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pong {
    /// Always true.
    pub pong: bool,
}

/// Result of [`GetAllParameters`]: a superset of the published shape.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GetAllParametersResult {
    /// All parameters, in the processor's order.
    pub parameters: Vec<Parameter>,
    /// The processors that they belong to, in the chain's order; empty in a project with an older SDK.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub processors: Vec<ProcessorSpec>,
}

/// What a page can subscribe to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Topic {
    /// `meterUpdate`, at the requested rate.
    Meters,
    /// `scopeUpdate`, at the requested rate.
    Scope,
    /// `spectrumUpdate`, at the requested rate.
    Spectrum,
    /// `stats`, once a second.
    Stats,
    /// `sessionState`: the current state, then every change.
    State,
    /// `childLog`, as lines arrive.
    Log,
    /// `buildStatus`: the last one. Later ones go to every page, subscribed or not.
    Build,
    /// `labChanged`, as builds are heard and measured; and the newest build is measured again when parameters move.
    Lab,
}

/// Subscribe to notifications of some [`Topic`]s. A new call replaces the previous one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Subscribe {
    /// All topics wanted; an empty list ends every subscription.
    pub topics: Vec<Topic>,
    /// Updates per second of meters, scope and spectrum: 1 to [`MAX_HZ`]. 30 if absent.
    #[serde(default = "default_hz")]
    pub hz: u32,
    /// How [`Topic::Scope`] is drawn; absent means as in [`GetOscilloscopeFrame`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<ScopeRequest>,
}

fn default_hz() -> u32 {
    30
}

/// Bypass the processor, or end the bypass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetBypass {
    /// Whether it is bypassed.
    pub on: bool,
}

/// Mute or unmute the project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetMute {
    /// Whether it is muted.
    pub on: bool,
}

/// Set the project's volume.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetGain {
    /// The gain after the processor, within [`GAIN_DB`](crate::session::GAIN_DB).
    pub gain_db: f32,
}

/// Choose when the processor's output is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetMode {
    /// The mode.
    pub mode: Mode,
}

/// Choose the input's source. The microphone is refused, and a file is only possible if it was chosen from the terminal
/// or the menu.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetSource {
    /// The source.
    pub source: PageSource,
}

/// Hear one of the two sets. The values of the one that was heard are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HearSet {
    /// The set to hear.
    pub set: SetName,
}

/// Which of the sets A and B is heard: the result of [`GetSets`], and the parameters of
/// [`SETS_CHANGED`](super::SETS_CHANGED).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sets {
    /// The set that is heard.
    pub active: SetName,
    /// Whether hearing the other one would change a parameter.
    pub differ: bool,
}
