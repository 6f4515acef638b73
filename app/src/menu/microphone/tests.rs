use super::*;
use crate::menu::{
    facts::Facts,
    lines::compute,
    model::{Icon, Line, Menu},
    reading,
};
use wavecraft_companion_protocol::session::{Source, State};
use wavecraft_companion_protocol::settings::Consent;

fn project(name: &str, microphone: Access) -> ProjectFacts {
    ProjectFacts {
        source: Source::Microphone,
        microphone: Some(microphone),
        ..reading::project(name, State::Live)
    }
}

fn menu(projects: Vec<ProjectFacts>) -> Menu {
    let microphone = MicrophoneFacts { settings: Some("settings:privacy"), ..MicrophoneFacts::default() };
    compute(&Facts { projects, microphone, ..Facts::default() })
}

fn says(menu: &Menu, text: &str) -> bool {
    menu.entries.iter().any(|entry| match &entry.line {
        Line::Text(line) | Line::Button { label: line, .. } => line.contains(text),
        _ => false,
    })
}

#[test]
fn a_project_that_asks_is_answered_in_its_own_lines() {
    let menu = menu(vec![project("demo", Access::Unconfirmed), project("other", Access::Allowed)]);
    assert!(says(&menu, "demo asks for the microphone") && !says(&menu, "other asks"));
    assert_eq!(menu.icon, Icon::Attention);
    let action = |consent| Some(Action::ConfirmMicrophone("demo-1".into(), consent));
    assert_eq!(menu.action("demo-1/microphone/allow").cloned(), action(Consent::Allowed));
    assert_eq!(menu.action("demo-1/microphone/refuse").cloned(), action(Consent::Refused));
    assert_eq!(menu.action("other-1/microphone/allow"), None);
}

#[test]
fn a_persons_no_is_shown_and_can_be_taken_back() {
    let menu = menu(vec![project("demo", Access::Refused)]);
    assert!(says(&menu, "was refused"));
    assert_eq!(menu.icon, Icon::Live);
    assert!(menu.action("demo-1/microphone/allow").is_some());
    assert_eq!(menu.action("demo-1/microphone/refuse"), None);
}

#[test]
fn the_systems_no_has_the_way_to_its_settings_where_that_helps() {
    for (access, line, settings) in [
        (Access::Denied, "Microphone: not allowed by the system", true),
        (Access::Restricted, "Microphone: kept away by this computer's rules", false),
        (Access::Asking, "Microphone: the system asks", false),
    ] {
        let menu = menu(vec![project("demo", access)]);
        assert!(says(&menu, line) && says(&menu, "silence is heard"), "{access:?}");
        assert_eq!(menu.icon, Icon::Attention, "{access:?}");
        let action = settings.then_some(&Action::OpenAddress("settings:privacy"));
        assert_eq!(menu.action("microphone/settings"), action, "{access:?}");
    }
}
