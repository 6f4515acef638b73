//! The engine's musical time, from the control side.

use crate::engine::Engine;
use crate::engine::command::Command;
use crate::engine::wished::Wished;
use crate::snapshot::ProjectId;
use crate::time::{Time, TimeChange};

impl Engine {
    /// The musical time: as of the last callback, or as it will be after the next one if something was just changed.
    #[must_use]
    pub fn time(&self) -> Time {
        let stats = self.report.read();
        if stats.time_changes == self.wished.number { stats.time } else { self.wished.time }
    }

    /// Changes the musical time, from the next callback on. After a stop every child clears its state before its next block.
    pub fn change_time(&mut self, change: TimeChange) {
        let mut time = self.time();
        time.change(change, self.config.sample_rate);
        self.wished = Wished { time, number: self.wished.number.wrapping_add(1) };
        self.send(Command::Time(change, self.wished.number));
    }

    /// Sets whether a project's children are told the time. Those that aren't get the one of nothing: no tempo, not playing,
    /// position 0; they clear their state after a stop all the same.
    pub fn set_timed(&mut self, id: ProjectId, timed: bool) {
        self.send(Command::Timed(id, timed));
    }
}
