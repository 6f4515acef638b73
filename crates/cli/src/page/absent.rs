//! A page that isn't served, and what may bring it.

use super::source::{Causes, PageSource};
use std::time::Duration;
use tokio::time::{Interval, MissedTickBehavior, interval};

/// How often the files that may be the cause are compared. It is only a handful, and only while the page is away.
const POLL: Duration = Duration::from_secs(1);

/// Why there is no page is in the files that its packages and its server are made from.
pub(crate) struct Absent {
    source: PageSource,
    failed_with: Causes,
    last: Causes,
    clock: Interval,
}

impl Absent {
    /// A page that can't be served with its files as they are now.
    pub(crate) fn new(source: PageSource) -> Self {
        let mut clock = interval(POLL);
        clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { failed_with: source.causes(), last: source.causes(), source, clock }
    }

    /// Waits until one is another, and stays so for a moment: a package manager writes several. Nothing is lost if the wait is
    /// given up.
    pub(crate) async fn changed(&mut self) {
        loop {
            self.clock.tick().await;
            let now = self.source.causes();
            let rests = now == self.last;
            self.last = now;
            if rests && self.last != self.failed_with {
                return;
            }
        }
    }
}
