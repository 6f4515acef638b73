//! The login item: the app's own bundle, as System Settings lists it. This file couldn't be run where it was written,
//! so each call is next to the rule it follows.
#![expect(unsafe_code, reason = "ServiceManagement's bindings can't check their use")]

use crate::{
    login::{LoginItem, LoginState},
    platform::answers,
};
use objc2::rc::{Retained, autoreleasepool};
use objc2_service_management::{SMAppService, SMAppServiceStatus};

/// `SMAppService.mainAppService`, macOS 13 and later. None of its methods has a rule about threads; each asks another
/// process, so it may take a moment. The calling threads have no autorelease pool, so each call gets one.
pub(crate) struct MainApp;

/// The login item of this program, for this user.
pub(crate) fn login_item() -> MainApp {
    MainApp
}

fn service() -> Retained<SMAppService> {
    // SAFETY: a class method without arguments, which returns an object in any program.
    unsafe { SMAppService::mainAppService() }
}

impl LoginItem for MainApp {
    fn state(&self) -> LoginState {
        // SAFETY: a property without a rule.
        autoreleasepool(|_| answers::login_state(unsafe { service().status() }.0))
    }

    fn set(&self, on: bool) -> Result<(), String> {
        let refused = autoreleasepool(|_| {
            let service = service();
            let done = if on {
                // SAFETY: no arguments; what is refused is an error that it returns.
                unsafe { service.registerAndReturnError() }
            } else {
                // SAFETY: no arguments; "if the service corresponds to the main application, it will continue running".
                unsafe { service.unregisterAndReturnError() }
            };
            done.err().map(|error| error.localizedDescription().to_string())
        });
        answers::login_item_set(refused, on, self.state())
    }

    fn open_settings(&self) {
        // SAFETY: a class method without arguments.
        autoreleasepool(|_| unsafe { SMAppService::openSystemSettingsLoginItems() });
    }
}

// The numbers used for the answers are Apple's.
const _: () = {
    assert!(SMAppServiceStatus::NotRegistered.0 == 0 && SMAppServiceStatus::Enabled.0 == 1);
    assert!(SMAppServiceStatus::RequiresApproval.0 == 2 && SMAppServiceStatus::NotFound.0 == 3);
};
