//! The dev WebSocket of one project, over a [`Host`] trait.
//!
//! [`serve`] binds one port on both loopback addresses and answers there, for one project:
//!
//! - the WebSocket that a project's pages talk to, and a program with its own audio;
//! - plain HTTP, the inspector: a page that shows all that is known of the project.
//!
//! What goes over the WebSocket is in [`wavecraft_companion_protocol::browser`]; this crate knows no JSON. What a
//! project is and does is behind [`Host`]; this crate knows no audio. Who may come in, and how much they may ask for,
//! is decided here:
//!
//! - every request names this server's own address in its one `Host`, and comes from no page but a registered one;
//! - a WebSocket needs the project's token, always;
//! - the token of a page never registers audio, and the audio token never turns a knob;
//! - a client that sends too much, too slowly or nonsense harms itself alone.
//!
//! | module | one noun |
//! |---|---|
//! | `host` | what the project does |
//! | `config` | the arguments and limits |
//! | `bind` | the port, on both loopback addresses |
//! | `server` | the listeners and the handle to them |
//! | `connection` | one TCP connection, up to its answer |
//! | `gate` | who may come in |
//! | `backoff` | how many were refused lately |
//! | `http` | the answers to plain HTTP |
//! | `inspector` | the files of the inspector's page |
//! | `upgrade` | what a WebSocket's request needs |
//! | `client` | one WebSocket, from its first message to its last |
//! | `farewell` | why a WebSocket is closed, and how |
//! | `methods` | what a client's calls do |
//! | `hub` | all clients, and what goes to which |
//! | `outbox` | what waits for one client |
//! | `pump` | meters, scope and stats at their rate |

mod backoff;
mod bind;
mod client;
mod config;
mod connection;
mod farewell;
mod gate;
mod host;
mod http;
mod hub;
mod inspector;
mod methods;
mod outbox;
mod pump;
mod server;
mod upgrade;

pub use bind::BindError;
pub use config::{Config, DEFAULT_PORT, Limits};
pub use host::{Host, SetParameterError};
pub use server::{Server, serve};
