//! A running project's state, settings and measurements.

mod devices;
mod probe;
mod signal;
mod source;
mod source_name;
mod told;

pub use devices::{AudioDevices, NOTICE_GAP};
pub use probe::Probe;
pub use signal::{BadSignal, Colour, Hertz, Level, SIGNALS, Seconds, SignalKind, TestSignal, TooHigh};
pub use source::{BadSource, Source};
pub use source_name::SourceName;
pub use told::{NamedValue, NotANumber, Notice, NoticeAction};

use crate::{comparison::Comparison, realtime::Realtime, transport::Transport};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// When the processor's output for a block is taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Mode {
    /// In a later callback: a constant delay, and the audio thread never waits.
    #[default]
    Pipelined,
    /// In the same callback: no delay. If the processor is late too often, its project goes back to pipelined.
    Direct,
}

/// Parses the form used on the command line: `pipelined` or `direct`.
impl FromStr for Mode {
    type Err = BadMode;

    fn from_str(text: &str) -> Result<Self, BadMode> {
        match text {
            "pipelined" => Ok(Self::Pipelined),
            "direct" => Ok(Self::Direct),
            other => Err(BadMode(other.into())),
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pipelined => "pipelined",
            Self::Direct => "direct",
        })
    }
}

/// The error for a text that names no [`Mode`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no mode: use pipelined or direct")]
pub struct BadMode(String);

/// What is played while the processor isn't heard because it is bypassed, late, or gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OnBypass {
    /// The input, with the same delay as the processed sound.
    Dry,
    /// Silence.
    Silence,
}

/// A project's state in its life cycle.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum State {
    /// The child is spawned but not ready yet.
    #[default]
    Starting,
    /// A new child receives live input but isn't heard yet.
    Shadow,
    /// The processor is heard.
    Live,
    /// The processor is late repeatedly: dry input or silence is heard.
    Bypassed,
    /// The child has shown no sign of life for a while.
    NotResponding,
    /// The child ended by itself; another one is started after a pause.
    Crashed,
    /// The child crashed too often, or could not be prepared; the next build or a restart tries again.
    Held,
    /// The project was detached.
    Ended,
}

/// A change of a project's state, with the reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StateChange {
    /// The project's session.
    pub session: String,
    /// The new state.
    pub state: State,
    /// What happened and what happens next, for the user to read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The level of one stereo signal over the last measuring window. Linear amplitude, 1.0 is full scale.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Levels {
    /// The largest magnitude, left and right.
    pub peak: [f32; 2],
    /// The root of the mean square, left and right.
    pub rms: [f32; 2],
}

/// The range of a project's volume: the gain after its processor, in dB.
pub const GAIN_DB: std::ops::RangeInclusive<f32> = -60.0..=12.0;

/// Blocks that came back too late to be heard, by cause.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LateBlocks {
    /// The child didn't wake in time: the system didn't schedule it.
    pub not_scheduled: u64,
    /// The child woke but didn't finish in time: the processor is too slow.
    pub too_slow: u64,
    /// All of the child's slots held unanswered blocks, so nothing was sent.
    pub queue_full: u64,
    /// The device requested several blocks at once: not the child's fault.
    pub device: u64,
}

impl LateBlocks {
    /// The sum of all causes.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.not_scheduled + self.too_slow + self.queue_full + self.device
    }
}

/// Latency from the microphone to the loudspeaker, as a sum of named parts, each in frames.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latency {
    /// The input device's reported latency; 0 if the source isn't a device.
    pub input_device: u32,
    /// Frames waiting between the clocks of two devices.
    pub input_buffer: u32,
    /// The constant delay of the path to the child and back; 0 in direct mode.
    pub pipeline: u32,
    /// The latency that the processor reports.
    pub processor: u32,
    /// The output device's reported latency.
    pub output_device: u32,
}

impl Latency {
    /// The sum, in frames.
    #[must_use]
    pub fn total_frames(&self) -> u32 {
        [self.input_buffer, self.pipeline, self.processor, self.output_device]
            .iter()
            .fold(self.input_device, |sum, part| sum.saturating_add(*part))
    }

    /// The sum in milliseconds at `sample_rate` Hz; 0 if the rate is 0.
    #[must_use]
    pub fn total_ms(&self, sample_rate: u32) -> f64 {
        if sample_rate == 0 { 0.0 } else { f64::from(self.total_frames()) * 1000.0 / f64::from(sample_rate) }
    }
}

/// Busy time divided by available time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Load {
    /// The average over about eight blocks.
    pub average: f32,
    /// The largest of the last ten seconds.
    pub max: f32,
    /// The 99th percentile of the same ten seconds, at most `max`.
    pub p99: f32,
    /// The largest of the last second.
    #[serde(default)]
    pub last_second: f32,
}

/// What a project contributes to the mix, apart from gain and mute.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum HeardSound {
    /// The processor's output.
    Processed,
    /// The input without the processor.
    Dry,
    /// Nothing.
    #[default]
    Silence,
}

/// Counters since a project was attached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Builds that were heard.
    pub builds: u64,
    /// Blocks that children processed.
    pub blocks: u64,
    /// Blocks that came back too late.
    pub late_blocks: LateBlocks,
    /// As [`Stats::nonfinite`].
    pub nonfinite: u64,
    /// As [`Stats::respawns`].
    pub respawns: u64,
}

/// The drift between two clocks: the input is resampled by a ratio that follows it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Drift {
    /// By how much the input's clock is faster than the output's, in parts per million.
    pub ppm: f32,
    /// Frames waiting between them, at the session's rate.
    pub buffer_frames: u32,
}

/// The position in a looped file, at the session's rate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilePosition {
    /// The frame that the processor gets next, from 0.
    pub position_frames: u64,
    /// Frames of the whole file.
    pub length_frames: u64,
}

/// The progress of a recording.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct RecordingFigures {
    /// The length of the recording so far, in seconds.
    pub seconds: f64,
    /// Frames missing because the disk was too slow.
    pub dropped_frames: u64,
}

/// All measurements of a project. `blocks`, `late_blocks`, `nonfinite` and `respawns` count since the present build is
/// heard; [`total`](Self::total) has them since the project was attached.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Stats {
    /// The project's session.
    pub session: String,
    /// Its state.
    pub state: State,
    /// Blocks that the child processed.
    pub blocks: u64,
    /// Blocks that came back too late.
    pub late_blocks: LateBlocks,
    /// Samples that weren't finite and became 0, or were beyond ±65,536 and were limited.
    pub nonfinite: u64,
    /// Number of times the device itself lost frames.
    pub xruns: u64,
    /// The audio thread's busy time divided by its period, averaged.
    pub load: f32,
    /// The largest of the last ten seconds.
    pub load_max: f32,
    /// The 99th percentile of the same ten seconds.
    #[serde(default)]
    pub load_p99: f32,
    /// The largest of the last second.
    #[serde(default)]
    pub load_last_second: f32,
    /// The load: the processor's time for a block divided by the block's duration. Measured while it is bypassed, too.
    #[serde(default)]
    pub processor_load: Load,
    /// Time from handing a block over until the child is awake, averaged, in microseconds.
    #[serde(default)]
    pub wake_us: f32,
    /// The source's level.
    pub input: Levels,
    /// The level of what is heard, before gain, mute and guard.
    pub output: Levels,
    /// What that is; the oscilloscope and the spectrum show the same.
    #[serde(default)]
    pub heard: HeardSound,
    /// Set while the output of the processor that is heard is not a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_a_number: Option<NotANumber>,
    /// Everything that isn't as it should be, the most urgent first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Notice>,
    /// The latency from the microphone to the loudspeaker.
    pub latency: Latency,
    /// How the microphone's clock is matched to the output's; absent while the microphone is closed, and if both share
    /// one clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drift: Option<Drift>,
    /// The audio devices in use.
    pub devices: AudioDevices,
    /// The input's source.
    pub source: SourceName,
    /// The signal with its numbers, if the source is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal: Option<TestSignal>,
    /// Why silence is heard instead of the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_reason: Option<String>,
    /// The position in the file, if the source is a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<FilePosition>,
    /// The recording's progress, while there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording: Option<RecordingFigures>,
    /// The mode in force.
    #[serde(default)]
    pub mode: Mode,
    /// Why it differs from the requested mode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode_reason: Option<String>,
    /// Whether the user bypassed the processor.
    pub bypassed: bool,
    /// Whether the project is muted.
    pub muted: bool,
    /// The reason, if the user didn't mute it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mute_reason: Option<String>,
    /// The gain applied after the processor, in dB.
    pub gain_db: f32,
    /// The state of the guard on the mix.
    pub guard: Guard,
    /// Number of children that were started in place of one that crashed, hung or was restarted.
    pub respawns: u64,
    /// The same counters since the project was attached.
    #[serde(default)]
    pub total: Totals,
    /// What the processors show of themselves, since the previous measurements; in the chain's order. Empty for a processor
    /// without probes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub probes: Vec<Probe>,
    /// What the build that is heard was seen to do in `process` that an audio thread must not.
    #[serde(default)]
    pub realtime: Realtime,
    /// What is heard of the session's builds; absent while no older one is alive, and there is nothing to say of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Comparison>,
    /// The names of the other projects' sessions, without any of their data.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<String>,
    /// The time, and what of it reaches the processor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transport: Option<Transport>,
}

/// The guard on the mix of all projects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guard {
    /// Whether the limiter has held the mix under −1 dBFS since the previous measurements, or still does.
    pub limiting: bool,
    /// Whether the mix is muted because the level ran away (feedback).
    pub howl_muted: bool,
}

/// The status of a build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "camelCase")]
pub enum Build {
    /// The build is running.
    Building,
    /// The build succeeded.
    Ok {
        /// How long it took.
        ms: u64,
    },
    /// The build failed; the previous processor continues.
    Failed {
        /// The compiler's output, without colours. Places of the project are relative to its folder.
        errors: String,
        /// The places named in it, in its order, each once; 64 at most.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        places: Vec<Place>,
        /// The same output with colours (ECMA-48, `ESC [ … m`) and no other control sequence.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        coloured: Option<String>,
    },
}

/// A place in a source file, as a compiler's message names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The file as it stands in the text: relative to the project's folder, or absolute if it is elsewhere.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
    /// The file's absolute path, for a link that opens it in an editor.
    pub path: String,
}

#[cfg(test)]
mod tests;
