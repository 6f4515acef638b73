//! A short silence between two fades, in which something may change that would be heard as a jump.

use crate::render::fade::Ramp;
use crate::render::read_window::ReadWindow;

/// Where a dip is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Idle,
    Down,
    /// Silent until the sound of this stream position is due.
    Silent(u64),
    Up,
}

/// The level of a project around a change.
#[derive(Debug)]
pub(crate) struct Dip {
    stage: Stage,
    level: Ramp,
    fade_frames: u32,
}

impl Dip {
    pub(crate) fn new(fade_frames: u32) -> Self {
        Self { stage: Stage::Idle, level: Ramp::at(1.0), fade_frames }
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.stage == Stage::Idle
    }

    /// Begins to fade out.
    pub(crate) fn begin(&mut self) {
        self.stage = Stage::Down;
        self.level.aim(0.0, self.fade_frames);
    }

    /// Whether it is silent now and waits for the change.
    pub(crate) fn is_down(&self) -> bool {
        self.stage == Stage::Down && self.level.is_steady_at(0.0)
    }

    /// Whether the change was made, and is not heard yet.
    pub(crate) fn is_silent(&self) -> bool {
        matches!(self.stage, Stage::Silent(_))
    }

    /// The change is made. It fades in once the sound of the stream position `from` is due.
    pub(crate) fn changed(&mut self, from: u64) {
        self.stage = Stage::Silent(from);
    }

    /// Applies the level to one part.
    pub(crate) fn apply(&mut self, window: &ReadWindow, [left, right]: [&mut [f32]; 2]) {
        if let Stage::Silent(from) = self.stage
            && window.position.saturating_sub(u64::from(window.delay)) >= from
        {
            self.stage = Stage::Up;
            self.level.aim(1.0, self.fade_frames);
        }
        self.level.apply(left, right);
        if self.stage == Stage::Up && self.level.is_steady() {
            self.stage = Stage::Idle;
        }
    }
}
