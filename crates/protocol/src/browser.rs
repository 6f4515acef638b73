//! The dev WebSocket: the methods and payloads of the published `wavecraft-protocol`, and ours beside them.

mod reply;
mod request;

pub use reply::{Reply, answer, batch, notification};
pub use request::{MAX_CLIENT_ID_BYTES, Request};

use crate::{
    parameter::Parameter,
    session::{Levels, Mode, SourceName},
};
use serde::{Deserialize, Serialize};

pub use wavecraft_protocol::{
    AudioDiagnostic, AudioDiagnosticCode, AudioRuntimePhase, AudioRuntimeStatus, GetAudioStatusResult,
    GetMeterFrameResult, GetOscilloscopeFrameResult, GetParameterParams, GetParameterResult,
    METHOD_GET_ALL_PARAMETERS as GET_ALL_PARAMETERS, METHOD_GET_AUDIO_STATUS as GET_AUDIO_STATUS,
    METHOD_GET_METER_FRAME as GET_METER_FRAME, METHOD_GET_OSCILLOSCOPE_FRAME as GET_OSCILLOSCOPE_FRAME,
    METHOD_GET_PARAMETER as GET_PARAMETER, METHOD_REGISTER_AUDIO as REGISTER_AUDIO,
    METHOD_REQUEST_RESIZE as REQUEST_RESIZE, METHOD_SET_PARAMETER as SET_PARAMETER, MeterFrame,
    MeterUpdateNotification as MeterUpdate, NOTIFICATION_AUDIO_STATUS_CHANGED as AUDIO_STATUS_CHANGED,
    NOTIFICATION_METER_UPDATE as METER_UPDATE, NOTIFICATION_PARAMETER_CHANGED as PARAMETER_CHANGED,
    OscilloscopeFrame, OscilloscopeTriggerMode, ParameterChangedNotification as ParameterChanged,
    RegisterAudioParams, RegisterAudioResult, RequestResizeParams, RequestResizeResult, SetParameterParams,
    SetParameterResult,
};

/// Are you there? → `{pong: true}`.
pub const PING: &str = "ping";
/// Get notifications of some [`Topic`]s: [`Subscribe`] → `{}`. A new call replaces the one before.
pub const SUBSCRIBE: &str = "subscribe";
/// Everything measured: → [`crate::session::Stats`], or null while nothing is.
pub const GET_STATS: &str = "getStats";
/// Take the processor out of, or into, the way: [`SetFlag`].
pub const SET_BYPASS: &str = "setBypass";
/// Silence the project, or not: [`SetFlag`].
pub const SET_MUTE: &str = "setMute";
/// Choose where the input comes from: [`SetSource`]. Never the microphone, and of files only the one chosen from the
/// terminal or the menu.
pub const SET_SOURCE: &str = "setSource";
/// Choose when the processor's answers are taken: [`SetMode`].
pub const SET_MODE: &str = "setMode";

/// Notification: a rebuild changed which parameters there are; fetch them again.
pub const PARAMETERS_CHANGED: &str = "parametersChanged";
/// Notification to subscribers of [`Topic::Scope`]: an [`OscilloscopeFrame`].
pub const SCOPE_UPDATE: &str = "scopeUpdate";
/// Notification to subscribers of [`Topic::Spectrum`]: a [`SpectrumFrame`].
pub const SPECTRUM_UPDATE: &str = "spectrumUpdate";
/// Notification to subscribers of [`Topic::Stats`]: [`crate::session::Stats`].
pub const STATS: &str = "stats";
/// Notification to subscribers of [`Topic::State`]: [`crate::session::StateChange`].
pub const SESSION_STATE: &str = "sessionState";
/// Notification to subscribers of [`Topic::Log`]: [`crate::control::ChildLog`].
pub const CHILD_LOG: &str = "childLog";
/// Notification to all: [`crate::session::Build`].
pub const BUILD_STATUS: &str = "buildStatus";

/// Code: the call was understood, and this client may not make it; the message says who may.
pub const NOT_ALLOWED: i32 = -32002;

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

/// The fastest rate of meters, scope and spectrum, in Hz: a display's.
pub const MAX_HZ: u32 = 60;

/// Parameters of [`SUBSCRIBE`].
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

/// The companion's [`METER_UPDATE`]: a superset of the published shape.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Meters {
    /// The processed output, as published.
    #[serde(flatten)]
    pub output: MeterUpdate,
    /// The source, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<Levels>,
}

/// The processed output by frequency, on a logarithmic axis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SpectrumFrame {
    /// Levels in dB at points that are evenly spaced on the axis: 0 is a full-scale sine on both sides, −120 the least.
    pub levels_db: Vec<f32>,
    /// Frequency in Hz of the first point.
    pub low_hz: f32,
    /// Frequency in Hz of the last point.
    pub high_hz: f32,
    /// In frames.
    pub timestamp: u64,
}

/// Result of `getAllParameters`: a superset of the published shape.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GetAllParametersResult {
    /// All of them, in the processor's order.
    pub parameters: Vec<Parameter>,
}

/// Parameters of [`PARAMETERS_CHANGED`]: none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParametersChanged {}

/// Result of [`PING`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pong {
    /// Always true.
    pub pong: bool,
}

/// Parameters of [`SET_BYPASS`] and [`SET_MUTE`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetFlag {
    /// Bypassed, or muted.
    pub on: bool,
}

/// Parameters of [`SET_MODE`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetMode {
    /// Which.
    pub mode: Mode,
}

/// Parameters of [`SET_SOURCE`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetSource {
    /// Which.
    pub source: SourceName,
}
