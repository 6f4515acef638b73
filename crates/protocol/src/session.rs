//! What a running project is, does and measures.

use serde::{Deserialize, Serialize};
use std::{fmt, path::PathBuf, str::FromStr};

/// Where a project's input comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Source {
    /// The input device. Never chosen by a browser.
    Microphone,
    /// A steady sine.
    Tone,
    /// White noise.
    Noise,
    /// A sine that rises from the lowest to the highest audible frequency, over and over.
    Sweep,
    /// Digital silence.
    Silence,
    /// An audio file, played in a loop. Never named by a browser.
    File {
        /// Its absolute path.
        path: PathBuf,
    },
}

impl Source {
    /// Its name without a path: what a browser may see.
    #[must_use]
    pub fn name(&self) -> SourceName {
        match self {
            Self::Microphone => SourceName::Microphone,
            Self::Tone => SourceName::Tone,
            Self::Noise => SourceName::Noise,
            Self::Sweep => SourceName::Sweep,
            Self::Silence => SourceName::Silence,
            Self::File { .. } => SourceName::File,
        }
    }
}

/// A [`Source`] without its path.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names say it; see Source")]
pub enum SourceName {
    Microphone,
    Tone,
    Noise,
    Sweep,
    #[default]
    Silence,
    File,
}

/// The form of the command line: `mic`, `tone`, `noise`, `sweep`, `silence` or `file:PATH`.
impl FromStr for Source {
    type Err = BadSource;

    fn from_str(text: &str) -> Result<Self, BadSource> {
        match text {
            "mic" => Ok(Self::Microphone),
            "tone" => Ok(Self::Tone),
            "noise" => Ok(Self::Noise),
            "sweep" => Ok(Self::Sweep),
            "silence" => Ok(Self::Silence),
            other => match other.strip_prefix("file:") {
                Some(path) if !path.is_empty() => Ok(Self::File { path: path.into() }),
                _ => Err(BadSource(text.into())),
            },
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path } => write!(f, "file:{}", path.display()),
            other => other.name().fmt(f),
        }
    }
}

/// The same without a file's path.
impl fmt::Display for SourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Microphone => "mic",
            Self::Tone => "tone",
            Self::Noise => "noise",
            Self::Sweep => "sweep",
            Self::Silence => "silence",
            Self::File => "file",
        })
    }
}

/// A text that names no [`Source`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no input: use mic, tone, noise, sweep, silence or file:PATH")]
pub struct BadSource(String);

/// When a processor's answer to a block is taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Mode {
    /// In a later callback: a constant delay, and nobody waits.
    #[default]
    Pipelined,
    /// In the same callback: no delay. A processor that is late too often takes its project back to pipelined.
    Direct,
}

/// The form of the command line: `pipelined` or `direct`.
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

/// A text that names no [`Mode`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no mode: use pipelined or direct")]
pub struct BadMode(String);

/// What is heard while the processor isn't: it is bypassed, late, or gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OnBypass {
    /// The input, in step with the processed sound.
    Dry,
    /// Nothing.
    Silence,
}

/// Where a project is in its life.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum State {
    /// The child is spawned and not ready yet.
    #[default]
    Starting,
    /// A new child gets live input and isn't heard yet.
    Shadow,
    /// The processor is heard.
    Live,
    /// The processor is late again and again: dry input or silence is heard.
    Bypassed,
    /// The child hasn't moved for a while.
    NotResponding,
    /// The child ended by itself; another follows after a pause.
    Crashed,
    /// The child crashed too often, or could not be prepared: the next build or a restart tries again.
    Held,
    /// Detached.
    Ended,
}

/// A project's state, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StateChange {
    /// Which project.
    pub session: String,
    /// Its state now.
    pub state: State,
    /// What happened and what comes next, for a person.
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

/// Blocks that came back too late to be heard, by cause.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LateBlocks {
    /// The child never woke in time: the system didn't run it.
    pub not_scheduled: u64,
    /// The child woke and wasn't done in time: the processor is too slow.
    pub too_slow: u64,
    /// The child had all its slots unanswered, so nothing was sent.
    pub queue_full: u64,
    /// The device asked for several blocks at once: not the child's fault.
    pub device: u64,
}

impl LateBlocks {
    /// All of them.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.not_scheduled + self.too_slow + self.queue_full + self.device
    }
}

/// Latency from the microphone to the loudspeaker, as a sum of named parts, each in frames.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latency {
    /// What the input device reports; 0 where the source is none.
    pub input_device: u32,
    /// What waits between two devices' clocks.
    pub input_buffer: u32,
    /// The constant delay of the way to the child and back; 0 in direct mode.
    pub pipeline: u32,
    /// What the processor says of itself.
    pub processor: u32,
    /// What the output device reports.
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

    /// The sum in milliseconds at `sample_rate` Hz; 0 where the rate is 0.
    #[must_use]
    pub fn total_ms(&self, sample_rate: u32) -> f64 {
        if sample_rate == 0 { 0.0 } else { f64::from(self.total_frames()) * 1000.0 / f64::from(sample_rate) }
    }
}

/// The audio side: which devices, how fast, in what steps.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AudioDevices {
    /// The sound system: `PipeWire`, `ALSA`, `JACK`, `CoreAudio`, or `virtual` where none is used.
    pub backend: String,
    /// The input device's name, while one is open.
    pub input: Option<String>,
    /// The output device's name; none for the virtual backend.
    pub output: Option<String>,
    /// In Hz.
    pub sample_rate: u32,
    /// Frames per callback, nominally.
    pub buffer_frames: u32,
    /// The rate that was asked for, in Hz, where another was got.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_sample_rate: Option<u32>,
    /// The frames per callback that were asked for, where others were got.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_buffer_frames: Option<u32>,
    /// Why it isn't what was asked for, and what to do: for example that no audio server is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
}

/// Busy time by the time there was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Load {
    /// Averaged over some eight blocks.
    pub average: f32,
    /// The largest of the last second.
    pub max: f32,
    /// What 99 % of the last ten seconds' blocks stayed below.
    pub p99: f32,
}

/// Two clocks: the input is resampled by a ratio that follows the difference.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Drift {
    /// By how much the input's clock is faster than the output's, in parts per million.
    pub ppm: f32,
    /// Frames that wait between them, at the session's rate.
    pub buffer_frames: u32,
}

/// Where a file is in its loop, at the session's rate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilePosition {
    /// The frame that the processor gets next, from 0.
    pub position_frames: u64,
    /// Frames of the whole file.
    pub length_frames: u64,
}

/// How far a recording is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct RecordingFigures {
    /// What is in the file, in seconds.
    pub seconds: f64,
    /// Frames that are missing in it, because the disk was too slow.
    pub dropped_frames: u64,
}

/// Everything measured about a project.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Stats {
    /// Which project.
    pub session: String,
    /// Its state.
    pub state: State,
    /// Blocks that the child processed.
    pub blocks: u64,
    /// Blocks that came back too late.
    pub late_blocks: LateBlocks,
    /// Samples that weren't finite and became 0, or beyond ±65,536 and were limited.
    pub nonfinite: u64,
    /// Times the device itself lost frames.
    pub xruns: u64,
    /// The audio thread's busy time by its period, averaged.
    pub load: f32,
    /// The largest of it in the last second.
    pub load_max: f32,
    /// What 99 % of it stayed below in the last ten seconds.
    #[serde(default)]
    pub load_p99: f32,
    /// The processor's own: its time for a block by the block's duration.
    #[serde(default)]
    pub processor_load: Load,
    /// From handing a block over until the child was awake, averaged, in microseconds.
    #[serde(default)]
    pub wake_us: f32,
    /// The source's level.
    pub input: Levels,
    /// The processor's output, untouched by gain, mute and guard.
    pub output: Levels,
    /// From the microphone to the loudspeaker.
    pub latency: Latency,
    /// How the microphone's clock is matched to the output's; absent while it is closed, and where the two have one clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drift: Option<Drift>,
    /// The devices.
    pub devices: AudioDevices,
    /// Where the input comes from.
    pub source: SourceName,
    /// Why silence is heard in its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_reason: Option<String>,
    /// Where the file is, for a source that is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<FilePosition>,
    /// How far the recording is, while there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording: Option<RecordingFigures>,
    /// The mode in force.
    #[serde(default)]
    pub mode: Mode,
    /// Why it isn't the one that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode_reason: Option<String>,
    /// Is the processor bypassed by hand?
    pub bypassed: bool,
    /// Is the project muted?
    pub muted: bool,
    /// Why, where nobody muted it by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mute_reason: Option<String>,
    /// The gain behind the processor, in dB.
    pub gain_db: f32,
    /// The guard on the mix.
    pub guard: Guard,
    /// Children that were started after the first.
    pub respawns: u64,
    /// The other projects' sessions, by name and without anything of theirs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<String>,
}

/// The guard on the mix of all projects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guard {
    /// The limiter held the mix under −1 dBFS since the figures before these, or still does.
    pub limiting: bool,
    /// The level ran away (feedback), so the mix is muted.
    pub howl_muted: bool,
}

/// What a build is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "camelCase")]
pub enum Build {
    /// cargo runs.
    Building,
    /// It worked.
    Ok {
        /// How long it took.
        ms: u64,
    },
    /// It didn't; the processor from before goes on.
    Failed {
        /// What the compiler said, without colours.
        errors: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_survive_the_command_lines_form() {
        for text in ["mic", "tone", "noise", "sweep", "silence", "file:/a b/c.wav"] {
            assert_eq!(text.parse::<Source>().unwrap().to_string(), text);
        }
        for bad in ["", "file:", "loud", "microphone"] {
            assert!(bad.parse::<Source>().unwrap_err().to_string().contains("use mic"), "{bad}");
        }
    }

    #[test]
    fn modes_survive_the_command_lines_form() {
        for text in ["pipelined", "direct"] {
            assert_eq!(text.parse::<Mode>().unwrap().to_string(), text);
        }
        assert!("Direct".parse::<Mode>().unwrap_err().to_string().contains("pipelined or direct"));
    }

    #[test]
    fn latency_is_the_sum_of_its_parts() {
        let latency =
            Latency { input_device: 1, input_buffer: 2, pipeline: 4, processor: 8, output_device: 16 };
        assert_eq!(latency.total_frames(), 31);
        assert!((latency.total_ms(31_000) - 1.0).abs() < 1e-9);
        assert_eq!(latency.total_ms(0), 0.0);
    }
}
