//! Where a file plays: its position, its loop, and the jumps between.

use crate::number::{position, real, sample, size};
use crate::source::file::AudioFile;

/// A file as it plays on the audio thread. It never steps: a jump is a crossfade from where it played before.
pub(crate) struct Playhead {
    file: AudioFile,
    /// The frame that comes next.
    next: usize,
    /// The first frame of the loop, and the one after its last.
    region: [usize; 2],
    /// Where it played before a jump, while that fades out.
    before: Option<Before>,
    /// A jump that waits for the fade before it; of several the newest.
    waiting: Option<usize>,
    fade_frames: usize,
}

#[derive(Clone, Copy)]
struct Before {
    next: usize,
    left: usize,
    length: usize,
}

impl Playhead {
    /// Plays the file's loop from its beginning. Jumps take `fade_frames`.
    pub(crate) fn new(file: AudioFile, fade_frames: u32) -> Self {
        let whole = [0, file.frames().len()];
        let region = file.region().and_then(|region| within(region, whole[1])).unwrap_or(whole);
        Self { file, next: region[0], region, before: None, waiting: None, fade_frames: size(fade_frames) }
    }

    /// The frame that comes next, and the number of frames of the file; nothing of an empty one.
    pub(crate) fn position(&self) -> Option<[u64; 2]> {
        let length = self.file.frames().len();
        (length > 0).then(|| [position(self.waiting.unwrap_or(self.next)), position(length)])
    }

    /// Loops these frames, or all. A playhead that isn't within them jumps to the first. Ignored if they aren't in the
    /// file.
    pub(crate) fn set_loop(&mut self, region: Option<[u64; 2]>) {
        let length = self.file.frames().len();
        let region = match region {
            Some(region) => within(region, length),
            None => Some([0, length]),
        };
        let Some(region) = region else { return };
        self.region = region;
        if !self.is_within(self.waiting.unwrap_or(self.next)) {
            self.jump(region[0]);
        }
    }

    /// Plays on from another frame; one outside of the loop counts as the loop's first.
    pub(crate) fn seek(&mut self, frame: u64) {
        let frame = usize::try_from(frame).unwrap_or(usize::MAX);
        self.jump(if self.is_within(frame) { frame } else { self.region[0] });
    }

    fn is_within(&self, frame: usize) -> bool {
        (self.region[0]..self.region[1]).contains(&frame)
    }

    fn jump(&mut self, to: usize) {
        if self.before.is_some() {
            self.waiting = Some(to);
            return;
        }
        let length = self.fade_frames;
        if length > 0 {
            self.before = Some(Before { next: self.next, left: length, length });
        }
        self.next = to;
    }

    /// The next frame.
    pub(crate) fn next(&mut self) -> [f32; 2] {
        let frames = self.file.frames();
        let Some(last) = frames.len().checked_sub(1) else { return [0.0; 2] };
        let mut frame = frames[self.next.min(last)];
        if let Some(before) = &mut self.before {
            // Beyond its end a file holds its last value, so that there is no step there either.
            let old = frames[before.next.min(last)];
            let share = sample(real(before.left) / real(before.length + 1));
            for (new, old) in frame.iter_mut().zip(old) {
                *new += (old - *new) * share;
            }
            before.next += 1;
            before.left -= 1;
            if before.left == 0 {
                self.before = None;
            }
        }
        self.advance(last + 1);
        frame
    }

    fn advance(&mut self, length: usize) {
        self.next += 1;
        if self.before.is_none()
            && let Some(to) = self.waiting.take()
        {
            self.jump(to);
        } else if self.region == [0, length] {
            // A file that was made as a loop goes on without a gap, frame by frame.
            if self.next >= length {
                self.next = 0;
            }
        } else if self.next >= self.region[1] && self.before.is_none() {
            self.jump(self.region[0]);
        }
    }
}

/// The region, if it is part of a file of `length` frames.
fn within([from, to]: [u64; 2], length: usize) -> Option<[usize; 2]> {
    let (from, to) = (usize::try_from(from).ok()?, usize::try_from(to).ok()?);
    (from < to && to <= length).then_some([from, to])
}

#[cfg(test)]
mod tests {
    use super::*;

    const FADE: u32 = 480;

    fn sine(length: usize) -> AudioFile {
        let value =
            |frame: usize| sample(0.5 * (std::f64::consts::TAU * 780.0 * real(frame) / 48_000.0).sin());
        AudioFile::from_frames((0..length).map(|frame| [value(frame), -value(frame)]).collect(), 48_000)
    }

    /// The largest step of the file itself, 0.5 · 2π · 780 / 48000, and of a crossfade between two values within ±0.5.
    const STEP: f32 = 0.0511 + 1.0 / 480.0 + 1e-4;

    struct Listener {
        head: Playhead,
        last: Option<[f32; 2]>,
    }

    impl Listener {
        fn hears(&mut self, frames: usize, what: &str) {
            for _ in 0..frames {
                let frame = assert_no_alloc::assert_no_alloc(|| self.head.next());
                if let Some(last) = self.last.replace(frame) {
                    for (one, other) in frame.into_iter().zip(last) {
                        assert!((one - other).abs() <= STEP, "{what}: {other} then {one}");
                    }
                }
            }
        }

        fn at(&self) -> u64 {
            self.head.position().expect("a file")[0]
        }
    }

    fn listener(length: usize) -> Listener {
        Listener { head: Playhead::new(sine(length), FADE), last: None }
    }

    #[test]
    fn a_loop_is_played_again_and_again_without_a_click() {
        for region in [[1000, 1480], [1000, 1481], [0, 5000], [7777, 20_000], [19_000, 20_000], [3, 19_998]] {
            let mut listener = listener(20_000);
            listener.hears(100, "before");
            listener.head.set_loop(Some(region));
            for _ in 0..100_000 {
                listener.hears(1, &format!("{region:?}"));
            }
            // A jump may wait for the fade before it.
            assert!((region[0]..region[1] + u64::from(FADE)).contains(&listener.at()), "{region:?}");
            listener.head.set_loop(None);
            listener.hears(20_000, "the whole file");
        }
    }

    #[test]
    fn a_loop_has_its_length_exactly() {
        let mut listener = listener(20_000);
        listener.head.set_loop(Some([5000, 9000]));
        listener.hears(4000, "first");
        assert_eq!(listener.at(), 5000);
        for _ in 0..10 {
            listener.hears(4000, "again");
            assert_eq!(listener.at(), 5000);
        }
    }

    #[test]
    fn jumps_however_fast_are_heard_as_crossfades_and_the_last_one_counts() {
        let mut listener = listener(20_000);
        for step in 0..500_u64 {
            listener.head.seek(step * 7919 % 20_000);
            listener.hears(7, "dragging");
        }
        listener.head.seek(12_345);
        assert_eq!(listener.at(), 12_345);
        listener.hears(size(FADE), "the fade before");
        listener.hears(1000, "after");
        assert!((13_345..=13_345 + u64::from(FADE)).contains(&listener.at()), "{}", listener.at());
    }

    #[test]
    fn what_is_not_in_the_file_or_in_the_loop_is_not_played() {
        let mut listener = listener(20_000);
        for region in [[0, 20_001], [5, 5], [6, 5], [u64::MAX - 1, u64::MAX], [20_000, 20_001]] {
            listener.head.set_loop(Some(region));
            assert_eq!(listener.head.region, [0, 20_000], "{region:?}");
        }
        listener.head.set_loop(Some([5000, 9000]));
        listener.hears(1000, "into the loop");
        for outside in [0, 4999, 9000, 20_000, u64::MAX] {
            listener.head.seek(outside);
            assert_eq!(listener.at(), 5000, "{outside}");
            listener.hears(1000, "outside");
        }
        let empty = AudioFile::from_frames(Vec::new(), 48_000);
        let mut empty = Playhead::new(empty, FADE);
        empty.seek(3);
        empty.set_loop(Some([0, 1]));
        assert_eq!((empty.next(), empty.position()), ([0.0; 2], None));
    }

    #[test]
    fn a_file_with_a_loop_begins_in_it() {
        let file = sine(20_000).looping(Some([700, 2000]));
        assert_eq!(Playhead::new(file, FADE).position(), Some([700, 20_000]));
        let file = sine(20_000).looping(Some([700, 99_000]));
        assert_eq!(Playhead::new(file, FADE).position(), Some([0, 20_000]));
    }
}
