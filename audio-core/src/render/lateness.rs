//! Decides when a child is heard: once enough blocks are in time, until too many in a row are late.

use crate::config::Limits;

/// A new child starts as if it had been bypassed: it must first answer in time.
#[derive(Debug)]
pub(crate) struct LatenessPolicy {
    bypass_after: u32,
    return_after: u32,
    late_in_a_row: u32,
    good_in_a_row: u32,
    on_air: bool,
    was_on_air: bool,
}

impl LatenessPolicy {
    pub(crate) fn new(limits: &Limits) -> Self {
        let at_once = limits.return_after == 0;
        Self {
            bypass_after: limits.bypass_after.max(1),
            return_after: limits.return_after,
            late_in_a_row: 0,
            good_in_a_row: 0,
            on_air: at_once,
            was_on_air: at_once,
        }
    }

    /// Records a block that came in time.
    pub(crate) fn in_time(&mut self) {
        self.late_in_a_row = 0;
        self.good_in_a_row = self.good_in_a_row.saturating_add(1);
        if self.good_in_a_row >= self.return_after {
            self.on_air = true;
            self.was_on_air = true;
        }
    }

    /// Records a block that was late through the child's fault.
    pub(crate) fn late(&mut self) {
        self.good_in_a_row = 0;
        self.late_in_a_row = self.late_in_a_row.saturating_add(1);
        if self.late_in_a_row >= self.bypass_after {
            self.on_air = false;
        }
    }

    /// Whether the child may be heard.
    pub(crate) fn on_air(&self) -> bool {
        self.on_air
    }

    /// Whether the child was ever allowed to be heard.
    pub(crate) fn was_on_air(&self) -> bool {
        self.was_on_air
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn up_after_eight_in_time_down_after_three_late_in_a_row() {
        let mut policy = LatenessPolicy::new(&Limits::default());
        (0..7).for_each(|_| policy.in_time());
        assert!(!policy.on_air() && !policy.was_on_air());
        policy.late();
        (0..8).for_each(|_| policy.in_time());
        assert!(policy.on_air());
        for _ in 0..5 {
            policy.late();
            policy.late();
            policy.in_time();
        }
        assert!(policy.on_air(), "never three in a row");
        (0..3).for_each(|_| policy.late());
        assert!(!policy.on_air() && policy.was_on_air());
        (0..8).for_each(|_| policy.in_time());
        assert!(policy.on_air());
    }
}
