//! The window of the plugin's own page: one file per system, with the same names in both.

#[cfg(not(target_os = "macos"))]
mod linux;
#[cfg(target_os = "macos")]
mod macos;

#[cfg(not(target_os = "macos"))]
pub(crate) use linux::{PageEditor, editor};
#[cfg(target_os = "macos")]
pub(crate) use macos::{PageEditor, editor};
