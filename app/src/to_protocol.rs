//! The only place where audio-core's types are converted to the protocol's.

use crate::{
    audio::AudioFigures,
    microphone::Trouble,
    units::{rate_as_f32, seconds},
};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use wavecraft_audio_core as core;
use wavecraft_companion_protocol::{
    browser::{
        AudioDiagnostic, AudioDiagnosticCode, AudioRuntimePhase, AudioRuntimeStatus, Edge, MeterFrame,
        MeterUpdate, Meters, OscilloscopeFrame, OscilloscopeTriggerMode, ScopePicture, ScopeRequest, Signal,
        SpectrumFrame, SpectrumPeak, TriggerMode, Waveform, rounded,
    },
    comparison::Floor,
    control,
    latency::{MeasuredLatency, ProjectLatency, ReportedLoop},
    session::{
        AudioDevices, Colour, Drift, FilePosition, Guard, HeardSound, Hertz, LateBlocks, Latency, Level,
        Levels, Load, Mode, NOTICE_GAP, OnBypass, RecordingFigures, State, Stats, TestSignal,
    },
    take,
    transport::{Reaches, Transport},
};

/// The measured part of a project's figures: everything that the session doesn't know by itself. `microphone`: that is
/// its source.
pub(crate) fn stats(
    figures: &AudioFigures,
    snapshot: &core::ProjectSnapshot,
    (microphone, limiting, processor_latency_frames): (bool, bool, u32),
) -> Stats {
    let AudioFigures { engine, latency, devices } = figures;
    let of_microphone = |frames| if microphone { frames } else { 0 };
    Stats {
        xruns: engine.device_xruns,
        load: engine.load.average,
        load_max: engine.load.maximum,
        load_p99: engine.load.percentile99,
        load_last_second: engine.load.last_second,
        processor_load: load(snapshot.load),
        wake_us: Duration::from_nanos(snapshot.wake_ns).as_secs_f32() * 1e6,
        input: levels(snapshot.input),
        output: levels(snapshot.output),
        heard: heard(snapshot.heard),
        latency: Latency {
            input_device: of_microphone(latency.input_device_frames),
            input_buffer: of_microphone(latency.input_fifo_frames),
            pipeline: snapshot.delay_frames,
            processor: processor_latency_frames,
            output_device: latency.output_device_frames,
        },
        drift: engine
            .input
            .drift_ppm
            .filter(|_| microphone)
            .map(|ppm| Drift { ppm, buffer_frames: latency.input_fifo_frames }),
        devices: devices.clone(),
        file: snapshot.file.map(|file| FilePosition {
            position_frames: file.position_frames,
            length_frames: file.length_frames,
        }),
        mode: mode(snapshot.mode),
        guard: Guard {
            limiting: limiting || engine.limiter.gain < 1.0,
            howl_muted: engine.limiter.howl_muted,
        },
        ..Stats::default()
    }
}

fn load(load: core::Load) -> Load {
    let core::Load { average, maximum, percentile99, last_second } = load;
    Load { average, max: maximum, p99: percentile99, last_second }
}

pub(crate) fn late_blocks(late: core::LateBlocks) -> LateBlocks {
    let core::LateBlocks { not_scheduled, too_slow, full, device } = late;
    LateBlocks { not_scheduled, too_slow, queue_full: full, device }
}

fn heard(heard: core::HeardSound) -> HeardSound {
    match heard {
        core::HeardSound::Processed => HeardSound::Processed,
        core::HeardSound::Dry => HeardSound::Dry,
        core::HeardSound::Silence => HeardSound::Silence,
    }
}

fn levels(meter: core::Meter) -> Levels {
    Levels { peak: meter.peak, rms: meter.rms }
}

/// The level of what is heard, as requested and as pushed.
/// The time, to a project with what of it reaches that.
pub(crate) fn transport(time: &core::Time, sample_rate: u32, reaches: Option<Reaches>) -> Transport {
    Transport {
        playing: time.playing,
        tempo: time.tempo,
        position_frames: time.position_frames,
        position_beats: time.beats(sample_rate),
        sample_rate,
        loop_bars: Some(time.loop_bars).filter(|bars| *bars > 0),
        reaches,
    }
}

pub(crate) fn meters(snapshot: &core::ProjectSnapshot, sample_rate: u32) -> (MeterFrame, Meters) {
    let [left_peak, right_peak] = snapshot.output.peak;
    let [left_rms, right_rms] = snapshot.output.rms;
    let timestamp = snapshot.timestamp_frames;
    let frame =
        MeterFrame { peak_l: left_peak, peak_r: right_peak, rms_l: left_rms, rms_r: right_rms, timestamp };
    let timestamp_us = timestamp.saturating_mul(1_000_000) / u64::from(sample_rate.max(1));
    let meters = Meters {
        output: MeterUpdate { timestamp_us, left_peak, left_rms, right_peak, right_rms },
        input: Some(levels(snapshot.input)),
        heard: Some(heard(snapshot.heard)),
        position_frames: snapshot.file.map(|file| file.position_frames),
        position_beats: None,
        // Each page has a rate of its own: the server asks for them.
        probes: Vec::new(),
    };
    (frame, meters)
}

pub(crate) fn oscilloscope(scope: &core::ScopeFrame, sample_rate: u32) -> OscilloscopeFrame {
    OscilloscopeFrame {
        points_l: scope.left.to_vec(),
        points_r: scope.right.to_vec(),
        sample_rate: rate_as_f32(sample_rate),
        timestamp: scope.timestamp_frames,
        no_signal: scope.no_signal,
        trigger_mode: OscilloscopeTriggerMode::RisingZeroCrossing,
    }
}

pub(crate) fn spectrum(spectrum: core::SpectrumFrame) -> SpectrumFrame {
    SpectrumFrame {
        levels_db: spectrum.levels_db,
        low_hz: spectrum.low_hz,
        high_hz: spectrum.high_hz,
        timestamp: spectrum.timestamp_frames,
        peak: spectrum.peak.map(|peak| SpectrumPeak { hz: peak.hertz, db: peak.level_db }),
    }
}

/// The engine's form of what a page wants to see of the waveform.
pub(crate) fn engine_trigger(wanted: &ScopeRequest) -> core::Trigger {
    let rising = wanted.edge == Edge::Rising;
    core::Trigger { span_ms: f64::from(wanted.span_ms), rising, level: wanted.level }
}

pub(crate) fn scope_picture(frame: core::TriggeredFrame, wanted: &ScopeRequest) -> ScopePicture {
    let points = |values: Vec<f32>| values.into_iter().map(rounded).collect();
    ScopePicture {
        points_l: points(frame.left),
        points_r: points(frame.right),
        sample_rate: rate_as_f32(frame.sample_rate),
        timestamp: frame.timestamp_frames,
        no_signal: frame.no_signal,
        trigger_mode: match wanted.edge {
            Edge::Rising if wanted.level == 0.0 => TriggerMode::RisingZeroCrossing,
            Edge::Rising => TriggerMode::Rising,
            Edge::Falling => TriggerMode::Falling,
        },
        frames: u32::try_from(frame.frames).unwrap_or(u32::MAX),
        pairs: frame.pairs,
        triggered: frame.triggered,
    }
}

/// Frames of a file.
pub(crate) fn frames_of(file: &core::AudioFile) -> u64 {
    u64::try_from(file.frames().len()).unwrap_or(u64::MAX)
}

/// A file's shape.
pub(crate) fn waveform(overview: &core::Overview) -> Waveform {
    let columns = |values: &[f32]| values.iter().copied().map(rounded).collect();
    Waveform { min: columns(&overview.min), max: columns(&overview.max) }
}

/// A signal as it is played at this rate in Hz.
pub(crate) fn signal(signal: TestSignal, sample_rate: u32) -> Signal {
    let mut told = Signal {
        text: signal,
        label: signal.label(),
        form: signal.kind().form().into(),
        hz: None,
        second_hz: None,
        from_hz: None,
        to_hz: None,
        seconds: None,
        colour: None,
        level_db: signal.level().map(Level::get),
    };
    match signal {
        TestSignal::Tone { hz, .. } => told.hz = Some(hz.get()),
        TestSignal::Noise { colour, .. } => told.colour = Some(colour.name().into()),
        TestSignal::Sweep { span, time, .. } => {
            let [from_hz, to_hz] =
                span.map_or_else(|| core::sweep_hz(sample_rate), |span| span.map(Hertz::get));
            (told.from_hz, told.to_hz, told.seconds) = (Some(from_hz), Some(to_hz), Some(time.get()));
        }
        TestSignal::Impulse { period, .. } => told.seconds = Some(period.get()),
        TestSignal::TwoTone { hz: [one, other], .. } => {
            (told.hz, told.second_hz) = (Some(one.get()), Some(other.get()));
        }
        TestSignal::Step { .. } | TestSignal::Silence => {}
    }
    told
}

/// The engine's form of a signal; silence is none.
pub(crate) fn engine_signal(signal: TestSignal) -> Option<core::Signal> {
    let level_db = signal.level().map(Level::get)?;
    Some(match signal {
        TestSignal::Tone { hz, .. } => core::Signal::Tone { hz: hz.get(), level_db },
        TestSignal::Noise { colour, .. } => {
            let colour = match colour {
                Colour::White => core::Colour::White,
                Colour::Pink => core::Colour::Pink,
            };
            core::Signal::Noise { colour, level_db }
        }
        TestSignal::Sweep { span, time, .. } => {
            let span_hz = span.map(|span| span.map(Hertz::get));
            core::Signal::Sweep { span_hz, seconds: time.get(), level_db }
        }
        TestSignal::Impulse { period, .. } => core::Signal::Impulse { seconds: period.get(), level_db },
        TestSignal::Step { .. } => core::Signal::Step { level_db },
        TestSignal::TwoTone { hz, .. } => core::Signal::TwoTone { hz: hz.map(Hertz::get), level_db },
        TestSignal::Silence => return None,
    })
}

pub(crate) fn mode(mode: core::Mode) -> Mode {
    match mode {
        core::Mode::Pipelined => Mode::Pipelined,
        core::Mode::Direct => Mode::Direct,
    }
}

/// The engine's form of a mode.
pub(crate) fn engine_mode(mode: Mode) -> core::Mode {
    match mode {
        Mode::Pipelined => core::Mode::Pipelined,
        Mode::Direct => core::Mode::Direct,
    }
}

/// The engine's form of what is played while the processor isn't heard.
pub(crate) fn engine_on_bypass(heard: OnBypass) -> core::OnBypass {
    match heard {
        OnBypass::Dry => core::OnBypass::Dry,
        OnBypass::Silence => core::OnBypass::Silence,
    }
}

pub(crate) fn recording_figures(recording: &core::Recording) -> RecordingFigures {
    RecordingFigures {
        seconds: seconds(recording.frames(), recording.sample_rate()),
        dropped_frames: recording.dropped_frames(),
    }
}

/// A recording that has ended: by itself for its own reason, or else for this one.
pub(crate) fn take(ended: core::Take, reason: Option<String>) -> take::Take {
    let core::Take { path, frames, sample_rate, dropped_frames, error } = ended;
    let reason = error.map(|error| error.to_string()).or(reason);
    take::Take { path, frames, seconds: seconds(frames, sample_rate), dropped_frames, reason }
}

/// The devices in use. `asked` are the requested rate in Hz and frames per callback, `output` is the output's name for
/// a stream that doesn't know it.
pub(crate) fn devices(
    stream: core::StreamInfo,
    (asked_rate, asked_frames): (Option<u32>, Option<u32>),
    output: Option<&str>,
    [notice, of_microphone]: [Option<String>; 2],
    input_is_silent: bool,
) -> AudioDevices {
    let is_virtual = stream.backend == "virtual";
    let (input, input_trouble) = match stream.input {
        core::InputState::Closed => (None, None),
        core::InputState::Open { name, .. } => {
            let silent = input_is_silent.then(|| {
                format!("no signal from “{name}”: it delivers exact silence. Muted, or its level 0, in the sound settings?")
            });
            (Some(name), silent)
        }
        core::InputState::Failed(error) => (None, Some(error.to_string())),
    };
    let buffer_frames = if stream.buffer_frames == 0 { stream.delay_frames } else { stream.buffer_frames };
    let microphone_notice = joined([of_microphone, input_trouble]);
    let unlike = |asked: Option<u32>, got: u32| asked.filter(|asked| *asked != got);
    AudioDevices {
        backend: stream.backend,
        input,
        output: (!is_virtual).then(|| output.map_or(stream.output_name, str::to_owned)),
        sample_rate: stream.sample_rate,
        buffer_frames,
        asked_sample_rate: unlike(asked_rate, stream.sample_rate),
        asked_buffer_frames: unlike(asked_frames, buffer_frames),
        notice: joined([notice, stream.notice, microphone_notice.clone()]),
        microphone_notice,
    }
}

/// Joins the notices into one sentence.
pub(crate) fn joined(notices: impl IntoIterator<Item = Option<String>>) -> Option<String> {
    notices.into_iter().flatten().reduce(|sentence, next| format!("{sentence}{NOTICE_GAP}{next}"))
}

/// The system's devices; the caller adds which are chosen and used.
pub(crate) fn device_list(list: core::DeviceList) -> control::DeviceList {
    let tell = |devices: Vec<core::DeviceInfo>| devices.into_iter().map(device).collect();
    control::DeviceList {
        inputs: tell(list.inputs),
        outputs: tell(list.outputs),
        ..control::DeviceList::default()
    }
}

fn device(device: core::DeviceInfo) -> control::Device {
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

pub(crate) fn reported_loop(latency: core::LatencyParts) -> ReportedLoop {
    ReportedLoop {
        output_device: latency.output_device_frames,
        input_device: latency.input_device_frames,
        input_buffer: latency.input_fifo_frames,
    }
}

/// What a project adds to a loop's latency. The processor's own latency is in frames.
pub(crate) fn project_latency(
    session: &str,
    snapshot: &core::ProjectSnapshot,
    processor: u32,
) -> ProjectLatency {
    let (mode, pipeline) = (mode(snapshot.mode), snapshot.delay_frames);
    ProjectLatency { session: session.into(), mode, pipeline, processor }
}

pub(crate) fn measured_latency(
    measured: core::MeasuredLatency,
    sample_rate: u32,
    reported: ReportedLoop,
    projects: Vec<ProjectLatency>,
    devices: AudioDevices,
) -> MeasuredLatency {
    MeasuredLatency {
        sample_rate,
        frames: measured.frames,
        chirps: measured.chirps,
        gain_db: measured.gain_db,
        inverted: measured.inverted,
        reported,
        difference_frames: measured.frames - f64::from(reported.total_frames()),
        projects,
        devices,
    }
}

/// The audio side's state for a project's pages: the devices in use, the project's state and its reason, and why it
/// doesn't hear the microphone.
pub(crate) fn audio_status(
    devices: Option<&AudioDevices>,
    (state, reason): (State, Option<&str>),
    microphone: Option<Trouble>,
) -> AudioRuntimeStatus {
    let because = |code, message: Option<&str>| Some((code, message.map(str::to_owned)));
    let (phase, problem) = match (devices, state) {
        (None, _) | (_, State::Starting | State::Shadow) => (AudioRuntimePhase::Initializing, None),
        (_, State::Crashed | State::Held) => {
            (AudioRuntimePhase::Failed, because(AudioDiagnosticCode::ProcessorCreateFailed, reason))
        }
        (_, State::Bypassed | State::NotResponding) => {
            (AudioRuntimePhase::Degraded, because(AudioDiagnosticCode::Unknown, reason))
        }
        (_, State::Ended) => (AudioRuntimePhase::Disabled, None),
        (Some(devices), State::Live) => match (microphone, &devices.notice) {
            (Some(trouble), _) => (
                AudioRuntimePhase::Degraded,
                because(AudioDiagnosticCode::InputPermissionDenied, Some(trouble.what)),
            ),
            (None, Some(notice)) => {
                let code = if devices.output.is_none() {
                    AudioDiagnosticCode::NoOutputDevice
                } else {
                    AudioDiagnosticCode::NoInputDevice
                };
                (AudioRuntimePhase::Degraded, because(code, Some(notice)))
            }
            (None, None) => (AudioRuntimePhase::RunningFullDuplex, None),
        },
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    AudioRuntimeStatus {
        phase,
        diagnostic: problem.map(|(code, message)| AudioDiagnostic {
            hint: Some(match (code, microphone) {
                (AudioDiagnosticCode::InputPermissionDenied, Some(trouble)) => trouble.hint.into(),
                _ => "the terminal where `wavecraft start` runs shows more".into(),
            }),
            code,
            message: message.unwrap_or_else(|| "the processor isn't heard".into()),
        }),
        sample_rate: devices.map(|devices| rate_as_f32(devices.sample_rate)),
        buffer_size: devices.map(|devices| devices.buffer_frames),
        updated_at_ms: u64::try_from(now.as_millis()).unwrap_or(u64::MAX),
    }
}

/// What two runs of a build differ by, to a tenth of a decibel.
#[expect(clippy::cast_possible_truncation, reason = "a few hundred decibels at most, rounded to a tenth")]
pub(crate) fn floor(null: wavecraft_companion_analysis::Level) -> Floor {
    Floor { null_db: (!null.is_silent()).then(|| ((null.db() * 10.0).round() / 10.0) as f32) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notices_become_one_sentence() {
        assert_eq!(joined([None, None]), None);
        assert_eq!(joined([Some("a".into()), None, Some("b".into())]), Some("a; b".into()));
    }
}
