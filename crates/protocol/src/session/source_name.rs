//! The kinds of sources, by name.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A source without its path or its numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it; see Source")]
pub enum SourceName {
    Microphone,
    Tone,
    Noise,
    Sweep,
    Impulse,
    Step,
    TwoTone,
    #[default]
    Silence,
    File,
}

/// The command line's form, without a file's path or a signal's numbers.
impl fmt::Display for SourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Microphone => "mic",
            Self::Tone => "tone",
            Self::Noise => "noise",
            Self::Sweep => "sweep",
            Self::Impulse => "impulse",
            Self::Step => "step",
            Self::TwoTone => "twotone",
            Self::Silence => "silence",
            Self::File => "file",
        })
    }
}
