//! "Open at Login": read when the menu may be shown, changed by a click.

mod item;

pub(crate) use item::{LoginItem, LoginState};

use crate::{outlet::Outlet, platform};
use std::sync::{Arc, Mutex, PoisonError};
use tracing::info;

/// What the system answers.
pub(crate) enum LoginEvent {
    /// So it is now.
    Is(LoginState),
    /// What was asked can't be done: why, and what to do.
    Refused(String),
}

/// The login item, as it was when the system was asked last.
pub(crate) struct Login {
    /// One call after the other, so that what is told last is the newest.
    item: Arc<Mutex<dyn LoginItem>>,
    state: Option<LoginState>,
    events: Outlet<LoginEvent>,
}

impl Login {
    /// Nobody has asked yet.
    pub(crate) fn new(events: Outlet<LoginEvent>) -> Self {
        Self { item: Arc::new(Mutex::new(platform::login_item())), state: None, events }
    }

    /// As it was told last.
    pub(crate) fn state(&self) -> Option<LoginState> {
        self.state
    }

    /// Takes in how it is. What can't be done is handed back, for a person.
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

    /// Asks the system how it is now: a person may have changed it elsewhere.
    pub(crate) fn read(&self) {
        self.call(|_| Ok(()));
    }

    /// Turns it on or off.
    pub(crate) fn set(&self, on: bool) {
        self.call(move |item| item.set(on));
    }

    /// Shows the settings where it is approved.
    pub(crate) fn approve(&self) {
        self.call(|item| {
            item.open_settings();
            Ok(())
        });
    }

    /// Whatever was done, the system says what came of it.
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
