//! The microphone's permission. This file couldn't be run where it was written, so each call is next to the rule it
//! follows.
#![expect(unsafe_code, reason = "AVFoundation's bindings can't check their arguments")]

use crate::{
    microphone::{Answered, Authority, Permission},
    outlet::Outlet,
    platform::answers,
};
use block2::RcBlock;
use objc2::{rc::autoreleasepool, runtime::Bool};
use objc2_av_foundation::{AVAuthorizationStatus, AVCaptureDevice, AVMediaType, AVMediaTypeAudio};

/// The system. Its answers are for the *responsible* process: the app, if LaunchServices started it.
pub(crate) struct MicrophoneAuthority;

fn audio() -> Option<&'static AVMediaType> {
    // SAFETY: a constant of AVFoundation, set before main and never changed.
    unsafe { AVMediaTypeAudio }
}

impl Authority for MicrophoneAuthority {
    /// A class method without a rule about threads. The runtime's threads have no autorelease pool, so what the call
    /// autoreleases, once every two seconds, would never be freed: the call gets a pool.
    fn state(&self) -> Permission {
        let Some(audio) = audio() else { return Permission::NotNeeded };
        autoreleasepool(|_| {
            // SAFETY: "if any media type other than AVMediaTypeVideo or AVMediaTypeAudio is supplied, an
            // NSInvalidArgumentException will be thrown": it is the latter.
            answers::permission(unsafe { AVCaptureDevice::authorizationStatusForMediaType(audio) }.0)
        })
    }

    /// "This call will not block", and "the completion handler is called on an arbitrary dispatch queue". The system
    /// would kill an app without `NSMicrophoneUsageDescription`: `Info.plist` has it.
    fn ask(&self, answered: &Outlet<Answered>) {
        let Some(audio) = audio() else { return };
        let answered = answered.clone();
        let answered = RcBlock::new(move |_granted: Bool| answered.send(Answered));
        // SAFETY: the media type is AVMediaTypeAudio. The block holds only an outlet, which may be used on any thread;
        // the system copies it, so it may be released here.
        autoreleasepool(|_| unsafe {
            AVCaptureDevice::requestAccessForMediaType_completionHandler(audio, &answered)
        });
    }

    fn settings(&self) -> Option<&'static str> {
        Some("x-apple.systempreferences:com.apple.preference.security?Privacy_Microphone")
    }
}

// The numbers used for the answers are Apple's.
const _: () = {
    assert!(AVAuthorizationStatus::NotDetermined.0 == 0 && AVAuthorizationStatus::Restricted.0 == 1);
    assert!(AVAuthorizationStatus::Denied.0 == 2 && AVAuthorizationStatus::Authorized.0 == 3);
};
