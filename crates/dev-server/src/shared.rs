//! What every connection needs.

use std::{
    sync::{Arc, Mutex},
    time::Instant,
};

use tokio::sync::Semaphore;

use crate::{
    access_policy::AccessPolicy, config::Limits, handshakes::Handshakes, hub::Hub, opening::Openings,
    refusal_limiter::RefusalLimiter,
};

/// What every connection needs: who may come in, how many, and where the clients are.
pub(crate) struct Shared {
    pub(crate) port: u16,
    pub(crate) limits: Limits,
    pub(crate) access: AccessPolicy,
    pub(crate) refusals: Mutex<RefusalLimiter>,
    pub(crate) openings: Mutex<Openings>,
    /// When a person was last told that a page came without the token.
    pub(crate) told_of_page: Mutex<Option<Instant>>,
    pub(crate) hub: Arc<Hub>,
    /// One for each client there may be.
    pub(crate) places: Arc<Semaphore>,
    /// One for each that may be told why it is closed, while its place is another's already.
    pub(crate) leaving: Arc<Semaphore>,
    /// The connections that aren't clients yet.
    pub(crate) handshakes: Arc<Handshakes>,
}
