//! The observable state of a running engine, as plain values.

use crate::source::{FilePosition, Source};
use crate::time::Time;

/// Names one project of an [`Engine`](crate::Engine). Never reused by the same engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProjectId(pub(crate) u64);

/// What is heard instead of the processed sound while a project is bypassed or has no child that answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnBypass {
    /// The source, delayed as the processed sound is, so that both are aligned.
    #[default]
    Dry,
    /// Nothing: for a microphone close to its own loudspeakers.
    Silence,
}

/// When a project takes its child's answer to a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// In a later callback: a constant delay, and the audio thread never waits.
    #[default]
    Pipelined,
    /// In the same callback: no delay, and the audio thread waits for the child, up to a deadline. If a child misses it
    /// too often, the project falls back to Pipelined.
    Direct,
}

/// The initial settings of a project.
#[derive(Debug, Clone)]
pub struct ProjectSettings {
    /// What feeds the processor.
    pub source: Source,
    /// Linear output gain, 0 and up; 1 leaves the level as it is.
    pub gain: f32,
    /// Muted projects run and are measured, but aren't in the mix.
    pub muted: bool,
    /// Bypassed projects run and are measured; [`OnBypass`] says what is heard.
    pub bypassed: bool,
    /// What is heard instead of the processed sound.
    pub on_bypass: OnBypass,
    /// When the child's answers are taken.
    pub mode: Mode,
    /// Whether its children are told the engine's [`Time`].
    pub timed: bool,
}

impl Default for ProjectSettings {
    fn default() -> Self {
        Self {
            source: Source::Silence,
            gain: 1.0,
            muted: false,
            bypassed: false,
            on_bypass: OnBypass::Dry,
            mode: Mode::Pipelined,
            timed: true,
        }
    }
}

/// Level of a stereo signal over the last 100 ms, updated every 10 ms. Linear amplitude, left then right.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Meter {
    /// Greatest absolute sample.
    pub peak: [f32; 2],
    /// Root mean square.
    pub rms: [f32; 2],
}

/// Blocks that were missing when they had to be played, by cause. Counts children that are or were heard, not one that
/// warms up beside them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LateBlocks {
    /// The child hadn't begun when its block was due: the system didn't run it.
    pub not_scheduled: u64,
    /// The child had begun but wasn't done when its block was due.
    pub too_slow: u64,
    /// Not sent, because all of the ring's blocks were unanswered.
    pub full: u64,
    /// The device asked before the child had a fair time for the block (callbacks in bursts): not the child's fault.
    pub device: u64,
}

impl LateBlocks {
    /// Late blocks that are the child's fault.
    #[must_use]
    pub fn of_child(&self) -> u64 {
        self.not_scheduled + self.too_slow + self.full
    }
}

/// The last late block that was a child's fault, as measured, for the user. All 0 before the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LastLate {
    /// Whether the child had begun it: then it was too slow. Otherwise the system hadn't run it.
    pub begun: bool,
    /// Nanoseconds from sending it until it was found missing.
    pub waited_ns: u64,
    /// Nanoseconds from sending it until the child was awake; 0 until it is answered.
    pub wake_ns: u64,
    /// Nanoseconds that the child worked on it; 0 until it is answered.
    pub busy_ns: u64,
    /// Duration of the block in nanoseconds.
    pub block_ns: u64,
}

/// The state of a project's child.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LinkState {
    /// No child was set.
    #[default]
    None,
    /// The child gets live input, but isn't heard until it has answered in time for a while.
    Shadow,
    /// The child is heard (apart from a user's bypass, mute and gain).
    Live,
    /// Too many consecutive late blocks: not heard until it answers in time again.
    Bypassed,
    /// The child's process has ended.
    Gone,
}

/// What a project contributes to the mix, apart from gain and mute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HeardSound {
    /// The processor's output.
    Processed,
    /// The source without the processor.
    Dry,
    /// Nothing.
    #[default]
    Silence,
}

/// How much of a child's output was no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Finiteness {
    /// Frames that the child has answered in time.
    pub frames: u64,
    /// Frames of those blocks in which a sample was NaN or infinite.
    pub not_finite: u64,
}

/// Which of two compared children is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Hear {
    /// The newest.
    #[default]
    After,
    /// The one beside it.
    Before,
    /// The newest minus the one beside it, where both answered in time, and silence elsewhere.
    Difference,
}

/// How a project's newest child is compared with the one beside it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparing {
    /// With another number than before both children clear their state before the same block. The project is silent
    /// meanwhile, between two fades.
    pub round: u32,
    /// What is heard.
    pub hear: Hear,
    /// Linear gain of the child beside, 0 and up.
    pub gain: f32,
    /// By how many frames the newest and the child beside are delayed, so that both are aligned: each at most
    /// [`MAX_ALIGNMENT_FRAMES`](crate::MAX_ALIGNMENT_FRAMES). Another delay is heard after a short silence, as a round.
    pub delay_frames: [u32; 2],
}

/// A child beside the newest, as of its last block.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct BesideSnapshot {
    /// Its generation.
    pub generation: u32,
    /// Its state: [`Live`](LinkState::Live) once it answers in time, and can be heard.
    pub link: LinkState,
    /// Time that it worked on a block, as a share of the block's duration.
    pub load: Load,
}

/// Busy time as a share of the available time (1.0 = all of it).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Load {
    /// Exponential moving average over blocks, factor 1/8.
    pub average: f32,
    /// Maximum over the last ten seconds and the one that runs.
    pub maximum: f32,
    /// 99th percentile of the blocks of the last ten seconds, rounded up by at most 12.5 % and never above the maximum.
    /// Updated every second, 0 in the first.
    pub percentile99: f32,
    /// Maximum over the second that runs and the one before, so at least one second is covered.
    pub last_second: f32,
}

/// One project, as of its last block.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ProjectSnapshot {
    /// Stream position, in frames since the engine started, of the end of the last block.
    pub timestamp_frames: u64,
    /// Level of the source.
    pub input: Meter,
    /// Level of what is heard: see `heard`. Before gain, mute and limiter.
    pub output: Meter,
    /// What `output`, the oscilloscope and the spectrum show: the sound to which the project's fades lead.
    pub heard: HeardSound,
    /// Blocks that the project's children, heard or warming up, have answered in time since the project was added.
    pub blocks: u64,
    /// Blocks that came too late, since the project was added.
    pub late: LateBlocks,
    /// The last late block.
    pub last_late: LastLate,
    /// Samples of the child that were replaced because they weren't finite, or beyond ±[`LOUDEST`](crate::LOUDEST).
    pub nonfinite: u64,
    /// How much of the output of the child that is heard, or else of the newest, was no number.
    pub finiteness: Finiteness,
    /// Non-finite samples as reported by the current child itself.
    pub child_nonfinite: u32,
    /// The current child's heartbeat: a number that keeps changing while the child is alive.
    pub heartbeat: u32,
    /// State of the newest child.
    pub link: LinkState,
    /// Generation of the child that is heard, if one is.
    pub live_generation: Option<u32>,
    /// Time that the child worked on a block, as a share of the block's duration.
    pub load: Load,
    /// Nanoseconds from sending a block until the child was awake: moving average, factor 1/8.
    pub wake_ns: u64,
    /// Whether the user's bypass is on.
    pub bypassed: bool,
    /// Whether the project is muted.
    pub muted: bool,
    /// The mode in effect.
    pub mode: Mode,
    /// Delay of the project's sound in frames: 0 in Direct mode, unless it is delayed to be compared.
    pub delay_frames: u32,
    /// The playback position, if the source is a file.
    pub file: Option<FilePosition>,
    /// Whether Direct mode was requested last, and was given up because of late blocks.
    pub fell_back: bool,
    /// The child beside the newest, if there is one. It counts in no other figure.
    pub beside: Option<BesideSnapshot>,
    /// What is heard of the two: [`Hear::After`] also while the one beside can't be heard.
    pub hear: Hear,
}

/// The limiter and the howl mute on the mix.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LimiterState {
    /// Its current gain, a linear factor: 1.0 when it is inactive.
    pub gain: f32,
    /// Frames on which it was active since the engine started: compare two readings to detect activity in between.
    pub limited_frames: u64,
    /// Whether the mix ran away and is muted until [`Engine::clear_howl`](crate::Engine::clear_howl).
    pub howl_muted: bool,
}

/// The path from the input device to the engine.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct InputStats {
    /// Frames waiting between the input device and the engine, at the last callback, at the session's rate.
    pub fifo_frames: u32,
    /// How often the engine found too few frames: silence was inserted.
    pub underruns: u64,
    /// How often there were too many frames: the oldest were dropped.
    pub overruns: u64,
    /// Consecutive frames up to now that the device delivered as exact zeros, at its own rate. No real converter is
    /// that quiet.
    pub silent_frames: u64,
    /// How much faster than the output's clock the input device's clock runs, in parts per million, if it is a
    /// different clock and its frames are resampled.
    pub drift_ppm: Option<f32>,
}

/// The engine as a whole, as of its last callback.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct EngineStats {
    /// Callbacks since the engine started.
    pub callbacks: u64,
    /// Stream position in frames since the engine started.
    pub position_frames: u64,
    /// Current delay of Pipelined mode in frames.
    pub delay_frames: u32,
    /// Largest callback so far in frames.
    pub largest_callback: u32,
    /// Time the callback took, as a share of its duration. Includes the wait for the children in Direct mode.
    pub load: Load,
    /// Underruns and overruns that the device reported.
    pub device_xruns: u64,
    /// Level of the mix as sent to the device.
    pub output: Meter,
    /// The limiter and the howl mute.
    pub limiter: LimiterState,
    /// The path from the input device.
    pub input: InputStats,
    /// The musical time of the next frame.
    pub time: Time,
    /// The number of its last change that was carried out.
    pub(crate) time_changes: u32,
    /// Values that couldn't be sent back to be freed, and were leaked instead. 0 unless the control side hangs.
    pub leaked: u64,
}

impl Default for LimiterState {
    fn default() -> Self {
        Self { gain: 1.0, limited_frames: 0, howl_muted: false }
    }
}
