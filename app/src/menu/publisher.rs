//! Where menus go: what is shown, and when it is renewed.

use super::{
    facts::Facts,
    icon_throttle::IconThrottle,
    lines,
    model::{Action, Menu},
};
use crate::outlet::Outlet;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Figures change all the time and are read at a glance.
const FIGURES_PERIOD: Duration = Duration::from_secs(1);

/// Where menus go: the newest replaces the one before, also where that was never shown.
pub(crate) type Menus = watch::Sender<Option<Menu>>;

/// What the menu says.
#[derive(Debug)]
pub(crate) enum MenuEvent {
    /// It may be opened in a moment: what it shows is looked at again, where nobody tells when that changes.
    MayOpen,
    /// The line with this key was clicked.
    Clicked(String),
    /// Its icon was held back for a moment, which is over.
    IconMayChange,
}

/// Shows menus, each as it was computed last.
pub(crate) struct Publisher {
    menus: Menus,
    /// When figures alone are a reason to renew it.
    figures_due: Instant,
    icon: IconThrottle,
    events: Outlet<MenuEvent>,
}

impl Publisher {
    pub(crate) fn new(menus: Menus, events: Outlet<MenuEvent>) -> Self {
        let now = Instant::now();
        Self { menus, figures_due: now, icon: IconThrottle::new(now), events }
    }

    /// Shows what has changed. `only_figures`: nothing but measurements can have, which is news once a second.
    pub(crate) fn show(&mut self, only_figures: bool, facts: impl FnOnce() -> Facts) {
        let now = Instant::now();
        if only_figures && now < self.figures_due {
            return;
        }
        self.figures_due = now + FIGURES_PERIOD;
        let mut menu = lines::compute(&facts());
        let mut again = None;
        self.menus.send_if_modified(|shown| {
            if let Some(shown) = shown.as_ref().filter(|shown| shown.icon != menu.icon)
                && let Err(left) = self.icon.may_change(now)
            {
                menu.icon = shown.icon;
                again = left;
            }
            let news = shown.as_ref() != Some(&menu);
            *shown = Some(menu);
            news
        });
        if let Some(left) = again {
            self.events.send_later(left, MenuEvent::IconMayChange);
        }
    }

    /// The time has come at which the icon may change again: the menu is shown anew after every event.
    pub(crate) fn icon_may_change(&mut self) {
        self.icon.waits = false;
    }

    /// What a click on a line of the menu that is shown asks for. A click flips a check mark on the screen by itself:
    /// whatever comes of it, the menu is shown anew.
    pub(crate) fn clicked(&self, key: &str) -> Option<Action> {
        self.menus.send_modify(|_| {});
        self.menus.borrow().as_ref()?.action(key).cloned()
    }
}
