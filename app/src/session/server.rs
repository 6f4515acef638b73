//! A session's dev server, from binding its port until that is free again.

use super::{event::SessionEvent, host::Shared};
use crate::outlet::Outlet;
use std::sync::Arc;
use wavecraft_companion_protocol::{control::Attach, token::FRAGMENT_KEY};
use wavecraft_companion_server::{Config, DEFAULT_PORT, End, Limits, Server, serve};

/// A session's dev server.
pub(crate) struct DevServer {
    stage: Stage,
    /// What its clients are told when it ends.
    end: End,
    events: Outlet<SessionEvent>,
}

enum Stage {
    /// It is looking for a port.
    Binding,
    /// It serves.
    Open(Server),
    /// It is closing its clients' connections.
    Closing,
    /// Its port is free.
    Closed,
}

impl DevServer {
    /// Starts looking for a port. [`SessionEvent::ServerBound`] follows.
    pub(super) fn bind(attach: &Attach, shared: Arc<Shared>, events: Outlet<SessionEvent>) -> Self {
        let config = Config {
            port: attach.port.unwrap_or(DEFAULT_PORT),
            strict_port: attach.strict_port,
            token: attach.token.clone(),
            audio_token: attach.audio_token.clone(),
            origins: attach.origins.clone(),
            limits: Limits::default(),
        };
        let bound = events.clone();
        tokio::spawn(async move { bound.send(SessionEvent::ServerBound(serve(config, shared).await)) });
        Self { stage: Stage::Binding, end: End::Session, events }
    }

    /// The server, while it serves.
    pub(super) fn open(&self) -> Option<&Server> {
        match &self.stage {
            Stage::Open(server) => Some(server),
            _ => None,
        }
    }

    /// Its port is bound: it serves from now on.
    pub(super) fn bound(&mut self, server: Server) {
        self.stage = Stage::Open(server);
    }

    /// The whole companion ends: its clients are told so.
    pub(super) fn companion_ends(&mut self) {
        self.end = End::Companion;
    }

    /// Closes its clients' connections. [`SessionEvent::ServerClosed`] follows.
    pub(super) fn close(&mut self) {
        if self.open().is_none() {
            return;
        }
        if let Stage::Open(server) = std::mem::replace(&mut self.stage, Stage::Closing) {
            let (end, events) = (self.end, self.events.clone());
            tokio::spawn(async move {
                server.shutdown(end).await;
                events.send(SessionEvent::ServerClosed);
            });
        }
    }

    /// Its port is free, or it never had one.
    pub(super) fn closed(&mut self) {
        self.stage = Stage::Closed;
    }

    pub(super) fn is_closed(&self) -> bool {
        matches!(self.stage, Stage::Closed)
    }

    /// The page's address, as the command prints it: the token comes after the #, which is never sent to a server.
    pub(super) fn page(&self, attach: &Attach) -> Option<String> {
        // Vite listens only on that address; what `localhost` means differs between systems.
        let origins = &attach.origins;
        let origin = origins.iter().find(|origin| origin.contains("//127.0.0.1")).or(origins.first())?;
        let port = self.open()?.port();
        Some(format!("{origin}/#{FRAGMENT_KEY}={}&ws={port}", attach.token.as_str()))
    }
}
