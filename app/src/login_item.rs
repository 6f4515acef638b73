//! Whether the system starts the companion when its user logs in.

/// How the system has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(dead_code, reason = "only a Mac has all four")]
pub(crate) enum LoginState {
    /// It isn't started.
    NotRegistered,
    /// It is started.
    Enabled,
    /// It is to be started, once the person allows that in the system's settings.
    RequiresApproval,
    /// The system doesn't know this program: it was never registered, or isn't in a bundle.
    NotFound,
}

/// Where the system keeps it. May take a moment, so it isn't called on the app's thread.
pub(crate) trait LoginItem: Send {
    /// As it is now: the person may have changed it elsewhere.
    fn state(&self) -> LoginState;

    /// Turns it on or off. Called for a person's click and for nothing else.
    ///
    /// # Errors
    /// For a person: what the system refused.
    fn set(&self, on: bool) -> Result<(), String>;

    /// Shows the settings where it is approved.
    fn open_settings(&self);
}
