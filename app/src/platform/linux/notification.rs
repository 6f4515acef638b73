//! Notifications, through the desktop's server: <https://specifications.freedesktop.org/notification-spec/latest/>

use std::collections::HashMap;
use zbus::{blocking::Connection, zvariant::Value};

/// Shows a notification. Waits for the server, so call it on a thread that may block.
///
/// # Errors
/// For the log: there is no server, or it refuses.
pub(crate) fn show_notification(title: &str, text: &str) -> Result<(), String> {
    let show = || -> zbus::Result<()> {
        // Program name, no notification to replace, no icon, title, text, no buttons, no hints, default duration.
        let body = (
            "Wavecraft Companion",
            0_u32,
            "",
            title,
            text,
            Vec::<String>::new(),
            HashMap::<String, Value<'_>>::new(),
            -1_i32,
        );
        let server = "org.freedesktop.Notifications";
        let path = "/org/freedesktop/Notifications";
        Connection::session()?.call_method(Some(server), path, Some(server), "Notify", &body)?;
        Ok(())
    };
    show().map_err(|error| error.to_string())
}
