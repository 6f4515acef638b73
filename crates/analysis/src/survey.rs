//! A processor measured whole: every signal through it, one after the other, and all figures in one document.
//!
//! The processor itself is the caller's: a [`Device`] that answers signals. Nothing here knows where it runs.

mod changes;
mod document;
mod plan;
mod run;

pub use changes::{Change, Changes};
pub use document::{DOCUMENT_VERSION, Document, Setting, Subject};
pub use plan::{Depth, Plan};
pub use run::{Older, run};

/// The channels of a [`Device`]'s answer. Samples are as they came: NaN stays NaN. An answer with other channels than the signal, or too
/// few frames, is an answer too, of which nothing can be measured.
pub type Answer = Vec<Vec<f32>>;

/// A processor that can be asked.
pub trait Device {
    /// Resets the processor, plays the signal through it in blocks of the plan's size, and returns its answer. The signal has the
    /// plan's channels, all of one length.
    ///
    /// # Errors
    /// Why the processor can't be asked any more, for a person: it has crashed, or hangs.
    fn answer(&mut self, signal: &[&[f32]]) -> Result<Answer, String>;

    /// The same in blocks of `block_frames`, for the time that each block took, in nanoseconds.
    ///
    /// # Errors
    /// As [`answer`](Self::answer).
    fn times(&mut self, signal: &[&[f32]], block_frames: usize) -> Result<Vec<u64>, String>;
}
