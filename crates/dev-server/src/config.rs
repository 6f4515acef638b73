//! The arguments of [`crate::serve`].

use std::time::Duration;
use wavecraft_companion_protocol::token::Token;

/// The first port to try if none was requested.
pub const DEFAULT_PORT: u16 = 9000;

/// The settings of a project's server.
#[derive(Debug, Clone)]
pub struct Config {
    /// The port to try first; 0 for any that is free.
    pub port: u16,
    /// Fail if that port is taken. Otherwise the first free one from it upward is used.
    pub strict_port: bool,
    /// The token that opens the WebSocket for a page.
    pub token: Token,
    /// The token that opens the WebSocket for a program with its own audio.
    pub audio_token: Token,
    /// The origins of pages that may connect, besides the server's own: `scheme://host:port` each.
    pub origins: Vec<String>,
    /// The limits on clients.
    pub limits: Limits,
}

/// The limits on clients. The defaults are the product's; tests use smaller ones.
#[derive(Debug, Clone)]
pub struct Limits {
    /// WebSockets at a time. 32: some pages with several tabs each, but a page that reconnects in a loop can't pile
    /// them up. The same number again may be in the process of closing.
    pub clients: usize,
    /// The size of a message in bytes, all its fragments together. 64 KiB: a batch that sets 512 parameters.
    pub message_bytes: usize,
    /// Calls in one batch. 1,000: every parameter of a large project, one by one.
    pub batch_calls: usize,
    /// The size of a batch's answer in bytes. Calls beyond it are answered with an error and not carried out; the
    /// answer that reaches the limit is sent whole. 1 MiB: forty scope frames, or the parameters of the largest
    /// project.
    pub batch_bytes: usize,
    /// Time from the connection to the end of its HTTP answer. 3 s: everything happens on one machine.
    pub handshake: Duration,
    /// Connections at a time that have no HTTP answer yet. 64; for one more, the oldest is closed.
    pub handshakes: usize,
    /// Time between pings. A client that hasn't answered by the next one, or hasn't read in all that time, is closed.
    /// 15 s.
    pub ping_every: Duration,
    /// Refused requests per minute; those beyond it are answered with a time to wait. 60.
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
