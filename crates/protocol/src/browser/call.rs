//! What a page calls, beside the published methods.

use crate::{
    method::empty,
    parameter::Parameter,
    session::{Mode, SourceName},
};
use serde::{Deserialize, Serialize};

/// Code: the call was understood, and this client may not make it; the message says who may.
pub const NOT_ALLOWED: i32 = -32002;
/// The fastest rate of meters, scope and spectrum, in Hz: a display's.
pub const MAX_HZ: u32 = 60;
/// The longest name, in bytes, that a program with its own audio may give itself.
pub const MAX_CLIENT_ID_BYTES: usize = 256;

empty! {
    /// Are you there?
    Ping
    /// All parameters and their values.
    GetAllParameters
    /// The levels of the processed output, or null.
    GetMeterFrame
    /// The last waveform, or null.
    GetOscilloscopeFrame
    /// What the audio side does.
    GetAudioStatus
    /// Everything measured: → [`crate::session::Stats`], or null while nothing is.
    GetStats
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
    /// All of them, in the processor's order.
    pub parameters: Vec<Parameter>,
}

/// What a page can subscribe to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Topic {
    /// `meterUpdate`, at the asked rate.
    Meters,
    /// `scopeUpdate`, at the asked rate.
    Scope,
    /// `spectrumUpdate`, at the asked rate.
    Spectrum,
    /// `stats`, once a second.
    Stats,
    /// `sessionState`: the state it has, then as it changes.
    State,
    /// `childLog`, as it comes.
    Log,
    /// `buildStatus`: the last one. Those that follow go to every page, subscribed or not.
    Build,
}

/// Get notifications of some [`Topic`]s. A new call replaces the one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscribe {
    /// All that are wanted; an empty list ends every subscription.
    pub topics: Vec<Topic>,
    /// How often meters, scope and spectrum are sent: 1 to [`MAX_HZ`]. 30 where absent.
    #[serde(default = "default_hz")]
    pub hz: u32,
}

fn default_hz() -> u32 {
    30
}

/// Take the processor out of, or into, the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetBypass {
    /// Bypassed, or not.
    pub on: bool,
}

/// Silence the project, or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetMute {
    /// Muted, or not.
    pub on: bool,
}

/// Choose when the processor's answers are taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetMode {
    /// Which.
    pub mode: Mode,
}

/// Choose where the input comes from. Never the microphone, and of files only the one chosen from the terminal or the
/// menu.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetSource {
    /// Which.
    pub source: SourceName,
}
