//! Who hears of a session: its terminal, whoever subscribed to all sessions, and its pages.

use super::{event::SessionId, host::Shared, server::DevServer};
use crate::control::{Clients, ConnectionId};
use std::sync::Arc;
use tracing::{debug, info, warn};
use wavecraft_companion_protocol::{
    browser::AudioRuntimeStatus,
    control::{ChildLog, LogStream, SESSION_STATE},
    session::{State, StateChange},
};

/// Whom one session tells, and what they know.
pub(crate) struct Audience {
    id: SessionId,
    /// The connection that attached it: its lease.
    owner: ConnectionId,
    pub(super) server: DevServer,
    /// What its dev server sees.
    pub(super) shared: Arc<Shared>,
    state: (State, Option<String>),
}

impl Audience {
    /// Of a session that is starting.
    pub(super) fn new(id: SessionId, owner: ConnectionId, server: DevServer, shared: Arc<Shared>) -> Self {
        Self { id, owner, server, shared, state: (State::Starting, None) }
    }

    pub(super) fn id(&self) -> &SessionId {
        &self.id
    }

    pub(super) fn owner(&self) -> ConnectionId {
        self.owner
    }

    /// Passes a line on.
    pub(super) fn log(&self, stream: LogStream, line: String, clients: &Clients) {
        let log = ChildLog { session: self.id.clone(), stream, line };
        debug!("{}: {:?}: {}", log.session, log.stream, log.line);
        if let Some(server) = self.server.open() {
            server.log(&log);
        }
        clients.log(self.owner, &log);
    }

    /// Says something in the terminal, and on pages that listen to the log.
    pub(super) fn say(&self, line: String, clients: &Clients) {
        self.log(LogStream::Message, line, clients);
    }

    /// And in the companion's log too.
    pub(super) fn warn(&self, line: String, clients: &Clients) {
        warn!("{}: {line}", self.id);
        self.say(line, clients);
    }

    /// Tells clients what takes the place of what was told before.
    pub(super) fn renew(&self, method: &'static str, params: &impl serde::Serialize, clients: &Clients) {
        clients.renew(self.owner, &self.id, method, params);
    }

    /// Tells clients and pages the session's state. Was that news?
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

    /// Tells pages how the audio side is, if that changed.
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
