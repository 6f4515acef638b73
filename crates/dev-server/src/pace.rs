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

/// The last of these changes, oldest first; never more than [`CHANGES`].
pub(crate) struct Pace(VecDeque<Instant>);

impl Default for Pace {
    fn default() -> Self {
        Self(VecDeque::with_capacity(CHANGES))
    }
}

impl Pace {
    /// Counts one more, for `method`.
    ///
    /// # Errors
    /// There were too many just before.
    pub(crate) fn pass(&mut self, method: &str, now: Instant) -> Result<(), ErrorObject> {
        while self.0.front().is_some_and(|first| now.duration_since(*first) >= WINDOW) {
            self.0.pop_front();
        }
        if self.0.len() < CHANGES {
            self.0.push_back(now);
            return Ok(());
        }
        let message = format!(
            "{method}: {CHANGES} changes of many values within {} ms is the most; all is as it was, ask again in a moment",
            WINDOW.as_millis()
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
