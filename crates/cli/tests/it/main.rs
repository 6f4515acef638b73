//! The command line's behaviour, tested with the real program. Every test goes through [`support::World`].

mod add_this;
mod adopt;
mod again;
mod agents;
mod bad_input;
mod bundle;
mod check;
mod companion;
mod compare;
mod create;
mod defaults;
mod doctor;
#[path = "../shared/document.rs"]
#[expect(dead_code, reason = "some of it is for the tests of the documents")]
mod document;
mod ending;
mod errors;
mod generated;
mod in_process;
mod install;
mod libraries;
mod loss;
mod mac_report;
mod mcp;
mod measure;
mod microphone;
mod newcomer;
mod on_a_terminal;
mod other;
mod owner;
mod page;
mod plugin;
mod preview;
mod start;
mod support;
mod takes;
mod update;
mod watch;
mod watched;
#[path = "../shared/page.rs"]
mod websocket;
mod whole;
