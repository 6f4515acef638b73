//! The arguments of [`crate::serve`].

use std::time::Duration;
use wavecraft_companion_protocol::token::Token;

/// The first port that is tried where nobody asked for one.
pub const DEFAULT_PORT: u16 = 9000;

/// What a project's server needs to know.
#[derive(Debug, Clone)]
pub struct Config {
    /// The port to try first; 0 for any that is free.
    pub port: u16,
    /// Take that port or fail. Otherwise the first free one from it upward is taken.
    pub strict_port: bool,
    /// Opens the WebSocket for a page.
    pub token: Token,
    /// Opens the WebSocket for a program with its own audio.
    pub audio_token: Token,
    /// The pages that may connect, besides the server's own: `scheme://host:port` each.
    pub origins: Vec<String>,
    /// How much a client may ask for.
    pub limits: Limits,
}

/// How much clients may ask for. The defaults are the product's; tests make them smaller.
#[derive(Debug, Clone)]
pub struct Limits {
    /// WebSockets at a time. 32: some pages, each with some tabs, and no leak of a page that reconnects in a loop. As
    /// many again may be on their way out.
    pub clients: usize,
    /// A message's bytes, all its fragments together. 64 KiB: a batch that sets 512 parameters.
    pub message_bytes: usize,
    /// Calls in one batch. 1,000: every parameter of a large project, one by one.
    pub batch_calls: usize,
    /// Bytes of a batch's answer. Calls after that are answered with an error and not carried out; the one answer that
    /// reaches it is whole. 1 MiB: forty scope frames, or the parameters of the largest project.
    pub batch_bytes: usize,
    /// From a connection to the end of its HTTP answer. 3 s: all of it happens on one machine.
    pub handshake: Duration,
    /// Connections at a time that haven't come so far. 64; for one more, the oldest goes.
    pub handshakes: usize,
    /// Between pings. A client that hasn't answered by the next one, or hasn't read in all that time, is closed. 15 s.
    pub ping_every: Duration,
    /// Refused requests in a minute; the ones after it are told to wait. 60.
    pub refusals_per_minute: usize,
    /// Bytes of parameter changes and statuses that may wait for one client; one that needs more is closed. 1 MiB: some
    /// 10,000 parameter changes.
    pub queued_bytes: usize,
    /// Meter updates, scope frames and stats that may wait for one client; older ones are dropped. 16: a quarter of a
    /// second at the fastest rate.
    pub queued_frames: usize,
    /// Log lines that may wait for one client; older ones are dropped. 512: a backtrace of every thread.
    pub queued_lines: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            clients: 32,
            message_bytes: 64 * 1024,
            batch_calls: 1000,
            batch_bytes: 1024 * 1024,
            handshake: Duration::from_secs(3),
            handshakes: 64,
            ping_every: Duration::from_secs(15),
            refusals_per_minute: 60,
            queued_bytes: 1024 * 1024,
            queued_frames: 16,
            queued_lines: 512,
        }
    }
}
