//! What differs between the systems: one file for each, with the same names in both. CoreAudio is preferred on a Mac, cpal
//! elsewhere.

#[cfg(any(target_os = "macos", all(test, mac_shim)))]
pub(crate) mod coreaudio_calls;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;

#[cfg(target_os = "linux")]
use linux as system;
#[cfg(target_os = "macos")]
use macos as system;

pub use system::{Listener, has_backend};
pub(crate) use system::{devices, listen, open, open_coreaudio, sound_host};
