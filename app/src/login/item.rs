//! Whether the system starts the companion when its user logs in.

pub(crate) use wavecraft_companion_protocol::system::LoginState;

/// The login item as the system keeps it. May take a moment, so it isn't called on the app's thread.
pub(crate) trait LoginItem: Send {
    /// Its present state: the user may have changed it elsewhere.
    fn state(&self) -> LoginState;

    /// Turns it on or off. Called only for the user's click.
    ///
    /// # Errors
    /// For the user: what the system refused.
    fn set(&self, on: bool) -> Result<(), String>;

    /// Opens the settings where it is approved.
    fn open_settings(&self);
}
