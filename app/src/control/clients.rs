//! The clients connected to the control socket, and what each is notified of.

use super::{connection::ConnectionId, outbox::Outbox};
use std::{collections::BTreeMap, sync::Arc};
use wavecraft_companion_protocol::{
    control::{CHILD_LOG, ChildLog},
    rpc,
};

/// The open connections.
#[derive(Default)]
pub(crate) struct Clients(BTreeMap<ConnectionId, Client>);

struct Client {
    outbox: Outbox,
    greeted: bool,
    /// Is it subscribed to every session, not only its own?
    all: bool,
}

impl Clients {
    pub(crate) fn open(&mut self, id: ConnectionId, outbox: Outbox) {
        self.0.insert(id, Client { outbox, greeted: false, all: false });
    }

    pub(crate) fn close(&mut self, id: ConnectionId) {
        self.0.remove(&id);
    }

    /// The client sent `hello`.
    pub(crate) fn greet(&mut self, id: ConnectionId) {
        self.0.entry(id).and_modify(|client| client.greeted = true);
    }

    pub(crate) fn has_greeted(&self, id: ConnectionId) -> bool {
        self.0.get(&id).is_some_and(|client| client.greeted)
    }

    /// Subscribes the client to every session, or only to its own.
    pub(crate) fn subscribe(&mut self, id: ConnectionId, all: bool) {
        self.0.entry(id).and_modify(|client| client.all = all);
    }

    pub(crate) fn contains(&self, id: ConnectionId) -> bool {
        self.0.contains_key(&id)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Is any other client connected?
    pub(crate) fn has_others(&self, than: ConnectionId) -> bool {
        self.0.keys().any(|id| *id != than)
    }

    /// Notifies the session's owner, and the clients subscribed to all sessions, of a state that replaces the previous
    /// one.
    pub(crate) fn renew(
        &self,
        owner: ConnectionId,
        session: &str,
        method: &'static str,
        params: &impl serde::Serialize,
    ) {
        let line: Arc<str> = rpc::notification(method, params).into();
        self.hearing(owner).for_each(|client| client.outbox.renew(method, session, Arc::clone(&line)));
    }

    /// Notifies them of an event.
    pub(crate) fn keep(&self, owner: ConnectionId, method: &str, params: &impl serde::Serialize) {
        let line: Arc<str> = rpc::notification(method, params).into();
        self.hearing(owner).for_each(|client| client.outbox.keep(Arc::clone(&line)));
    }

    /// Sends them a line of a child.
    pub(crate) fn log(&self, owner: ConnectionId, log: &ChildLog) {
        let line: Arc<str> = rpc::notification(CHILD_LOG, log).into();
        self.hearing(owner).for_each(|client| client.outbox.log(&log.session, Arc::clone(&line)));
    }

    /// Notifies every connection that has sent `hello` of a state that replaces the previous one.
    pub(crate) fn renew_for_all(&self, method: &'static str, params: &impl serde::Serialize) {
        let line: Arc<str> = rpc::notification(method, params).into();
        for client in self.0.values().filter(|client| client.greeted) {
            client.outbox.renew(method, "", Arc::clone(&line));
        }
    }

    fn hearing(&self, owner: ConnectionId) -> impl Iterator<Item = &Client> {
        let hears = move |(id, client): &(&ConnectionId, &Client)| client.all || **id == owner;
        self.0.iter().filter(hears).map(|(_, client)| client)
    }
}
