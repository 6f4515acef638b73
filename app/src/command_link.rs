//! The `wavecraft` command's link: read when the menu begins, made and taken away by a click.

mod link;
mod shell;

pub(crate) use link::{CommandLink, CommandLinkState};

use crate::outlet::Outlet;
use std::sync::{Arc, Mutex, PoisonError};
use tracing::info;

/// What the files say.
pub(crate) enum CommandEvent {
    /// So it is now.
    Is(CommandLinkState),
    /// What was asked can't be done: why, and what to do.
    Refused(String),
}

/// The link, as it was when it was looked at last.
pub(crate) struct Command {
    /// One call after the other, so that what is told last is the newest.
    link: Arc<Mutex<CommandLink>>,
    state: Option<CommandLinkState>,
    events: Outlet<CommandEvent>,
}

impl Command {
    /// Nobody has looked yet.
    pub(crate) fn new(events: Outlet<CommandEvent>) -> Self {
        Self { link: Arc::new(Mutex::new(CommandLink::of_this_user())), state: None, events }
    }

    /// As it was told last.
    pub(crate) fn state(&self) -> Option<&CommandLinkState> {
        self.state.as_ref()
    }

    /// Takes in how it is. What can't be done is handed back, for a person.
    pub(crate) fn handle(&mut self, event: CommandEvent) -> Option<String> {
        match event {
            CommandEvent::Refused(trouble) => Some(trouble),
            CommandEvent::Is(state) => {
                info!("command: {state:?}");
                self.state = Some(state);
                None
            }
        }
    }

    /// Looks how it is now.
    pub(crate) fn read(&self) {
        self.call(|_| Ok(()));
    }

    pub(crate) fn link(&self) {
        self.call(CommandLink::make);
    }

    pub(crate) fn unlink(&self) {
        self.call(|link| link.remove().map(drop));
    }

    /// Whatever was done, the files say what came of it.
    fn call(&self, act: impl FnOnce(&CommandLink) -> Result<(), String> + Send + 'static) {
        let (link, events) = (Arc::clone(&self.link), self.events.clone());
        tokio::task::spawn_blocking(move || {
            let link = link.lock().unwrap_or_else(PoisonError::into_inner);
            if let Err(trouble) = act(&link) {
                events.send(CommandEvent::Refused(trouble));
            }
            events.send(CommandEvent::Is(link.state()));
        });
    }
}
