//! The login item: the app's own bundle, as System Settings lists it. Nobody could run this file where it was written;
//! each call stands beside the rule it follows.
#![expect(unsafe_code, reason = "ServiceManagement's bindings can't check their use")]

use crate::login_item::{LoginItem, LoginState};
use objc2::rc::Retained;
use objc2_service_management::{SMAppService, SMAppServiceStatus};

/// `SMAppService.mainAppService`, macOS 13 and later. None of its methods has a rule on threads; each asks another
/// process, so it may take a moment.
pub(crate) struct MainApp;

/// The one of this program, for this user.
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
        match unsafe { service().status() } {
            SMAppServiceStatus::Enabled => LoginState::Enabled,
            SMAppServiceStatus::RequiresApproval => LoginState::RequiresApproval,
            SMAppServiceStatus::NotRegistered => LoginState::NotRegistered,
            // Some systems also say so of an app that was never registered.
            _ => LoginState::NotFound,
        }
    }

    fn set(&self, on: bool) -> Result<(), String> {
        let service = service();
        let done = if on {
            // SAFETY: no arguments; what is refused is an error that it returns.
            unsafe { service.registerAndReturnError() }
        } else {
            // SAFETY: no arguments; "if the service corresponds to the main application, it will continue running".
            unsafe { service.unregisterAndReturnError() }
        };
        let Err(error) = done else { return Ok(()) };
        // It is an error too that it was so before, or that the person has to approve it.
        let is_on = matches!(self.state(), LoginState::Enabled | LoginState::RequiresApproval);
        if is_on == on { Ok(()) } else { Err(format!("login items: {}", error.localizedDescription())) }
    }

    fn open_settings(&self) {
        // SAFETY: a class method without arguments.
        unsafe { SMAppService::openSystemSettingsLoginItems() };
    }
}
