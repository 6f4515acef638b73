//! Compares a project's newest child with the one beside it: which of both is heard, or their difference.

use crate::config::Limits;
use crate::render::beside::Beside;
use crate::render::difference::{Difference, mark_whole};
use crate::render::dip::Dip;
use crate::render::fade::Ramp;
use crate::render::links::Links;
use crate::render::read_window::ReadWindow;
use crate::render::rendered::RenderedBlock;
use crate::render::workspace::{BlockBuffers, ComparedBuffers, HeardBuffers};
use crate::snapshot::{Comparing, Hear};

/// How often both children are asked to clear their state in one block, where one of them can't be sent any.
const TRIES: u32 = 8;

/// Left and right of the newest child, then of the one beside it.
pub(crate) type Pair = [f32; 4];

/// What is compared, and the fades between what is heard.
pub(crate) struct Comparison {
    pub(crate) beside: Beside,
    wish: Option<Comparing>,
    /// The round for which both have cleared their state.
    round: Option<u32>,
    /// What is heard, once a dip that leads to it is down.
    hear: Hear,
    /// Whether the child beside is heard below the difference.
    before: bool,
    /// Share of the difference.
    share: Ramp,
    difference: Difference,
    /// Gain of the child beside.
    gain: Ramp,
    /// By how much the newest and the child beside are delayed.
    delays: [u32; 2],
    dip: Dip,
    tries: u32,
    pairs: rtrb::Producer<Pair>,
    fade_frames: u32,
}

impl Comparison {
    /// Allocates nothing itself; `pairs` is where the samples of both go to be measured.
    pub(crate) fn new(limits: &Limits, fade_frames: u32, pairs: rtrb::Producer<Pair>) -> Self {
        Self {
            beside: Beside::default(),
            wish: None,
            round: None,
            hear: Hear::After,
            before: false,
            share: Ramp::at(0.0),
            difference: Difference::new(limits.late_fade_frames),
            gain: Ramp::at(1.0),
            delays: [0; 2],
            dip: Dip::new(fade_frames),
            tries: 0,
            pairs,
            fade_frames,
        }
    }

    /// Compares, or compares no more; with no child beside there is nothing to compare.
    pub(crate) fn set(&mut self, wish: Option<Comparing>) {
        let wish = wish.filter(|_| self.beside.is_present());
        self.wish = wish;
        match wish {
            Some(wish) => self.gain.aim(wish.gain, self.fade_frames),
            None => self.round = None,
        }
        if self.wants_dip() {
            self.tries = 0;
            self.dip.begin();
        } else {
            self.hear = wish.map_or(Hear::After, |wish| wish.hear);
        }
    }

    /// Whether the newest child is heard, and nothing else has to be computed.
    pub(crate) fn is_idle(&self) -> bool {
        self.wish.is_none()
            && self.delays == [0; 2]
            && self.dip.is_idle()
            && self.share.is_steady_at(0.0)
            && self.beside.is_silent()
    }

    /// Whether both are compared, so that both are waited for in Direct mode.
    pub(crate) fn is_on(&self) -> bool {
        self.wish.is_some()
    }

    /// What is heard of both.
    pub(crate) fn heard(&self) -> Hear {
        if self.beside.ready() { self.hear } else { Hear::After }
    }

    /// By how much the newest children are delayed.
    pub(crate) fn delay(&self) -> u32 {
        self.delays[0]
    }

    /// Before a part's blocks are sent: makes the change for which the project is silent.
    pub(crate) fn prepare(&mut self, links: &mut Links, window: &ReadWindow) {
        if !self.dip.is_down() {
            return;
        }
        let round = self.wish.map(|wish| wish.round);
        if round.is_some() && round != self.round && self.tries < TRIES {
            links.reset_on_air();
            self.beside.link_mut().into_iter().for_each(|link| link.reset());
        }
        self.delays = self.wanted_delays();
        self.hear = self.wish.map_or(Hear::After, |wish| wish.hear);
        // In silence nothing has to fade.
        self.gain.jump(self.gain.target());
        let latest = self.delays[0].max(self.delays[1]);
        self.dip.changed(window.position + u64::from(latest));
    }

    /// After a part's blocks were sent: if one of them couldn't be, both children clear their state in the next part.
    pub(crate) fn check(&mut self, links: &Links) {
        let Some(round) = self.wish.map(|wish| wish.round) else { return };
        if self.round == Some(round) || !self.dip.is_silent() {
            return;
        }
        let missed = links.on_air_awaits_reset() || self.beside.awaits_reset();
        if missed && self.tries < TRIES {
            self.tries += 1;
            self.dip.begin();
        } else {
            self.round = Some(round);
        }
    }

    /// Makes of what is heard of the project without the child beside what is heard of both. `may` is false while the
    /// project is bypassed.
    pub(crate) fn apply(
        &mut self,
        window: &ReadWindow,
        may: bool,
        (block, heard, buffers): (&mut BlockBuffers, &mut HeardBuffers, &mut ComparedBuffers),
    ) {
        let frames = window.frames;
        let hear = if may { self.heard() } else { Hear::After };
        match hear {
            Hear::After => self.before = false,
            Hear::Before => self.before = true,
            // Whatever was heard goes on below it.
            Hear::Difference => {}
        }
        let subtracts = hear == Hear::Difference;
        if subtracts && self.share.is_steady_at(0.0) {
            self.difference.restart();
        }
        self.share.aim(if subtracts { 1.0 } else { 0.0 }, self.fade_frames);
        let before = self.before && self.beside.ready();
        if let Some(link) = self.beside.link_mut() {
            let mut made = link.render(&window.delayed(self.delays[1]), block);
            mark_whole(heard, &mut buffers.valid[..frames]);
            if self.wish.is_some() && self.dip.is_idle() {
                measure(&mut self.pairs, heard, &made, &buffers.valid);
            }
            made.scale(&mut self.gain);
            for (dry, sum) in buffers.base.dry.part_mut(frames).into_iter().zip(heard.sum.part(frames)) {
                dry.copy_from_slice(sum);
            }
            buffers.base.clear(frames);
            link.mix(before, &made, &mut buffers.base);
            buffers.base.fill_with_dry(frames);
            if !self.share.is_steady_at(0.0) {
                self.difference.compute(Some(&made), frames, buffers);
            }
            for (sum, base) in heard.sum.part_mut(frames).into_iter().zip(buffers.base.sum.part(frames)) {
                sum.copy_from_slice(base);
            }
        } else if !self.share.is_steady_at(0.0) {
            self.difference.compute(None, frames, buffers);
        }
        if !self.share.is_steady_at(0.0) {
            self.lay_over(heard.sum.part_mut(frames), buffers.difference.part(frames));
        }
        self.dip.apply(window, heard.sum.part_mut(frames));
    }

    /// Fades between what is heard and the difference.
    fn lay_over(&mut self, [left, right]: [&mut [f32]; 2], difference: [&[f32]; 2]) {
        for (frame, (left, right)) in left.iter_mut().zip(right).enumerate() {
            let share = self.share.next();
            for (sum, difference) in [left, right].into_iter().zip(difference) {
                // At the end of the fade the result is exact, without rounding.
                *sum =
                    if share == 1.0 { difference[frame] } else { *sum + (difference[frame] - *sum) * share };
            }
        }
    }

    fn wanted_delays(&self) -> [u32; 2] {
        self.wish.map_or([0; 2], |wish| wish.delay_frames)
    }

    fn wants_dip(&self) -> bool {
        let new_round = self.wish.is_some_and(|wish| self.round != Some(wish.round));
        new_round || self.delays != self.wanted_delays()
    }
}

/// Passes on the samples of both, where both made them in time: as much as fits.
fn measure(
    pairs: &mut rtrb::Producer<Pair>,
    heard: &HeardBuffers,
    beside: &RenderedBlock<'_>,
    valid: &[bool],
) {
    let count = beside.frames().min(pairs.slots());
    if let Ok(chunk) = pairs.write_chunk_uninit(count) {
        let made = |frame: usize| beside.frame(frame).filter(|_| valid[frame]);
        let both = (0..count).filter_map(|frame| {
            let [left, right] = made(frame)?;
            Some([heard.sum.left[frame], heard.sum.right[frame], left, right])
        });
        chunk.fill_from_iter(both);
    }
}
