//! A session's counters: since the present build is heard, and since the project was attached.

use crate::to_protocol;
use wavecraft_audio_core::ProjectSnapshot;
use wavecraft_companion_protocol::session::{LateBlocks, Totals};

/// The counters. An engine counts from 0, so what one counted is added up when it ends.
#[derive(Debug, Default)]
pub(super) struct Counters {
    /// What engines counted that have ended.
    earlier: Totals,
    /// What the present engine has counted.
    present: Totals,
    /// The totals when the present build became heard.
    at_build: Totals,
}

impl Counters {
    /// Takes what the engine has counted. `respawns`: children started in place of another one, so far.
    pub(super) fn seen(&mut self, snapshot: &ProjectSnapshot, respawns: u64) {
        self.present = Totals {
            builds: 0,
            blocks: snapshot.blocks,
            late_blocks: to_protocol::late_blocks(snapshot.late),
            nonfinite: snapshot.nonfinite,
            respawns: respawns.saturating_sub(self.earlier.respawns),
        };
    }

    /// The engine has ended: the next one counts from 0.
    pub(super) fn engine_ended(&mut self) {
        self.earlier = self.total();
        self.present = Totals::default();
    }

    /// Another build is heard from now on.
    pub(super) fn build_heard(&mut self) {
        self.earlier.builds += 1;
        self.at_build = self.total();
    }

    /// Since the project was attached.
    pub(super) fn total(&self) -> Totals {
        combined(&self.earlier, &self.present, u64::saturating_add)
    }

    /// Since the present build is heard.
    pub(super) fn of_build(&self) -> Totals {
        combined(&self.total(), &self.at_build, u64::saturating_sub)
    }
}

fn combined(one: &Totals, other: &Totals, combine: impl Fn(u64, u64) -> u64) -> Totals {
    let (late, others) = (&one.late_blocks, &other.late_blocks);
    Totals {
        builds: combine(one.builds, other.builds),
        blocks: combine(one.blocks, other.blocks),
        late_blocks: LateBlocks {
            not_scheduled: combine(late.not_scheduled, others.not_scheduled),
            too_slow: combine(late.too_slow, others.too_slow),
            queue_full: combine(late.queue_full, others.queue_full),
            device: combine(late.device, others.device),
        },
        nonfinite: combine(one.nonfinite, other.nonfinite),
        respawns: combine(one.respawns, other.respawns),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wavecraft_audio_core as core;

    fn counted(blocks: u64, device: u64) -> ProjectSnapshot {
        let late = core::LateBlocks { device, ..core::LateBlocks::default() };
        ProjectSnapshot { blocks, late, nonfinite: blocks, ..ProjectSnapshot::default() }
    }

    #[test]
    fn a_new_build_counts_from_zero_and_the_total_goes_on() {
        let mut counters = Counters::default();
        counters.seen(&counted(8, 0), 0);
        counters.build_heard();
        assert_eq!(counters.of_build(), Totals::default(), "warming up isn't counted");
        counters.seen(&counted(100, 3), 2);
        assert_eq!(counters.of_build().blocks, 92);
        assert_eq!((counters.of_build().late_blocks.device, counters.of_build().respawns), (3, 2));
        counters.build_heard();
        assert_eq!(counters.of_build(), Totals::default());
        counters.seen(&counted(150, 3), 2);
        let total = counters.total();
        assert_eq!((total.builds, total.blocks, total.nonfinite, total.respawns), (2, 150, 150, 2));
        assert_eq!(
            (counters.of_build().blocks, counters.of_build().late_blocks),
            (50, LateBlocks::default())
        );
    }

    #[test]
    fn another_engine_goes_on_counting() {
        let mut counters = Counters::default();
        counters.build_heard();
        counters.seen(&counted(100, 1), 1);
        counters.engine_ended();
        counters.seen(&counted(7, 1), 2);
        let total = counters.total();
        assert_eq!((total.blocks, total.late_blocks.device, total.respawns, total.builds), (107, 2, 2, 1));
        assert_eq!(counters.of_build().blocks, 107);
    }
}
