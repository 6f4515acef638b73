//! What differs between the two systems. One file for each, with the same functions.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;

#[cfg(target_os = "linux")]
pub(crate) use linux::*;
#[cfg(target_os = "macos")]
pub(crate) use macos::*;

/// Where an app has the companion's program: the bundle's layout, wherever its folder is named.
pub(crate) const PROGRAM_IN_APP: &str = "Contents/MacOS/wavecraft-companion";
