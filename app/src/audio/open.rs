//! Opening the audio side, and what it has in use.

use super::{
    backend::BackendChoice,
    policy::{self, Microphone, Wanted},
};
use crate::to_protocol;
use wavecraft_audio_core::{Audio, AudioError, AudioEvent, BackendKind, DeviceList, StreamRequest, open};
use wavecraft_companion_protocol::{session::AudioDevices, settings::ChosenDevices};

/// A running audio side, and why it isn't the requested one.
pub(crate) struct Open {
    /// The engine with its streams.
    pub audio: Audio,
    /// The request that it was opened with.
    pub using: StreamRequest,
    /// The microphone's choice and what to know about it.
    pub microphone: Microphone,
    /// The output's name, if the device list has it: a stream that follows the system's default doesn't know.
    pub output_name: Option<String>,
    /// It is the virtual device, standing in until there is another.
    pub stands_in: bool,
    /// The microphone is open and delivers nothing but exact zeros.
    pub input_is_silent: bool,
    /// For the user: what is missing and what to do.
    pub notice: Option<String>,
}

/// Opens what is requested. Without a usable device that is the virtual one, which keeps projects, meters and pages
/// going and makes no sound. Takes its time: call it on a thread that may block.
///
/// # Errors
/// Not even the virtual one can be opened.
pub(crate) fn open_audio(
    choice: BackendChoice,
    chosen: &ChosenDevices,
    notify: impl Fn(AudioEvent) + Clone + Send + Sync + 'static,
) -> Result<Open, AudioError> {
    if choice == BackendChoice::Virtual {
        return open_virtual(policy::asked(chosen), notify, None);
    }
    let wanted = match list(choice) {
        Ok(list) => policy::wanted(chosen, &list),
        Err(error) => return open_virtual(policy::asked(chosen), notify, Some(error)),
    };
    match open(choice.kind(), wanted.request.clone(), notify.clone()) {
        Ok(audio) => Ok(Open::new(audio, wanted)),
        Err(error) => open_virtual(wanted.request, notify, Some(error)),
    }
}

fn open_virtual(
    request: StreamRequest,
    notify: impl Fn(AudioEvent) + Send + Sync + 'static,
    because: Option<AudioError>,
) -> Result<Open, AudioError> {
    let audio = open(BackendKind::Virtual, request.clone(), notify)?;
    let notice = because.as_ref().map(|error| policy::nothing_heard(&error.to_string()));
    let opened = Open::new(audio, Wanted { request, notice, ..Wanted::default() });
    Ok(Open { stands_in: because.is_some(), ..opened })
}

/// The devices to choose from: the system's, or none for a companion that must not use any. Takes a moment.
///
/// # Errors
/// There is no sound system, or it has no output.
pub(crate) fn list(choice: BackendChoice) -> Result<DeviceList, AudioError> {
    if choice == BackendChoice::Virtual {
        return Ok(DeviceList::default());
    }
    let list = wavecraft_audio_core::devices(choice.kind())?;
    if list.outputs.is_empty() {
        return Err(AudioError::NoOutput { reason: "the sound system has no output device".into() });
    }
    Ok(list)
}

impl Open {
    /// An engine that was started with `wanted`.
    pub(crate) fn new(audio: Audio, wanted: Wanted) -> Self {
        let (using, microphone) = (StreamRequest::default(), Microphone::default());
        let mut opened = Self {
            audio,
            using,
            microphone,
            output_name: None,
            stands_in: false,
            input_is_silent: false,
            notice: None,
        };
        opened.now_on(wanted);
        opened
    }

    /// Notes that the engine now uses `wanted`.
    pub(crate) fn now_on(&mut self, wanted: Wanted) {
        self.audio.keep_input_closed(wanted.microphone.kept_closed);
        self.using = wanted.request;
        self.microphone = wanted.microphone;
        self.output_name = wanted.output_name;
        self.notice = wanted.notice;
        self.stands_in = false;
    }

    /// Does everything match `wanted`, including what is reported about it?
    pub(crate) fn is_on(&self, wanted: &Wanted) -> bool {
        (&self.using, &self.microphone, &self.output_name, &self.notice)
            == (&wanted.request, &wanted.microphone, &wanted.output_name, &wanted.notice)
    }

    /// The devices in use, as they are reported.
    pub(crate) fn devices(&self) -> AudioDevices {
        let (stream, wants_microphone) = (self.audio.stream(), self.audio.engine().wants_microphone());
        // There is nothing to report about a microphone that nothing listens to.
        let of_microphone = self.microphone.notice.clone().filter(|_| wants_microphone);
        to_protocol::devices(
            stream,
            (self.using.sample_rate, self.using.buffer_frames),
            self.output_name.as_deref(),
            [self.notice.clone(), of_microphone],
            self.input_is_silent,
        )
    }
}

/// Is the change worth reporting to a client that knows `known`? Where a sound server converts rates, the frames per
/// callback vary by one all the time: a change of less than an eighth is ignored.
pub(crate) fn is_news(known: &AudioDevices, now: &AudioDevices) -> bool {
    let (buffer_frames, asked_buffer_frames) = (now.buffer_frames, now.asked_buffer_frames);
    let so_far = AudioDevices { buffer_frames, asked_buffer_frames, ..known.clone() };
    so_far != *now || known.buffer_frames.abs_diff(buffer_frames) > buffer_frames / 8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_that_waver_are_no_news() {
        let known =
            AudioDevices { buffer_frames: 139, asked_buffer_frames: Some(256), ..AudioDevices::default() };
        let now = |frames: u32| AudioDevices { buffer_frames: frames, ..known.clone() };
        assert!(!is_news(&known, &known) && !is_news(&known, &now(140)));
        assert!(is_news(&known, &now(256)) && is_news(&known, &now(64)));
        let told = AudioDevices { notice: Some("gone".into()), ..known.clone() };
        assert!(is_news(&known, &told));
    }
}
