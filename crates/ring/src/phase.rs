//! A child's report about itself.

/// The state of a child's audio thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ChildPhase {
    /// The segment exists, but the audio thread isn't ready yet. Also used for an unknown value.
    #[default]
    Starting,
    /// The audio thread waits for blocks or processes one.
    Running,
    /// The audio thread has left its loop as requested.
    Stopped,
    /// The audio thread has left its loop because the processor failed.
    Failed,
}

impl ChildPhase {
    pub(crate) const fn to_word(self) -> u32 {
        match self {
            Self::Starting => 0,
            Self::Running => 1,
            Self::Stopped => 2,
            Self::Failed => 3,
        }
    }

    pub(crate) const fn from_word(word: u32) -> Self {
        match word {
            1 => Self::Running,
            2 => Self::Stopped,
            3 => Self::Failed,
            _ => Self::Starting,
        }
    }
}

/// The child's words as the host sees them. All are the child's claims: fit for display, not to be relied upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ChildReport {
    /// The state of its audio thread.
    pub phase: ChildPhase,
    /// Counts up, wrapping around, as long as the audio thread lives.
    pub heartbeat: u32,
    /// Number of samples that the child found to be NaN or infinite, wrapping around.
    pub nonfinite: u32,
    /// Replies whose sequence wasn't that of their block: the child broke the protocol, or something else wrote into
    /// its memory. Counted by the host; stops at the largest value.
    pub violations: u32,
}
