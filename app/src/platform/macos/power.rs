//! Sleep, waking up, and App Nap. This file couldn't be run where it was written, so each call is next to the rule it
//! follows.
#![expect(unsafe_code, reason = "observers and activities, whose bindings can't check their arguments")]

use block2::RcBlock;
use objc2::{
    rc::{Retained, autoreleasepool},
    runtime::{NSObjectProtocol, ProtocolObject},
};
use objc2_app_kit::{NSWorkspace, NSWorkspaceDidWakeNotification};
use objc2_foundation::{NSActivityOptions, NSNotification, NSProcessInfo, ns_string};
use std::ptr::NonNull;

/// Declares that audio runs: no App Nap, no sleep while the keyboard is idle, and timers as exact as possible.
pub(crate) struct Activity(Retained<ProtocolObject<dyn NSObjectProtocol>>);

// SAFETY: the token is nothing but a name for `endActivity`, and `NSProcessInfo` "is thread-safe in macOS 10.7 and
// later"; retaining and releasing may be done on any thread.
unsafe impl Send for Activity {}

impl Activity {
    /// Begins the activity, which lasts until this is dropped.
    pub(crate) fn begin() -> Self {
        let options = NSActivityOptions::UserInitiated | NSActivityOptions::LatencyCritical;
        let reason = ns_string!("audio runs through the processor of a project");
        // The runtime's threads have no autorelease pool.
        autoreleasepool(|_| {
            Self(NSProcessInfo::processInfo().beginActivityWithOptions_reason(options, reason))
        })
    }
}

impl Drop for Activity {
    fn drop(&mut self) {
        // SAFETY: the token is one that `beginActivityWithOptions:reason:` returned, ended once.
        autoreleasepool(|_| unsafe { NSProcessInfo::processInfo().endActivity(&self.0) });
    }
}

/// Calls `woke` whenever the computer has woken up, for as long as the process lives.
///
/// Called on the main thread: the workspace posts to its own notification center there, while the main run loop runs.
/// Without a main run loop, which means without a menu, it is never called; an output that stopped during a sleep is
/// then noticed by its missing callbacks only.
pub(crate) fn watch_sleep(woke: impl Fn() + Send + Sync + 'static) {
    let woke = RcBlock::new(move |_: NonNull<NSNotification>| woke());
    let center = NSWorkspace::sharedWorkspace().notificationCenter();
    // SAFETY: a constant of AppKit, set before main and never changed.
    let name = unsafe { NSWorkspaceDidWakeNotification };
    // SAFETY: no object and no queue, so the block runs where the notification is posted; what it holds
    // may be used on any thread, and the center copies it. It stays registered as nobody removes the observer.
    unsafe { center.addObserverForName_object_queue_usingBlock(Some(name), None, None, &woke) };
}
