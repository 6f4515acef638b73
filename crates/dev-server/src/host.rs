//! The interface to the project that the server serves.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

pub use wavecraft_companion_protocol::parameter::SetParameterError;
use wavecraft_companion_protocol::{
    browser::{
        AudioRuntimeStatus, GetAllParametersResult, Measurement, MeterFrame, Meters, NOT_ALLOWED,
        OscilloscopeFrame, PageSource, RegisterAudioParams, ScopePicture, ScopeRequest, SetLoop, SourceInfo,
        SpectrumFrame,
    },
    comparison::{Abx, AbxChoice, AbxSound, Compare, Comparison},
    lab::Lab,
    parameter::Parameter,
    preset::CurrentPreset,
    rpc::ErrorObject,
    session::{Mode, Probe, Stats},
    sets::ParameterSets,
    transport::{ChangeTransport, Transport},
};

/// A project, as its pages see it. What a method does by itself is what a project does that runs no processor: it has no
/// sound, and says how to have it.
///
/// All methods are fast and never block: they are called on the server's tokio threads, where a slow one delays every
/// client. None may call back into [`crate::Server`].
pub trait Host: Send + Sync + 'static {
    /// All parameters and their values, and the processors that they belong to, both in the chain's order.
    fn parameters(&self) -> GetAllParametersResult;

    /// A parameter's value; `None` if there is no such parameter.
    fn parameter(&self, id: &str) -> Option<f32>;

    /// Sets a parameter and returns the resulting value: the nearest step, if it has steps. The server then notifies
    /// every client, so the host must not.
    ///
    /// # Errors
    /// See [`SetParameterError`]. `value` may be infinite or not a number: that is out of every range.
    fn set_parameter(&self, id: &str, value: f32) -> Result<f32, SetParameterError>;

    /// All values by id; a host that remembers values of ids that are away has these too.
    fn values(&self) -> BTreeMap<String, f32> {
        let all = self.parameters().parameters;
        all.into_iter().map(|parameter| (parameter.spec.id, parameter.value)).collect()
    }

    /// Sets every parameter that has a value here to the nearest one that it can have, and returns the ids and values of
    /// those that changed, in the chain's order. The server then notifies every client, so the host must not. A host that
    /// remembers values of ids that are away remembers these.
    fn set_values(&self, values: &BTreeMap<String, f32>) -> Vec<(String, f32)> {
        let mut changed = Vec::new();
        for Parameter { spec, value } in self.parameters().parameters {
            let Some(wanted) = values.get(&spec.id).map(|value| spec.nearest(*value)) else { continue };
            if wanted != value
                && let Ok(taken) = self.set_parameter(&spec.id, wanted)
            {
                changed.push((spec.id, taken));
            }
        }
        changed
    }

    /// The sets A and B as they were kept for the project. Called once, when the server begins.
    fn sets(&self) -> ParameterSets {
        ParameterSets::default()
    }

    /// Called when another of the two sets is heard, after its values were set, and when one was copied over the other.
    fn sets_changed(&self, sets: &ParameterSets) {
        let _ = sets;
    }

    /// The project's folder, in which its presets are. Called once, when the server begins. Without one there are none.
    fn project(&self) -> Option<PathBuf> {
        None
    }

    /// The name of the preset that was loaded or saved last, as it was kept for the project. Called once.
    fn preset(&self) -> Option<String> {
        None
    }

    /// Called when another preset was loaded or saved last, when a value leaves it or comes back, and when the list of
    /// presets is another.
    fn presets_changed(&self, now: &CurrentPreset) {
        let _ = now;
    }

    /// The levels of what is heard, for `getMeterFrame`.
    fn meter_frame(&self) -> Option<MeterFrame> {
        None
    }

    /// The levels of what is heard and of the source, for `meterUpdate`.
    fn meters(&self) -> Option<Meters> {
        None
    }

    /// What the processors have shown of themselves in the last while, which is a second at most, for `meterUpdate`.
    fn probes(&self, span: Duration) -> Vec<Probe> {
        let _ = span;
        Vec::new()
    }

    /// The latest waveform of what is heard.
    fn oscilloscope_frame(&self) -> Option<OscilloscopeFrame> {
        None
    }

    /// The latest waveform as a page asks for it.
    fn scope(&self, wanted: &ScopeRequest) -> Option<ScopePicture> {
        let _ = wanted;
        None
    }

    /// The latest spectrum.
    fn spectrum(&self) -> Option<SpectrumFrame> {
        None
    }

    /// The state of the audio side.
    fn audio_status(&self) -> Option<AudioRuntimeStatus> {
        None
    }

    /// The builds of the session, for `getLab`. The host also sends them with [`crate::Server::lab_changed`].
    fn lab(&self) -> Lab {
        Lab::default()
    }

    /// What was measured of a build.
    fn measurement(&self, number: u32) -> Measurement {
        let _ = number;
        Measurement { document: None }
    }

    /// Measures a build of the session.
    ///
    /// # Errors
    /// The error to send to the page.
    fn measure_build(&self, number: u32, full: bool) -> Result<(), ErrorObject> {
        let _ = (number, full);
        Err(without_audio())
    }

    /// Measures each build by itself from now on, or doesn't.
    ///
    /// # Errors
    /// The error to send to the page.
    fn set_measuring(&self, on: bool) -> Result<(), ErrorObject> {
        let _ = on;
        Err(without_audio())
    }

    /// Called when it changes whether any page subscribes to [`Topic::Lab`](wavecraft_companion_protocol::browser::Topic::Lab). Starts as
    /// no.
    fn lab_watched(&self, anyone: bool) {
        let _ = anyone;
    }

    /// All measurements.
    fn stats(&self) -> Option<Stats> {
        None
    }

    /// Bypasses the processor, or ends the bypass.
    ///
    /// # Errors
    /// The error to send to the page.
    fn set_bypass(&self, on: bool) -> Result<(), ErrorObject> {
        let _ = on;
        Err(without_audio())
    }

    /// Mutes or unmutes the project.
    ///
    /// # Errors
    /// The error to send to the page.
    fn set_mute(&self, on: bool) -> Result<(), ErrorObject> {
        let _ = on;
        Err(without_audio())
    }

    /// Sets the project's volume, in dB; it is in range.
    ///
    /// # Errors
    /// The error to send to the page.
    fn set_gain(&self, gain_db: f32) -> Result<(), ErrorObject> {
        let _ = gain_db;
        Err(without_audio())
    }

    /// Chooses the input's source: a signal, or the file that was chosen already. Never called with the microphone.
    ///
    /// # Errors
    /// The error to send to the page.
    fn set_source(&self, source: PageSource) -> Result<(), ErrorObject> {
        let _ = source;
        Err(without_audio())
    }

    /// Chooses when the processor's output is taken.
    ///
    /// # Errors
    /// The error to send to the page.
    fn set_mode(&self, mode: Mode) -> Result<(), ErrorObject> {
        let _ = mode;
        Err(without_audio())
    }

    /// Starts the processor anew, also if it is held.
    ///
    /// # Errors
    /// The error to send to the page.
    fn restart(&self) -> Result<(), ErrorObject> {
        Err(without_audio())
    }

    /// The source, its file and loop, and the files that were played before.
    ///
    /// # Errors
    /// The error to send to the page.
    fn source(&self) -> Result<SourceInfo, ErrorObject> {
        Err(without_audio())
    }

    /// Loops a part of the source's file, or all of it. The loop doesn't end before it begins.
    ///
    /// # Errors
    /// The error to send to the page.
    fn set_loop(&self, wanted: SetLoop) -> Result<(), ErrorObject> {
        let _ = wanted;
        Err(without_audio())
    }

    /// Plays the source's file on from another frame.
    ///
    /// # Errors
    /// The error to send to the page.
    fn seek(&self, frame: u64) -> Result<(), ErrorObject> {
        let _ = frame;
        Err(without_audio())
    }

    /// Plays one of the recent files, by its number.
    ///
    /// # Errors
    /// The error to send to the page.
    fn choose_recent(&self, number: u64) -> Result<(), ErrorObject> {
        let _ = number;
        Err(without_audio())
    }

    /// The time, and what of it reaches the project's processor. The host also sends it with
    /// [`crate::Server::transport_changed`].
    ///
    /// # Errors
    /// The error to send to the page.
    fn transport(&self) -> Result<Transport, ErrorObject> {
        Err(without_audio())
    }

    /// Changes the time of everything that plays; it is in range.
    ///
    /// # Errors
    /// The error to send to the page.
    fn change_transport(&self, wanted: ChangeTransport) -> Result<(), ErrorObject> {
        let _ = wanted;
        Err(without_audio())
    }

    /// Takes a tap on the beat, now.
    ///
    /// # Errors
    /// The error to send to the page.
    fn tap_tempo(&self) -> Result<(), ErrorObject> {
        Err(without_audio())
    }

    /// What is heard of the session's builds.
    ///
    /// # Errors
    /// The error to send to the page.
    fn comparison(&self) -> Result<Comparison, ErrorObject> {
        Err(without_audio())
    }

    /// Changes what is heard of the session's builds.
    ///
    /// # Errors
    /// The error to send to the page.
    fn compare(&self, wanted: Compare) -> Result<(), ErrorObject> {
        let _ = wanted;
        Err(without_audio())
    }

    /// Hears the newest build, and ends the older one's child.
    ///
    /// # Errors
    /// The error to send to the page.
    fn end_comparison(&self) -> Result<(), ErrorObject> {
        Err(without_audio())
    }

    /// Begins a blind test of the newest build and the older one.
    ///
    /// # Errors
    /// The error to send to the page.
    fn start_abx(&self) -> Result<(), ErrorObject> {
        Err(without_audio())
    }

    /// Hears one of the sounds of the blind test.
    ///
    /// # Errors
    /// The error to send to the page.
    fn hear_abx(&self, which: AbxSound) -> Result<(), ErrorObject> {
        let _ = which;
        Err(without_audio())
    }

    /// Judges what a page says that X is. Nobody learns of X before.
    ///
    /// # Errors
    /// The error to send to the page.
    fn answer_abx(&self, which: AbxChoice) -> Result<Abx, ErrorObject> {
        let _ = which;
        Err(without_audio())
    }

    /// Ends the blind test.
    ///
    /// # Errors
    /// The error to send to the page.
    fn end_abx(&self) -> Result<(), ErrorObject> {
        Err(without_audio())
    }

    /// Called when a program with its own audio registered (`Some`), or the registered one disconnected (`None`).
    fn audio_client(&self, registered: Option<RegisterAudioParams>) {
        let _ = registered;
    }

    /// Called when a page of the project was refused because it came without the token. `line` says so, and what to do,
    /// to the user who starts the project. Called once a minute at most.
    fn page_refused(&self, line: String) {
        let _ = line;
    }

    /// Called when pages start or stop watching meters, scope or spectrum, by a subscription or by a request within the
    /// last three seconds. Starts as no. The host needs to measure for pages only while `anyone` is true.
    fn watched(&self, anyone: bool) {
        let _ = anyone;
    }
}

fn without_audio() -> ErrorObject {
    ErrorObject::new(
        NOT_ALLOWED,
        "this project runs without audio: start it with `wavecraft start --with-audio`",
    )
}
