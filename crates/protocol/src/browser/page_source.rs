//! What a page may choose as the source.

use crate::session::{SignalKind, TestSignal};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// A source as a page names it: `microphone`, `file`, or the text of a [signal](TestSignal), such as `tone` or
/// `tone:440@-20`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageSource {
    /// The input device, which is refused.
    Microphone,
    /// The file that was chosen from the terminal or the menu.
    File,
    /// A signal.
    Signal(TestSignal),
}

impl Serialize for PageSource {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Microphone => serializer.serialize_str("microphone"),
            Self::File => serializer.serialize_str("file"),
            Self::Signal(signal) => signal.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for PageSource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.as_str() {
            "microphone" => Ok(Self::Microphone),
            "file" => Ok(Self::File),
            signal => signal.parse().map(Self::Signal).map_err(|error| match SignalKind::of(signal) {
                Some(_) => D::Error::custom(error),
                None => D::Error::custom(format!("{error}, or file")),
            }),
        }
    }
}
