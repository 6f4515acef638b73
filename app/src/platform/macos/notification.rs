//! Notifications, in the Mac's Notification Center. Nobody could run this file where it was written; each call stands
//! beside the rule it follows.

use block2::RcBlock;
use objc2::{rc::autoreleasepool, runtime::Bool};
use objc2_foundation::{NSBundle, NSError, NSString};
use objc2_user_notifications::{
    UNAuthorizationOptions, UNMutableNotificationContent, UNNotificationRequest, UNUserNotificationCenter,
};
use tracing::info;

/// Shows one, once the person has allowed them, which the system asks at the first. Returns at once; the center may be
/// used from any thread, and calls back on others.
///
/// # Errors
/// For the log: this program isn't in a bundle. `currentNotificationCenter` would throw then, which ends a program.
pub(crate) fn show_notification(title: &str, text: &str) -> Result<(), String> {
    // Its thread has no pool.
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
        // One of a name replaces the one before: the title says what it is about. No trigger is at once.
        let request = UNNotificationRequest::requestWithIdentifier_content_trigger(&title, &content, None);
        let center = UNUserNotificationCenter::currentNotificationCenter();
        center.addNotificationRequest_withCompletionHandler(&request, None);
    });
    center.requestAuthorizationWithOptions_completionHandler(UNAuthorizationOptions::Alert, &allowed);
    Ok(())
}
