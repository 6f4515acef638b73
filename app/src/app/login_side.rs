//! "Open at Login": read when the menu may be shown, changed by a click.

use super::App;
use crate::{
    event::Event,
    login_item::{LoginItem, LoginState},
};
use std::sync::{Arc, PoisonError};
use tracing::info;

impl App {
    /// Asks the system how it is now. An [`Event::LoginItemIs`] follows.
    pub(super) fn read_login_item(&self) {
        self.with_login_item(|_| Ok(()));
    }

    pub(super) fn login_item_is(&mut self, state: LoginState) {
        if let Some(side) = &mut self.menu
            && side.login.replace(state) != Some(state)
        {
            info!("login item: {state:?}");
        }
    }

    pub(super) fn set_login_item(&self, on: bool) {
        self.with_login_item(move |item| item.set(on));
    }

    pub(super) fn approve_login_item(&self) {
        self.with_login_item(|item| {
            item.open_settings();
            Ok(())
        });
    }

    /// Whatever was done, the system says what came of it.
    fn with_login_item(&self, act: impl FnOnce(&dyn LoginItem) -> Result<(), String> + Send + 'static) {
        let Some(side) = &self.menu else { return };
        let (item, events) = (Arc::clone(&side.login_item), self.events.clone());
        tokio::task::spawn_blocking(move || {
            // One after the other, so that what is told last is the newest.
            let item = item.lock().unwrap_or_else(PoisonError::into_inner);
            if let Err(trouble) = act(&*item) {
                let _ = events.send(Event::MenuTrouble(trouble));
            }
            let _ = events.send(Event::LoginItemIs(item.state()));
        });
    }
}
