//! What the desktop's side says.

/// What is heard of what a person was told, or asked for.
#[derive(Debug)]
pub(crate) enum DesktopEvent {
    /// What was asked for couldn't be done: why, and what to do.
    Trouble(String),
    /// A notice on devices was new a moment ago: is it still the one?
    DeviceStillAway(String),
}
