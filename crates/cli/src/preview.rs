//! A project without audio: its page gets the real parameters, and synthetic levels.

mod describe;
mod host;
mod levels;

pub(crate) use describe::{Described, describe};

use crate::remembered::Remembered;
use host::PreviewHost;
use std::{path::PathBuf, sync::Arc, time::Duration};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until},
};
use wavecraft_companion_protocol::token::Token;
use wavecraft_companion_server::{BindError, Config, DEFAULT_PORT, End, Limits, Server, serve};

/// The dev WebSocket of a project without audio.
pub(crate) struct Preview {
    /// The server that the page connects to.
    pub(crate) server: Server,
    project: Arc<PreviewHost>,
    refused: mpsc::Receiver<String>,
    /// What was kept last.
    kept: Remembered,
    /// When the values are kept, after a change.
    due: Option<Instant>,
}

/// An event of a project without audio.
#[derive(Debug)]
pub(crate) enum PreviewEvent {
    /// A page was refused: this is to be reported.
    Refused(String),
    /// These values are to be kept for the next start.
    Keep(Remembered),
}

/// How long after a change the values are kept: a knob that is turned changes many times.
const SOON: Duration = Duration::from_millis(500);

impl Preview {
    /// Serves the parameters of the project in this folder at the first free port from the given one up, or only there if `strict_port`.
    ///
    /// # Errors
    /// See [`BindError`].
    pub(crate) async fn serve(
        (described, remembered): (Described, Remembered),
        folder: PathBuf,
        (port, strict_port): (Option<u16>, bool),
        token: Token,
        audio_token: Token,
        origins: Vec<String>,
    ) -> Result<Self, BindError> {
        let (sender, refused) = mpsc::channel(1);
        let project = Arc::new(PreviewHost::new(described, remembered.clone(), folder, sender));
        let port = port.unwrap_or(DEFAULT_PORT);
        let config = Config { port, strict_port, token, audio_token, origins, limits: Limits::default() };
        let host: Arc<PreviewHost> = Arc::clone(&project);
        let server = serve(config, host).await?;
        Ok(Self { server, project, refused, kept: remembered, due: None })
    }

    /// Replaces the parameters. Values are kept by id.
    pub(crate) fn replace(&self, described: Described) {
        if self.project.replace(described) {
            self.server.parameters_changed();
        }
    }

    /// Waits for the next event. Cancel-safe: none is lost.
    pub(crate) async fn next(&mut self) -> PreviewEvent {
        loop {
            tokio::select! {
                // The project keeps the other end open as long as this exists.
                Some(line) = self.refused.recv() => return PreviewEvent::Refused(line),
                () = self.project.changed(), if self.due.is_none() => self.due = Some(Instant::now() + SOON),
                () = sleep_until(self.due.unwrap_or_else(Instant::now)), if self.due.is_some() => {
                    self.due = None;
                    if let Some(remembered) = self.unkept() {
                        return PreviewEvent::Keep(remembered);
                    }
                }
            }
        }
    }

    /// The values, if they aren't kept yet. The caller keeps them.
    pub(crate) fn unkept(&mut self) -> Option<Remembered> {
        let now = self.project.remembered();
        let is_same = |id: &String| {
            let (now, before) = (now.parameters.get(id).copied(), self.kept.parameters.get(id).copied());
            now == before || (before.is_none() && now == self.project.default_of(id))
        };
        if (&now.sets, &now.preset) == (&self.kept.sets, &self.kept.preset)
            && now.parameters.keys().all(is_same)
        {
            return None;
        }
        self.kept = now.clone();
        Some(now)
    }

    /// Notifies the pages, and waits until the port is free.
    pub(crate) async fn end(self) {
        self.server.shutdown(End::Session).await;
    }
}
