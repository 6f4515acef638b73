//! What a device plays.

/// Most frames of one part of a callback; a longer callback is split. 4,096 frames (85 ms at 48 kHz) is beyond every
/// ordinary device buffer. It's a constant so that whatever is sized by it outlives a change of device.
pub const MAX_FRAMES: u32 = 4096;

/// Takes what was rendered, in parts: offset in frames, left, right.
pub type Sink<'a> = &'a mut dyn FnMut(usize, &[f32], &[f32]);

/// Makes what a device plays. Moved into the device's callback, and given back when the stream ends.
///
/// Runs on the audio thread: it doesn't allocate, free, lock, log or panic, and waits for nothing without a deadline.
pub trait Render: Send {
    /// Renders one callback of `frames` frames. `input` is the device's input where it comes in the same callback (one
    /// channel is heard on both sides, of many the first two); `None` takes what an [`InputReader`] has. `due_ns` is
    /// when the callback was to come, in nanoseconds on the system's clock, where the device says so. `sink` gets the
    /// output in parts of at most [`MAX_FRAMES`].
    ///
    /// [`InputReader`]: crate::InputReader
    fn render(&mut self, frames: usize, input: Option<&[&[f32]]>, due_ns: Option<u64>, sink: Sink<'_>);

    /// Waits until all that the next callback takes from elsewhere is there, or the deadline on the system's clock has
    /// come. For devices without a time of their own: never called on a device's thread.
    fn settle(&mut self, deadline_ns: u64) {
        let _ = deadline_ns;
    }
}
