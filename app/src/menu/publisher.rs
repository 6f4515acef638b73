//! Publishes menus: what is shown, and when it is updated.

use super::{
    facts::Facts,
    icon_throttle::IconThrottle,
    lines,
    model::{Action, Menu},
};
use crate::outlet::Outlet;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// The update period of figures, which change all the time and are read at a glance.
const FIGURES_PERIOD: Duration = Duration::from_secs(1);

/// The channel of menus: the newest replaces the previous one, even if that was never shown.
pub(crate) type Menus = watch::Sender<Option<Menu>>;

/// The menu's events.
#[derive(Debug)]
pub(crate) enum MenuEvent {
    /// The menu may be opened in a moment: facts whose changes the system doesn't report are read again.
    MayOpen,
    /// The line with this key was clicked.
    Clicked(String),
    /// The time for which an icon change was held back is over.
    IconMayChange,
}

/// Publishes menus, and keeps the last one.
pub(crate) struct Publisher {
    menus: Menus,
    /// When changed figures alone lead to an update.
    figures_due: Instant,
    icon: IconThrottle,
    events: Outlet<MenuEvent>,
}

impl Publisher {
    pub(crate) fn new(menus: Menus, events: Outlet<MenuEvent>) -> Self {
        let now = Instant::now();
        Self { menus, figures_due: now, icon: IconThrottle::new(now), events }
    }

    /// Publishes a menu if it changed. `only_figures`: only measurements can have changed, which are updated once a
    /// second.
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

    /// The icon may change again: the menu is published again after every event anyway.
    pub(crate) fn icon_may_change(&mut self) {
        self.icon.waits = false;
    }

    /// The action of a click on a line of the published menu. A click flips a check mark on the screen by itself, so
    /// whatever its outcome is, the menu is published again.
    pub(crate) fn clicked(&self, key: &str) -> Option<Action> {
        self.menus.send_modify(|_| {});
        self.menus.borrow().as_ref()?.action(key).cloned()
    }
}
