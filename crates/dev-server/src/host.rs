//! What the server asks of the project that it serves.

use wavecraft_companion_protocol::{
    browser::{
        AudioRuntimeStatus, MeterFrame, MeterUpdate, OscilloscopeFrame, RegisterAudioParams, SpectrumFrame,
    },
    parameter::{OutOfRange, Parameter},
    rpc::{ErrorObject, INTERNAL_ERROR},
    session::{Levels, Mode, SourceName, Stats},
};

/// A project, as its pages see it.
///
/// All methods are quick and never block: they are called on the server's tokio threads, where a slow one delays every
/// client. None may call back into [`crate::Server`].
pub trait Host: Send + Sync + 'static {
    /// All parameters and their values, in the processor's order.
    fn parameters(&self) -> Vec<Parameter>;

    /// A parameter's value; `None` if there is no such parameter.
    fn parameter(&self, id: &str) -> Option<f32>;

    /// Sets a parameter and returns the value it took: the nearest one on a step, where it has steps. The server then
    /// tells every client, so the host must not.
    ///
    /// # Errors
    /// See [`SetParameterError`]. `value` may be infinite or not a number: that is out of every range.
    fn set_parameter(&self, id: &str, value: f32) -> Result<f32, SetParameterError>;

    /// The levels of the processed output, for `getMeterFrame`.
    fn meter_frame(&self) -> Option<MeterFrame>;

    /// The same, for `meterUpdate`.
    fn meter_update(&self) -> Option<MeterUpdate>;

    /// The levels of the source, for `meterUpdate`. A host that runs no processor has none.
    fn input_levels(&self) -> Option<Levels> {
        None
    }

    /// The last waveform.
    fn oscilloscope_frame(&self) -> Option<OscilloscopeFrame>;

    /// The last spectrum. A host that runs no processor has none.
    fn spectrum(&self) -> Option<SpectrumFrame> {
        None
    }

    /// What the audio side does.
    fn audio_status(&self) -> Option<AudioRuntimeStatus>;

    /// Everything measured.
    fn stats(&self) -> Option<Stats>;

    /// Takes the processor out of the way, or into it.
    ///
    /// # Errors
    /// What the page is to be told.
    fn set_bypass(&self, on: bool) -> Result<(), ErrorObject>;

    /// Silences the project, or not.
    ///
    /// # Errors
    /// What the page is to be told.
    fn set_mute(&self, on: bool) -> Result<(), ErrorObject>;

    /// Chooses where the input comes from: the tone, noise, the sweep, silence, or the file that was chosen already. Never asked
    /// for the microphone.
    ///
    /// # Errors
    /// What the page is to be told.
    fn set_source(&self, source: SourceName) -> Result<(), ErrorObject>;

    /// Chooses when the processor's answers are taken. A host that runs no processor has no such choice.
    ///
    /// # Errors
    /// What the page is to be told.
    fn set_mode(&self, mode: Mode) -> Result<(), ErrorObject> {
        let _ = mode;
        Err(ErrorObject::new(INTERNAL_ERROR, "this project runs without audio: start it with `--with-audio`"))
    }

    /// A program with its own audio registered (`Some`), or the registered one went (`None`).
    fn audio_client(&self, registered: Option<RegisterAudioParams>);

    /// A page of the project's was refused, since it came without the token. `line` says so, and what to do, to the person
    /// who starts the project. Once a minute at most.
    fn page_refused(&self, line: String) {
        let _ = line;
    }

    /// Does anyone look at meters, scope or spectrum, by a subscription or by having asked within the last three seconds?
    /// Called when the answer changes; it starts as no. The host needs to measure for pages only while it is yes.
    fn watched(&self, anyone: bool);
}

/// Why a parameter can't be set.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SetParameterError {
    /// There is none of this id.
    #[error("there is no parameter `{0}`: getAllParameters lists those there are")]
    UnknownParameter(String),
    /// It can't have this value.
    #[error(transparent)]
    OutOfRange(#[from] OutOfRange),
}
