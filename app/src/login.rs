//! "Open at Login": read when the menu may be shown, changed by a click.

mod item;

pub(crate) use item::{LoginItem, LoginState};

use crate::{outlet::Outlet, platform};
use std::sync::{Arc, Mutex, PoisonError};
use tracing::info;

/// The system's answers.
pub(crate) enum LoginEvent {
    /// This is the present state.
    Is(LoginState),
    /// The request can't be met: why, and what to do.
    Refused(String),
}

/// The login item, as the system last reported it.
pub(crate) struct Login {
    /// Locked for each call, so that the state reported last is the newest.
    item: Arc<Mutex<dyn LoginItem>>,
    state: Option<LoginState>,
    events: Outlet<LoginEvent>,
}

impl Login {
    /// The login item before the system was first asked.
    pub(crate) fn new(events: Outlet<LoginEvent>) -> Self {
        Self { item: Arc::new(Mutex::new(platform::login_item())), state: None, events }
    }

    /// The last known state.
    pub(crate) fn state(&self) -> Option<LoginState> {
        self.state
    }

    /// Handles an event. Returns what couldn't be done, for the user.
    pub(crate) fn handle(&mut self, event: LoginEvent) -> Option<String> {
        match event {
            LoginEvent::Refused(trouble) => return Some(trouble),
            LoginEvent::Is(state) if self.state.replace(state) != Some(state) => {
                info!("login item: {state:?}");
            }
            LoginEvent::Is(_) => {}
        }
        None
    }

    /// Asks the system for the present state: the user may have changed it elsewhere.
    pub(crate) fn read(&self) {
        self.call(|_| Ok(()));
    }

    /// Turns it on or off.
    pub(crate) fn set(&self, on: bool) {
        self.call(move |item| item.set(on));
    }

    /// Opens the settings where it is approved.
    pub(crate) fn approve(&self) {
        self.call(|item| {
            item.open_settings();
            Ok(())
        });
    }

    /// Whatever was done, the system tells the outcome.
    fn call(&self, act: impl FnOnce(&dyn LoginItem) -> Result<(), String> + Send + 'static) {
        let (item, events) = (Arc::clone(&self.item), self.events.clone());
        tokio::task::spawn_blocking(move || {
            let item = item.lock().unwrap_or_else(PoisonError::into_inner);
            if let Err(trouble) = act(&*item) {
                events.send(LoginEvent::Refused(trouble));
            }
            events.send(LoginEvent::Is(item.state()));
        });
    }
}
