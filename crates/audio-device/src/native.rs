//! The system's devices through the best interface: CoreAudio on a Mac, cpal elsewhere.

#[cfg(target_os = "macos")]
mod macos;
#[cfg(not(target_os = "macos"))]
mod other;

#[cfg(target_os = "macos")]
use macos as system;
#[cfg(not(target_os = "macos"))]
use other as system;

pub use system::Listener;
pub(crate) use system::{devices, listen, open, open_coreaudio};
