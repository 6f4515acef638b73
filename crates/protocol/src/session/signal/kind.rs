//! The kinds of signals: their names, and how each is written.

use crate::session::source_name::SourceName;

/// A kind of signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it; see TestSignal")]
pub enum SignalKind {
    Tone,
    Noise,
    Sweep,
    Impulse,
    Step,
    TwoTone,
    Silence,
}

/// All kinds, in the order of lists.
pub const SIGNALS: [SignalKind; 7] = [
    SignalKind::Tone,
    SignalKind::Noise,
    SignalKind::Sweep,
    SignalKind::Impulse,
    SignalKind::Step,
    SignalKind::TwoTone,
    SignalKind::Silence,
];

impl SignalKind {
    /// The kind that a text begins with, if what follows is the end, or numbers after `:` or `@`.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let name = text.split([':', '@']).next()?;
        SIGNALS.into_iter().find(|kind| kind.name() == name)
    }

    /// The name, which is also how one with the usual numbers is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.form().split(['[', ':']).next().unwrap_or_default()
    }

    /// How it is written; what is in brackets may be left out.
    #[must_use]
    pub fn form(self) -> &'static str {
        match self {
            Self::Tone => "tone[:HZ][@DB]",
            Self::Noise => "noise[:white|pink][@DB]",
            Self::Sweep => "sweep[:FROM-TO[/SECONDS]][@DB]",
            Self::Impulse => "impulse[:SECONDS][@DB]",
            Self::Step => "step[@DB]",
            Self::TwoTone => "twotone[:HZ,HZ][@DB]",
            Self::Silence => "silence",
        }
    }

    /// One with numbers, as an example.
    #[must_use]
    pub fn example(self) -> &'static str {
        match self {
            Self::Tone => "tone:440@-20",
            Self::Noise => "noise:pink@-30",
            Self::Sweep => "sweep:20-20000/5@-20",
            Self::Impulse => "impulse:0.5@-6",
            Self::Step => "step@-20",
            Self::TwoTone => "twotone:60,7000@-12",
            Self::Silence => "silence",
        }
    }

    /// The source that it is.
    #[must_use]
    pub fn source(self) -> SourceName {
        match self {
            Self::Tone => SourceName::Tone,
            Self::Noise => SourceName::Noise,
            Self::Sweep => SourceName::Sweep,
            Self::Impulse => SourceName::Impulse,
            Self::Step => SourceName::Step,
            Self::TwoTone => SourceName::TwoTone,
            Self::Silence => SourceName::Silence,
        }
    }
}
