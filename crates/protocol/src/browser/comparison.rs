//! The calls by which a page compares builds of its session.

use crate::comparison::{AbxChoice, AbxSound};
use crate::method::empty;
use serde::{Deserialize, Serialize};

empty! {
    /// What is heard of the session's builds.
    GetComparison
    /// Hear the newest build, and end the older one's child.
    EndComparison
    /// Begin a blind test.
    StartAbx
    /// End the blind test.
    EndAbx
}

/// Hear one of the sounds of a blind test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HearAbx {
    /// The sound.
    pub which: AbxSound,
}

/// Say what X is. X is drawn anew after that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerAbx {
    /// The answer.
    pub which: AbxChoice,
}
