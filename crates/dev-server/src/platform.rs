//! System-specific functions: one file per system, with the same names in both. For a page that Vite serves, Vite makes
//! the same check of a connection's owner in JavaScript: `crates/cli/src/page/vite/owner.mjs`.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(any(test, target_os = "macos"))]
mod macos;

#[cfg(target_os = "linux")]
pub(crate) use linux::is_of_this_user;
#[cfg(target_os = "macos")]
pub(crate) use macos::is_of_this_user;
