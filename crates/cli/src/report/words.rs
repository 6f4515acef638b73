//! Figures in words, the same for every command.

use std::time::Duration;
use wavecraft_companion_protocol::session::{AudioDevices, Drift, HeardSound, Latency, Mode, State};

/// One line about the audio side.
pub(crate) fn audio(devices: &AudioDevices) -> String {
    let mut text = devices.backend.clone();
    if let Some(input) = &devices.input {
        text += &format!(" · in {input}");
    }
    if let Some(output) = &devices.output {
        text += &format!(" · out {output}");
    }
    let asked = |asked: Option<u32>| asked.map_or_else(String::new, |asked| format!(" (asked for {asked})"));
    text + &format!(
        " · {} Hz{} / {} frames{}",
        devices.sample_rate,
        asked(devices.asked_sample_rate),
        devices.buffer_frames,
        asked(devices.asked_buffer_frames)
    )
}

/// How far apart two clocks are, and what compensates for it.
pub(crate) fn clocks(drift: &Drift) -> String {
    format!("{:+.1} ppm apart, matched over {} frames", drift.ppm, drift.buffer_frames)
}

/// The latency of a project, and its mode.
pub(crate) fn latency(ms: f64, mode: Mode) -> String {
    format!("{ms:.1} ms, {mode}")
}

/// The same by its parts, leaving out those that are zero.
pub(crate) fn latency_parts(parts: &Latency, sample_rate: u32) -> String {
    let ms = |frames: u32| f64::from(frames) * 1000.0 / f64::from(sample_rate.max(1));
    let named = [
        ("input device", parts.input_device),
        ("between two clocks", parts.input_buffer),
        ("to the processor and back", parts.pipeline),
        ("the processor's own", parts.processor),
        ("output device", parts.output_device),
    ];
    let told = named.iter().filter(|(_, frames)| *frames > 0);
    let told: Vec<_> = told.map(|(name, frames)| format!("{name} {:.1} ms", ms(*frames))).collect();
    if told.is_empty() { "none that is known of".into() } else { told.join(" + ") }
}

/// How many blocks missed their deadline.
pub(crate) fn late(blocks: u64) -> String {
    match blocks {
        0 => "no block late".into(),
        1 => "1 block late".into(),
        more => format!("{more} blocks late"),
    }
}

/// A fraction of 1, in percent.
pub(crate) fn percent(part: f32) -> String {
    format!("{:.1} %", part * 100.0)
}

/// What is heard, in a word before its level.
pub(crate) fn heard_name(heard: HeardSound) -> &'static str {
    match heard {
        HeardSound::Processed | HeardSound::Silence => "out",
        HeardSound::Dry => "dry",
    }
}

/// What is heard, in words.
pub(crate) fn heard_words(heard: HeardSound) -> &'static str {
    match heard {
        HeardSound::Processed => "the processed sound",
        HeardSound::Dry => "the dry input",
        HeardSound::Silence => "silence",
    }
}

/// The name of a state for people.
pub(crate) fn state_name(state: State) -> &'static str {
    match state {
        State::Starting => "starting",
        State::Shadow => "warming up",
        State::Live => "live",
        State::Bypassed => "bypassed",
        State::NotResponding => "not responding",
        State::Crashed => "crashed",
        State::Held => "held",
        State::Ended => "ended",
    }
}

/// A linear amplitude in dBFS: 20 · log10(amplitude).
pub(crate) fn decibels(amplitude: f32) -> String {
    if amplitude > 0.0 {
        format!("{:.1} dB", 20.0 * amplitude.log10()).replace('-', "−")
    } else {
        "silence".into()
    }
}

/// The RMS of two channels combined.
pub(crate) fn over_both([left, right]: [f32; 2]) -> f32 {
    ((left * left + right * right) / 2.0).sqrt()
}

/// A time in seconds, to a tenth of a second.
pub(crate) fn seconds(ms: u64) -> String {
    format!("{}.{} s", ms / 1000, ms % 1000 / 100)
}

/// A time as minutes and seconds: "0:42".
pub(crate) fn clock(seconds: f64) -> String {
    let whole = Duration::try_from_secs_f64(seconds).unwrap_or_default().as_secs();
    format!("{}:{:02}", whole / 60, whole % 60)
}

/// The length of a file: to a tenth of a second if it is short.
pub(crate) fn length(seconds: f64) -> String {
    if seconds < 60.0 { format!("{seconds:.1} s") } else { clock(seconds) }
}

/// Frames as seconds: exact below 2^53 frames.
#[expect(clippy::cast_precision_loss, reason = "see above")]
pub(crate) fn seconds_of(frames: u64, sample_rate: u32) -> f64 {
    frames as f64 / f64::from(sample_rate.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_well() {
        assert_eq!(decibels(0.5), "−6.0 dB");
        assert_eq!(decibels(0.0), "silence");
        assert_eq!(seconds(1_432), "1.4 s");
        assert_eq!((length(1.99), length(61.0)), ("2.0 s".into(), "1:01".into()));
        assert_eq!((clock(0.9), clock(3661.0)), ("0:00".into(), "61:01".into()));
        let devices = AudioDevices {
            backend: "virtual".into(),
            sample_rate: 48_000,
            buffer_frames: 256,
            ..AudioDevices::default()
        };
        assert_eq!(audio(&devices), "virtual · 48000 Hz / 256 frames");
        assert_eq!(
            clocks(&Drift { ppm: -12.34, buffer_frames: 431 }),
            "-12.3 ppm apart, matched over 431 frames"
        );
        assert_eq!(latency(12.34, Mode::Direct), "12.3 ms, direct");
        assert_eq!([0, 1, 12].map(late), ["no block late", "1 block late", "12 blocks late"]);
        let parts = Latency { input_device: 96, pipeline: 256, ..Latency::default() };
        assert_eq!(latency_parts(&parts, 48_000), "input device 2.0 ms + to the processor and back 5.3 ms");
        assert_eq!(latency_parts(&Latency::default(), 0), "none that is known of");
    }
}
