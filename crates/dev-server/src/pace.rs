//! How often everything may change at once.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use wavecraft_companion_protocol::rpc::{ErrorObject, INTERNAL_ERROR};

/// How often many parameters may change at once within [`WINDOW`]: a few words from one page then make a parameter change
/// of every page for each parameter, and more of these than this wouldn't fit into a client's outbox.
pub(crate) const CHANGES: usize = 8;
pub(crate) const WINDOW: Duration = Duration::from_millis(200);

/// The last of these changes, oldest first; never more than it allows.
pub(crate) struct Pace {
    most: usize,
    window: Duration,
    last: VecDeque<Instant>,
}

impl Default for Pace {
    fn default() -> Self {
        Self::new(CHANGES, WINDOW)
    }
}

impl Pace {
    /// Allows so many within a time.
    pub(crate) fn new(most: usize, window: Duration) -> Self {
        Self { most, window, last: VecDeque::with_capacity(most) }
    }

    /// Counts one more, for `method`.
    ///
    /// # Errors
    /// There were too many just before.
    pub(crate) fn pass(&mut self, method: &str, now: Instant) -> Result<(), ErrorObject> {
        while self.last.front().is_some_and(|first| now.duration_since(*first) >= self.window) {
            self.last.pop_front();
        }
        if self.last.len() < self.most {
            self.last.push_back(now);
            return Ok(());
        }
        let message = format!(
            "{method}: {} of this within {} ms is the most; all is as it was, ask again in a moment",
            self.most,
            self.window.as_millis()
        );
        Err(ErrorObject::new(INTERNAL_ERROR, message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_again_when_the_first_is_old() {
        let (mut pace, start) = (Pace::default(), Instant::now());
        for _ in 0..CHANGES {
            assert_eq!(pace.pass("undo", start), Ok(()));
        }
        let refused = pace.pass("undo", start + WINDOW / 2).unwrap_err();
        assert!(refused.message.starts_with("undo: ") && refused.message.contains("ask again"));
        assert_eq!(pace.pass("undo", start + WINDOW), Ok(()));
    }
}
