//! The shared-memory segment between an audio host process and a processor child process.
//!
//! The host sends a block of planar samples, the child answers with another of the same length, and both sleep on a
//! word of the segment when there is nothing to do. One segment serves one child for its whole lifetime.
//!
//! # Guarantees
//!
//! - The audio thread's calls ([`HostRing`]) don't allocate, lock, log or panic. [`HostRing::wake`] makes one system
//!   call at most, and only if the child sleeps; [`HostRing::wait`] is the only one that sleeps, and ends at its
//!   deadline.
//! - The host trusts nothing that the child can write, which is the whole segment. Lengths, positions and order of the
//!   blocks come from the host's own memory; the child's words are clamped to the possible range or ignored. Samples
//!   are passed on unchanged: they may be NaN or infinite, and the caller must handle that.
//! - No slot is written by both sides: with [`SLOTS`] blocks unanswered the host sends no more.
//! - No wake-up is lost. A side announces that it goes to sleep before it looks at the ring for the last time; the
//!   other checks for that announcement after publishing.
//! - A parameter that was set before a block was sent is visible when the child processes that block.
//! - A probe's values of a block come with that block's reply, and its name is there before its first value.
//! - The segment can't be resized, has no name, and disappears with its last user.
//! - Words that the host writes and words that the child writes are never in the same 128-byte line.
//!
//! Sequences wrap around, and begin close enough to the wrap-around that every session passes it: compare them by
//! `wrapping_sub`.
//!
//! The two ends are Rust values for one thread each: [`HostRing`] and [`ChildRing`]. [`ParameterWriter`] and
//! [`Interrupt`] are for any thread. All times are on the [`clock`].
//!
//! # Example
//!
//! Both ends in one process; otherwise the child inherits [`HostSide::descriptor`].
//!
//! ```
//! use wavecraft_ring::{BlockHeader, Geometry, attach, clock, create};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # if cfg!(miri) { return Ok(()); }
//! let mut host = create(Geometry::new(64, 1, 1)?, 0)?;
//! let mut child = attach(host.descriptor)?;
//! let in_a_second = clock::now_ns() + 1_000_000_000;
//!
//! let dsp = std::thread::spawn(move || {
//!     if child.wait(in_a_second) {
//!         let awake_ns = clock::now_ns();
//!         while let Some(mut block) = child.next() {
//!             let (mut samples, mut gain) = ([0.0; 64], [0.0]);
//!             block.read_parameters(&mut gain);
//!             block.read_input(0, &mut samples);
//!             samples.iter_mut().for_each(|sample| *sample *= gain[0]);
//!             block.write_output(0, &samples);
//!             block.reply(awake_ns);
//!         }
//!     }
//! });
//!
//! host.parameters.set(0, 0.5)?;
//! host.ring.send(BlockHeader { frames: 48, ..BlockHeader::default() }, &[&[1.0; 48]])?;
//! host.ring.wake();
//! assert!(host.ring.wait(in_a_second));
//!
//! let mut output = [0.0; 64];
//! let reply = host.ring.take(&mut [&mut output]).ok_or("no reply")?;
//! assert_eq!(reply.frames, 48);
//! assert_eq!(output[..48], [0.5; 48]);
//! # dsp.join().map_err(|_| "the child's thread panicked")?;
//! # Ok(())
//! # }
//! ```
//!
//! # How it is checked
//!
//! The two ends are written against a small trait, so the same code also runs over plain memory, under Miri and with a
//! peer that writes anything anywhere, and over [loom](https://docs.rs/loom)'s model:
//!
//! ```sh
//! cargo +nightly miri test -p wavecraft-ring --lib
//! RUSTFLAGS="--cfg loom" LOOM_MAX_PREEMPTIONS=3 cargo test -p wavecraft-ring --release --lib model
//! ```

mod area;
mod child;
pub mod clock;
mod geometry;
mod header;
mod host;
mod interrupt;
mod layout;
#[cfg(mac_shim)]
#[path = "../../mac-shim/ring.rs"]
mod mac_shim;
mod memory;
mod parameters;
mod phase;
mod probes;
mod region;
mod segment;
#[cfg(test)]
mod tests;
mod time;
mod wake;

pub use child::{ChildBlock, ChildRing};
pub use geometry::{Geometry, GeometryError, MAX_CHANNELS, MAX_FRAMES};
pub use header::{ABI_VERSION, HeaderError};
pub use host::{BlockHeader, HostRing, Reply, SendError};
pub use interrupt::Interrupt;
pub use layout::{MAX_PARAMETERS, MAX_PROBE_NAME_BYTES, MAX_PROBES, SLOTS};
pub use parameters::{IndexError, ParameterWriter};
pub use phase::{ChildPhase, ChildReport};
pub use probes::{ProbeName, ProbeNames, ProbeValues, is_name};
pub use segment::{AttachError, HostSide, RegionError, attach, create};
pub use time::{BlockTime, TEMPI};
