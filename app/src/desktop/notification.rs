//! Words on a person's screen, outside of the menu.

use crate::platform;
use tracing::info;

/// Shows a notification. Where that can't be, nothing is amiss: what it says is in the menu too. What is no text in it, as
/// in a folder's name, is left out.
pub(crate) fn announce(title: String, text: String) {
    let [title, text] = [title, text].map(|text| text.replace(char::is_control, " "));
    std::thread::spawn(move || match platform::show_notification(&title, &text) {
        Ok(()) => info!("notified: {title}"),
        Err(error) => info!("not notified ({error}): {title}"),
    });
}

/// Tells a person who doesn't see the menu, on the screen.
pub(crate) fn tell(title: &'static str, text: &'static str) {
    std::thread::spawn(move || {
        if let Err(error) = platform::show_words(title, text) {
            info!("not told ({error}): {text}");
        }
    });
}
