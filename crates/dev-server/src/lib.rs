//! The dev WebSocket of one project, over a [`Host`] trait.
//!
//! [`serve`] binds one port on both loopback addresses and answers there, for one project:
//!
//! - the WebSocket for the project's pages, and for a program with its own audio;
//! - plain HTTP, the inspector: a page that shows everything known about the project.
//!
//! The WebSocket's messages are in [`wavecraft_companion_protocol::browser`]; this crate knows no JSON. The project's
//! state and behaviour is behind [`Host`]; this crate knows no audio. Access control and the limits on clients are
//! here:
//!
//! - every request names this server's own address in its one `Host`, and comes from a registered page if
//!   from any;
//! - a WebSocket needs the project's token, always;
//! - a page's token never registers audio, and the audio token never sets a parameter;
//! - a client that sends too much, too slowly or invalid data harms only itself.
//!
//! | module | subject |
//! |---|---|
//! | `host` | the interface to the project |
//! | `config` | the arguments and limits |
//! | `bind` | the port, on both loopback addresses |
//! | `server` | the listeners and the handle to them |
//! | `shared` | what every connection needs |
//! | `connection` | one TCP connection, up to its answer |
//! | `access_policy` | which requests and clients are admitted |
//! | `handshakes` | the connections that aren't clients yet |
//! | `refusal_limiter` | the number of recent refusals |
//! | `opening` | addresses that work once |
//! | `platform` | what differs between the systems: which user a connection belongs to |
//! | `http` | the answers to plain HTTP |
//! | `inspector` | the files of the inspector's page |
//! | `upgrade` | the requirements of a WebSocket request |
//! | `client` | one WebSocket, from its first message to its last |
//! | `close_reason` | why a WebSocket is closed, and how |
//! | `message` | one call from a client, or a batch |
//! | `methods` | what each call does |
//! | `sets` | the two sets A and B of the parameters' values |
//! | `history` | what people changed, step by step |
//! | `pace` | how often everything may change at once |
//! | `turn` | what a change of a parameter may change too: sets and history |
//! | `shelf` | a project's presets as pages see them |
//! | `desk` | where calls about presets wait for the disk |
//! | `presets` | what is done with presets, whoever asks |
//! | `hub` | all clients, and which messages go to which |
//! | `outbox` | the messages waiting for one client |
//! | `pump` | meters, scope and stats at their rate |
//!
//! # Example
//!
//! A project without anything to show, served on any free port:
//!
//! ```
//! use std::sync::Arc;
//! use wavecraft_companion_protocol::token::Token;
//! use wavecraft_companion_server::{Config, End, Host, Limits, SetParameterError, serve};
//! # use wavecraft_companion_protocol::browser::GetAllParametersResult;
//!
//! struct Empty;
//!
//! impl Host for Empty {
//!     fn parameters(&self) -> GetAllParametersResult {
//!         GetAllParametersResult { parameters: Vec::new(), processors: Vec::new() }
//!     }
//!
//!     fn set_parameter(&self, id: &str, _value: f32) -> Result<f32, SetParameterError> {
//!         Err(SetParameterError::UnknownParameter(id.into()))
//!     }
//!
//!     fn parameter(&self, _id: &str) -> Option<f32> {
//!         None
//!     }
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // 256 random bits each, elsewhere.
//! let token = |letter: &str| Token::try_from(letter.repeat(43));
//! let config = Config {
//!     port: 0,
//!     strict_port: false,
//!     token: token("A")?,
//!     audio_token: token("B")?,
//!     origins: vec!["http://localhost:5173".into()],
//!     limits: Limits::default(),
//! };
//! let server = serve(config, Arc::new(Empty)).await?;
//! assert!(server.ws_url().starts_with(&format!("ws://127.0.0.1:{}/p/", server.port())));
//! server.shutdown(End::Session).await;
//! # Ok(())
//! # }
//! ```

mod access_policy;
mod bind;
mod client;
mod close_reason;
mod config;
mod connection;
mod desk;
mod handshakes;
mod history;
mod host;
mod http;
mod hub;
mod inspector;
mod message;
mod methods;
mod opening;
mod outbox;
mod pace;
mod platform;
mod presets;
mod pump;
mod refusal_limiter;
mod server;
mod sets;
mod shared;
mod shelf;
mod turn;
mod upgrade;

pub use bind::{BindError, is_port_free};
pub use close_reason::End;
pub use config::{Config, DEFAULT_PORT, Limits};
pub use host::{Host, SetParameterError};
pub use presets::Presets;
pub use server::{Server, serve};
