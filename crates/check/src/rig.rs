//! What a test needs of the world: processors, and what they answer.

use wavecraft_companion_protocol::{condition::Condition, parameter::ParameterSpec, realtime::Realtime};

/// A processor that is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// In Hz.
    pub rate_hz: u32,
    /// 1 or 2.
    pub channels: usize,
    /// Under which it is to run.
    pub condition: Option<Condition>,
}

/// What is known of a processor before it is asked.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Its parameters.
    pub specs: Vec<ParameterSpec>,
    /// The ids of those that bypass a processor.
    pub bypasses: Vec<String>,
    /// The latency that it reports, in frames.
    pub latency_frames: usize,
    /// Whether it is told of the transport.
    pub has_transport: bool,
}

/// Why a processor can't go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// It ended, with its last words.
    Crashed(String),
    /// It didn't answer, in words.
    Hung(String),
    /// It can't be started, with the reason.
    NotStarted(String),
}

impl Trouble {
    /// A sentence.
    #[must_use]
    pub fn told(&self) -> &str {
        match self {
            Self::Crashed(told) | Self::Hung(told) | Self::NotStarted(told) => told,
        }
    }
}

/// Starts processors.
pub trait Rig {
    /// A new one, in a process of its own.
    ///
    /// # Errors
    /// It can't be started.
    fn start(&mut self, wanted: Wanted) -> Result<Box<dyn Unit>, Trouble>;
}

/// A processor that was started. It ends when it is dropped.
pub trait Unit {
    /// What it said of itself.
    fn facts(&self) -> &Facts;

    /// Whether it runs under the condition that was wanted.
    fn meets(&self, condition: Condition) -> bool;

    /// Sets all parameters, from the next block on.
    fn set(&mut self, values: &[f32]);

    /// Has the next block begin with a reset, at position 0.
    fn reset(&mut self);

    /// Sets the position of the next block, in frames.
    fn seek(&mut self, position: u64);

    /// Sets the tempo of the transport in beats per minute, if it has one, and whether it plays, from the next block on. Before it
    /// was called it plays at 120.
    fn play_at(&mut self, tempo: Option<f64>, playing: bool);

    /// Processes a block of 1 to 4096 frames: left and right, of which a processor of one channel gets the left. Returns the time
    /// that it took, in nanoseconds.
    ///
    /// # Errors
    /// It ended, or doesn't answer.
    fn process(&mut self, input: [&[f32]; 2], output: &mut [Vec<f32>; 2]) -> Result<u64, Trouble>;

    /// The memory of its process that is in use now, in bytes, if the system tells.
    fn memory_bytes(&self) -> Option<u64>;

    /// What it did in `process` that an audio thread must not. It processes nothing after that.
    ///
    /// # Errors
    /// It ended.
    fn realtime(&mut self) -> Result<Realtime, Trouble>;
}
