//! All clients of a project, and which messages go to which client.

mod presets;
mod said;
mod values;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::Notify, time::Instant};
use tokio_tungstenite::tungstenite::Utf8Bytes;
use wavecraft_companion_presets::Folder;
use wavecraft_companion_protocol::{
    browser::{
        BUILD_STATUS, CHILD_LOG, GetLogResult, MAX_HZ, NOT_ALLOWED, RegisterAudioParams, SESSION_STATE,
        ScopeRequest, Subscribe, Topic, notification,
    },
    control::ChildLog,
    rpc::ErrorObject,
    session::{Build, StateChange},
};

use said::Said;

use crate::{
    access_policy::Role,
    config::Limits,
    desk::Desk,
    host::Host,
    outbox::{Lane, Outbox},
    turn::Turn,
};

/// How long after its last request for a frame a page counts as watching.
const LOOKING: Duration = Duration::from_secs(3);

/// The most pictures of the waveform made at one tick. Where clients ask for more different ones, those that waited
/// longest come first, so that each of 32 still gets 15 a second.
const PICTURES_A_TICK: usize = 8;

/// The clients of one project.
pub(crate) struct Hub {
    host: Arc<dyn Host>,
    limits: Limits,
    clients: Mutex<Clients>,
    /// Held while the host and then the clients are notified of a change, so that all see several changes in the same
    /// order. Taken before `clients`, which is never held while the host is called. It holds what a change of a parameter
    /// may change too.
    turn: Mutex<Turn>,
    /// Where calls about presets wait.
    desk: Desk,
    /// Signals that the pump's work may have changed.
    demand_changed: Notify,
}

#[derive(Default)]
struct Clients {
    all: Vec<Client>,
    last_id: u64,
    /// The registered program with its own audio.
    audio: Option<(u64, String)>,
    /// The last message of each kind, for a client that subscribes later.
    last_state: Option<Utf8Bytes>,
    last_build: Option<Utf8Bytes>,
    said: Said,
    /// When a page last asked for a frame.
    asked: Option<Instant>,
    /// What the host was notified of last.
    watched: bool,
    /// The same of whether a page shows what was measured of builds.
    lab_watched: bool,
}

struct Client {
    id: u64,
    role: Role,
    outbox: Arc<Outbox>,
    topics: Vec<Topic>,
    hz: u32,
    /// How it wants the waveform to be drawn; none means as published.
    scope: Option<ScopeRequest>,
    /// The tick at which it last got the waveform drawn so.
    drawn: u64,
}

/// The pump's work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Demand {
    /// A client subscribes to a topic that is sent at a rate.
    Ticks,
    /// No client does, but the host believes that pages watch; from this time on none does.
    Until(Instant),
    /// No client watches.
    Nothing,
}

impl Hub {
    pub(crate) fn new(host: Arc<dyn Host>, limits: Limits) -> Self {
        Self {
            turn: Mutex::new(Turn::of(&*host)),
            desk: Desk::new(host.project().as_deref().map(Folder::of)),
            host,
            limits,
            clients: Mutex::default(),
            demand_changed: Notify::new(),
        }
    }

    pub(crate) fn host(&self) -> &dyn Host {
        &*self.host
    }

    /// Adds a client, until the returned value is dropped.
    pub(crate) fn join(self: &Arc<Self>, role: Role) -> Member {
        let outbox = Arc::new(Outbox::new(&self.limits));
        let mut clients = self.clients();
        clients.last_id += 1;
        let id = clients.last_id;
        clients.all.push(Client {
            id,
            role,
            outbox: Arc::clone(&outbox),
            topics: Vec::new(),
            hz: 1,
            scope: None,
            drawn: 0,
        });
        Member { hub: Arc::clone(self), id, role, outbox }
    }

    fn leave(&self, id: u64) {
        let _turn = self.turn();
        let mut clients = self.clients();
        clients.all.retain(|client| client.id != id);
        let was_audio = clients.audio.take_if(|(audio, _)| *audio == id).is_some();
        drop(clients);
        if was_audio {
            tracing::info!("the program with its own audio went");
            self.host.audio_client(None);
        }
        self.tell_watched();
    }

    /// Notifies every page, and the registered program with its own audio.
    pub(crate) fn to_pages_and_audio(&self, text: &Utf8Bytes) {
        let clients = self.clients();
        let audio = clients.audio.as_ref().map(|(id, _)| *id);
        for client in
            clients.all.iter().filter(|client| client.role == Role::Page || Some(client.id) == audio)
        {
            client.outbox.push(Lane::Kept, text.clone());
        }
    }

    /// Notifies every page.
    pub(crate) fn to_pages(&self, lane: Lane, text: &Utf8Bytes) {
        for client in self.clients().all.iter().filter(|client| client.role == Role::Page) {
            client.outbox.push(lane, text.clone());
        }
    }

    /// Notifies the subscribers of `topic`; for topics that aren't sent at a rate.
    pub(crate) fn to_subscribers(&self, topic: Topic, lane: Lane, text: &Utf8Bytes) {
        for client in self.clients().all.iter().filter(|client| client.topics.contains(&topic)) {
            client.outbox.push(lane, text.clone());
        }
    }

    /// Notifies pages of the build, and keeps it for later subscribers.
    pub(crate) fn build(&self, build: &Build) {
        let text: Utf8Bytes = notification(BUILD_STATUS, build).into();
        let mut clients = self.clients();
        clients.last_build = Some(text.clone());
        clients.said.build(build);
        drop(clients);
        self.to_pages(Lane::Kept, &text);
    }

    /// Notifies subscribers of a line, and keeps it for who asks later.
    pub(crate) fn log(&self, line: &ChildLog) {
        self.clients().said.line(line);
        self.to_subscribers(Topic::Log, Lane::Lines, &notification(CHILD_LOG, line).into());
    }

    /// The newest lines, and the newest build.
    pub(crate) fn said(&self, lines: u32) -> GetLogResult {
        self.clients().said.newest(lines)
    }

    /// Notifies subscribers of the state, and keeps it for later ones.
    pub(crate) fn state(&self, change: &StateChange) {
        let text: Utf8Bytes = notification(SESSION_STATE, change).into();
        self.clients().last_state = Some(text.clone());
        self.to_subscribers(Topic::State, Lane::Kept, &text);
    }

    /// Replaces a client's subscriptions.
    pub(crate) fn subscribe(&self, id: u64, wanted: Subscribe) {
        let mut clients = self.clients();
        let (state, build) = (clients.last_state.clone(), clients.last_build.clone());
        if let Some(client) = clients.all.iter_mut().find(|client| client.id == id) {
            client.topics.clear();
            for topic in wanted.topics {
                if !client.topics.contains(&topic) {
                    client.topics.push(topic);
                }
            }
            (client.hz, client.scope) = (wanted.hz, wanted.scope);
            for (topic, last) in [(Topic::State, state), (Topic::Build, build)] {
                if let Some(text) = last.filter(|_| client.topics.contains(&topic)) {
                    client.outbox.push(Lane::Kept, text);
                }
            }
        }
        drop(clients);
        self.review();
        self.demand_changed.notify_one();
    }

    /// Registers a client as the only program with its own audio.
    pub(crate) fn register_audio(&self, id: u64, program: RegisterAudioParams) -> Result<(), ErrorObject> {
        let _turn = self.turn();
        let mut clients = self.clients();
        match &clients.audio {
            Some((other, name)) if *other != id => {
                let message =
                    format!("registerAudio: `{name}` is registered already; end it first, a project has one");
                return Err(ErrorObject::new(NOT_ALLOWED, message));
            }
            _ => clients.audio = Some((id, program.client_id.clone())),
        }
        drop(clients);
        tracing::info!(client_id = %program.client_id, "a program with its own audio registered");
        self.host.audio_client(Some(program));
        Ok(())
    }

    /// Whether this client is the registered program with its own audio.
    pub(crate) fn is_audio(&self, id: u64) -> bool {
        self.clients().audio.as_ref().is_some_and(|(audio, _)| *audio == id)
    }

    /// Called when a page asks for a frame.
    pub(crate) fn asked(&self) {
        let mut clients = self.clients();
        clients.asked = Some(Instant::now());
        if clients.watched {
            return;
        }
        drop(clients);
        self.review();
        self.demand_changed.notify_one();
    }

    /// Notifies the host if it changed whether anyone watches.
    pub(crate) fn review(&self) {
        let _turn = self.turn();
        self.tell_watched();
    }

    /// The caller holds `turn`.
    fn tell_watched(&self) {
        let mut clients = self.clients();
        let anyone = clients.is_watched(Instant::now());
        if std::mem::replace(&mut clients.watched, anyone) != anyone {
            drop(clients);
            self.host.watched(anyone);
            clients = self.clients();
        }
        let lab = clients.all.iter().any(|client| client.topics.contains(&Topic::Lab));
        if std::mem::replace(&mut clients.lab_watched, lab) != lab {
            drop(clients);
            self.host.lab_watched(lab);
        }
    }

    /// What must be sent now and later.
    pub(crate) fn demand(&self) -> Demand {
        let clients = self.clients();
        let paced = [Topic::Meters, Topic::Scope, Topic::Spectrum, Topic::Stats];
        if clients.all.iter().any(|client| paced.iter().any(|topic| client.topics.contains(topic))) {
            Demand::Ticks
        } else {
            match clients.asked {
                Some(asked) if clients.watched => Demand::Until(asked + LOOKING),
                _ => Demand::Nothing,
            }
        }
    }

    /// Returns when [`Self::demand`] may have changed.
    pub(crate) async fn demand_changed(&self) {
        self.demand_changed.notified().await;
    }

    /// The outboxes to which `topic` is sent at a tick. There are [`MAX_HZ`] ticks a second.
    pub(crate) fn due(&self, topic: Topic, tick: u64) -> Vec<Arc<Outbox>> {
        let clients = self.clients();
        let due = |client: &&Client| {
            let hz = if topic == Topic::Stats { 1 } else { client.hz };
            let otherwise = topic == Topic::Scope && client.scope.is_some();
            client.topics.contains(&topic) && is_due(tick, hz) && !otherwise
        };
        clients.all.iter().filter(due).map(|client| Arc::clone(&client.outbox)).collect()
    }

    /// The outboxes to which meters are sent at a tick, by their rate in Hz.
    pub(crate) fn due_meters(&self, tick: u64) -> BTreeMap<u32, Vec<Arc<Outbox>>> {
        let clients = self.clients();
        let mut due: BTreeMap<u32, Vec<_>> = BTreeMap::new();
        if clients.audio.is_some() {
            // The registered program's meters are sent in place of the host's.
            return due;
        }
        for client in &clients.all {
            if client.topics.contains(&Topic::Meters) && is_due(tick, client.hz) {
                due.entry(client.hz).or_default().push(Arc::clone(&client.outbox));
            }
        }
        due
    }

    /// The pictures of the waveform that are made at a tick, and the outboxes to which each is sent: one for all clients
    /// that ask for the same, [`PICTURES_A_TICK`] at most.
    pub(crate) fn due_pictures(&self, tick: u64) -> Vec<(ScopeRequest, Vec<Arc<Outbox>>)> {
        let mut clients = self.clients();
        let wanted = |client: &Client| {
            let subscribed = client.topics.contains(&Topic::Scope);
            client.scope.filter(|_| subscribed && client.waits_for_picture(tick))
        };
        let mut waiting: Vec<(u64, ScopeRequest)> = Vec::new();
        for client in &clients.all {
            let Some(scope) = wanted(client) else { continue };
            match waiting.iter_mut().find(|(_, other)| *other == scope) {
                Some((drawn, _)) => *drawn = client.drawn.min(*drawn),
                None => waiting.push((client.drawn, scope)),
            }
        }
        waiting.sort_by_key(|(drawn, _)| *drawn);
        waiting.truncate(PICTURES_A_TICK);
        let mut due = Vec::with_capacity(waiting.len());
        for (_, scope) in waiting {
            let same = clients.all.iter_mut().filter(|client| wanted(client) == Some(scope));
            let outboxes = same.map(|client| {
                client.drawn = tick;
                Arc::clone(&client.outbox)
            });
            due.push((scope, outboxes.collect()));
        }
        due
    }

    fn clients(&self) -> MutexGuard<'_, Clients> {
        // No code that holds it can panic halfway through a change.
        self.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn turn(&self) -> MutexGuard<'_, Turn> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clients {
    fn is_watched(&self, now: Instant) -> bool {
        let frames = [Topic::Meters, Topic::Scope, Topic::Spectrum];
        self.asked.is_some_and(|asked| now.duration_since(asked) < LOOKING)
            || self.all.iter().any(|client| frames.iter().any(|topic| client.topics.contains(topic)))
    }
}

impl Client {
    /// Whether a picture is due that it hasn't got yet: at this tick, or at an earlier one that had too many.
    fn waits_for_picture(&self, tick: u64) -> bool {
        sent_by(tick + 1, self.hz) != sent_by((self.drawn + 1).min(tick), self.hz)
    }
}

/// The number of ticks before this one that are due at a rate of `hz`.
fn sent_by(tick: u64, hz: u32) -> u64 {
    tick * u64::from(hz) / u64::from(MAX_HZ)
}

/// Whether a tick is due: of [`MAX_HZ`] ticks a second, `hz` are, evenly spread.
fn is_due(tick: u64, hz: u32) -> bool {
    sent_by(tick + 1, hz) != sent_by(tick, hz)
}

/// A client in the hub. Dropping it removes the client.
pub(crate) struct Member {
    hub: Arc<Hub>,
    id: u64,
    role: Role,
    outbox: Arc<Outbox>,
}

impl Member {
    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    pub(crate) fn role(&self) -> Role {
        self.role
    }

    pub(crate) fn outbox(&self) -> &Outbox {
        &self.outbox
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.hub.leave(self.id);
    }
}

#[cfg(test)]
mod tests;
