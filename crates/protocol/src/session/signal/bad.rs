//! Why a text is no signal.

use super::kind::{SIGNALS, SignalKind};

/// As much of a wrong text is repeated.
const MAX_CHARS: usize = 40;

/// The error for a text that is no [`TestSignal`](super::TestSignal): what is wrong with it, and how one is written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no signal: {what}. Write {form}")]
pub struct BadSignal {
    text: String,
    what: String,
    form: String,
}

impl BadSignal {
    /// `what` is wrong with the numbers of this kind.
    pub(super) fn new(text: &str, kind: SignalKind, what: String) -> Self {
        let form = match kind {
            SignalKind::Silence => kind.form().to_owned(),
            _ => format!("{}, such as {}", kind.form(), kind.example()),
        };
        Self { text: short(text), what, form }
    }

    /// It begins with no signal's name.
    pub(super) fn unknown(text: &str) -> Self {
        let what = "there is none of this name".into();
        Self { text: short(text), what, form: SIGNALS.map(SignalKind::form).join(", ") }
    }
}

/// The text, cut where it is too long to be repeated.
pub(in crate::session) fn short(text: &str) -> String {
    let mut chars = text.chars();
    let mut short: String = chars.by_ref().take(MAX_CHARS).collect();
    if chars.next().is_some() {
        short.push('…');
    }
    short
}
