//! Notifications on the user's screen, outside of the menu.

use crate::platform;
use tracing::info;

/// Shows a notification. It doesn't matter if that fails: the menu says the same. Characters that aren't text, in a
/// folder's name for example, are left out.
pub(crate) fn announce(title: String, text: String) {
    let [title, text] = [title, text].map(|text| text.replace(char::is_control, " "));
    std::thread::spawn(move || match platform::show_notification(&title, &text) {
        Ok(()) => info!("notified: {title}"),
        Err(error) => info!("not notified ({error}): {title}"),
    });
}

/// Shows a text on the screen to a user who doesn't see the menu.
pub(crate) fn tell(title: &'static str, text: &'static str) {
    std::thread::spawn(move || {
        if let Err(error) = platform::show_words(title, text) {
            info!("not told ({error}): {text}");
        }
    });
}
