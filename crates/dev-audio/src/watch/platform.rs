//! System-specific functions: one file per system, with the same names in each.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;

#[cfg(target_os = "linux")]
pub(super) use linux::{catch_system_calls, modules, unblock};
#[cfg(target_os = "macos")]
pub(super) use macos::{catch_system_calls, modules, unblock};
