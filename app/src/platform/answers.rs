//! The meaning of a Mac's answers: Apple's numbers in, our types out. Separate from the calls that return them, so that
//! each can be tested on every system; the calls' files compare the numbers with Apple's.

use crate::{login::LoginState, microphone::Permission};

/// `SMAppServiceStatus`. Some systems return 3, not found, for an app that was never registered; an unknown number of a
/// later system is treated like that, since registering is then worth a try.
pub(super) fn login_state(status: isize) -> LoginState {
    match status {
        0 => LoginState::NotRegistered,
        1 => LoginState::Enabled,
        2 => LoginState::RequiresApproval,
        _ => LoginState::NotFound,
    }
}

/// The result of registering or unregistering the login item. The call also fails if the state is already as wanted, or
/// if the user has to approve it: both count as success.
pub(super) fn login_item_set(refused: Option<String>, on: bool, now: LoginState) -> Result<(), String> {
    let is_on = matches!(now, LoginState::Enabled | LoginState::RequiresApproval);
    match refused {
        Some(reason) if is_on != on => Err(format!("login items: {reason}")),
        _ => Ok(()),
    }
}

/// `AVAuthorizationStatus`. An unknown number of a later system counts as no permission.
pub(super) fn permission(status: isize) -> Permission {
    match status {
        0 => Permission::NotDetermined,
        2 => Permission::Denied,
        3 => Permission::Authorized,
        _ => Permission::Restricted,
    }
}

/// Makes a child responsible for itself, so that it doesn't share the app's permission for the microphone. Uses a
/// function that the system may not have, and that returns an errno. Returns why that failed: the child is started all
/// the same, and can use the permission only by opening a device itself.
pub(super) fn disclaim(function: Option<impl FnOnce() -> i32>) -> Result<(), String> {
    match function.map(|call| call()) {
        Some(0) => Ok(()),
        Some(code) => Err(format!("the system refused, with {code}")),
        None => Err("this system has no function for it".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_of_the_login_item_has_its_word() {
        let words = [0, 1, 2, 3, 4, -1].map(login_state);
        use LoginState::{Enabled, NotFound, NotRegistered, RequiresApproval};
        assert_eq!(words, [NotRegistered, Enabled, RequiresApproval, NotFound, NotFound, NotFound]);
    }

    #[test]
    fn a_refusal_counts_only_where_it_is_not_as_wanted() {
        let refused = || Some("Operation not permitted".to_owned());
        assert_eq!(login_item_set(None, true, LoginState::NotFound), Ok(()));
        assert_eq!(login_item_set(refused(), true, LoginState::RequiresApproval), Ok(()));
        assert_eq!(login_item_set(refused(), true, LoginState::Enabled), Ok(()));
        assert_eq!(login_item_set(refused(), false, LoginState::NotFound), Ok(()));
        for (on, now) in
            [(true, LoginState::NotFound), (true, LoginState::NotRegistered), (false, LoginState::Enabled)]
        {
            assert!(login_item_set(refused(), on, now).unwrap_err().contains("not permitted"));
        }
    }

    #[test]
    fn no_answer_but_yes_opens_the_microphone() {
        use Permission::{Authorized, Denied, NotDetermined, Restricted};
        let words = [0, 1, 2, 3, 4, -1].map(permission);
        assert_eq!(words, [NotDetermined, Restricted, Denied, Authorized, Restricted, Restricted]);
    }

    #[test]
    fn a_child_that_cannot_be_disclaimed_is_told() {
        assert_eq!(disclaim(Some(|| 0)), Ok(()));
        assert!(disclaim(Some(|| 22)).unwrap_err().contains("22"));
        assert!(disclaim(None::<fn() -> i32>).unwrap_err().contains("no function"));
    }
}
