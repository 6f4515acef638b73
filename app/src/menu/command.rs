//! The lines about the `wavecraft` command.

use super::model::{Action, Entry};
use crate::command_link::CommandLinkState;

pub(super) fn entry(state: &CommandLinkState) -> Option<Entry> {
    match state {
        CommandLinkState::NotNeeded => None,
        CommandLinkState::Absent => {
            Some(Entry::button("command", "Install the `wavecraft` Command", Action::LinkCommand))
        }
        CommandLinkState::Made { at, advice } => {
            let mut entries = vec![Entry::text("command/at", format!("Installed as {at}"))];
            if let Some(advice) = advice {
                entries.extend(Entry::paragraph("command/advice", advice));
            }
            entries.push(Entry::button("command/remove", "Remove", Action::UnlinkCommand));
            let label =
                if advice.is_some() { "`wavecraft` Command: Not in Use Yet" } else { "`wavecraft` Command" };
            Some(Entry::submenu("command", label, entries))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::menu::model::Line;

    #[test]
    fn each_state_says_what_there_is_and_what_can_be_done() {
        assert_eq!(entry(&CommandLinkState::NotNeeded), None);
        let absent = entry(&CommandLinkState::Absent).unwrap().line;
        assert!(matches!(absent, Line::Button { action: Some(Action::LinkCommand), .. }));
        for advice in [None, Some("~/.local/bin isn't on your PATH: add it".to_owned())] {
            let made = CommandLinkState::Made { at: "~/.local/bin/wavecraft".into(), advice: advice.clone() };
            let Line::Submenu { label, entries } = entry(&made).unwrap().line else { panic!("no submenu") };
            assert_eq!(label.ends_with("Not in Use Yet"), advice.is_some());
            assert_eq!(entries[0].line, Line::Text("Installed as ~/.local/bin/wavecraft".into()));
            assert_eq!(entries.len(), 2 + usize::from(advice.is_some()));
            let last = &entries.last().unwrap().line;
            assert!(matches!(last, Line::Button { action: Some(Action::UnlinkCommand), .. }));
        }
    }
}
