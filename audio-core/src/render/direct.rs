//! Direct mode of a project: whether its children are waited for, and when it falls back to Pipelined mode.

use crate::config::Limits;
use crate::render::fade::Ramp;
use crate::render::read_window::ReadWindow;
use crate::snapshot::Mode;

/// The current mode, and the fade from one to the other.
///
/// Direct mode reads the same delay line of samples, without a delay. A mode switch fades between the two readings;
/// while any of the undelayed one is heard, the children are waited for.
#[derive(Debug)]
pub(crate) struct Direct {
    mode: Mode,
    /// The number of the mode request that `mode` follows, or that was given up.
    wish: u32,
    /// Share of the undelayed reading.
    share: Ramp,
    /// Which of the last blocks were late, the newest in the lowest bit.
    history: u128,
    /// The bits of `history` that count.
    window: u128,
    late_limit: u32,
    fade_frames: u32,
}

impl Direct {
    pub(crate) fn new(mode: Mode, limits: &Limits, fade_frames: u32) -> Self {
        let unused = u128::BITS.saturating_sub(limits.direct_window.max(1));
        Self {
            mode,
            wish: 0,
            share: Ramp::at(share_of(mode)),
            history: 0,
            window: u128::MAX >> unused,
            late_limit: limits.direct_late.max(1),
            fade_frames,
        }
    }

    pub(crate) fn set(&mut self, mode: Mode, wish: u32) {
        self.wish = wish;
        self.switch(mode);
    }

    pub(crate) fn mode(&self) -> Mode {
        self.mode
    }

    pub(crate) fn wish(&self) -> u32 {
        self.wish
    }

    /// Whether anything undelayed is heard.
    pub(crate) fn waits(&self) -> bool {
        self.mode == Mode::Direct || !self.share.is_steady_at(0.0)
    }

    /// Records whether a block of an audible child was late when the wait for it ended.
    pub(crate) fn note(&mut self, late: bool) {
        self.history = self.history << 1 | u128::from(late);
        if self.mode == Mode::Direct && (self.history & self.window).count_ones() >= self.late_limit {
            self.switch(Mode::Pipelined);
        }
    }

    /// The project's own window within a part of a callback.
    pub(crate) fn window(&self, window: &ReadWindow) -> ReadWindow {
        window.with_direct(self.share)
    }

    /// Advances by a part that was played.
    pub(crate) fn advance(&mut self, frames: usize) {
        self.share.skip(frames);
    }

    fn switch(&mut self, mode: Mode) {
        self.mode = mode;
        self.history = 0;
        self.share.aim(share_of(mode), self.fade_frames);
    }
}

fn share_of(mode: Mode) -> f32 {
    match mode {
        Mode::Pipelined => 0.0,
        Mode::Direct => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn direct() -> Direct {
        Direct::new(Mode::Direct, &Limits::default(), 480)
    }

    #[test]
    fn three_late_in_a_hundred_are_one_too_many() {
        let mut direct = direct();
        for _ in 0..5 {
            direct.note(true);
            (0..49).for_each(|_| direct.note(false));
        }
        assert_eq!(direct.mode(), Mode::Direct, "two in any hundred");
        direct.note(true);
        assert_eq!(direct.mode(), Mode::Direct, "the second in the last hundred");
        direct.note(true);
        assert_eq!(direct.mode(), Mode::Pipelined);
    }

    #[test]
    fn what_still_fades_is_still_waited_for_and_late_blocks_from_before_are_forgotten() {
        let mut direct = direct();
        (0..3).for_each(|_| direct.note(true));
        assert!(direct.mode() == Mode::Pipelined && direct.waits());
        direct.advance(480);
        assert!(!direct.waits());
        direct.set(Mode::Direct, 1);
        direct.note(true);
        direct.note(true);
        assert_eq!((direct.mode(), direct.wish()), (Mode::Direct, 1));
    }
}
