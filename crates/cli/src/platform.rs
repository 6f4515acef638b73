//! The differences between the two systems. One file for each, with the same functions.

mod companion_place;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;
mod process;

pub(crate) use companion_place::CompanionPlace;
#[cfg(target_os = "linux")]
pub(crate) use linux::*;
#[cfg(target_os = "macos")]
pub(crate) use macos::*;
pub(crate) use process::Process;
