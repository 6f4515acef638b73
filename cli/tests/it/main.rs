//! The command line's behaviour, tried on the real program. Every test goes through [`support::World`].

mod bad_input;
mod companion;
mod create;
mod defaults;
mod ending;
mod errors;
mod newcomer;
mod page;
mod plugin;
mod preview;
mod start;
mod support;
mod takes;
mod watch;
#[path = "../shared/page.rs"]
mod websocket;
mod whole;
