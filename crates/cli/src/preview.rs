//! A project without audio: its page gets the real parameters, and synthetic levels.

mod describe;
mod host;
mod levels;

pub(crate) use describe::{Described, describe};

use host::PreviewHost;
use std::sync::Arc;
use tokio::sync::mpsc;
use wavecraft_companion_protocol::token::Token;
use wavecraft_companion_server::{BindError, Config, DEFAULT_PORT, End, Limits, Server, serve};

/// The dev WebSocket of a project without audio.
pub(crate) struct Preview {
    /// The server that the page connects to.
    pub(crate) server: Server,
    project: Arc<PreviewHost>,
    refused: mpsc::Receiver<String>,
}

impl Preview {
    /// Serves the parameters at the first free port from the given one up, or only there if `strict_port`.
    ///
    /// # Errors
    /// See [`BindError`].
    pub(crate) async fn serve(
        described: Described,
        (port, strict_port): (Option<u16>, bool),
        token: Token,
        audio_token: Token,
        origins: Vec<String>,
    ) -> Result<Self, BindError> {
        let (sender, refused) = mpsc::channel(1);
        let project = Arc::new(PreviewHost::new(described, sender));
        let port = port.unwrap_or(DEFAULT_PORT);
        let config = Config { port, strict_port, token, audio_token, origins, limits: Limits::default() };
        let host: Arc<PreviewHost> = Arc::clone(&project);
        let server = serve(config, host).await?;
        Ok(Self { server, project, refused })
    }

    /// Replaces the parameters. Values are kept by id.
    pub(crate) fn replace(&self, described: Described) {
        if self.project.replace(described) {
            self.server.parameters_changed();
        }
    }

    /// Waits until a page is refused; returns what to report.
    pub(crate) async fn refused(&mut self) -> String {
        match self.refused.recv().await {
            Some(line) => line,
            // The project keeps the other end open as long as this exists.
            None => std::future::pending().await,
        }
    }

    /// Notifies the pages, and waits until the port is free.
    pub(crate) async fn end(self) {
        self.server.shutdown(End::Session).await;
    }
}
