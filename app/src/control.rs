//! The control socket: its connections, which of them are notified of what, and its calls.

mod clients;
mod connection;
mod methods;
mod outbox;
mod owed;
mod status;

pub(crate) use clients::Clients;
pub(crate) use connection::{ConnectionId, ControlEvent, accept};
pub(crate) use methods::carry_out;
#[cfg(test)]
pub(crate) use outbox::Outbox;
pub(crate) use owed::Owed;
