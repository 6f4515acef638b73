//! A project's input source, in the forms of the protocol and of the command line.

use super::{
    signal::{BadSignal, SIGNALS, SignalKind, TestSignal, short},
    source_name::SourceName,
};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, MapAccess, Visitor, value::MapAccessDeserializer},
};
use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

/// A project's input source.
///
/// A message has it as an object: `{"kind":"microphone"}`, `{"kind":"tone"}`,
/// `{"kind":"tone","signal":"tone:440@-20"}`, `{"kind":"file","path":"/loop.wav"}`. The command line's form is read, too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The input device. A browser can't select it.
    Microphone,
    /// A signal that the companion makes.
    Signal(TestSignal),
    /// An audio file, played in a loop. A browser can't name one.
    File {
        /// Its absolute path.
        path: PathBuf,
    },
}

impl Source {
    /// Its name without a path or numbers.
    #[must_use]
    pub fn name(&self) -> SourceName {
        match self {
            Self::Microphone => SourceName::Microphone,
            Self::Signal(signal) => signal.kind().source(),
            Self::File { .. } => SourceName::File,
        }
    }

    /// The signal, if it is one.
    #[must_use]
    pub fn signal(&self) -> Option<TestSignal> {
        match self {
            Self::Signal(signal) => Some(*signal),
            _ => None,
        }
    }
}

/// Parses the form used on the command line: `mic`, a [signal](TestSignal) such as `tone` or `tone:440@-20`, `file:PATH`,
/// or a path that can't be one of these names: with a `/`, or with an extension.
impl FromStr for Source {
    type Err = BadSource;

    fn from_str(text: &str) -> Result<Self, BadSource> {
        match text.strip_prefix("file:") {
            Some(path) if !path.is_empty() => Ok(Self::File { path: path.into() }),
            None if text == "mic" => Ok(Self::Microphone),
            None if SignalKind::of(text).is_some() => Ok(Self::Signal(text.parse()?)),
            None if is_path(text) => Ok(Self::File { path: text.into() }),
            _ => Err(BadSource::Unknown(short(text))),
        }
    }
}

fn is_path(text: &str) -> bool {
    text.contains('/') || Path::new(text).extension().is_some_and(|extension| !extension.is_empty())
}

/// The command line's form.
impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Microphone => f.write_str("mic"),
            Self::Signal(signal) => signal.fmt(f),
            Self::File { path } => write!(f, "file:{}", path.display()),
        }
    }
}

/// The object of a message.
#[derive(Serialize, Deserialize)]
struct Object {
    kind: SourceName,
    /// A signal with other numbers than the usual ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signal: Option<TestSignal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<PathBuf>,
}

impl Serialize for Source {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let signal = self.signal().filter(|signal| *signal != TestSignal::usual(signal.kind()));
        let path = match self {
            Self::File { path } => Some(path.clone()),
            _ => None,
        };
        Object { kind: self.name(), signal, path }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = Source;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a source, such as {\"kind\":\"microphone\"} or \"tone:440@-20\"")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Source, E> {
                text.parse().map_err(E::custom)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Source, A::Error> {
                let object = Object::deserialize(MapAccessDeserializer::new(map))?;
                object.source().map_err(A::Error::custom)
            }
        }

        deserializer.deserialize_any(Either)
    }
}

impl Object {
    fn source(self) -> Result<Source, String> {
        let Self { kind, signal, path } = self;
        match (kind, signal, path) {
            (SourceName::Microphone, _, _) => Ok(Source::Microphone),
            (SourceName::File, _, Some(path)) => Ok(Source::File { path }),
            (SourceName::File, _, None) => Err("missing field `path`".into()),
            (_, Some(signal), _) if signal.kind().source() == kind => Ok(Source::Signal(signal)),
            (_, Some(signal), _) => Err(format!("the signal `{signal}` is no {kind}")),
            (_, None, _) => {
                let usual = SIGNALS.into_iter().find(|signal| signal.source() == kind);
                Ok(Source::Signal(usual.map_or(TestSignal::Silence, TestSignal::usual)))
            }
        }
    }
}

/// The error for a text that names no [`Source`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadSource {
    /// It begins like none.
    #[error(
        "`{0}` is no input: use mic, tone, noise, sweep, impulse, step, twotone, silence, or a sound file (loop.wav, \
         file:PATH). Signals take numbers, such as tone:440@-20"
    )]
    Unknown(String),
    /// It begins like a signal.
    #[error(transparent)]
    Signal(#[from] BadSignal),
}
