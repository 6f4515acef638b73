//! Every message that crosses a process or a socket of the Wavecraft Companion.
//!
//! This crate is the only place that knows the JSON shapes. It does no I/O and starts no threads: bytes in, values out.
//!
//! | module | wire |
//! |---|---|
//! | [`rpc`] | the JSON-RPC 2.0 envelope of both sockets |
//! | [`method`] | a method of either socket, as a type |
//! | [`browser`] | the dev WebSocket, between the companion and a page |
//! | [`control`] | the Unix socket between the `wavecraft` command and the companion |
//! | [`child`] | the socketpair between the companion and a processor child |
//! | [`frame`] | the length prefix on that socketpair |
//! | [`microphone`] | which projects may use the microphone |
//! | [`doctor`] | what `wavecraft doctor` prints with `--json` |
//! | [`event`] | what `wavecraft start`, `record` and `render` print with `--json` |
//! | [`parameter`] | parameters, as all of the above describe them |
//! | [`session`] | a running project's state, settings and measurements |
//! | [`sets`] | two sets of parameter values, A and B |
//! | [`settings`] | the companion's settings file |
//! | [`realtime`] | what a processor does that an audio thread must not |
//! | [`preset`] | presets: a project's named values in files |
//! | [`paths`] | the paths of sockets, builds, settings and logs |
//! | [`bundle`] | the paths of programs in the Mac's app |
//! | [`system`] | what the system reports about the companion's program |
//! | [`bounded`] | text cut to what a message has room for |
//! | [`lanes`] | a queue for one reader |
//! | [`take`] | recordings and renderings |
//! | [`tried`] | what the plugin host tells of a project's plugin |
//! | [`token`] | the secret that opens a project's dev WebSocket |
//!
//! A processor child needs only `child`, `frame`, `parameter` and `realtime`, and every user's project compiles them: the rest is
//! behind the feature `companion`.
//!
//! # Example
//!
//! A message to a child, read from a stream that may split it anywhere:
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
pub mod comparison;
pub mod condition;
#[cfg(feature = "companion")]
pub mod control;
#[cfg(feature = "companion")]
pub mod doctor;
#[cfg(feature = "companion")]
pub mod event;
pub mod frame;
#[cfg(feature = "companion")]
pub mod lab;
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
pub mod preset;
pub mod processor;
#[cfg(feature = "companion")]
mod program;
pub mod realtime;
#[cfg(feature = "companion")]
pub mod rpc;
#[cfg(feature = "companion")]
pub mod session;
#[cfg(feature = "companion")]
pub mod sets;
#[cfg(feature = "companion")]
pub mod settings;
#[cfg(feature = "companion")]
pub mod system;
#[cfg(feature = "companion")]
pub mod take;
#[cfg(feature = "companion")]
pub mod token;
#[cfg(feature = "companion")]
pub mod tried;

pub mod transport;
#[cfg(feature = "companion")]
pub mod words;

/// The version of everything in this crate. The companion and the command refuse each other if theirs differ.
pub const PROTOCOL_VERSION: u32 = 1;
