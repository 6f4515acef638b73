//! Whether the system starts the companion when its user logs in.

pub(crate) use wavecraft_companion_protocol::system::LoginState;

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
