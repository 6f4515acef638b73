//! Every message that crosses a process or a socket of the Wavecraft Companion.
//!
//! This crate is the one place that knows JSON shapes. It does no I/O and starts no threads: bytes in, values out.
//!
//! | module | wire |
//! |---|---|
//! | [`rpc`] | the JSON-RPC 2.0 envelope of both sockets |
//! | [`method`] | a method of either socket, as a type |
//! | [`browser`] | the dev WebSocket, between the companion and a page |
//! | [`control`] | the Unix socket between the `wavecraft` command and the companion |
//! | [`child`] | the socketpair between the companion and a processor child |
//! | [`frame`] | the length prefix on that socketpair |
//! | [`microphone`] | who may hear the microphone |
//! | [`doctor`] | what `wavecraft doctor` prints with `--json` |
//! | [`event`] | what `wavecraft start`, `record` and `render` print with `--json` |
//! | [`parameter`] | parameters, as all of the above describe them |
//! | [`session`] | what a running project is, does and measures |
//! | [`settings`] | the companion's settings file |
//! | [`paths`] | where sockets, builds, settings and logs are |
//! | [`bundle`] | where programs are in the Mac's app |
//! | [`system`] | what the system says of the companion's program |
//! | [`bounded`] | text cut to what a message has room for |
//! | [`lanes`] | what waits for a reader |
//! | [`take`] | recordings and renderings |
//! | [`token`] | the secret that opens a project's dev WebSocket |
//!
//! A processor child needs `child`, `frame` and `parameter` alone, and every user's project compiles them: the rest is
//! behind the feature `companion`.
//!
//! # Example
//!
//! A message to a child, as it comes out of a stream that cuts it where it likes:
//!
//! ```
//! use wavecraft_companion_protocol::{
//!     child::ToChild,
//!     frame::{Decoder, encode},
//! };
//!
//! # fn main() -> Result<(), wavecraft_companion_protocol::frame::FrameError> {
//! let sent = ToChild::Prepare { sample_rate: 48_000.0, max_frames: 4096, inputs: 2, outputs: 2 };
//! let bytes = encode(&sent)?;
//! let (first, rest) = bytes.split_at(7);
//!
//! let mut decoder = Decoder::default();
//! decoder.push(first);
//! assert!(decoder.next_message::<ToChild>()?.is_none());
//! decoder.push(rest);
//! assert_eq!(decoder.next_message::<ToChild>()?, Some(sent));
//! # Ok(())
//! # }
//! ```

#[cfg(feature = "companion")]
pub mod bounded;
#[cfg(feature = "companion")]
pub mod browser;
#[cfg(feature = "companion")]
pub mod bundle;
pub mod child;
#[cfg(feature = "companion")]
pub mod control;
#[cfg(feature = "companion")]
pub mod doctor;
#[cfg(feature = "companion")]
pub mod event;
pub mod frame;
#[cfg(feature = "companion")]
pub mod lanes;
#[cfg(feature = "companion")]
pub mod latency;
#[cfg(feature = "companion")]
pub mod method;
#[cfg(feature = "companion")]
pub mod microphone;
pub mod parameter;
#[cfg(feature = "companion")]
pub mod paths;
#[cfg(feature = "companion")]
mod program;
#[cfg(feature = "companion")]
pub mod rpc;
#[cfg(feature = "companion")]
pub mod session;
#[cfg(feature = "companion")]
pub mod settings;
#[cfg(feature = "companion")]
pub mod system;
#[cfg(feature = "companion")]
pub mod take;
#[cfg(feature = "companion")]
pub mod token;

/// The version of everything in this crate. The companion and the command refuse each other when it differs.
pub const PROTOCOL_VERSION: u32 = 1;
