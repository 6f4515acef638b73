//! The source of a device's sound.

/// Maximum frames of one part of a callback; a longer callback is split. 4,096 frames (85 ms at 48 kHz) exceeds every
/// ordinary device buffer. It's a constant so that everything sized by it outlives a change of device.
pub const MAX_FRAMES: u32 = 4096;

/// Receives the rendered sound in parts: offset in frames, left, right.
pub type Sink<'a> = &'a mut dyn FnMut(usize, &[f32], &[f32]);

/// Renders the sound of a device. Moved into the device's callback, and returned when the stream ends.
///
/// Runs on the audio thread: it doesn't allocate, free, lock, log or panic, and every wait has a deadline.
pub trait Render: Send {
    /// Renders one callback of `frames` frames. `input` is the device's input if it comes in the same callback (one
    /// channel goes to both sides, of many the first two are used); `None` takes frames from an [`InputReader`].
    /// `due_ns` is when the callback was due, in nanoseconds on the system's clock, if the device reports it. `sink`
    /// gets the output in parts of at most [`MAX_FRAMES`].
    ///
    /// [`InputReader`]: crate::InputReader
    fn render(&mut self, frames: usize, input: Option<&[&[f32]]>, due_ns: Option<u64>, sink: Sink<'_>);

    /// Waits until everything that the next callback takes from elsewhere is there, or the deadline on the system's
    /// clock has passed. For devices without a clock of their own: never called on a device's thread.
    fn settle(&mut self, deadline_ns: u64) {
        let _ = deadline_ns;
    }
}
