//! A blind test: X is one of two builds, and nobody but this knows which.

use std::sync::{Mutex, MutexGuard, PoisonError};
use wavecraft_companion_analysis::Score;
use wavecraft_companion_protocol::{
    comparison::{Abx, AbxAnswered, AbxChoice, AbxSound, Hear},
    rpc::{ErrorObject, INTERNAL_ERROR, INVALID_PARAMS},
};

/// The most answers of a test.
const MOST_TRIALS: u32 = wavecraft_companion_analysis::abx::MOST_TRIALS;

/// The blind test of a session, if one runs. A page's answer is judged on the page's own thread.
#[derive(Debug, Default)]
pub(crate) struct BlindTest {
    inner: Mutex<Option<Running>>,
}

#[derive(Debug)]
struct Running {
    x: AbxChoice,
    shown: Abx,
}

impl BlindTest {
    /// Begins a test, also in place of one that runs.
    ///
    /// # Errors
    /// The system provides no random numbers.
    pub(super) fn start(&self) -> Result<(), ErrorObject> {
        let running = Running { x: draw()?, shown: Abx::default() };
        *self.inner() = Some(running);
        Ok(())
    }

    /// Hears one of the sounds.
    ///
    /// # Errors
    /// No test runs.
    pub(super) fn hear(&self, which: AbxSound) -> Result<(), ErrorObject> {
        self.inner().as_mut().ok_or_else(no_test)?.shown.hearing = which;
        Ok(())
    }

    /// Judges an answer, draws the next X, and hears A until that is asked for.
    ///
    /// # Errors
    /// No test runs, it has had its answers, or the system provides no random numbers.
    pub(super) fn answer(&self, which: AbxChoice) -> Result<Abx, ErrorObject> {
        let mut inner = self.inner();
        let Running { x, shown } = inner.as_mut().ok_or_else(no_test)?;
        if shown.trials >= MOST_TRIALS {
            let message = format!("{MOST_TRIALS} answers are enough: end the test, and begin another");
            return Err(ErrorObject::new(INVALID_PARAMS, message));
        }
        let next = draw()?;
        let right = which == *x;
        shown.trials += 1;
        shown.right += u32::from(right);
        shown.probability = Score::of(shown.right, shown.trials).ok().map(|score| score.by_chance);
        shown.last = Some(AbxAnswered { x: *x, right });
        shown.hearing = AbxSound::A;
        *x = next;
        Ok(*shown)
    }

    /// Ends the test. Returns whether one ran.
    pub(super) fn end(&self) -> bool {
        self.inner().take().is_some()
    }

    /// What everybody may know of it.
    pub(super) fn shown(&self) -> Option<Abx> {
        self.inner().as_ref().map(|running| running.shown)
    }

    /// What is to be heard.
    pub(super) fn sound(&self) -> Option<Hear> {
        let inner = self.inner();
        let running = inner.as_ref()?;
        let choice = match running.shown.hearing {
            AbxSound::A => AbxChoice::A,
            AbxSound::B => AbxChoice::B,
            AbxSound::X => running.x,
        };
        Some(match choice {
            AbxChoice::A => Hear::After,
            AbxChoice::B => Hear::Before,
        })
    }

    fn inner(&self) -> MutexGuard<'_, Option<Running>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn draw() -> Result<AbxChoice, ErrorObject> {
    let mut byte = [0];
    let unable =
        |error| ErrorObject::new(INTERNAL_ERROR, format!("the system provides no random numbers: {error}"));
    getrandom::fill(&mut byte).map_err(unable)?;
    Ok(if byte[0] & 1 == 0 { AbxChoice::A } else { AbxChoice::B })
}

fn no_test() -> ErrorObject {
    ErrorObject::new(INVALID_PARAMS, "no blind test runs: begin one with startAbx")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x_is_one_of_both_and_told_only_after_the_answer() {
        let test = BlindTest::default();
        assert!(test.answer(AbxChoice::A).is_err() && test.hear(AbxSound::X).is_err());
        test.start().unwrap();
        let (mut right, mut drawn) = (0, [false; 2]);
        for trial in 1..=64 {
            test.hear(AbxSound::X).unwrap();
            let shown = test.shown().unwrap();
            assert_eq!((shown.hearing, shown.trials), (AbxSound::X, trial - 1));
            // Listening closely is hearing which it is.
            let x = if test.sound() == Some(Hear::After) { AbxChoice::A } else { AbxChoice::B };
            let answer = if trial % 4 == 0 { AbxChoice::A } else { x };
            let told = test.answer(answer).unwrap();
            right += u32::from(answer == x);
            drawn[usize::from(x == AbxChoice::B)] = true;
            assert_eq!(told.last, Some(AbxAnswered { x, right: answer == x }));
            assert_eq!((told.trials, told.right, told.hearing), (trial, right, AbxSound::A));
            assert_eq!(test.sound(), Some(Hear::After), "A, whatever the next X is");
        }
        assert_eq!(drawn, [true, true], "64 times the same has a probability of 2⁻⁶³");
        let probability = test.shown().unwrap().probability.unwrap();
        assert!(probability < 1e-4, "{probability}");
        assert!(test.end() && !test.end());
        assert_eq!((test.shown(), test.sound()), (None, None));
    }

    #[test]
    fn guessing_is_told_from_hearing() {
        let test = BlindTest::default();
        test.start().unwrap();
        test.hear(AbxSound::B).unwrap();
        assert_eq!(test.sound(), Some(Hear::Before));
        let told = test.answer(AbxChoice::A).unwrap();
        let expected = if told.right == 1 { 0.5 } else { 1.0 };
        assert!((told.probability.unwrap() - expected).abs() < 1e-12);
        test.start().unwrap();
        assert_eq!(test.shown(), Some(Abx::default()), "a test of its own");
    }
}
