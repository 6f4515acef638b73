//! Limits recent refusals.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

const WINDOW: Duration = Duration::from_secs(60);

/// Counts refusals over a sliding minute.
///
/// Beyond the limit a refused request is answered with a time to wait, and is no longer logged. A request with the
/// right token is always served: any page on the web can cause refusals, and would otherwise lock the user's own page
/// out.
#[derive(Debug)]
pub(crate) struct RefusalLimiter {
    limit: usize,
    /// The last refusals, oldest first; never more than `limit`.
    refusals: VecDeque<Instant>,
}

impl RefusalLimiter {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, refusals: VecDeque::new() }
    }

    /// Counts a refusal. If there were too many before it, returns the time until there aren't.
    pub(crate) fn refused(&mut self, now: Instant) -> Option<Duration> {
        while self.refusals.front().is_some_and(|first| now.duration_since(*first) >= WINDOW) {
            self.refusals.pop_front();
        }
        if self.refusals.len() < self.limit {
            self.refusals.push_back(now);
            return None;
        }
        let wait =
            self.refusals.front().map_or(WINDOW, |first| WINDOW.saturating_sub(now.duration_since(*first)));
        Some(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_after_the_limit_waits_until_the_first_is_a_minute_old() {
        let mut limiter = RefusalLimiter::new(2);
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(limiter.refused(at(0)), None);
        assert_eq!(limiter.refused(at(10)), None);
        assert_eq!(limiter.refused(at(20)), Some(Duration::from_secs(40)));
        assert_eq!(limiter.refused(at(59)), Some(Duration::from_secs(1)));
        assert_eq!(limiter.refused(at(60)), None);
        assert_eq!(limiter.refused(at(61)), Some(Duration::from_secs(9)));
    }

    #[test]
    fn a_limit_of_none_refuses_all() {
        assert_eq!(RefusalLimiter::new(0).refused(Instant::now()), Some(WINDOW));
    }
}
