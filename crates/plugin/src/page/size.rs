//! The size of the page's window, which the host keeps with the plugin's state.

use std::sync::atomic::{AtomicU32, Ordering};

/// In points: at first, the least and the most.
const FIRST: (u32, u32) = (900, 640);
const LEAST: u32 = 320;
const MOST: u32 = 4096;

/// Width and height, in points. Each is by itself; nothing else follows from them.
pub(crate) struct WindowSize(AtomicU32, AtomicU32);

impl Default for WindowSize {
    fn default() -> Self {
        Self(FIRST.0.into(), FIRST.1.into())
    }
}

impl WindowSize {
    pub(crate) fn now(&self) -> (u32, u32) {
        (self.0.load(Ordering::Relaxed), self.1.load(Ordering::Relaxed))
    }

    pub(crate) fn set(&self, size: (u32, u32)) {
        let (width, height) = Self::nearest(size);
        self.0.store(width, Ordering::Relaxed);
        self.1.store(height, Ordering::Relaxed);
    }

    /// The nearest size that a window may have.
    pub(crate) fn nearest((width, height): (u32, u32)) -> (u32, u32) {
        (width.clamp(LEAST, MOST), height.clamp(LEAST, MOST))
    }

    /// As a state has it; `None` at first, so that a plugin whose window nobody sized has nothing of it.
    pub(crate) fn kept(&self) -> Option<String> {
        let (width, height) = self.now();
        ((width, height) != FIRST).then(|| format!("{width}x{height}"))
    }

    /// Takes what a state has; anything else changes nothing.
    pub(crate) fn take(&self, kept: &str) {
        let size = kept
            .split_once('x')
            .and_then(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)));
        if let Some(size) = size {
            self.set(size);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_kept_once_it_is_another_and_taken_within_its_range() {
        let size = WindowSize::default();
        assert_eq!(size.kept(), None);
        size.set((1000, 10));
        assert_eq!(size.kept().as_deref(), Some("1000x320"));
        for nothing in ["", "x", "1000", "-1x400", "400x4000000000000", "NaNxNaN", "1x2x3"] {
            size.take(nothing);
            assert_eq!(size.now(), (1000, 320), "{nothing}");
        }
        size.take("1x999999");
        assert_eq!(size.now(), (320, 4096));
    }
}
