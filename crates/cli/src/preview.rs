//! A project without audio: its page gets the real parameters, and levels that are made up.

mod describe;
mod host;
mod levels;

pub(crate) use describe::{Described, describe};

use host::PreviewHost;
use std::sync::Arc;
use tokio::sync::mpsc;
use wavecraft_companion_protocol::{parameter::ParameterSpec, token::Token};
use wavecraft_companion_server::{BindError, Config, DEFAULT_PORT, Limits, Server, serve};

/// The dev WebSocket of a project that isn't heard.
pub(crate) struct Preview {
    /// What the page talks to.
    pub(crate) server: Server,
    project: Arc<PreviewHost>,
    refused: mpsc::Receiver<String>,
}

impl Preview {
    /// Serves the parameters at the first free port from the given one, or there alone if that is asked for.
    ///
    /// # Errors
    /// See [`BindError`].
    pub(crate) async fn serve(
        parameters: Vec<ParameterSpec>,
        (port, strict_port): (Option<u16>, bool),
        token: Token,
        audio_token: Token,
        origins: Vec<String>,
    ) -> Result<Self, BindError> {
        let (sender, refused) = mpsc::channel(1);
        let project = Arc::new(PreviewHost::new(parameters, sender));
        let port = port.unwrap_or(DEFAULT_PORT);
        let config = Config { port, strict_port, token, audio_token, origins, limits: Limits::default() };
        let host: Arc<PreviewHost> = Arc::clone(&project);
        let server = serve(config, host).await?;
        Ok(Self { server, project, refused })
    }

    /// Other parameters from now on. Values are kept by id.
    pub(crate) fn replace(&self, parameters: Vec<ParameterSpec>) {
        if self.project.replace(parameters) {
            self.server.parameters_changed();
        }
    }

    /// Waits until a page is refused; what to tell of it.
    pub(crate) async fn refused(&mut self) -> String {
        match self.refused.recv().await {
            Some(line) => line,
            // The project has the other end as long as this.
            None => std::future::pending().await,
        }
    }

    /// Tells the pages, and waits until the port is free.
    pub(crate) async fn end(self) {
        self.server.shutdown().await;
    }
}
