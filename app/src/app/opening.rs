//! Pages in the browser, by addresses that work once: what opens them is told the address in its arguments, which every
//! user of the machine can read.

use super::{App, menu_side::page};
use crate::desktop;
use tracing::info;
use wavecraft_companion_protocol::{
    control::{OpenOnce, OpenedOnce, UNKNOWN_SESSION},
    rpc::{ErrorObject, INTERNAL_ERROR},
};

impl App {
    /// An address that leads to a project's page, or to its inspector if that is asked for or there is no page.
    pub(super) fn open_once(
        &self,
        OpenOnce { session: id, inspector }: &OpenOnce,
    ) -> Result<OpenedOnce, ErrorObject> {
        let unknown =
            || ErrorObject::new(UNKNOWN_SESSION, format!("there is no session `{id}` that is served"));
        let session = self.sessions.get(id).filter(|session| session.ending.is_none()).ok_or_else(unknown)?;
        let server = session.server().ok_or_else(unknown)?;
        let page = page(session).filter(|_| !inspector);
        let address = page.unwrap_or_else(|| session.attach.token.inspector_url(server.port()));
        let failed = |error| ErrorObject::new(INTERNAL_ERROR, format!("no address could be made: {error}"));
        server.open_once(&address).map(|url| OpenedOnce { url }).map_err(failed)
    }

    /// Shows a project's page, or its inspector, in the person's browser. If that fails, the menu says so.
    pub(super) fn show_page(&mut self, id: &str, inspector: bool) {
        match self.open_once(&OpenOnce { session: id.into(), inspector }) {
            Ok(opened) => desktop::open(opened.url.into(), &self.events),
            Err(error) => self.menu_trouble(error.message),
        }
    }

    /// The app was opened once more: for a person who doesn't see its icon that is the way in.
    pub(super) fn opened_again(&mut self) {
        info!("opened while it runs: shown again");
        let served =
            self.sessions.values().filter(|session| session.ending.is_none() && session.server().is_some());
        match served.max_by_key(|session| session.began).map(|session| session.id.clone()) {
            Some(newest) => self.show_page(&newest, true),
            None => desktop::tell(
                "Wavecraft Companion is running",
                "No project is running. To hear one, run `wavecraft start --with-audio` in its folder; opening this app \
                 again then shows its inspector. `wavecraft status` and `wavecraft doctor` tell more.",
            ),
        }
    }
}
