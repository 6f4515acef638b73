//! The system's menu items, kept in sync with the lines of a [`crate::menu::Menu`].
//!
//! A line that is still there keeps its item: an open menu isn't torn down, and the item under the pointer stays.

use crate::menu::{Entry, Line, Shortcut};
use std::mem::{Discriminant, discriminant};
use tray_icon::menu::{
    CheckMenuItem, Error, IsMenuItem, Menu, MenuItem, PredefinedMenuItem, Submenu,
    accelerator::{Accelerator, CMD_OR_CTRL, Code},
};

/// A menu and its items.
pub(super) struct Items {
    root: Menu,
    items: Vec<Item>,
}

/// A menu that can hold items.
trait Holder {
    fn insert(&self, item: &dyn IsMenuItem, position: usize) -> Result<(), Error>;
    fn remove(&self, item: &dyn IsMenuItem) -> Result<(), Error>;
}

impl Holder for Menu {
    fn insert(&self, item: &dyn IsMenuItem, position: usize) -> Result<(), Error> {
        Self::insert(self, item, position)
    }

    fn remove(&self, item: &dyn IsMenuItem) -> Result<(), Error> {
        Self::remove(self, item)
    }
}

impl Holder for Submenu {
    fn insert(&self, item: &dyn IsMenuItem, position: usize) -> Result<(), Error> {
        Self::insert(self, item, position)
    }

    fn remove(&self, item: &dyn IsMenuItem) -> Result<(), Error> {
        Self::remove(self, item)
    }
}

/// The item of one line.
struct Item {
    key: String,
    kind: Discriminant<Line>,
    label: String,
    shortcut: Option<Shortcut>,
    shape: Shape,
}

enum Shape {
    Separator(PredefinedMenuItem),
    Plain(MenuItem),
    Check(CheckMenuItem),
    Submenu(Submenu, Vec<Item>),
}

impl Items {
    /// The items of these lines, in a new menu.
    pub(super) fn new(entries: &[Entry]) -> Result<Self, Error> {
        let mut items = Self { root: Menu::new(), items: Vec::new() };
        items.show(entries)?;
        Ok(items)
    }

    /// The menu that contains them.
    pub(super) fn root(&self) -> &Menu {
        &self.root
    }

    /// Updates the items to these lines.
    pub(super) fn show(&mut self, entries: &[Entry]) -> Result<(), Error> {
        arrange(&self.root, &mut self.items, entries)
    }
}

fn arrange(holder: &impl Holder, items: &mut Vec<Item>, entries: &[Entry]) -> Result<(), Error> {
    let mut kept = Vec::with_capacity(items.len());
    for item in items.drain(..) {
        if entries.iter().any(|entry| item.belongs_to(entry)) {
            kept.push(item);
        } else {
            holder.remove(item.shape.as_item())?;
        }
    }
    *items = kept;
    for (position, entry) in entries.iter().enumerate() {
        match items.iter().skip(position).position(|item| item.belongs_to(entry)) {
            Some(0) => {}
            Some(ahead) => {
                let item = items.remove(position + ahead);
                holder.remove(item.shape.as_item())?;
                holder.insert(item.shape.as_item(), position)?;
                items.insert(position, item);
            }
            None => {
                let item = Item::new(entry);
                holder.insert(item.shape.as_item(), position)?;
                items.insert(position, item);
            }
        }
        items[position].show(&entry.line)?;
    }
    Ok(())
}

impl Item {
    fn new(entry: &Entry) -> Self {
        let (key, label) = (entry.key.as_str(), label(&entry.line));
        let shape = match &entry.line {
            Line::Separator => Shape::Separator(PredefinedMenuItem::separator()),
            Line::Text(_) => Shape::Plain(MenuItem::with_id(key, &label, false, None)),
            Line::Button { action, .. } => {
                Shape::Plain(MenuItem::with_id(key, &label, action.is_some(), None))
            }
            Line::Check { on, action, .. } => {
                Shape::Check(CheckMenuItem::with_id(key, &label, action.is_some(), *on, None))
            }
            Line::Submenu { .. } => Shape::Submenu(Submenu::with_id(key, &label, true), Vec::new()),
        };
        Self { key: entry.key.clone(), kind: discriminant(&entry.line), label, shortcut: None, shape }
    }

    fn belongs_to(&self, entry: &Entry) -> bool {
        self.key == entry.key && self.kind == discriminant(&entry.line)
    }

    /// Changes what differs.
    fn show(&mut self, line: &Line) -> Result<(), Error> {
        let label = label(line);
        if label != self.label {
            match &self.shape {
                Shape::Separator(_) => {}
                Shape::Plain(item) => item.set_text(&label),
                Shape::Check(item) => item.set_text(&label),
                Shape::Submenu(item, _) => item.set_text(&label),
            }
            self.label = label;
        }
        match (&mut self.shape, line) {
            (Shape::Plain(item), Line::Button { action, shortcut, .. }) => {
                if item.is_enabled() != action.is_some() {
                    item.set_enabled(action.is_some());
                }
                if self.shortcut != *shortcut {
                    item.set_accelerator(shortcut.map(accelerator))?;
                    self.shortcut = *shortcut;
                }
            }
            (Shape::Check(item), Line::Check { on, action, .. }) => {
                if item.is_enabled() != action.is_some() {
                    item.set_enabled(action.is_some());
                }
                // The item itself is asked, since a click flips its mark, even one that changed nothing else.
                if item.is_checked() != *on {
                    item.set_checked(*on);
                }
            }
            (Shape::Submenu(item, items), Line::Submenu { entries, .. }) => arrange(item, items, entries)?,
            _ => {}
        }
        Ok(())
    }
}

impl Shape {
    fn as_item(&self) -> &dyn IsMenuItem {
        match self {
            Self::Separator(item) => item,
            Self::Plain(item) => item,
            Self::Check(item) => item,
            Self::Submenu(item, _) => item,
        }
    }
}

fn accelerator(shortcut: Shortcut) -> Accelerator {
    let letter = match shortcut {
        Shortcut::Open => Code::KeyO,
        Shortcut::Quit => Code::KeyQ,
    };
    Accelerator::new(CMD_OR_CTRL, letter)
}

/// A line's text. A single & would make the next letter a keyboard shortcut.
fn label(line: &Line) -> String {
    match line {
        Line::Separator => String::new(),
        Line::Text(label)
        | Line::Button { label, .. }
        | Line::Check { label, .. }
        | Line::Submenu { label, .. } => label.replace('&', "&&"),
    }
}

#[cfg(test)]
mod tests;
