//! The state that every connection needs.

use std::{
    sync::{Arc, Mutex, OnceLock},
    time::Instant,
};

use tokio::sync::Semaphore;

use crate::{
    access_policy::AccessPolicy, close_reason::End, config::Limits, handshakes::Handshakes, hub::Hub,
    opening::Openings, refusal_limiter::RefusalLimiter,
};

/// The state that every connection needs: access control, limits, and the clients.
pub(crate) struct Shared {
    pub(crate) port: u16,
    /// What ends the server; set before its connections are told to end.
    pub(crate) end: OnceLock<End>,
    pub(crate) limits: Limits,
    pub(crate) access: AccessPolicy,
    pub(crate) refusals: Mutex<RefusalLimiter>,
    pub(crate) openings: Mutex<Openings>,
    /// When the user was last notified that a page came without the token.
    pub(crate) told_of_page: Mutex<Option<Instant>>,
    pub(crate) hub: Arc<Hub>,
    /// One permit for each possible client.
    pub(crate) places: Arc<Semaphore>,
    /// One permit for each client that is being told why it is closed, while its place is already free for another.
    pub(crate) leaving: Arc<Semaphore>,
    /// The connections that aren't clients yet.
    pub(crate) handshakes: Arc<Handshakes>,
}
