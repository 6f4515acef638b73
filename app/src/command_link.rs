//! The `wavecraft` command's link: read when the menu starts, created and removed by a click.

mod link;
mod shell;

pub(crate) use link::{CommandLink, CommandLinkState};

use crate::outlet::Outlet;
use std::sync::{Arc, Mutex, PoisonError};
use tracing::info;

/// The result of reading or changing the files.
pub(crate) enum CommandEvent {
    /// This is the present state.
    Is(CommandLinkState),
    /// The request can't be met: why, and what to do.
    Refused(String),
}

/// The link, as last read.
pub(crate) struct Command {
    /// Locked for each call, so that the state reported last is the newest.
    link: Arc<Mutex<CommandLink>>,
    state: Option<CommandLinkState>,
    events: Outlet<CommandEvent>,
}

impl Command {
    /// The link before it was first read.
    pub(crate) fn new(events: Outlet<CommandEvent>) -> Self {
        Self { link: Arc::new(Mutex::new(CommandLink::of_this_user())), state: None, events }
    }

    /// The last known state.
    pub(crate) fn state(&self) -> Option<&CommandLinkState> {
        self.state.as_ref()
    }

    /// Handles an event. Returns what couldn't be done, for the user.
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

    /// Reads the present state.
    pub(crate) fn read(&self) {
        self.call(|_| Ok(()));
    }

    pub(crate) fn link(&self) {
        self.call(CommandLink::make);
    }

    pub(crate) fn unlink(&self) {
        self.call(|link| link.remove().map(drop));
    }

    /// Whatever was done, the files tell the outcome.
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
