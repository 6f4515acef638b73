//! All sessions: which may be attached, what concerns all of them, and which are gone.

use crate::{
    audio::{Audio, Pulse},
    child::ChildEvent,
    control::{ConnectionId, Owed},
    outlet::Outlet,
    session::{self, Context, Session, SessionEvent, SessionId, builds},
};
use std::{
    collections::BTreeMap,
    path::PathBuf,
    time::{Duration, Instant},
};
use wavecraft_companion_protocol::{
    control::{Attach, UNKNOWN_SESSION},
    latency::ProjectLatency,
    microphone::Listener,
    rpc::{ErrorObject, INVALID_REQUEST},
};

/// How long a command that ends may take to remove its builds itself.
const COMMANDS_END: Duration = Duration::from_secs(2);

/// The sessions' events.
pub(crate) enum SessionsEvent {
    /// An event of one session.
    Of(SessionId, SessionEvent),
    /// A command that had builds may have been gone for a while.
    BuildsMayBeAbandoned,
}

impl SessionsEvent {
    /// Is it only a line that a child wrote?
    pub(crate) fn is_output(&self) -> bool {
        matches!(self, Self::Of(_, SessionEvent::Child(_, ChildEvent::Wrote { .. })))
    }
}

/// All sessions by their ids.
pub(crate) struct Sessions {
    sessions: BTreeMap<SessionId, Session>,
    events: Outlet<SessionsEvent>,
}

impl Sessions {
    /// None yet.
    pub(crate) fn new(events: Outlet<SessionsEvent>) -> Self {
        Self { sessions: BTreeMap::new(), events }
    }

    /// Attaches a project, if there is room for it and its parameters are valid.
    pub(crate) fn attach(
        &mut self,
        owner: ConnectionId,
        attach: Attach,
        reply: Owed<Attach>,
        cx: &mut Context,
    ) {
        let checked = session::room_for(self.sessions.len())
            .and_then(|()| session::check(&attach))
            .and_then(|()| session::check_program(&attach.program));
        if let Err(refused) = checked {
            reply.refuse(refused);
            return;
        }
        if let Some(wanted) = attach.transport {
            cx.transport.change(&wanted.change, &mut cx.audio);
        }
        let id = self.free_id(&attach.name);
        let of = id.clone();
        let events = self.events.of(move |event| SessionsEvent::Of(of.clone(), event));
        self.sessions.insert(id.clone(), Session::new(id, owner, attach, reply, events, cx));
    }

    fn free_id(&self, name: &str) -> SessionId {
        let slug: String = name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '-' })
            .take(64)
            .collect();
        let mut number = 1_u32;
        loop {
            let id = format!("{slug}-{number}");
            if !self.sessions.contains_key(&id) {
                return id;
            }
            number += 1;
        }
    }

    pub(crate) fn handle(&mut self, event: SessionsEvent, cx: &mut Context) {
        match event {
            SessionsEvent::Of(id, event) => {
                if let Some(session) = self.sessions.get_mut(&id) {
                    session.handle(event, cx);
                }
            }
            SessionsEvent::BuildsMayBeAbandoned => builds::remove_abandoned(&cx.builds_dir),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.sessions.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Session> {
        self.sessions.values()
    }

    /// The session with this id.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn find(&mut self, id: &str) -> Result<&mut Session, ErrorObject> {
        let unknown = || ErrorObject::new(UNKNOWN_SESSION, format!("there is no session `{id}`"));
        self.sessions.get_mut(id).ok_or_else(unknown)
    }

    /// The session, if the caller owns it: other clients may only look at it and stop it.
    ///
    /// # Errors
    /// There is none, another client owns it, or it is ending.
    pub(crate) fn owned(&mut self, from: ConnectionId, id: &str) -> Result<&mut Session, ErrorObject> {
        let session = self.find(id)?;
        if session.owner() != from {
            let message = format!("`{id}` belongs to the terminal that started it: change it there");
            return Err(ErrorObject::new(INVALID_REQUEST, message));
        }
        if session.is_ending() {
            return Err(ErrorObject::new(UNKNOWN_SESSION, format!("`{id}` is ending")));
        }
        Ok(session)
    }

    /// The session with this id, if it exists and is served.
    pub(crate) fn served(&self, id: &str) -> Option<&Session> {
        self.sessions.get(id).filter(|session| !session.is_ending() && session.server().is_some())
    }

    /// Is anybody watching any of them?
    pub(crate) fn are_watched(&self) -> bool {
        self.iter().any(|session| session.playback().is_watched())
    }

    /// The projects that ask for the microphone.
    pub(crate) fn listeners(&self) -> Vec<Listener> {
        self.iter().filter_map(Session::listener).collect()
    }

    /// What each adds to a loop's latency.
    pub(crate) fn latencies(&self, audio: &mut Audio) -> Vec<ProjectLatency> {
        self.iter().filter_map(|session| session.playback().latency(audio)).collect()
    }

    /// Calls `act` with each of them.
    pub(crate) fn each(&mut self, cx: &mut Context, mut act: impl FnMut(&mut Session, &mut Context)) {
        self.sessions.values_mut().for_each(|session| act(session, cx));
    }

    /// A connection has closed: ends what it asked for.
    pub(crate) fn connection_closed(&mut self, id: ConnectionId, cx: &mut Context) {
        self.each(cx, |session, cx| {
            session.playback_mut().end_recording_of(id, cx);
            if session.owner() == id {
                session.lose_terminal(cx);
            }
        });
    }

    /// Passes on the engine's view of all of them.
    pub(crate) fn follow(&mut self, pulse: Pulse, now: Instant, cx: &mut Context) {
        let snapshots = |session: &Session| Some((session.id().clone(), session.playback().snapshot(cx)?));
        let seen: BTreeMap<_, _> = self.sessions.values().filter_map(snapshots).collect();
        if pulse.howl_began {
            let peaks: Vec<_> = seen.values().filter_map(|(_, peak)| *peak).collect();
            cx.audio.blame(&peaks);
        }
        let all: Vec<SessionId> = self.sessions.keys().cloned().collect();
        for (id, (snapshot, _)) in seen {
            if let Some(session) = self.sessions.get_mut(&id) {
                session.playback_mut().follow(&snapshot, pulse, &all, now, cx);
            }
        }
    }

    /// When one of them has something to do next.
    pub(crate) fn due(&self, cx: &Context) -> Option<Instant> {
        self.iter().filter_map(|session| session.playback().due(cx)).min()
    }

    /// Removes the sessions that were detached and of which nothing is left.
    pub(crate) fn remove_gone(&mut self, cx: &mut Context) {
        let gone: Vec<_> = self.sessions.extract_if(.., |_, session| session.is_gone()).collect();
        for (_, session) in gone {
            let Some((folder, may_come_back)) = session.finish(cx) else { continue };
            self.remove_builds(folder, may_come_back);
        }
    }

    /// A command that lives but lost its connection may attach again, and removes its folder itself. One that was just
    /// killed still exists for a moment.
    fn remove_builds(&self, folder: PathBuf, may_come_back: bool) {
        if !may_come_back || builds::is_abandoned(&folder) {
            builds::remove(&folder);
        } else {
            self.events.send_later(COMMANDS_END, SessionsEvent::BuildsMayBeAbandoned);
        }
    }
}
