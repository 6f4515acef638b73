//! Notifications, in the Mac's Notification Center. This file couldn't be run where it was written, so each call is
//! next to the rule it follows.

use block2::RcBlock;
use objc2::{rc::autoreleasepool, runtime::Bool};
use objc2_foundation::{NSBundle, NSError, NSString};
use objc2_user_notifications::{
    UNAuthorizationOptions, UNMutableNotificationContent, UNNotificationRequest, UNUserNotificationCenter,
};
use tracing::info;

/// Shows a notification if the user allows them, which the system asks at the first one. Returns at once; the center
/// may be used from any thread, and calls back on others.
///
/// # Errors
/// For the log: this program isn't in a bundle. `currentNotificationCenter` would then throw, which ends the program.
pub(crate) fn show_notification(title: &str, text: &str) -> Result<(), String> {
    // The calling thread has no autorelease pool.
    autoreleasepool(|_| ask_and_show(title, text))
}

fn ask_and_show(title: &str, text: &str) -> Result<(), String> {
    if NSBundle::mainBundle().bundleIdentifier().is_none() {
        return Err("this program isn't in an app's bundle".into());
    }
    let (title, text) = (NSString::from_str(title), NSString::from_str(text));
    let center = UNUserNotificationCenter::currentNotificationCenter();
    let allowed = RcBlock::new(move |allowed: Bool, _: *mut NSError| {
        if allowed.is_false() {
            info!("the system lets this app show no notifications: the person said so, or it isn't signed");
            return;
        }
        let content = UNMutableNotificationContent::new();
        content.setTitle(&title);
        content.setBody(&text);
        // A notification replaces an earlier one with the same identifier, here the title, which says what it is about.
        // Without a trigger it is shown at once.
        let request = UNNotificationRequest::requestWithIdentifier_content_trigger(&title, &content, None);
        let center = UNUserNotificationCenter::currentNotificationCenter();
        center.addNotificationRequest_withCompletionHandler(&request, None);
    });
    center.requestAuthorizationWithOptions_completionHandler(UNAuthorizationOptions::Alert, &allowed);
    Ok(())
}
