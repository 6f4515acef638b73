//! The command line's behaviour, tried on the real program. Every test goes through [`support::World`].

mod bad_input;
mod companion;
mod create;
mod ending;
mod errors;
mod newcomer;
mod on_a_terminal;
mod page;
mod preview;
mod start;
mod support;
mod takes;
mod watch;
#[path = "../shared/page.rs"]
mod websocket;
mod whole;
