//! Shows in the bottom line what is being done. Without a terminal nothing is shown.

use super::Screen;
use std::{future::pending, rc::Rc, time::Duration};
use tokio::time::sleep;

/// How often the mark turns.
const TURN: Duration = Duration::from_millis(120);
/// Columns of [`bar`].
const BAR_COLUMNS: usize = 30;

/// Removed from the screen on drop. There is one at a time.
pub(crate) struct Progress(Rc<Screen>);

impl Progress {
    /// Creates it on this screen, empty until the first [`say`](Self::say).
    pub(crate) fn new(screen: Rc<Screen>) -> Self {
        Self(screen)
    }

    /// Whether the line is shown.
    pub(crate) fn is_shown(&self) -> bool {
        self.0.is_lively()
    }

    /// Sets the text of the line.
    pub(crate) fn say(&self, text: &str) {
        self.0.set_progress(Some(text.into()));
    }

    /// Waits a moment and turns the mark; waits forever if nobody sees it.
    pub(crate) async fn turn(&self) {
        if !self.is_shown() {
            pending::<()>().await;
        }
        sleep(TURN).await;
        self.0.turn();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.set_progress(None);
    }
}

/// A bar that shows which part of a whole is done.
pub(crate) fn bar(done: u64, whole: u64) -> String {
    let whole = whole.max(1);
    let columns = u128::from(done.min(whole)) * BAR_COLUMNS as u128 / u128::from(whole);
    let full = usize::try_from(columns).unwrap_or(BAR_COLUMNS);
    format!("{}{}", "█".repeat(full), "░".repeat(BAR_COLUMNS - full))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_empty_half_or_full() {
        let full = |done, whole| bar(done, whole).chars().filter(|char| *char == '█').count();
        assert_eq!((full(0, 10), full(5, 10), full(10, 10)), (0, BAR_COLUMNS / 2, BAR_COLUMNS));
        assert_eq!((full(0, 0), full(9, 3), full(u64::MAX, u64::MAX)), (0, BAR_COLUMNS, BAR_COLUMNS));
        assert_eq!(bar(1, 3).chars().count(), BAR_COLUMNS);
    }
}
