//! The sources to choose from: the microphone, signals with numbers that are often used, and the file.

use super::model::{Action, Entry};
use std::path::Path;
use wavecraft_companion_protocol::session::{Source, TestSignal};

/// The signals to choose from.
const PRESETS: [&str; 11] = [
    "tone:100",
    "tone",
    "tone:10000",
    "noise",
    "noise:pink",
    "sweep",
    "impulse",
    "step",
    "twotone:60,7000",
    "twotone:19000,20000",
    "silence",
];

/// The submenu of a project whose source is `now`; `file` is the one that was chosen before.
pub(super) fn submenu(id: &str, now: &Source, file: Option<&Path>) -> Entry {
    let one = |(label, source): (String, Source)| {
        let name = match &source {
            Source::File { .. } => "file".to_owned(),
            other => other.to_string(),
        };
        Entry::check(
            format!("{id}/source/{name}"),
            label,
            source == *now,
            Action::SetSource(id.into(), source),
        )
    };
    let microphone = ("Microphone".to_owned(), Source::Microphone);
    let signals = signals(now.signal()).into_iter().map(|signal| (signal.label(), Source::Signal(signal)));
    let file = file.map(|path| {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        (format!("File: {name}"), Source::File { path: path.into() })
    });
    let entries = std::iter::once(microphone).chain(signals).chain(file).map(one).collect();
    let now = match now {
        Source::Microphone => "Microphone".into(),
        Source::Signal(signal) => signal.label(),
        Source::File { .. } => "File".into(),
    };
    Entry::submenu(format!("{id}/source"), &format!("Source: {now}"), entries)
}

/// The presets; one that was set elsewhere is among them, behind those of its kind.
fn signals(now: Option<TestSignal>) -> Vec<TestSignal> {
    let mut signals: Vec<TestSignal> = PRESETS.iter().filter_map(|text| text.parse().ok()).collect();
    if let Some(now) = now.filter(|now| !signals.contains(now)) {
        let last = signals.iter().rposition(|signal| signal.kind() == now.kind());
        signals.insert(last.map_or(0, |last| last + 1), now);
    }
    signals
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::menu::{model::Line, reading::inside};

    #[test]
    fn every_preset_is_a_signal_and_the_present_one_is_among_them() {
        assert_eq!(signals(None).len(), PRESETS.len());
        assert_eq!(signals(Some(TestSignal::TONE)).len(), PRESETS.len());
        let now = Source::Signal("tone:440@-20".parse().unwrap());
        let menu = submenu("demo-1", &now, Some(Path::new("/music/loop.flac")));
        assert_eq!(
            inside(&menu),
            [
                "[Microphone]",
                "[Tone 100 Hz, −12 dBFS]",
                "[Tone 1 kHz, −12 dBFS]",
                "[Tone 10 kHz, −12 dBFS]",
                "[Tone 440 Hz, −20 dBFS] ✓",
                "[White noise, −20 dBFS]",
                "[Pink noise, −20 dBFS]",
                "[Sweep 20 Hz to 20 kHz in 10 s, −12 dBFS]",
                "[Impulse every 1 s, −12 dBFS]",
                "[Step, −12 dBFS]",
                "[Two tones 60 Hz and 7 kHz, −12 dBFS]",
                "[Two tones 19 kHz and 20 kHz, −12 dBFS]",
                "[Silence]",
                "[File: loop.flac]",
            ]
        );
        let Line::Submenu { label, .. } = &menu.line else { panic!("{menu:?}") };
        assert_eq!(label, "Source: Tone 440 Hz, −20 dBFS");
    }
}
