//! Messages as they are on the wire.

mod documented;
mod golden;
mod hostile;
mod messages;
