//! What a child says about itself.

/// How far a child's audio thread is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ChildPhase {
    /// The segment is there, the audio thread isn't ready yet. Also what an unknown value is taken for.
    #[default]
    Starting,
    /// The audio thread waits for blocks, or processes one.
    Running,
    /// The audio thread has left its loop, as it was told to.
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

/// The child's words as the host sees them. All are the child's claims: fit to be shown, not to be relied upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ChildReport {
    /// How far its audio thread is.
    pub phase: ChildPhase,
    /// Counts up, wrapping around, as long as the audio thread lives.
    pub heartbeat: u32,
    /// Samples that the child found to be NaN or infinite, wrapping around.
    pub nonfinite: u32,
    /// Replies whose own sequence wasn't that of their block: the child broke the protocol, or another wrote into its
    /// memory. Counted by the host, stops at the largest value.
    pub violations: u32,
}
