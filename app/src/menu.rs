//! The menu as plain data: computed from the companion's state, and shown by [`crate::view`], which knows nothing else
//! of the companion; and what a click on it does.

mod clicks;
mod command;
mod comparison;
mod devices;
mod facts;
mod icon_throttle;
mod lines;
mod login;
mod microphone;
mod model;
mod presets;
mod project;
mod publisher;
#[cfg(test)]
mod reading;
mod sources;
mod stream;
mod transport;

pub(crate) use clicks::clicked;
pub(crate) use facts::facts;
#[cfg(test)]
pub(crate) use model::Action;
pub(crate) use model::{Entry, Icon, Line, Menu, Shortcut};
pub(crate) use publisher::{MenuEvent, Menus, Publisher};
