//! Lets the Companion play audio through a Wavecraft project's [`Processor`](wavecraft::Processor); the project links
//! this crate.
//!
//! The Companion owns the audio devices. It starts the project's binary as a *processor child*, which receives blocks
//! over shared memory, processes them in place and hands them back. This crate implements that child; a project's whole
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
//! To write `main` yourself, see [`DevAudio`].
//!
//! # What a processor can rely on
//!
//! * **Order.** Processors run in the order they are listed, in place, on one thread. Each is wrapped in
//!   [`Bypassed`](wavecraft::Bypassed) and has the same parameter ids as in a Wavecraft plugin.
//! * **Rate.** `set_sample_rate` and then `reset` are called before the first block and whenever the rate changes,
//!   always between blocks and on the thread that processes them. That thread also created the processor.
//! * **Blocks.** A block has any number of frames from 1 up, and the number may differ from block to block. It has as
//!   many channels as the larger of the session's inputs and outputs. A single input channel is copied to all of them;
//!   with several inputs and more outputs than inputs, the extra channels start silent. The first `outputs` channels
//!   are heard.
//! * **Parameters** change between blocks, never within one. They start at their specs' defaults.
//! * **Transport** is the Companion's: `playing` and `tempo` (20 to 999 beats per minute) are what a person set, and
//!   `pos_samples` counts the frames from the first bar on, to the frame, whatever was built, swapped or started anew. It stands
//!   still while stopped, and jumps between two blocks: at the end of a loop, to the start, with another tempo (which keeps the
//!   beats), and after a block that was skipped because this process was late. Only a stop calls `reset`, once, before the first
//!   block after it; audio goes on. A project that asks for no transport gets `Transport::default()`, as a Wavecraft 0.12
//!   plugin does.
//! * **Priority.** While blocks run, that thread has the system's real-time class for audio (on Linux only if the
//!   Companion's own audio thread has one; a block that computes for 200 ms loses it). Threads that a processor starts
//!   don't inherit it.
//! * **Denormal numbers** are flushed to zero on the audio thread.
//! * **Output** samples that aren't finite are counted and shown by the Companion, which plays silence instead.
//! * **Probes.** What `probe!` of `wavecraft-probe` is given within `process` is shown by the Companion.
//! * **Being watched.** Where the Companion asks for it, what `process` allocates, frees and asks of the system is noted, and
//!   the Companion tells each place; it is done all the same. Memory is seen by the allocator that [`run!`] installs, or a
//!   [`WatchedAllocator`] of your own, system calls on Linux with an x86-64 processor. There SIGSYS is handled, and this
//!   thread has a signal stack of 64 KiB.
//! * **A panic** in a processor ends this process, even if the processor catches it: its message and location appear
//!   in the terminal and the browser, and the Companion starts a new process.
//! * **The end.** When the Companion or the project's session ends, so does this process, in the middle of a block if
//!   necessary: no destructor and no exit handler runs.
//! * **stdout and stderr** are free to use. The Companion forwards lines to the terminal. Don't print in `process`.

mod blocks;
mod chain;
mod child;
mod describe;
mod described;
mod dev_audio;
mod dsp_thread;
mod outbox;
mod platform;
mod plugin_entry;
mod probe_sink;
mod probes;
mod process;
mod processors;
mod realtime;
mod specs;
mod standalone;
mod twin;
mod watch;

pub use chain::{DescribedStage, MakeStage, Stage};
pub use dev_audio::DevAudio;
pub use plugin_entry::{PLUGIN_ENTRY, PluginEntry, TakeText};
pub use probe_sink::probe_sink;
pub use processors::{DescribedProcessors, Processors};
pub use watch::{WatchedAllocator, allocating, freeing};

/// The unit tests use an allocator that can forbid allocation, wrapped as a project would wrap it.
#[cfg(test)]
#[global_allocator]
static ALLOCATOR: WatchedAllocator<assert_no_alloc::AllocDisabler> =
    WatchedAllocator::new(assert_no_alloc::AllocDisabler);
