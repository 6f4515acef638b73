//! All sessions: who may come, what concerns all of them, and who is gone.

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

/// A command that ends removes its builds itself, and takes no longer for that.
const COMMANDS_END: Duration = Duration::from_secs(2);

/// What is heard of sessions.
pub(crate) enum SessionsEvent {
    /// Something happened to one of them.
    Of(SessionId, SessionEvent),
    /// A command that had builds is gone for a while, or isn't.
    BuildsMayBeAbandoned,
}

impl SessionsEvent {
    /// Is it no more than a line that a child wrote?
    pub(crate) fn is_output(&self) -> bool {
        matches!(self, Self::Of(_, SessionEvent::Child(_, ChildEvent::Wrote { .. })))
    }
}

/// All sessions by their names.
pub(crate) struct Sessions {
    sessions: BTreeMap<SessionId, Session>,
    events: Outlet<SessionsEvent>,
}

impl Sessions {
    /// None yet.
    pub(crate) fn new(events: Outlet<SessionsEvent>) -> Self {
        Self { sessions: BTreeMap::new(), events }
    }

    /// Attaches a project, if there is room for it and nothing is wrong with it.
    pub(crate) fn attach(&mut self, owner: ConnectionId, attach: Attach, reply: Owed<Attach>, cx: &Context) {
        let checked = session::room_for(self.sessions.len())
            .and_then(|()| session::check(&attach))
            .and_then(|()| session::check_program(&attach.program));
        if let Err(refused) = checked {
            reply.refuse(refused);
            return;
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

    /// The session of this name.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn find(&mut self, id: &str) -> Result<&mut Session, ErrorObject> {
        let unknown = || ErrorObject::new(UNKNOWN_SESSION, format!("there is no session `{id}`"));
        self.sessions.get_mut(id).ok_or_else(unknown)
    }

    /// The session, if it is the caller's own: others may look, and stop, and no more.
    ///
    /// # Errors
    /// There is none, it is somebody else's, or it is ending.
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

    /// The session that is served, if there is one of this name.
    pub(crate) fn served(&self, id: &str) -> Option<&Session> {
        self.sessions.get(id).filter(|session| !session.is_ending() && session.server().is_some())
    }

    /// Does somebody look at any of them?
    pub(crate) fn are_watched(&self) -> bool {
        self.iter().any(|session| session.playback().is_watched())
    }

    /// Who asks for the microphone.
    pub(crate) fn listeners(&self) -> Vec<Listener> {
        self.iter().filter_map(Session::listener).collect()
    }

    /// What each adds to a loop.
    pub(crate) fn latencies(&self, audio: &mut Audio) -> Vec<ProjectLatency> {
        self.iter().filter_map(|session| session.playback().latency(audio)).collect()
    }

    /// Calls `act` with each of them.
    pub(crate) fn each(&mut self, cx: &mut Context, mut act: impl FnMut(&mut Session, &mut Context)) {
        self.sessions.values_mut().for_each(|session| act(session, cx));
    }

    /// A connection is gone, and with it what it asked for.
    pub(crate) fn connection_closed(&mut self, id: ConnectionId, cx: &mut Context) {
        self.each(cx, |session, cx| {
            session.playback_mut().end_recording_of(id, cx);
            if session.owner() == id {
                session.lose_terminal(cx);
            }
        });
    }

    /// Takes in what the engine sees of all of them.
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

    /// Forgets those that were detached and of which nothing is left.
    pub(crate) fn remove_gone(&mut self, cx: &mut Context) {
        let gone: Vec<_> = self.sessions.extract_if(.., |_, session| session.is_gone()).collect();
        for (_, session) in gone {
            let Some((folder, may_come_back)) = session.finish(cx) else { continue };
            self.remove_builds(folder, may_come_back);
        }
    }

    /// A command that lives and lost its connection may attach again, and removes its folder itself. One that was just
    /// killed is still there for a moment.
    fn remove_builds(&self, folder: PathBuf, may_come_back: bool) {
        if !may_come_back || builds::is_abandoned(&folder) {
            builds::remove(&folder);
        } else {
            self.events.send_later(COMMANDS_END, SessionsEvent::BuildsMayBeAbandoned);
        }
    }
}
