//! For tests: the menu's lines as the user reads them, and facts to make them from.

use super::{
    model::{Entry, Line},
    presets::PresetFacts,
    project::{Measured, ProjectFacts},
};
use wavecraft_companion_protocol::{
    comparison::Comparison,
    session::{Mode, Source, State, TestSignal},
};

/// Every line: `[…]` looks clickable, ✓ is on, ✗ can't be clicked, … opens what is indented below it.
pub(super) fn read(entries: &[Entry]) -> Vec<String> {
    let mut lines = Vec::new();
    level(entries, "", &mut lines);
    lines
}

/// The lines of a submenu.
pub(super) fn inside(entry: &Entry) -> Vec<String> {
    let Line::Submenu { entries, .. } = &entry.line else { panic!("{entry:?} is no submenu") };
    read(entries)
}

fn level(entries: &[Entry], indent: &str, lines: &mut Vec<String>) {
    let dead = |action: bool| if action { "" } else { " ✗" };
    for entry in entries {
        lines.push(match &entry.line {
            Line::Separator => format!("{indent}-"),
            Line::Text(text) => format!("{indent}{text}"),
            Line::Button { label, action, shortcut } => {
                let key = shortcut.map_or_else(String::new, |shortcut| format!(" ⌘{shortcut:?}"));
                format!("{indent}[{label}]{}{key}", dead(action.is_some()))
            }
            Line::Check { label, on, action } => {
                format!("{indent}[{label}]{}{}", if *on { " ✓" } else { "" }, dead(action.is_some()))
            }
            Line::Submenu { label, .. } => format!("{indent}[{label}…]"),
        });
        if let Line::Submenu { entries, .. } = &entry.line {
            level(entries, &format!("{indent}  "), lines);
        }
    }
}

/// A project without trouble, with a page.
pub(super) fn project(name: &str, state: State) -> ProjectFacts {
    ProjectFacts {
        id: format!("{name}-1"),
        name: name.into(),
        state,
        reason: None,
        not_a_number: None,
        ending: false,
        inspector: true,
        page: true,
        bypassed: false,
        muted: false,
        mute_reason: None,
        howl: false,
        source: Source::Signal(TestSignal::TONE),
        microphone: None,
        file: None,
        mode: Mode::Pipelined,
        mode_reason: None,
        recorded_seconds: None,
        recorded: None,
        gain_db: 0.0,
        recording_trouble: None,
        presets: PresetFacts::default(),
        comparison: Comparison::default(),
        measured: Some(Measured { latency_ms: 6.24, load: 0.031 }),
    }
}
