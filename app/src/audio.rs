//! Opening the audio side, and what the rest of the app calls its parts.

use crate::app::BackendChoice;
use wavecraft_audio_core::{
    Audio, AudioError, AudioEvent, BackendKind, DeviceId, DeviceInfo, InputState, StreamRequest, open,
};
use wavecraft_companion_protocol::{
    control::{Device, DeviceList},
    session::AudioDevices,
    settings::Settings,
};

/// A running audio side, and why it isn't the one that was asked for.
pub(crate) struct Opened {
    /// The engine with its streams.
    pub audio: Audio,
    /// For a person: what is missing and what to do.
    pub notice: Option<String>,
}

/// What is asked of a device where the settings name no buffer size: 5.3 ms at 48 kHz, which ordinary machines hold.
/// Sound servers' own choice would be some four times that.
const BUFFER_FRAMES: u32 = 256;

/// Opens what is asked for. Without a usable device it is the virtual one, which keeps projects, meters and pages going
/// and makes no sound. Takes its time: call it where that hurts nobody.
///
/// # Errors
/// Not even the virtual one can be opened.
pub(crate) fn open_audio(
    choice: BackendChoice,
    settings: &Settings,
    notify: impl Fn(AudioEvent) + Clone + Send + Sync + 'static,
) -> Result<Opened, AudioError> {
    let request = StreamRequest {
        input: settings.input.clone().map(DeviceId),
        output: settings.output.clone().map(DeviceId),
        sample_rate: settings.sample_rate,
        buffer_frames: settings.buffer_frames.or(Some(BUFFER_FRAMES)),
    };
    if choice != BackendChoice::Virtual {
        match open(BackendKind::Cpal, request.clone(), notify.clone()) {
            Ok(audio) => return Ok(Opened { audio, notice: None }),
            // A chosen device that is away: the default one, and it is said.
            Err(error @ AudioError::UnknownDevice { .. }) => {
                let default = StreamRequest { input: None, output: None, ..request.clone() };
                if let Ok(audio) = open(BackendKind::Cpal, default, notify.clone()) {
                    return Ok(Opened {
                        audio,
                        notice: Some(format!("{error}; using the system's default meanwhile")),
                    });
                }
                return open_virtual(request, notify, Some(error));
            }
            Err(error) => return open_virtual(request, notify, Some(error)),
        }
    }
    open_virtual(request, notify, None)
}

fn open_virtual(
    request: StreamRequest,
    notify: impl Fn(AudioEvent) + Send + Sync + 'static,
    because: Option<AudioError>,
) -> Result<Opened, AudioError> {
    let request = StreamRequest { input: None, output: None, ..request };
    let audio = open(BackendKind::Virtual, request, notify)?;
    let notice = because.map(|error| {
        format!("{error}. Until then the processor runs on a virtual device: meters and pages work, nothing is heard")
    });
    Ok(Opened { audio, notice })
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
        AudioDevices {
            backend: stream.backend,
            input,
            output: (!is_virtual).then_some(stream.output_name),
            sample_rate: stream.sample_rate,
            buffer_frames: if stream.buffer_frames == 0 { stream.delay_frames } else { stream.buffer_frames },
            notice: self.notice.clone().or(input_trouble),
        }
    }
}

/// The system's devices, as they are told.
///
/// # Errors
/// There is no sound system.
pub(crate) fn list_devices() -> Result<DeviceList, AudioError> {
    let list = wavecraft_audio_core::devices()?;
    let tell = |devices: Vec<DeviceInfo>| devices.into_iter().map(device).collect();
    Ok(DeviceList { inputs: tell(list.inputs), outputs: tell(list.outputs) })
}

fn device(device: DeviceInfo) -> Device {
    Device {
        id: device.id.0,
        name: device.name,
        channels: device.channels,
        sample_rate: device.sample_rate,
        is_default: device.is_default,
    }
}
