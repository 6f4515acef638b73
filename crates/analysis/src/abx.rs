//! The score of a blind test: X is A or B, and the listener says which.

use crate::unmeasured::{Unit, Unmeasured};
use serde::{Deserialize, Serialize};

/// The most trials that are counted.
pub const MOST_TRIALS: u32 = 1_000;

/// How many of some trials were right, and what that is worth.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Score {
    /// Answers that were right.
    pub correct: u32,
    /// All answers, 1 to 1,000.
    pub trials: u32,
    /// The probability of at least as many right answers by guessing, 0 to 1. Below 0.05 the difference is usually said to have
    /// been heard.
    pub by_chance: f64,
}

impl Score {
    /// The one-sided binomial test: `P(X ≥ c) = Σ_{i=c}^{n} C(n, i) / 2ⁿ` (D. Clark, "High-resolution subjective testing using a
    /// double-blind comparator", JAES 30(5), 1982).
    ///
    /// # Errors
    /// No trial, more than 1,000, or more right answers than trials.
    pub fn of(correct: u32, trials: u32) -> Result<Self, Unmeasured> {
        let limit = |value: u32, lowest: u32, highest: u32| {
            crate::limits::within(f64::from(value), &(f64::from(lowest)..=f64::from(highest)), Unit::Count)
        };
        limit(trials, 1, MOST_TRIALS)?;
        limit(correct, 0, trials)?;
        // From i = n down: C(n, i−1) = C(n, i) · i/(n−i+1). All terms are above 2⁻¹⁰⁰⁰, which f64 has.
        let mut term = 0.5_f64.powi(i32::try_from(trials).unwrap_or(i32::MAX));
        let mut sum = term;
        for i in (correct + 1..=trials).rev() {
            term *= f64::from(i) / f64::from(trials - i + 1);
            sum += term;
        }
        Ok(Self { correct, trials, by_chance: sum.min(1.0) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chance(correct: u32, trials: u32) -> f64 {
        Score::of(correct, trials).expect("it is a score").by_chance
    }

    #[test]
    fn small_scores_are_those_that_can_be_counted() {
        assert!((chance(1, 1) - 0.5).abs() < 1e-15);
        assert!((chance(0, 10) - 1.0).abs() < 1e-12);
        assert!((chance(10, 10) - 1.0 / 1024.0).abs() < 1e-15);
        assert!((chance(9, 10) - 11.0 / 1024.0).abs() < 1e-15);
        assert!((chance(8, 10) - 56.0 / 1024.0).abs() < 1e-15);
        // Of 16 trials 12 are the usual limit: (1820 + 560 + 120 + 16 + 1) / 65536.
        assert!((chance(12, 16) - 2517.0 / 65536.0).abs() < 1e-15);
    }

    #[test]
    fn it_and_its_opposite_make_certainty() {
        for (correct, trials) in [(3, 7), (250, 500), (480, 1_000), (999, 1_000)] {
            // P(X ≥ c) + P(X ≥ n − c + 1) = 1, as a coin has two equal sides.
            let sum = chance(correct, trials) + chance(trials - correct + 1, trials);
            assert!((sum - 1.0).abs() < 1e-12, "{correct} of {trials}: {sum}");
        }
    }

    #[test]
    fn what_is_no_score_is_refused() {
        assert!(Score::of(0, 0).is_err());
        assert!(Score::of(5, 4).is_err());
        assert!(Score::of(1, 1_001).is_err());
    }
}
