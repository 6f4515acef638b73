//! What a menu is made of, and what a click on one of its lines asks for.

use crate::session::SessionId;
use wavecraft_companion_protocol::{
    control::SelectDevices,
    session::{Mode, Source},
    settings::Consent,
};

/// All that there is to see.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Menu {
    /// The icon in the menu bar.
    pub icon: Icon,
    /// What is said where the pointer rests on it.
    pub tooltip: String,
    /// From top to bottom.
    pub entries: Vec<Entry>,
}

/// What the icon's shape says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Icon {
    /// Nothing runs.
    Idle,
    /// A project runs.
    Live,
    /// Something is not as it should be: the menu says what.
    Attention,
}

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    /// Names it among all lines of the menu, and stays its own while its text changes. Never a bare number: with those
    /// the view's library names what was given no name, separators above all.
    pub key: String,
    /// What it is.
    pub line: Line,
}

/// What a line can be.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Line {
    /// A thin line between groups.
    Separator,
    /// Something to read.
    Text(String),
    /// Something to click.
    Button {
        /// What it says.
        label: String,
        /// What it does; without one it can't be clicked.
        action: Option<Action>,
        /// The letter that does the same with ⌘, on a Mac and while the menu is open.
        shortcut: Option<Shortcut>,
    },
    /// Something to click that is on or off.
    Check {
        /// What it says.
        label: String,
        /// Is it on?
        on: bool,
        /// What a click does; without one it can't be clicked.
        action: Option<Action>,
    },
    /// A menu in the menu.
    Submenu {
        /// What it says.
        label: String,
        /// From top to bottom.
        entries: Vec<Entry>,
    },
}

/// A key of the keyboard, as Macs have it for the same thing elsewhere.
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
    /// Takes the processor out of, or into, the way.
    SetBypass(SessionId, bool),
    /// Silences the project, or not.
    SetMute(SessionId, bool),
    /// Records what the processor makes.
    Record(SessionId),
    /// Ends that.
    StopRecording(SessionId),
    /// Starts the child anew.
    Restart(SessionId),
    /// Chooses where the input comes from.
    SetSource(SessionId, Source),
    /// Lets a project's folder hear the microphone, or not, from now on.
    ConfirmMicrophone(SessionId, Consent),
    /// Opens the system's settings at this address.
    OpenAddress(&'static str),
    /// Lets the system start the companion at login, or not.
    SetLoginItem(bool),
    /// Shows the system's settings where that is approved.
    ApproveLoginItem,
    /// Puts the `wavecraft` command on the `PATH`.
    LinkCommand,
    /// Takes it away from there.
    UnlinkCommand,
    /// Chooses when the processor's answers are taken.
    SetMode(SessionId, Mode),
    /// Ends the project.
    Stop(SessionId),
    /// Chooses a device, its channels, the rate or the buffer size: as the control socket's call of the same name.
    SelectDevices(SelectDevices),
    /// Lists the devices anew.
    LookForDevices,
    /// Opens the log.
    ShowLog,
    /// Puts a text for a bug report on the clipboard.
    CopyDiagnostics,
    /// Ends everything.
    Quit,
}

impl Menu {
    /// What a click on the line with this key does. None for a line that is gone or can't be clicked.
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

    /// Something longer to read: a line for each piece of it.
    pub(super) fn paragraph(key: &str, text: &str) -> Vec<Self> {
        wrap(text)
            .into_iter()
            .enumerate()
            .map(|(number, line)| Self::text(format!("{key}/{number}"), line))
            .collect()
    }
}

/// A menu as wide as a sentence would cover half of a screen; so many characters are read at a glance.
const WIDTH: usize = 56;
/// A panic's message may be as long as it likes; the whole of it is in the terminal and in the log.
const MOST_LINES: usize = 5;

/// Breaks a text between words. What doesn't fit is cut off, and a … says so.
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
