//! The control socket: JSON-RPC 2.0, one message per line, between the `wavecraft` command and the companion.
//!
//! The connection that attached a project owns it: when the connection ends, for whatever reason, the project is
//! detached.

mod companion;
mod devices;
mod methods;
mod notices;
mod project;

pub use crate::program::ProjectProgram;
pub use companion::{
    GetStatus, Hello, SessionStatus, Show, Shutdown, ShuttingDown, Status, Subscribe, Welcome,
};
pub use devices::{Device, DeviceList, ListDevices, SelectDevices};
pub use methods::visit;
pub use notices::{
    BUILD_MEASURED, CHILD_LOG, ChildLog, DEVICES_CHANGED, LogStream, Notice, RECORDING_ENDED, SESSION_STATE,
    STATS,
};
pub use project::{
    Attach, Attached, Detach, EndComparison, GetPresets, GetTransport, OpenOnce, OpenedOnce, Reload,
    Reloaded, Restart, SetBuildStatus, SetBypass, SetComparison, SetGain, SetMeasuring, SetMode, SetMute,
    SetOrigins, SetSource, SetTransport, TapTempo,
};

/// The longest line in bytes, without its newline.
pub const MAX_LINE_BYTES: usize = 256 * 1024;

/// Code: the two sides speak different versions of this protocol.
pub const VERSION_MISMATCH: i32 = -32010;
/// Code: there is no such session.
pub const UNKNOWN_SESSION: i32 = -32011;
/// Code: the executable can't be run; the message says why.
pub const BAD_EXECUTABLE: i32 = -32012;
/// Code: the port is taken, and no other was allowed.
pub const PORT_TAKEN: i32 = -32013;
/// Code: the source can't be used; the message says why.
pub const BAD_SOURCE: i32 = -32014;
/// Code: `hello` must come first.
pub const HELLO_FIRST: i32 = -32015;
/// Code: the new processor could not take over; the old one continues.
pub const RELOAD_FAILED: i32 = -32016;

/// Code: there is no such device, or it can't be used that way; the message says why.
pub const BAD_DEVICE: i32 = -32017;
/// Code: no recording can start there, or there is none to stop; the message says why.
pub const BAD_RECORDING: i32 = -32018;

/// Code: the latency can't be measured; the message says why.
pub const NOT_MEASURED: i32 = -32020;
