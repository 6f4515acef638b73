//! Whether the output of the processor that is heard is a number, and what is done where it isn't.
//!
//! A NaN that gets into a feedback path stays there: the processor is silent until its state is cleared, even after the
//! cause is gone. So the processor is told to `reset`, as a plugin host does when it stops. That is tried a few times only:
//! where the cause is still there it doesn't help, and a reset itself is heard.

use std::time::{Duration, Instant};
use wavecraft_audio_core::Finiteness;

/// The share of this time decides. A single bad sample, such as one from a division while a knob is turned, is counted
/// and is no trouble.
const WINDOW: Duration = Duration::from_millis(100);
/// How long the output must be finite until that is news.
const OVER_AFTER: Duration = Duration::from_millis(500);
/// The pauses before the next tries. The first one is made at once.
const PAUSES: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(3), Duration::from_secs(9)];

/// What happened to the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum News {
    /// It is not a number.
    Began,
    /// The processor must be reset.
    Reset,
    /// It is a number again.
    Over {
        /// Whether it was so right after a reset: otherwise the cause went by itself.
        by_reset: bool,
    },
}

/// Follows one project's output.
#[derive(Debug, Default)]
pub(super) struct FiniteWatch {
    /// The child that is heard.
    generation: Option<u32>,
    window: Option<Window>,
    trouble: Option<Trouble>,
}

/// The window that runs.
#[derive(Debug, Clone, Copy)]
struct Window {
    began: Instant,
    counted: Finiteness,
}

#[derive(Debug, Clone, Copy)]
struct Trouble {
    resets: u32,
    last_reset: Instant,
    /// When the next reset is due.
    reset_at: Option<Instant>,
    last_bad: Instant,
}

impl FiniteWatch {
    /// How often the processor was reset, while its output is not a number.
    pub(super) fn resets(&self) -> Option<u32> {
        self.trouble.map(|trouble| trouble.resets)
    }

    /// Takes what the engine has counted of the child of this generation. While none is heard nothing is judged: a child
    /// that is bypassed and comes back is the same.
    pub(super) fn seen(&mut self, generation: Option<u32>, counted: Finiteness, now: Instant) -> Vec<News> {
        if generation.is_none() {
            self.window = None;
            return Vec::new();
        }
        if self.generation != generation {
            *self = Self { generation, ..Self::default() };
        }
        let window = *self.window.get_or_insert(Window { began: now, counted });
        let mut news = Vec::new();
        if now.duration_since(window.began) >= WINDOW {
            self.window = Some(Window { began: now, counted });
            self.close(window, counted, now, &mut news);
        }
        // An output that is finite again is left alone: a reset is heard.
        let due = |trouble: &mut Trouble| {
            trouble.was_bad(now) && trouble.reset_at.take_if(|at| *at <= now).is_some()
        };
        if let Some(trouble) = self.trouble.as_mut().filter(|_| !news.contains(&News::Began))
            && due(trouble)
        {
            trouble.reset(now);
            news.push(News::Reset);
        }
        news
    }

    fn close(&mut self, window: Window, counted: Finiteness, now: Instant, news: &mut Vec<News>) {
        let frames = counted.frames.saturating_sub(window.counted.frames);
        let bad = counted.not_finite.saturating_sub(window.counted.not_finite);
        if let Some(trouble) = &mut self.trouble {
            if bad > 0 || frames == 0 {
                trouble.last_bad = now;
            } else if now.duration_since(trouble.last_bad) >= OVER_AFTER {
                news.push(News::Over { by_reset: trouble.last_bad <= trouble.last_reset + 2 * WINDOW });
                self.trouble = None;
            }
        } else if bad > 0 && bad * 2 >= frames {
            let mut trouble = Trouble { resets: 0, last_reset: now, reset_at: None, last_bad: now };
            trouble.reset(now);
            self.trouble = Some(trouble);
            news.extend([News::Began, News::Reset]);
        }
    }
}

impl Trouble {
    /// Was it no number in the last window?
    fn was_bad(&self, now: Instant) -> bool {
        now.duration_since(self.last_bad) < WINDOW
    }

    fn reset(&mut self, now: Instant) {
        let pause = usize::try_from(self.resets).ok().and_then(|resets| PAUSES.get(resets));
        (self.last_reset, self.reset_at) = (now, pause.map(|pause| now + *pause));
        self.resets += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A project that answers 480 frames every 10 ms.
    struct Life {
        watch: FiniteWatch,
        counted: Finiteness,
        now: Instant,
    }

    impl Life {
        fn new() -> Self {
            Self { watch: FiniteWatch::default(), counted: Finiteness::default(), now: Instant::now() }
        }

        /// `blocks` blocks, of which `is_bad` says whether they hold a NaN.
        fn blocks(&mut self, blocks: u32, is_bad: impl Fn(u32) -> bool) -> Vec<News> {
            let mut news = Vec::new();
            for block in 0..blocks {
                self.now += Duration::from_millis(10);
                self.counted.frames += 480;
                self.counted.not_finite += if is_bad(block) { 480 } else { 0 };
                news.extend(self.watch.seen(Some(1), self.counted, self.now));
            }
            news
        }
    }

    #[test]
    fn a_single_bad_block_is_no_news() {
        let mut life = Life::new();
        assert_eq!(life.blocks(300, |block| block % 10 == 3), []);
        assert_eq!(life.watch.resets(), None);
    }

    #[test]
    fn a_state_that_is_no_number_is_reset_at_once_and_its_end_is_told() {
        let mut life = Life::new();
        life.blocks(20, |_| false);
        assert_eq!(life.blocks(20, |_| true), [News::Began, News::Reset]);
        assert_eq!(life.watch.resets(), Some(1));
        assert_eq!(life.blocks(40, |_| false), [], "not over before half a second");
        assert_eq!(life.blocks(40, |_| false), [News::Over { by_reset: true }]);
        assert_eq!(life.watch.resets(), None);
    }

    #[test]
    fn a_cause_that_goes_by_itself_is_told_apart() {
        let mut life = Life::new();
        assert_eq!(life.blocks(80, |_| true), [News::Began, News::Reset]);
        assert_eq!(life.blocks(80, |_| false), [News::Over { by_reset: false }]);
    }

    #[test]
    fn a_child_that_is_bypassed_for_a_while_is_the_same_trouble() {
        let mut life = Life::new();
        life.blocks(30, |_| true);
        for _ in 0..100 {
            life.now += Duration::from_millis(10);
            assert_eq!(life.watch.seen(None, Finiteness::default(), life.now), []);
        }
        assert_eq!(life.watch.resets(), Some(1));
        let news = life.blocks(30, |_| true);
        assert!(!news.contains(&News::Began), "{news:?}");
    }

    #[test]
    fn a_cause_that_stays_is_tried_four_times_and_then_left() {
        let mut life = Life::new();
        let news = life.blocks(6000, |_| true);
        assert_eq!(news, [News::Began, News::Reset, News::Reset, News::Reset, News::Reset]);
        assert_eq!(life.watch.resets(), Some(4));
    }

    #[test]
    fn a_child_that_answers_nothing_is_not_over() {
        let mut life = Life::new();
        life.blocks(30, |_| true);
        let told = |life: &mut Life| {
            life.now += Duration::from_millis(400);
            life.watch.seen(Some(1), life.counted, life.now)
        };
        assert!(!(0..10).flat_map(|_| told(&mut life)).any(|news| matches!(news, News::Over { .. })));
    }

    #[test]
    fn another_child_is_judged_anew() {
        let mut life = Life::new();
        life.blocks(30, |_| true);
        assert_eq!(life.watch.seen(Some(2), Finiteness::default(), life.now), []);
        assert_eq!(life.watch.resets(), None);
    }
}
