//! The control socket: its connections, who of them hears what, and its calls.

mod clients;
mod connection;
mod outbox;
mod reply;
mod requests;
mod status;

pub(crate) use clients::Clients;
pub(crate) use connection::{ConnectionId, ControlEvent, accept};
#[cfg(test)]
pub(crate) use outbox::Outbox;
pub(crate) use reply::Reply;
pub(crate) use requests::answer;
