//! What depends on the system: one file per system, with the same names in each.

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod glibc;
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
mod other;

#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) use glibc::{is_ours, start_recording};
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) use other::{is_ours, start_recording};

/// Why a library's memory isn't watched where that is never possible.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) const NEVER_WATCHED: Option<&str> = None;
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) const NEVER_WATCHED: Option<&str> = Some(other::NEVER_WATCHED);

/// What a VST3 plugin has for its host beside `GetPluginFactory` (VST3: "VST Module Architecture").
#[cfg(target_os = "macos")]
pub(crate) const VST3_ENTRIES: [&str; 2] = ["bundleEntry", "bundleExit"];
#[cfg(not(target_os = "macos"))]
pub(crate) const VST3_ENTRIES: [&str; 2] = ["ModuleEntry", "ModuleExit"];
