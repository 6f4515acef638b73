//! The icon and its menu on the screen: shows a [`Menu`], and turns clicks into events. Knows nothing about the app.
//!
//! All of it belongs to the main thread, which runs [`crate::platform::main_loop`].

mod icons;
mod items;

use crate::{
    menu::{Icon, Menu, MenuEvent},
    outlet::Outlet,
    platform,
};
use items::Items;
use tray_icon::{TrayIcon, TrayIconBuilder, TrayIconEvent};

/// The icon with its menu; dropping it removes them.
pub(crate) struct View {
    tray: TrayIcon,
    items: Items,
    icon: Icon,
    tooltip: String,
}

/// The icon couldn't be created or changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ViewError {
    /// The system refuses the icon.
    #[error("the icon can't be put into the menu bar: {0}")]
    Tray(#[from] tray_icon::Error),
    /// The system refuses the menu.
    #[error("the menu can't be shown: {0}")]
    Menu(#[from] tray_icon::menu::Error),
}

impl View {
    /// Shows `menu`. Clicks go to `events`, for the process's whole life. Call it on the main thread only.
    ///
    /// # Errors
    /// The system doesn't accept an icon.
    pub(crate) fn new(menu: &Menu, events: &Outlet<MenuEvent>) -> Result<Self, ViewError> {
        let (clicks, events) = (events.clone(), events.clone());
        tray_icon::menu::MenuEvent::set_event_handler(Some(move |event: tray_icon::menu::MenuEvent| {
            clicks.send(MenuEvent::Clicked(event.id.0));
        }));
        // A Mac reports when the pointer enters the icon. Panels on Linux report at most clicks that open no menu.
        TrayIconEvent::set_event_handler(Some(move |event| {
            if let TrayIconEvent::Enter { .. } | TrayIconEvent::Click { .. } = event {
                events.send(MenuEvent::MayOpen);
            }
        }));
        let items = Items::new(&menu.entries)?;
        let builder = TrayIconBuilder::new()
            .with_id("wavecraft-companion")
            .with_tooltip(&menu.tooltip)
            .with_menu(Box::new(items.root().clone()));
        let tray = platform::with_icon(builder, icons::load(menu.icon)).build()?;
        Ok(Self { tray, items, icon: menu.icon, tooltip: menu.tooltip.clone() })
    }

    /// Shows `menu` from now on: what is unchanged isn't touched.
    ///
    /// # Errors
    /// The system refuses a change.
    pub(crate) fn show(&mut self, menu: &Menu) -> Result<(), ViewError> {
        self.items.show(&menu.entries)?;
        if menu.icon != self.icon {
            platform::set_icon(&self.tray, icons::load(menu.icon))?;
            self.icon = menu.icon;
        }
        if menu.tooltip != self.tooltip {
            self.tray.set_tooltip(Some(&menu.tooltip))?;
            self.tooltip.clone_from(&menu.tooltip);
        }
        Ok(())
    }
}
