//! A project's presets.

use super::model::{Action, Entry, PresetAction};
use crate::session::SessionId;
use std::sync::Arc;
use wavecraft_companion_protocol::preset::{CurrentPreset, PresetEntry};

/// How many are shown at most: more would be higher than a screen.
const MOST: usize = 30;

/// The presets as they were read last, and the present one.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct PresetFacts {
    /// All of them, by name.
    pub entries: Arc<Vec<PresetEntry>>,
    /// The one that was loaded or saved last.
    pub current: CurrentPreset,
}

/// The submenu of a project's presets; none where there are none.
pub(super) fn submenu(id: &SessionId, facts: &PresetFacts) -> Option<Entry> {
    let PresetFacts { entries, current: CurrentPreset { current, changed } } = facts;
    let usable: Vec<&str> =
        entries.iter().filter(|entry| entry.trouble.is_none()).map(|entry| entry.name.as_str()).collect();
    if usable.is_empty() {
        return None;
    }
    let key = |name: &str| format!("{id}/presets/{name}");
    let action = |action| Action::Preset(id.clone(), action);
    let mut lines = vec![
        Entry::button(key("next"), "Next", action(PresetAction::Next)),
        Entry::button(key("previous"), "Previous", action(PresetAction::Previous)),
    ];
    if let Some(current) = current.as_ref().filter(|_| *changed) {
        let label = format!("Save over {current}");
        lines.push(Entry::button(key("save"), &label, action(PresetAction::SaveOver(current.clone()))));
    }
    lines.push(Entry::separator(key("line")));
    // The present one is in sight, wherever its name is.
    let at = usable.iter().position(|name| current.as_deref() == Some(name)).unwrap_or(0);
    let first = at.saturating_sub(MOST / 2).min(usable.len().saturating_sub(MOST));
    for name in usable.iter().skip(first).take(MOST) {
        let is_current = current.as_deref() == Some(name);
        let label = if is_current && *changed { format!("{name} *") } else { (*name).to_owned() };
        // A name has no slash, so no key of another line is like it.
        let line = key(&format!("named/{name}"));
        lines.push(Entry::check(line, label, is_current, action(PresetAction::Load((*name).into()))));
    }
    if usable.len() > MOST {
        let more = usable.len() - MOST;
        lines.push(Entry::text(key("more"), format!("{more} more are in the inspector")));
    }
    Some(Entry::submenu(key("all"), "Presets", lines))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::menu::reading::inside;

    fn facts(names: &[&str], current: Option<&str>, changed: bool) -> PresetFacts {
        let entry = |name: &&str| PresetEntry { name: (*name).into(), ..PresetEntry::default() };
        PresetFacts {
            entries: Arc::new(names.iter().map(entry).collect()),
            current: CurrentPreset { current: current.map(Into::into), changed },
        }
    }

    fn lines(facts: &PresetFacts) -> Vec<String> {
        inside(&submenu(&"demo-1".into(), facts).expect("a submenu"))
    }

    #[test]
    fn the_present_one_is_checked_and_saved_over_only_if_it_changed() {
        assert_eq!(submenu(&"demo-1".into(), &PresetFacts::default()), None);
        let mut broken = facts(&["Old"], None, false);
        broken.entries =
            Arc::new(vec![PresetEntry { trouble: Some("no".into()), ..broken.entries[0].clone() }]);
        assert_eq!(submenu(&"demo-1".into(), &broken), None, "none that can be heard");
        assert_eq!(
            lines(&facts(&["Bright", "Warm"], None, false)),
            ["[Next]", "[Previous]", "-", "[Bright]", "[Warm]"]
        );
        assert_eq!(
            lines(&facts(&["Bright", "Warm"], Some("Warm"), true)),
            ["[Next]", "[Previous]", "[Save over Warm]", "-", "[Bright]", "[Warm *] ✓"]
        );
    }

    #[test]
    fn of_many_those_around_the_present_one_are_shown() {
        let names: Vec<String> = (0..100).map(|number| format!("p{number:03}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let lines = lines(&facts(&names, Some("p099"), false));
        assert_eq!(lines.len(), 3 + MOST + 1);
        assert!(lines.contains(&"[p099] ✓".into()) && lines.contains(&"70 more are in the inspector".into()));
    }
}
