//! The audio thread's place in the system's scheduling.

use std::env;
use std::time::Duration;

use crate::platform;

/// `off` leaves the thread as it is: a real-time class bounds how long other programs can hold a block up, but on some
/// virtual machines it costs more than it gives, which only trying can tell. `on` asks for it whatever class the
/// companion's own audio thread has. Anything else, or nothing, lets that decide.
const SWITCH: &str = "WAVECRAFT_REALTIME";

/// What [`SWITCH`] says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    Never,
    AsTheCompanion,
    Always,
}

/// The class of the thread that owns this. Held while blocks run, and not while a processor prepares, which may
/// take long.
pub(crate) struct Priority {
    wanted: Wanted,
    /// The block length that the system was told, in frames; 0 while the thread has no class.
    frames: u32,
    sample_rate: f32,
    told_of_loss: bool,
}

impl Priority {
    /// As the switch in the environment says.
    pub(crate) fn from_environment() -> Self {
        Self::new(match env::var(SWITCH).as_deref() {
            Ok("off") => Wanted::Never,
            Ok("on") => Wanted::Always,
            _ => Wanted::AsTheCompanion,
        })
    }

    pub(crate) fn new(wanted: Wanted) -> Self {
        Self { wanted, frames: 0, sample_rate: 0.0, told_of_loss: false }
    }

    /// Blocks of at most `longest` frames at `sample_rate` Hz begin.
    ///
    /// # Errors
    ///
    /// A line for a person, where the system refuses. Blocks run all the same.
    pub(crate) fn enter(&mut self, longest: u32, sample_rate: f32) -> Result<(), String> {
        if self.wanted == Wanted::Never {
            return Ok(());
        }
        match platform::enter_real_time(duration(longest, sample_rate), self.wanted == Wanted::Always) {
            Ok(false) => Ok(()),
            Ok(true) => {
                self.frames = longest;
                self.sample_rate = sample_rate;
                Ok(())
            }
            Err(error) => {
                // It would be refused again.
                self.wanted = Wanted::Never;
                Err(refused(&error.to_string()))
            }
        }
    }

    /// A block of so many frames is to be processed. Costs a system call where the length has changed much: blocks of
    /// half the length and up count as the same.
    pub(crate) fn follow(&mut self, frames: u32) {
        if self.frames > 0 && frames > 0 && (frames > self.frames || frames < self.frames / 2) {
            self.frames = frames;
            platform::set_period(duration(frames, self.sample_rate));
        }
    }

    /// Blocks have ended.
    pub(crate) fn leave(&mut self) {
        if self.frames > 0 {
            platform::leave_real_time();
            self.frames = 0;
        }
    }

    /// Whether the class was taken away, and nobody has been told.
    pub(crate) fn is_lost(&self) -> bool {
        !self.told_of_loss && platform::was_revoked()
    }

    /// The line that tells it, once.
    pub(crate) fn tell_loss(&mut self) -> Option<String> {
        self.is_lost().then(|| {
            self.told_of_loss = true;
            "the processor computed for 200 ms without a pause, so its thread lost its real-time priority, for good: \
             it takes longer than its blocks last. Make it faster, or the blocks longer (a larger buffer)"
                .to_owned()
        })
    }
}

fn refused(reason: &str) -> String {
    format!(
        "the processor runs without real-time priority ({reason}): it works, but under load blocks may come too \
         late. To change that: {}. {SWITCH}=off doesn't ask for it",
        platform::REMEDY
    )
}

/// How long a block lasts. A rate that isn't one was refused before.
fn duration(frames: u32, sample_rate: f32) -> Duration {
    Duration::try_from_secs_f64(f64::from(frames) / f64::from(sample_rate)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_lasts_as_long_as_its_frames() {
        assert_eq!(duration(48, 48_000.0), Duration::from_millis(1));
        assert_eq!(duration(1, 0.0), Duration::ZERO);
    }

    #[test]
    fn a_refusal_says_what_to_do() {
        let line = refused("Operation not permitted");
        assert!(line.contains("Operation not permitted") && line.contains(platform::REMEDY), "{line}");
    }

    #[test]
    fn who_does_not_want_it_is_not_asked() {
        let mut priority = Priority::new(Wanted::Never);
        assert_eq!(priority.enter(64, 48_000.0), Ok(()));
        assert_eq!(priority.frames, 0);
        priority.follow(64);
        assert_eq!(priority.frames, 0);
    }
}
