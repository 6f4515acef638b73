//! The user's consent to the microphone for a project's folder: which answers are accepted and saved.

use super::access::Access;
use crate::{desktop, settings::Settings};
use std::{
    path::Path,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use tracing::info;
use wavecraft_companion_protocol::{
    microphone::{BAD_CONSENT, ConfirmMicrophone, Listener},
    rpc::ErrorObject,
    settings::{Consent, Given, GivenFrom},
};

/// How many times in a minute a terminal may say yes: each yes causes a notification, which the user must get to see.
const YESES: usize = 10;
const MINUTE: Duration = Duration::from_secs(60);

/// The times of the yeses from terminals in the last minute.
#[derive(Debug, Default)]
pub(crate) struct TerminalYeses(Vec<Instant>);

impl TerminalYeses {
    fn admit(&mut self, now: Instant) -> bool {
        self.0.retain(|said| now.saturating_duration_since(*said) < MINUTE);
        let may = self.0.len() < YESES;
        if may {
            self.0.push(now);
        }
        may
    }
}

/// Saves the user's answer, given in the menu.
pub(crate) fn confirm_in_menu(settings: &mut Settings, folder: &Path, consent: Consent) {
    remember(settings, folder, Some(consent), GivenFrom::Menu);
}

/// The same, given in a terminal: by the user, or by any program of theirs, so a yes is announced on the desktop.
/// `listener` is the folder's project that hears the microphone or asks for it, if there is one.
///
/// # Errors
/// No project there is waiting for the answer; the sentence is for the user.
pub(crate) fn confirm_in_terminal(
    settings: &mut Settings,
    yeses: &mut TerminalYeses,
    confirm: &ConfirmMicrophone,
    listener: Option<&Listener>,
) -> Result<(), ErrorObject> {
    let ConfirmMicrophone { project_dir: folder, consent, if_asked } = confirm;
    let no = |message: String| Err(ErrorObject::new(BAD_CONSENT, message));
    let said = settings.project(folder).and_then(|project| project.microphone);
    if *if_asked && listener.is_none_or(|listener| listener.access != Access::Unconfirmed) {
        return no("nothing here waits for a word on the microphone".into());
    }
    match (consent, listener) {
        (Some(Consent::Allowed), None) => {
            return no(format!(
                "no project in {} asks for the microphone: start it with `wavecraft start --with-audio --input mic`",
                folder.display()
            ));
        }
        (Some(Consent::Allowed), Some(listener)) if said != Some(Consent::Allowed) => {
            if !yeses.admit(Instant::now()) {
                return no(format!(
                    "terminals said yes {YESES} times within a minute: wait a moment, or click Allow in the companion's \
                     menu"
                ));
            }
            info!("{}: a terminal allows the microphone", listener.session);
            // Announced each time, with or without a menu: it may not have been the user.
            desktop::announce(
                format!("{} may hear the microphone", listener.name),
                format!(
                    "A terminal allowed it for {}. `wavecraft microphone deny` takes it back.",
                    folder.display()
                ),
            );
        }
        (Some(Consent::Refused), None) | (None, _) if said.is_none() => {
            let waits = listener.is_some_and(|listener| listener.access != Access::Allowed);
            return no(format!(
                "nothing was said of the microphone and {}{}: `wavecraft microphone` lists what was",
                folder.display(),
                if waits { ", and a project there still asks" } else { "" }
            ));
        }
        _ => {}
    }
    remember(settings, folder, *consent, GivenFrom::Terminal);
    Ok(())
}

/// Repeating an answer keeps the time at which it was first given.
fn remember(settings: &mut Settings, folder: &Path, consent: Option<Consent>, from: GivenFrom) {
    if settings.project(folder).and_then(|project| project.microphone) != consent {
        let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        settings.remember(folder, |project| {
            project.microphone = consent;
            project.microphone_given = consent.map(|_| Given { at, from });
        });
    }
}
