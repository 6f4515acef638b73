//! What each system calls differently: one file per system, the same names in each.

#[cfg(any(test, target_os = "macos"))]
mod constraint;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;

#[cfg(target_os = "linux")]
pub(crate) use linux::{enter_real_time, leave_real_time, set_period, was_revoked};
#[cfg(target_os = "macos")]
pub(crate) use macos::{enter_real_time, leave_real_time, set_period, was_revoked};

/// What a person can do where the system refuses its real-time class.
#[cfg(target_os = "linux")]
pub(crate) use linux::REMEDY;
#[cfg(target_os = "macos")]
pub(crate) use macos::REMEDY;
