//! A project's input source, in the forms of the protocol and of the command line.

use serde::{Deserialize, Serialize};
use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

/// A project's input source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Source {
    /// The input device. A browser can't select it.
    Microphone,
    /// A steady sine.
    Tone,
    /// White noise.
    Noise,
    /// A sine that rises from the lowest to the highest audible frequency, repeatedly.
    Sweep,
    /// Digital silence.
    Silence,
    /// An audio file, played in a loop. A browser can't name one.
    File {
        /// Its absolute path.
        path: PathBuf,
    },
}

impl Source {
    /// Its name without a path, as shown to a browser.
    #[must_use]
    pub fn name(&self) -> SourceName {
        match self {
            Self::Microphone => SourceName::Microphone,
            Self::Tone => SourceName::Tone,
            Self::Noise => SourceName::Noise,
            Self::Sweep => SourceName::Sweep,
            Self::Silence => SourceName::Silence,
            Self::File { .. } => SourceName::File,
        }
    }
}

/// A [`Source`] without its path.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names say it; see Source")]
pub enum SourceName {
    Microphone,
    Tone,
    Noise,
    Sweep,
    #[default]
    Silence,
    File,
}

/// Parses the form used on the command line: `mic`, `tone`, `noise`, `sweep`, `silence`, `file:PATH`, or a path that can't
/// be one of these names: with a `/`, or with an extension.
impl FromStr for Source {
    type Err = BadSource;

    fn from_str(text: &str) -> Result<Self, BadSource> {
        match text {
            "mic" => Ok(Self::Microphone),
            "tone" => Ok(Self::Tone),
            "noise" => Ok(Self::Noise),
            "sweep" => Ok(Self::Sweep),
            "silence" => Ok(Self::Silence),
            other => match other.strip_prefix("file:") {
                Some(path) if !path.is_empty() => Ok(Self::File { path: path.into() }),
                None if is_path(other) => Ok(Self::File { path: other.into() }),
                _ => Err(BadSource(text.into())),
            },
        }
    }
}

fn is_path(text: &str) -> bool {
    text.contains('/') || Path::new(text).extension().is_some_and(|extension| !extension.is_empty())
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path } => write!(f, "file:{}", path.display()),
            other => other.name().fmt(f),
        }
    }
}

/// The command line's form, without a file's path.
impl fmt::Display for SourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Microphone => "mic",
            Self::Tone => "tone",
            Self::Noise => "noise",
            Self::Sweep => "sweep",
            Self::Silence => "silence",
            Self::File => "file",
        })
    }
}

/// The error for a text that names no [`Source`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no input: use mic, tone, noise, sweep, silence, or a sound file (loop.wav, file:PATH)")]
pub struct BadSource(String);
