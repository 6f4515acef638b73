//! Carries snapshots from the renderer to the control side.

use crate::engine::telemetry::{Latest, Pack, Unpack};
use crate::snapshot::{
    BesideSnapshot, EngineStats, Finiteness, Hear, HeardSound, InputStats, LastLate, LateBlocks,
    LimiterState, LinkState, Load, Meter, Mode, ProjectSnapshot,
};
use crate::source::FilePosition;
use crate::time::Time;

const PROJECT_WORDS: usize = 38;
const ENGINE_WORDS: usize = 22;

/// Means that there is no generation: generations have 32 bits.
const NO_GENERATION: u64 = u64::MAX;

/// The latest snapshot of a project.
pub(crate) struct ProjectReport(Latest<PROJECT_WORDS>);

impl ProjectReport {
    pub(crate) fn new() -> Self {
        Self(Latest::new())
    }

    /// `wish` is the number of the last mode request that was applied.
    pub(crate) fn write(&self, snapshot: &ProjectSnapshot, wish: u32) {
        let mut pack = Pack::new();
        pack.u64(snapshot.timestamp_frames);
        pack_meter(&mut pack, &snapshot.input);
        pack_meter(&mut pack, &snapshot.output);
        pack.u64(snapshot.blocks)
            .u64(snapshot.late.not_scheduled)
            .u64(snapshot.late.too_slow)
            .u64(snapshot.late.full)
            .u64(snapshot.late.device)
            .u64(snapshot.nonfinite)
            .u32(snapshot.child_nonfinite)
            .u32(snapshot.heartbeat)
            .u64(link_word(snapshot.link))
            .u64(snapshot.live_generation.map_or(NO_GENERATION, u64::from))
            .pair([snapshot.load.average, snapshot.load.maximum])
            .pair([snapshot.load.percentile99, snapshot.load.last_second])
            .u64(snapshot.wake_ns)
            .bool(snapshot.bypassed)
            .bool(snapshot.muted)
            .bool(snapshot.mode == Mode::Direct)
            .u32(wish)
            .u32(snapshot.delay_frames)
            .bool(snapshot.last_late.begun)
            .u64(snapshot.last_late.waited_ns)
            .u64(snapshot.last_late.wake_ns)
            .u64(snapshot.last_late.busy_ns)
            .u64(snapshot.last_late.block_ns)
            // A file has at least one frame: 0 means that there is no file.
            .u64(snapshot.file.map_or(0, |file| file.length_frames))
            .u64(snapshot.file.map_or(0, |file| file.position_frames))
            .u64(heard_word(snapshot.heard))
            .u64(snapshot.finiteness.frames)
            .u64(snapshot.finiteness.not_finite);
        let beside = snapshot.beside.unwrap_or_default();
        // Of the generation the next, so that 0 means that there is none.
        pack.u64(snapshot.beside.map_or(0, |beside| u64::from(beside.generation) + 1))
            .u64(link_word(beside.link))
            .pair([beside.load.average, beside.load.maximum])
            .pair([beside.load.percentile99, beside.load.last_second])
            .u64(hear_word(snapshot.hear));
        self.0.write(pack.words());
    }

    /// The snapshot, without the fields that only the control side knows, and the number of the mode request.
    pub(crate) fn read(&self) -> (ProjectSnapshot, u32) {
        let words = self.0.read();
        let mut unpack = Unpack::new(&words);
        let mut snapshot = ProjectSnapshot {
            timestamp_frames: unpack.u64(),
            input: unpack_meter(&mut unpack),
            output: unpack_meter(&mut unpack),
            blocks: unpack.u64(),
            late: LateBlocks {
                not_scheduled: unpack.u64(),
                too_slow: unpack.u64(),
                full: unpack.u64(),
                device: unpack.u64(),
            },
            nonfinite: unpack.u64(),
            child_nonfinite: unpack.u32(),
            heartbeat: unpack.u32(),
            link: link_state(unpack.u64()),
            live_generation: u32::try_from(unpack.u64()).ok(),
            load: unpack_load(&mut unpack),
            wake_ns: unpack.u64(),
            bypassed: unpack.bool(),
            muted: unpack.bool(),
            mode: if unpack.bool() { Mode::Direct } else { Mode::Pipelined },
            ..ProjectSnapshot::default()
        };
        let wish = unpack.u32();
        snapshot.delay_frames = unpack.u32();
        snapshot.last_late = LastLate {
            begun: unpack.bool(),
            waited_ns: unpack.u64(),
            wake_ns: unpack.u64(),
            busy_ns: unpack.u64(),
            block_ns: unpack.u64(),
        };
        let (length_frames, position_frames) = (unpack.u64(), unpack.u64());
        snapshot.file = (length_frames > 0).then_some(FilePosition { position_frames, length_frames });
        snapshot.heard = heard(unpack.u64());
        snapshot.finiteness = Finiteness { frames: unpack.u64(), not_finite: unpack.u64() };
        let generation = unpack.u64().checked_sub(1).and_then(|generation| u32::try_from(generation).ok());
        let (link, load) = (link_state(unpack.u64()), unpack_load(&mut unpack));
        snapshot.beside = generation.map(|generation| BesideSnapshot { generation, link, load });
        snapshot.hear = hear(unpack.u64());
        (snapshot, wish)
    }
}

/// The latest state of the engine as a whole.
pub(crate) struct EngineReport(Latest<ENGINE_WORDS>);

impl EngineReport {
    pub(crate) fn new() -> Self {
        Self(Latest::new())
    }

    pub(crate) fn write(&self, stats: &EngineStats) {
        let mut pack = Pack::new();
        pack.u64(stats.callbacks)
            .u64(stats.position_frames)
            .u32(stats.delay_frames)
            .u32(stats.largest_callback)
            .pair([stats.load.average, stats.load.maximum])
            .pair([stats.load.percentile99, stats.load.last_second]);
        pack_meter(&mut pack, &stats.output);
        pack.pair([stats.limiter.gain, 0.0])
            .u64(stats.limiter.limited_frames)
            .bool(stats.limiter.howl_muted)
            .u32(stats.input.fifo_frames)
            .u64(stats.input.underruns)
            .u64(stats.input.overruns)
            .u64(stats.input.silent_frames)
            // A drift is finite: NaN means that there is none.
            .pair([stats.input.drift_ppm.unwrap_or(f32::NAN), 0.0])
            .bool(stats.time.playing)
            .u64(stats.time.tempo.to_bits())
            .u64(stats.time.position_frames)
            .u32(stats.time.loop_bars)
            .u32(stats.time_changes)
            .u64(stats.leaked);
        self.0.write(pack.words());
    }

    pub(crate) fn read(&self) -> EngineStats {
        let words = self.0.read();
        let mut unpack = Unpack::new(&words);
        EngineStats {
            callbacks: unpack.u64(),
            position_frames: unpack.u64(),
            delay_frames: unpack.u32(),
            largest_callback: unpack.u32(),
            load: unpack_load(&mut unpack),
            device_xruns: 0,
            output: unpack_meter(&mut unpack),
            limiter: LimiterState {
                gain: unpack.pair()[0],
                limited_frames: unpack.u64(),
                howl_muted: unpack.bool(),
            },
            input: InputStats {
                fifo_frames: unpack.u32(),
                underruns: unpack.u64(),
                overruns: unpack.u64(),
                silent_frames: unpack.u64(),
                drift_ppm: Some(unpack.pair()[0]).filter(|ppm| !ppm.is_nan()),
            },
            time: Time {
                playing: unpack.bool(),
                tempo: f64::from_bits(unpack.u64()),
                position_frames: unpack.u64(),
                loop_bars: unpack.u32(),
            },
            time_changes: unpack.u32(),
            leaked: unpack.u64(),
        }
    }
}

fn pack_meter<const N: usize>(pack: &mut Pack<N>, meter: &Meter) {
    pack.pair(meter.peak).pair(meter.rms);
}

fn unpack_meter(unpack: &mut Unpack<'_>) -> Meter {
    Meter { peak: unpack.pair(), rms: unpack.pair() }
}

fn unpack_load(unpack: &mut Unpack<'_>) -> Load {
    let [average, maximum] = unpack.pair();
    let [percentile99, last_second] = unpack.pair();
    Load { average, maximum, percentile99, last_second }
}

fn heard_word(heard: HeardSound) -> u64 {
    match heard {
        HeardSound::Silence => 0,
        HeardSound::Processed => 1,
        HeardSound::Dry => 2,
    }
}

fn heard(word: u64) -> HeardSound {
    match word {
        1 => HeardSound::Processed,
        2 => HeardSound::Dry,
        _ => HeardSound::Silence,
    }
}

fn hear_word(hear: Hear) -> u64 {
    match hear {
        Hear::After => 0,
        Hear::Before => 1,
        Hear::Difference => 2,
    }
}

fn hear(word: u64) -> Hear {
    match word {
        1 => Hear::Before,
        2 => Hear::Difference,
        _ => Hear::After,
    }
}

fn link_word(state: LinkState) -> u64 {
    match state {
        LinkState::None => 0,
        LinkState::Shadow => 1,
        LinkState::Live => 2,
        LinkState::Bypassed => 3,
        LinkState::Gone => 4,
    }
}

fn link_state(word: u64) -> LinkState {
    match word {
        1 => LinkState::Shadow,
        2 => LinkState::Live,
        3 => LinkState::Bypassed,
        4 => LinkState::Gone,
        _ => LinkState::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_arrives_as_it_was_sent() {
        let meter = |base: f32| Meter { peak: [base, base + 0.1], rms: [base + 0.2, base + 0.3] };
        let sent = ProjectSnapshot {
            timestamp_frames: 1,
            input: meter(1.0),
            output: meter(2.0),
            heard: HeardSound::Dry,
            blocks: 2,
            late: LateBlocks { not_scheduled: 3, too_slow: 4, full: 5, device: 6 },
            last_late: LastLate { begun: true, waited_ns: 12, wake_ns: 13, busy_ns: 14, block_ns: 15 },
            nonfinite: 7,
            finiteness: Finiteness { frames: 21, not_finite: 20 },
            child_nonfinite: 8,
            heartbeat: 9,
            link: LinkState::Bypassed,
            live_generation: Some(10),
            load: Load { average: 0.5, maximum: 0.75, percentile99: 0.625, last_second: 0.25 },
            wake_ns: 11,
            bypassed: true,
            muted: true,
            mode: Mode::Direct,
            delay_frames: 16,
            file: Some(FilePosition { position_frames: 18, length_frames: 19 }),
            fell_back: false,
            beside: Some(BesideSnapshot {
                generation: 22,
                link: LinkState::Live,
                load: Load { average: 0.25, maximum: 0.5, percentile99: 0.375, last_second: 0.125 },
            }),
            hear: Hear::Difference,
        };
        let report = ProjectReport::new();
        report.write(&sent, 17);
        assert_eq!(report.read(), (sent, 17));
        report.write(&ProjectSnapshot::default(), 0);
        assert_eq!(report.read(), (ProjectSnapshot::default(), 0));
    }

    #[test]
    fn the_engine_arrives_as_it_was_sent() {
        let sent = EngineStats {
            callbacks: 1,
            position_frames: 2,
            delay_frames: 3,
            largest_callback: 4,
            load: Load { average: 0.5, maximum: 0.75, percentile99: 0.625, last_second: 0.25 },
            device_xruns: 0,
            output: Meter { peak: [0.1, 0.2], rms: [0.3, 0.4] },
            limiter: LimiterState { gain: 0.5, limited_frames: 5, howl_muted: true },
            input: InputStats {
                fifo_frames: 6,
                underruns: 7,
                overruns: 8,
                silent_frames: 9,
                drift_ppm: Some(-1.5),
            },
            time: Time { playing: false, tempo: 98.5, position_frames: 10, loop_bars: 4 },
            time_changes: 11,
            leaked: 9,
        };
        let report = EngineReport::new();
        report.write(&sent);
        assert_eq!(report.read(), sent);
        let without = EngineStats { input: InputStats { drift_ppm: None, ..sent.input }, ..sent };
        report.write(&without);
        assert_eq!(report.read(), without);
    }
}
