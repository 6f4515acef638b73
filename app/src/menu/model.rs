//! The parts of a menu, and what a click on each line asks for.

use crate::session::SessionId;
use std::path::PathBuf;
use wavecraft_companion_protocol::{
    comparison::Compare,
    control::SelectDevices,
    session::{Mode, Source},
    settings::Consent,
    transport::ChangeTransport,
};

/// Everything that is shown.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Menu {
    /// The icon in the menu bar.
    pub icon: Icon,
    /// Shown while the pointer rests on the icon.
    pub tooltip: String,
    /// From top to bottom.
    pub entries: Vec<Entry>,
}

/// What the icon's shape means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Icon {
    /// Nothing runs.
    Idle,
    /// A project runs.
    Live,
    /// Something needs attention: the menu says what.
    Attention,
}

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    /// Identifies the line within the menu, and stays the same while its text changes. Never a bare number: the view's
    /// library gives those to items without a name, above all to separators.
    pub key: String,
    /// What it is.
    pub line: Line,
}

/// The kinds of lines.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Line {
    /// A thin line between groups.
    Separator,
    /// Something to read.
    Text(String),
    /// A line to click.
    Button {
        /// Its text.
        label: String,
        /// What a click does; without an action it can't be clicked.
        action: Option<Action>,
        /// The letter that does the same with ⌘, on a Mac, while the menu is open.
        shortcut: Option<Shortcut>,
    },
    /// A line to click that is on or off.
    Check {
        /// Its text.
        label: String,
        /// Is it on?
        on: bool,
        /// What a click does; without an action it can't be clicked.
        action: Option<Action>,
    },
    /// A submenu.
    Submenu {
        /// Its text.
        label: String,
        /// From top to bottom.
        entries: Vec<Entry>,
    },
}

/// A keyboard shortcut, as used for the same thing elsewhere on a Mac.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shortcut {
    /// ⌘O.
    Open,
    /// ⌘Q.
    Quit,
}

/// What a click does.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Action {
    /// Opens the project's page.
    OpenPage(SessionId),
    /// Opens the project's inspector.
    OpenInspector(SessionId),
    /// Bypasses the processor, or ends the bypass.
    SetBypass(SessionId, bool),
    /// Mutes or unmutes the project.
    SetMute(SessionId, bool),
    /// Records the processor's output.
    Record(SessionId),
    /// Ends the recording.
    StopRecording(SessionId),
    /// Shows a file in its folder.
    Reveal(PathBuf),
    /// Sets the project's volume, in dB.
    SetGain(SessionId, f32),
    /// Restarts the child.
    Restart(SessionId),
    /// Changes the source.
    SetSource(SessionId, Source),
    /// Allows or forbids that a project's folder hears the microphone, from now on.
    ConfirmMicrophone(SessionId, Consent),
    /// Opens the system's settings at this address.
    OpenAddress(&'static str),
    /// Turns opening the companion at login on or off.
    SetLoginItem(bool),
    /// Opens the system's settings where that is approved.
    ApproveLoginItem,
    /// Puts the `wavecraft` command on the `PATH`.
    LinkCommand,
    /// Removes it from there.
    UnlinkCommand,
    /// Sets when the processor's answers are taken.
    SetMode(SessionId, Mode),
    /// Hears another build of the project's session.
    Compare(SessionId, Compare),
    /// Does this with its presets.
    Preset(SessionId, PresetAction),
    /// Hears the newest build, and ends the older one's child.
    EndComparison(SessionId),
    /// Changes the time of everything that plays.
    ChangeTransport(ChangeTransport),
    /// Taps the tempo.
    TapTempo,
    /// Ends the project.
    Stop(SessionId),
    /// Chooses a device, its channels, the rate or the buffer size, as the control socket's call of the same name does.
    SelectDevices(SelectDevices),
    /// Lists the devices again.
    LookForDevices,
    /// Opens the log.
    ShowLog,
    /// Puts a text for a bug report on the clipboard.
    CopyDiagnostics,
    /// Ends everything.
    Quit,
}

/// What is done with a preset from the menu.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum PresetAction {
    /// Loads this one.
    Load(String),
    /// Loads the next one by name.
    Next,
    /// Loads the one before.
    Previous,
    /// Saves the values in place of this one.
    SaveOver(String),
}

impl Menu {
    /// The action of the line with this key. None if the line is gone or can't be clicked.
    pub(crate) fn action(&self, key: &str) -> Option<&Action> {
        find(&self.entries, key)
    }
}

fn find<'a>(entries: &'a [Entry], key: &str) -> Option<&'a Action> {
    entries.iter().find_map(|entry| match &entry.line {
        Line::Submenu { entries, .. } => find(entries, key),
        Line::Button { action, .. } if entry.key == key => action.as_ref(),
        Line::Check { action, .. } if entry.key == key => action.as_ref(),
        _ => None,
    })
}

impl Entry {
    pub(super) fn new(key: impl Into<String>, line: Line) -> Self {
        Self { key: key.into(), line }
    }

    pub(super) fn text(key: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new(key, Line::Text(text.into()))
    }

    pub(super) fn separator(key: impl Into<String>) -> Self {
        Self::new(key, Line::Separator)
    }

    pub(super) fn button(key: impl Into<String>, label: &str, action: impl Into<Option<Action>>) -> Self {
        Self::new(key, Line::Button { label: label.into(), action: action.into(), shortcut: None })
    }

    pub(super) fn with_shortcut(mut self, key: Shortcut) -> Self {
        if let Line::Button { shortcut, .. } = &mut self.line {
            *shortcut = Some(key);
        }
        self
    }

    pub(super) fn check(
        key: impl Into<String>,
        label: impl Into<String>,
        on: bool,
        action: impl Into<Option<Action>>,
    ) -> Self {
        Self::new(key, Line::Check { label: label.into(), on, action: action.into() })
    }

    pub(super) fn submenu(key: impl Into<String>, label: &str, entries: Vec<Self>) -> Self {
        Self::new(key, Line::Submenu { label: label.into(), entries })
    }

    /// A longer text, broken into several lines.
    pub(super) fn paragraph(key: &str, text: &str) -> Vec<Self> {
        wrap(text)
            .into_iter()
            .enumerate()
            .map(|(number, line)| Self::text(format!("{key}/{number}"), line))
            .collect()
    }
}

/// The most characters in a line: a menu as wide as a sentence would cover half of the screen, and this much is read at
/// a glance.
const WIDTH: usize = 56;
/// A panic's message may be of any length; the whole of it is in the terminal and in the log.
const MOST_LINES: usize = 5;

/// Breaks a text between words. A rest that doesn't fit is cut off and marked with a ….
fn wrap(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let word: String = word.chars().take(WIDTH).collect();
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= WIDTH => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(word),
        }
    }
    if lines.len() > MOST_LINES {
        lines.truncate(MOST_LINES);
        if let Some(last) = lines.last_mut() {
            last.push('…');
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_reason_becomes_a_few_short_lines() {
        assert_eq!(wrap("the processor panicked"), ["the processor panicked"]);
        let lines = wrap(&"word ".repeat(100));
        assert_eq!(lines.len(), MOST_LINES);
        assert!(lines.iter().all(|line| line.chars().count() <= WIDTH + 1), "{lines:?}");
        assert!(lines.last().unwrap().ends_with('…'), "{lines:?}");
        assert_eq!(wrap(&"x".repeat(1000)), ["x".repeat(WIDTH)]);
        assert_eq!(wrap(" "), Vec::<String>::new());
    }
}
