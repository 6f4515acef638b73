//! Who is notified about a session: its terminal, the clients that subscribed to all sessions, and its pages.

use super::{event::SessionId, host::Shared, server::DevServer};
use crate::control::{Clients, ConnectionId};
use std::sync::Arc;
use tracing::{debug, info, warn};
use wavecraft_companion_protocol::{
    browser::AudioRuntimeStatus,
    control::{ChildLog, LogStream, SESSION_STATE},
    session::{State, StateChange},
};

/// The clients and pages of one session, and what they were last told.
pub(crate) struct Audience {
    id: SessionId,
    /// The connection that attached it, which holds its lease.
    owner: ConnectionId,
    pub(super) server: DevServer,
    /// The state shared with its dev server.
    pub(super) shared: Arc<Shared>,
    state: (State, Option<String>),
}

impl Audience {
    /// The audience of a session that is starting.
    pub(super) fn new(id: SessionId, owner: ConnectionId, server: DevServer, shared: Arc<Shared>) -> Self {
        Self { id, owner, server, shared, state: (State::Starting, None) }
    }

    pub(super) fn id(&self) -> &SessionId {
        &self.id
    }

    pub(super) fn owner(&self) -> ConnectionId {
        self.owner
    }

    /// Passes a line of output on.
    pub(super) fn log(&self, stream: LogStream, line: String, clients: &Clients) {
        let log = ChildLog { session: self.id.clone(), stream, line };
        debug!("{}: {:?}: {}", log.session, log.stream, log.line);
        if let Some(server) = self.server.open() {
            server.log(&log);
        }
        clients.log(self.owner, &log);
    }

    /// Writes a line to the terminal, and to pages that listen to the log.
    pub(super) fn say(&self, line: String, clients: &Clients) {
        self.log(LogStream::Message, line, clients);
    }

    /// The same, and to the companion's log too.
    pub(super) fn warn(&self, line: String, clients: &Clients) {
        warn!("{}: {line}", self.id);
        self.say(line, clients);
    }

    /// Notifies clients of a state that replaces the previous one.
    pub(super) fn renew(&self, method: &'static str, params: &impl serde::Serialize, clients: &Clients) {
        clients.renew(self.owner, &self.id, method, params);
    }

    /// Notifies clients and pages of the session's state. Returns whether it was new.
    pub(super) fn notify_state(&mut self, state: State, reason: Option<&str>, clients: &Clients) -> bool {
        if (self.state.0, self.state.1.as_deref()) == (state, reason) {
            return false;
        }
        match reason {
            Some(reason) => info!("{}: {state:?}: {reason}", self.id),
            None => info!("{}: {state:?}", self.id),
        }
        self.state = (state, reason.map(str::to_owned));
        let change = StateChange { session: self.id.clone(), state, reason: self.state.1.clone() };
        if let Some(server) = self.server.open() {
            server.state(&change);
        }
        self.renew(SESSION_STATE, &change, clients);
        true
    }

    /// Notifies pages of the audio side's state, if it changed.
    pub(super) fn notify_audio_status(&self, status: AudioRuntimeStatus) {
        let mut figures = self.shared.figures();
        let same = figures.audio_status.as_ref().is_some_and(|old| {
            let text = |status: &AudioRuntimeStatus| status.diagnostic.as_ref().map(|d| d.message.clone());
            (old.phase, old.sample_rate, old.buffer_size, text(old))
                == (status.phase, status.sample_rate, status.buffer_size, text(&status))
        });
        if same {
            return;
        }
        figures.audio_status = Some(status.clone());
        drop(figures);
        if let Some(server) = self.server.open() {
            server.audio_status_changed(&status);
        }
    }
}
