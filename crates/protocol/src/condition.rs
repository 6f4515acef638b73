//! Conditions under which a child runs its processors when `wavecraft check` asks for them.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// The environment variable that asks a child for [conditions](Condition): their words, with commas between. A child without it runs
/// as always and sends no [`Conditions`](crate::child::FromChild::Conditions). An older child ignores it, and says nothing.
pub const CONDITIONS_VARIABLE: &str = "WAVECRAFT_CONDITIONS";

/// Something that is otherwise than when a person plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Condition {
    /// A second chain of the same processors runs in the same process: on other samples, with its parameters at their defaults, and
    /// reset now and then.
    Twin,
}

impl Condition {
    const ALL: [(Self, &str); 1] = [(Self::Twin, "twin")];

    /// Those that are named in the variable's value. Words that this version doesn't know are passed over: the answer tells that.
    #[must_use]
    pub fn in_text(text: &str) -> Vec<Self> {
        text.split(',').filter_map(|word| word.trim().parse().ok()).collect()
    }
}

/// A word that names no condition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no condition")]
pub struct NoCondition(String);

impl FromStr for Condition {
    type Err = NoCondition;

    fn from_str(word: &str) -> Result<Self, NoCondition> {
        let known = Self::ALL.into_iter().find(|(_, known)| *known == word);
        known.map(|(condition, _)| condition).ok_or_else(|| NoCondition(word.into()))
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = Self::ALL.into_iter().find(|(condition, _)| condition == self);
        f.write_str(word.map_or("", |(_, word)| word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_back_and_others_passed_over() {
        for (condition, word) in Condition::ALL {
            assert_eq!((condition.to_string().as_str(), word.parse()), (word, Ok(condition)));
        }
        assert_eq!(Condition::in_text("of tomorrow, twin,"), [Condition::Twin]);
        assert_eq!(Condition::in_text(""), []);
    }
}
