//! The desktop's events.

/// What follows from notifications and requests to the desktop.
#[derive(Debug)]
pub(crate) enum DesktopEvent {
    /// A request failed: why, and what to do.
    Trouble(String),
    /// A notice about devices was new a moment ago; check whether it is still the present one.
    DeviceStillAway(String),
}
