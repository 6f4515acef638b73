//! The microphone's permission: the system's for this program, and the user's consent for a project's folder.

mod access;
mod authority;
mod consent;
#[cfg(debug_assertions)]
mod fake;

pub(crate) use access::{Access, Permission, Trouble, announcement, trouble};
pub(crate) use authority::{Answered, Authority};
pub(crate) use consent::confirm_in_menu;

use crate::{outlet::Outlet, platform, settings::Settings};
use consent::TerminalYeses;
use std::time::{Duration, Instant};
use tracing::info;
use wavecraft_companion_protocol::{
    microphone::{ConfirmMicrophone, Listener},
    rpc::ErrorObject,
    settings::Consent,
};

/// How often the system's permission is read while a project asks for the microphone: the user may change it in the
/// system's settings, which report nothing.
const PERIOD: Duration = Duration::from_secs(2);

/// The state of the permission.
pub(crate) struct Microphone {
    authority: Box<dyn Authority>,
    /// Can the user be asked for consent: in a menu, or from there in a terminal?
    has_menu: bool,
    /// Was the user asked already? The system wouldn't ask again, and answers the same until the settings are changed.
    asked: bool,
    /// When the system's permission is read next.
    due: Instant,
    yeses: TerminalYeses,
    answered: Outlet<Answered>,
}

impl Microphone {
    /// The system's permission; in debug builds a fake one, if a test sets it up.
    pub(crate) fn new(has_menu: bool, answered: Outlet<Answered>) -> Self {
        let (due, yeses) = (Instant::now(), TerminalYeses::default());
        Self { authority: of_this_system(), has_menu, asked: false, due, yeses, answered }
    }

    /// The system's present permission.
    pub(crate) fn permission(&self) -> Permission {
        self.authority.state()
    }

    /// The address of the settings where permission can be given; none where that isn't needed.
    pub(crate) fn settings(&self) -> Option<&'static str> {
        self.authority.settings()
    }

    /// Whether a project hears the microphone, given the user's consent for its folder.
    pub(crate) fn access(&self, consent: Option<Consent>) -> Access {
        access::access_of(consent, self.has_menu, self.permission())
    }

    /// Makes the system ask the user. [`Answered`] follows.
    pub(crate) fn ask(&self) {
        self.authority.ask(&self.answered);
    }

    /// The same, but only once.
    pub(crate) fn ask_once(&mut self) {
        if !std::mem::replace(&mut self.asked, true) {
            info!("microphone: the system is asked for it");
            self.ask();
        }
    }

    /// See [`consent::confirm_in_terminal`].
    pub(crate) fn confirm_in_terminal(
        &mut self,
        settings: &mut Settings,
        confirm: &ConfirmMicrophone,
        listener: Option<&Listener>,
    ) -> Result<(), ErrorObject> {
        consent::confirm_in_terminal(settings, &mut self.yeses, confirm, listener)
    }

    /// Is it time to read the system's permission again?
    pub(crate) fn is_due(&mut self, now: Instant) -> bool {
        let due = now >= self.due;
        if due {
            self.due = now + PERIOD;
        }
        due
    }
}

fn of_this_system() -> Box<dyn Authority> {
    #[cfg(debug_assertions)]
    if let Some(fake) = fake::FakeAuthority::from_environment() {
        return Box::new(fake);
    }
    Box::new(platform::MicrophoneAuthority)
}
