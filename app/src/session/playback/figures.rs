//! A project's figures, and what follows from them.

use super::Playback;
use crate::{
    microphone::Trouble,
    session::{
        context::Context,
        event::SessionId,
        finiteness::News,
        mix::HOWL,
        notices::{self, notices},
        violations,
    },
    to_protocol,
};
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use wavecraft_audio_core::{HeardSound, ProjectSnapshot};
use wavecraft_companion_protocol::{
    session::{NotANumber, State, Stats, Totals},
    transport::Reaches,
};

/// How many parameters' values are told when the output is not a number.
const MOST_VALUES: usize = 16;

impl Playback {
    /// Refreshes what pages see of the sound.
    pub(super) fn refresh_levels(&self, snapshot: &ProjectSnapshot, cx: &mut Context) {
        let rate = cx.audio.sample_rate().unwrap_or_default();
        let pictures = if self.watched { cx.audio.pictures(self.mix.project()) } else { (None, None) };
        let waveform = cx.audio.waveform(self.mix.project());
        let transport = cx.transport.told(&cx.audio, Some(self.reaches()));
        self.audience.shared.show_levels(snapshot, pictures, waveform, rate, transport);
    }

    /// What of the time reaches its processor.
    pub(in crate::session) fn reaches(&self) -> Reaches {
        match (self.mix.is_timed(), self.is_library) {
            (false, _) => Reaches::None,
            (true, true) => Reaches::Reset,
            (true, false) => Reaches::All,
        }
    }

    /// Refreshes the measurements.
    pub(super) fn refresh_stats(
        &self,
        snapshot: &ProjectSnapshot,
        limiting: bool,
        all: &[SessionId],
        cx: &Context,
    ) {
        let Some(figures) = cx.audio.figures() else { return };
        let of_source = (self.input.is_microphone(), limiting, self.children.latency_frames());
        let (muted, mute_reason) = self.mix.muted();
        let Totals { blocks, late_blocks, nonfinite, respawns, .. } = self.counters.of_build();
        // While the processor is bypassed, that isn't what is heard.
        let not_a_number = self.not_a_number.as_ref().filter(|_| snapshot.heard == HeardSound::Processed);
        let rate = figures.devices.sample_rate;
        let too_high = self
            .input
            .too_high(rate)
            .map(|error| format!("{error}. You hear silence; choose another source"));
        let realtime = self.violations.of_heard(self.children.live_generation());
        let howl = figures.engine.limiter.howl_muted.then_some(HOWL);
        let notices = notices(notices::Facts {
            state: self.state(),
            starts_again: self.starts_again(snapshot).then(|| self.instead(State::Starting)),
            not_a_number,
            microphone: self.trouble().map(Trouble::notice),
            source: too_high.as_deref(),
            devices: figures.devices.notice.as_deref(),
            mode: self.mix.mode().1,
            muted: mute_reason.filter(|_| muted),
            howl,
            realtime: violations::notice(&realtime),
        });
        let stats = Stats {
            session: self.audience.id().clone(),
            state: self.state().0,
            blocks,
            late_blocks,
            nonfinite,
            respawns,
            total: self.counters.total(),
            notices,
            not_a_number: not_a_number.cloned(),
            source: self.input.source().name(),
            signal: self.input.source().signal(),
            source_reason: self.trouble().map(Trouble::line).or(too_high),
            recording: self
                .recorder
                .running()
                .map(|(recording, _)| to_protocol::recording_figures(recording)),
            mode_reason: self.mix.mode().1.map(str::to_owned),
            bypassed: self.mix.is_bypassed(),
            muted,
            mute_reason: mute_reason.map(str::to_owned),
            gain_db: self.mix.gain_db(),
            realtime,
            comparison: self.comparison_told(),
            transport: Some(cx.transport.told(&cx.audio, Some(self.reaches()))),
            probes: self.audience.shared.figures().probes.figures(),
            others: all.iter().filter(|id| **id != *self.audience.id()).cloned().collect(),
            ..to_protocol::stats(&figures, snapshot, of_source)
        };
        self.audience.shared.figures().stats = Some(stats);
    }

    /// Takes what the processors have shown. Returns what to tell.
    pub(super) fn follow_probes(
        &self,
        stats_due: bool,
        now: Instant,
        cx: &mut Context,
    ) -> Option<&'static str> {
        let readings = cx.audio.take_readings(self.mix.project());
        let probes = &mut self.audience.shared.figures().probes;
        let line = readings.and_then(|readings| {
            let chain = self.children.chain(readings.generation);
            probes.take(readings, chain, now)
        });
        if stats_due {
            probes.figures_are_due();
        }
        line
    }

    /// Was it heard before, and is it on its way to be heard again, after a crash for example? While a newer build is, the one
    /// before is heard.
    fn starts_again(&self, snapshot: &ProjectSnapshot) -> bool {
        matches!(self.state().0, State::Starting | State::Shadow)
            && self.counters.total().builds > 0
            && snapshot.heard != HeardSound::Processed
            && !self.mix.is_bypassed()
    }

    /// Watches whether the output is a number, and resets the processor where it isn't. Returns what to tell.
    pub(super) fn follow_finiteness(
        &mut self,
        snapshot: &ProjectSnapshot,
        now: Instant,
        cx: &mut Context,
    ) -> Option<String> {
        let mut line = None;
        for news in self.finite.seen(snapshot.live_generation, snapshot.finiteness, now) {
            match news {
                News::Began => {
                    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                    let trouble = NotANumber {
                        since_ms: u64::try_from(since.as_millis()).unwrap_or(u64::MAX),
                        parameters: self.audience.shared.parameters.changed(MOST_VALUES),
                        resets: 0,
                    };
                    line = Some(notices::not_a_number(&trouble));
                    self.not_a_number = Some(trouble);
                }
                News::Reset => cx.audio.reset(self.mix.project()),
                News::Over { by_reset } => line = Some(notices::finite_again(by_reset)),
            }
        }
        match self.finite.resets() {
            Some(resets) => self.not_a_number.iter_mut().for_each(|trouble| trouble.resets = resets),
            None => self.not_a_number = None,
        }
        line
    }
}
