//! The `wavecraft` command's link: read when the menu begins, made and taken away by a click.

use super::App;
use crate::{
    command_link::{CommandLink, LinkState},
    event::Event,
};
use std::sync::{Arc, PoisonError};
use tracing::info;

impl App {
    /// Looks how it is now. An [`Event::CommandLinkIs`] follows.
    pub(super) fn read_command_link(&self) {
        self.with_command_link(|_| Ok(()));
    }

    pub(super) fn command_link_is(&mut self, state: LinkState) {
        info!("command: {state:?}");
        if let Some(side) = &mut self.menu {
            side.command = Some(state);
        }
    }

    pub(super) fn link_command(&self) {
        self.with_command_link(CommandLink::make);
    }

    pub(super) fn unlink_command(&self) {
        self.with_command_link(|link| link.remove().map(drop));
    }

    /// Whatever was done, the files say what came of it.
    fn with_command_link(&self, act: impl FnOnce(&CommandLink) -> Result<(), String> + Send + 'static) {
        let Some(side) = &self.menu else { return };
        let (link, events) = (Arc::clone(&side.command_link), self.events.clone());
        tokio::task::spawn_blocking(move || {
            // One after the other, so that what is told last is the newest.
            let link = link.lock().unwrap_or_else(PoisonError::into_inner);
            if let Err(trouble) = act(&link) {
                let _ = events.send(Event::MenuTrouble(trouble));
            }
            let _ = events.send(Event::CommandLinkIs(link.state()));
        });
    }
}
