//! System-specific functions: one file per system, with the same names in each.

#[cfg(any(test, target_os = "macos", mac_shim))]
mod constraint;
#[cfg(all(target_os = "linux", not(mac_shim)))]
mod linux;
#[cfg(any(target_os = "macos", mac_shim))]
mod macos;
#[cfg(mac_shim)]
#[path = "../../mac-shim/thread_policy.rs"]
mod thread_policy;

#[cfg(all(target_os = "linux", not(mac_shim)))]
pub(crate) use linux::{enter_real_time, leave_real_time, set_period, was_revoked};
#[cfg(any(target_os = "macos", mac_shim))]
pub(crate) use macos::{enter_real_time, leave_real_time, set_period, was_revoked};

/// What the user can do if the system refuses the real-time class.
#[cfg(all(target_os = "linux", not(mac_shim)))]
pub(crate) use linux::REMEDY;
#[cfg(any(target_os = "macos", mac_shim))]
pub(crate) use macos::REMEDY;
