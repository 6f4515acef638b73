//! The time of everything that plays: what was set of it, also while nothing plays.

mod taps;

use crate::{audio::Audio, to_protocol};
use std::time::Instant;
pub(crate) use taps::MOST as MOST_TAPS;
use taps::Taps;
use wavecraft_audio_core::{Time, TimeChange};
use wavecraft_companion_protocol::transport::{ChangeTransport, Reaches, Transport as Told};

/// The rate at which frames are counted while there is no engine, in Hz.
const RATE_WITHOUT_AUDIO: u32 = 48_000;

/// The one owner of the time. While the engine runs, that has it.
#[derive(Debug, Default)]
pub(crate) struct Transport {
    /// While no engine runs, at [`RATE_WITHOUT_AUDIO`].
    time: Time,
    taps: Taps,
    /// Was it changed since that was told?
    has_news: bool,
}

impl Transport {
    /// Changes what is named, in a fixed order: the tempo before the place, and the loop before both.
    pub(crate) fn change(&mut self, wanted: &ChangeTransport, audio: &mut Audio) {
        let changes = [
            wanted.loop_bars.map(TimeChange::LoopBars),
            wanted.tempo.map(TimeChange::Tempo),
            wanted.position_beats.map(TimeChange::Beat),
            wanted.playing.map(TimeChange::Playing),
        ];
        for change in changes.into_iter().flatten() {
            self.has_news = true;
            if !audio.change_time(change) {
                self.time.change(change, RATE_WITHOUT_AUDIO);
            }
        }
    }

    /// A tap on the beat.
    pub(crate) fn tap(&mut self, at: Instant, audio: &mut Audio) {
        if let Some(tempo) = self.taps.tap(at) {
            self.change(&ChangeTransport { tempo: Some(tempo), ..ChangeTransport::default() }, audio);
        }
    }

    /// The time as it is told, to a project with what of it reaches that.
    pub(crate) fn told(&self, audio: &Audio, reaches: Option<Reaches>) -> Told {
        let (time, sample_rate) = audio.time().unwrap_or((self.time, RATE_WITHOUT_AUDIO));
        to_protocol::transport(&time, sample_rate, reaches)
    }

    /// An engine was started: it gets the time.
    pub(crate) fn engine_begins(&mut self, audio: &mut Audio) {
        let time = self.time;
        for change in [
            TimeChange::Tempo(time.tempo),
            TimeChange::LoopBars(time.loop_bars),
            TimeChange::Beat(time.beats(RATE_WITHOUT_AUDIO)),
            TimeChange::Playing(time.playing),
        ] {
            audio.change_time(change);
        }
        self.has_news = true;
    }

    /// The engine will end: its time stays.
    pub(crate) fn engine_ends(&mut self, audio: &Audio) {
        if let Some((time, rate)) = audio.time() {
            self.time = time.at_rate(rate, RATE_WITHOUT_AUDIO);
        }
    }

    /// The last project has gone: the next one begins at the start, with the usual tempo.
    pub(crate) fn begin_anew(&mut self) {
        *self = Self::default();
    }

    /// Whether it was changed since this was called last.
    pub(crate) fn take_news(&mut self) -> bool {
        std::mem::take(&mut self.has_news)
    }
}
