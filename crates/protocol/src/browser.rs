//! The dev WebSocket: the methods and payloads of the published `wavecraft-protocol`, and our additions.

mod call;
mod comparison;
mod history;
mod lab;
mod log;
mod methods;
mod notices;
mod page_source;
mod pictures;
mod source;
mod text;
mod transport;

pub use call::{
    CopySet, GetAllParameters, GetAllParametersResult, GetAudioStatus, GetMeterFrame, GetOscilloscopeFrame,
    GetPresets, GetSets, GetStats, HearSet, MAX_CLIENT_ID_BYTES, MAX_HZ, NOT_ALLOWED, Ping, Pong, Restart,
    SetBypass, SetGain, SetMode, SetMute, SetSource, Sets, Subscribe, Topic,
};
pub use comparison::{AnswerAbx, EndAbx, EndComparison, GetComparison, HearAbx, StartAbx};
pub use history::{GetHistory, History, Redo, SetParameter, Stepped, Undo};
pub use lab::{GetLab, GetLabResult, GetMeasurement, LAB_CHANGED, MeasureBuild, Measurement, SetMeasuring};
pub use log::{GetLog, GetLogResult, LogLine, MAX_LOG_LINES};
pub use methods::visit;
pub use notices::{
    AUDIO_STATUS_CHANGED, BUILD_STATUS, CHILD_LOG, COMPARISON_CHANGED, HISTORY_CHANGED, METER_UPDATE, Meters,
    PARAMETER_CHANGED, PARAMETERS_CHANGED, PRESET_CHANGED, PRESETS_CHANGED, ParametersChanged, SCOPE_UPDATE,
    SESSION_STATE, SETS_CHANGED, SOURCE_CHANGED, SPECTRUM_UPDATE, STATS,
};
pub use page_source::PageSource;
pub use pictures::{
    Edge, SPAN_MS, ScopePicture, ScopeRequest, SpectrumFrame, SpectrumPeak, TriggerMode, rounded,
};
pub use source::{
    ChooseRecent, GetSource, MAX_COLUMNS, MAX_RECENT, MIN_LOOP_MS, RecentFile, Seek, SetLoop, Signal,
    SourceChanged, SourceInfo, Waveform,
};
pub use text::{answer, batch, notification};
pub use transport::{GetTransport, TapTempo};
pub use wavecraft_protocol::{
    AudioDiagnostic, AudioDiagnosticCode, AudioRuntimePhase, AudioRuntimeStatus, GetAudioStatusResult,
    GetMeterFrameResult, GetOscilloscopeFrameResult, GetParameterParams, GetParameterResult, MeterFrame,
    MeterUpdateNotification as MeterUpdate, OscilloscopeFrame, OscilloscopeTriggerMode,
    ParameterChangedNotification as ParameterChanged, RegisterAudioParams, RegisterAudioResult,
    RequestResizeParams, RequestResizeResult,
};
