//! A page that isn't served, and the files whose change may fix that.

use super::source::{Causes, PageSource};
use std::time::Duration;
use tokio::time::{Interval, MissedTickBehavior, interval};

/// How often the possible causes are compared. There are only a few files, and only while the page is missing.
const POLL: Duration = Duration::from_secs(1);

/// The cause of a missing page lies in the files that its packages and its server are made from.
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

    /// Waits until one of the files changes and then stays the same for a moment, since a package manager writes
    /// several. Cancel-safe.
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
