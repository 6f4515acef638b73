//! Opening the audio side, and what the rest of the app calls its parts.

use crate::{
    app::BackendChoice,
    devices::{self, Wanted},
};
use wavecraft_audio_core::{
    Audio, AudioError, AudioEvent, BackendKind, DeviceInfo, DeviceList, InputState, StreamRequest, open,
};
use wavecraft_companion_protocol::{control, session::AudioDevices, settings::ChosenDevices};

/// A running audio side, and why it isn't the one that was asked for.
pub(crate) struct Opened {
    /// The engine with its streams.
    pub audio: Audio,
    /// What it was opened with.
    pub using: StreamRequest,
    /// It is the virtual device, as long as there is no other.
    pub stands_in: bool,
    /// For a person: what is missing and what to do.
    pub notice: Option<String>,
}

/// Opens what is asked for. Without a usable device it is the virtual one, which keeps projects, meters and pages going
/// and makes no sound. Takes its time: call it where that hurts nobody.
///
/// # Errors
/// Not even the virtual one can be opened.
pub(crate) fn open_audio(
    choice: BackendChoice,
    chosen: &ChosenDevices,
    notify: impl Fn(AudioEvent) + Clone + Send + Sync + 'static,
) -> Result<Opened, AudioError> {
    if choice == BackendChoice::Virtual {
        return open_virtual(devices::asked(chosen), notify, None);
    }
    let Wanted { request, notice } = match list(choice) {
        Ok(list) => devices::wanted(chosen, &list),
        Err(error) => return open_virtual(devices::asked(chosen), notify, Some(error)),
    };
    match open(choice.system(), request.clone(), notify.clone()) {
        Ok(audio) => Ok(Opened { audio, using: request, stands_in: false, notice }),
        Err(error) => open_virtual(request, notify, Some(error)),
    }
}

fn open_virtual(
    request: StreamRequest,
    notify: impl Fn(AudioEvent) + Send + Sync + 'static,
    because: Option<AudioError>,
) -> Result<Opened, AudioError> {
    let audio = open(BackendKind::Virtual, request.clone(), notify)?;
    let notice = because.as_ref().map(|error| devices::nothing_heard(&error.to_string()));
    Ok(Opened { audio, using: request, stands_in: because.is_some(), notice })
}

/// The system's devices. Takes a moment.
///
/// # Errors
/// There is no sound system, or it has no output.
pub(crate) fn list(choice: BackendChoice) -> Result<DeviceList, AudioError> {
    let list = wavecraft_audio_core::devices(choice.system())?;
    if list.outputs.is_empty() {
        return Err(AudioError::NoOutput { reason: "the sound system has no output device".into() });
    }
    Ok(list)
}

impl Opened {
    /// What is in use, as it is told.
    pub(crate) fn devices(&self) -> AudioDevices {
        let stream = self.audio.stream();
        let is_virtual = stream.backend == "virtual";
        let (input, input_trouble) = match stream.input {
            InputState::Closed => (None, None),
            InputState::Open { name, .. } => (Some(name), None),
            InputState::Failed(error) => (None, Some(error.to_string())),
        };
        let buffer_frames =
            if stream.buffer_frames == 0 { stream.delay_frames } else { stream.buffer_frames };
        let unlike = |asked: Option<u32>, got: u32| asked.filter(|asked| *asked != got);
        AudioDevices {
            backend: stream.backend,
            input,
            output: (!is_virtual).then_some(stream.output_name),
            sample_rate: stream.sample_rate,
            buffer_frames,
            asked_sample_rate: unlike(self.using.sample_rate, stream.sample_rate),
            asked_buffer_frames: unlike(self.using.buffer_frames, buffer_frames),
            notice: self.notice.clone().or(input_trouble),
        }
    }
}

/// The system's devices, as they are told.
pub(crate) fn told(list: DeviceList) -> control::DeviceList {
    let tell = |devices: Vec<DeviceInfo>| devices.into_iter().map(device).collect();
    control::DeviceList {
        inputs: tell(list.inputs),
        outputs: tell(list.outputs),
        ..control::DeviceList::default()
    }
}

fn device(device: DeviceInfo) -> control::Device {
    control::Device {
        id: device.id.0,
        name: device.name,
        channels: device.channels,
        sample_rate: device.sample_rate,
        sample_rates: device.sample_rates,
        buffer_frames: device.buffer_frames,
        transport: device.transport.map(|transport| transport.to_string()),
        is_default: device.is_default,
    }
}
