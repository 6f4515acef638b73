//! The line "Open at Login".

use super::model::{Action, Entry};
use crate::login::LoginState;

pub(super) fn entry(state: LoginState) -> Entry {
    let item = |label: &str, on, action| Entry::check("login", label, on, action);
    match state {
        LoginState::Enabled => item("Open at Login", true, Action::SetLoginItem(false)),
        // Some systems don't know a program that was never registered.
        LoginState::NotRegistered | LoginState::NotFound => {
            item("Open at Login", false, Action::SetLoginItem(true))
        }
        LoginState::RequiresApproval => {
            item("Open at Login: Approve in System Settings…", false, Action::ApproveLoginItem)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::menu::model::Line;

    #[test]
    fn each_state_has_its_line_and_its_click() {
        for (state, on, action) in [
            (LoginState::Enabled, true, Action::SetLoginItem(false)),
            (LoginState::NotRegistered, false, Action::SetLoginItem(true)),
            (LoginState::NotFound, false, Action::SetLoginItem(true)),
            (LoginState::RequiresApproval, false, Action::ApproveLoginItem),
        ] {
            let Line::Check { label, on: shown, action: does } = entry(state).line else {
                panic!("{state:?} has no check mark")
            };
            assert!(
                label.starts_with("Open at Login") && shown == on && does == Some(action),
                "{state:?}: {label}"
            );
        }
    }
}
