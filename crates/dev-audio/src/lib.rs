//! What a Wavecraft project links so that the Companion can play audio through its
//! [`Processor`](wavecraft::Processor).
//!
//! The Companion owns the audio devices. It starts the project's binary as a *processor child*, which gets blocks over
//! shared memory, processes them in place, and hands them back. This crate is that child; a project's whole
//! `src/bin/dev-audio.rs` is one line:
//!
//! ```
//! # use wavecraft::{Processor, Transport};
//! # #[derive(Default)]
//! # struct Gain;
//! # impl Processor for Gain {
//! #     type Params = ();
//! #     fn process(&mut self, _: &mut [&mut [f32]], _: &Transport, _: &()) {}
//! # }
//! wavecraft_dev_audio::run!(Gain);
//! ```
//!
//! For a `main` of your own over the same library see [`DevAudio`].
//!
//! # What a processor can rely on
//!
//! * **Order.** Processors run in the order they are listed, in place, on one thread. Each is wrapped in
//!   [`Bypassed`](wavecraft::Bypassed), as in a Wavecraft plugin, and has the parameter ids it has there.
//! * **Rate.** `set_sample_rate` and then `reset` are called before the first block and again whenever the rate
//!   changes, always between blocks and on the thread that processes them, which also made the processor.
//! * **Blocks.** Any number of frames from 1 up, which may differ from block to block. Channels: the larger of the
//!   session's inputs and outputs. One input channel is copied to all of them; where there are several inputs and
//!   more outputs than those, the channels beyond the inputs start silent. The first `outputs` channels are heard.
//! * **Parameters** change between blocks, never within one. They start at their specs' defaults.
//! * **Transport** plays at 120 beats per minute, from the session's first frame on. After an interruption (a block
//!   that was skipped because this process was late) the position jumps; the processor isn't reset, so that a late
//!   block costs a click and not a delay line's content.
//! * **Priority.** While blocks run, that thread has the real-time class that the system gives audio (on Linux only
//!   where the Companion's own audio thread has one; a block that computes for 200 ms loses it). Threads that a
//!   processor starts don't inherit it.
//! * **Denormal numbers** are zero on the audio thread.
//! * **Output** that isn't finite is counted and shown by the Companion, which plays silence in its place.
//! * **A panic** in a processor ends this process, even if the processor catches it itself: its message and place
//!   appear in the terminal and the browser, and the Companion starts a new one.
//! * **The end.** When the Companion, or the project's session, ends, so does this process, in the middle of a block
//!   if need be: no destructor and no exit handler runs.
//! * **stdout and stderr** are free to use. The Companion passes lines on to the terminal. Write none in `process`.

mod blocks;
mod chain;
mod child;
mod describe;
mod dev_audio;
mod dsp_thread;
mod outbox;
mod platform;
mod process;
mod realtime;
mod specs;
mod standalone;

pub use chain::{DescribedStage, MakeStage, Stage};
pub use dev_audio::DevAudio;

/// The unit tests run with an allocator that can be forbidden.
#[cfg(test)]
#[global_allocator]
static ALLOCATOR: assert_no_alloc::AllocDisabler = assert_no_alloc::AllocDisabler;
