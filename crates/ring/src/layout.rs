//! The layout of the segment: byte offsets, computed once from the geometry.
//!
//! ```text
//! 0    Header      magic, abi, total_len, max_frames, inputs, outputs, slot_stride, generation
//! 128  HostLine    command_seq (wake word), host_waiting            written by the host
//! 256  ChildLine   reply_seq (wake word), child_waiting, phase, …   written by the child
//! 384  Slot × 4    command line | reply line | probes' values | in f32[inputs][area] | out f32[outputs][area]
//!      Parameters  1024 words of f32 bits                           written by the host
//!      Probes      count, ignored | 32 names | 32 processors        written by the child
//! ```
//!
//! Every field is one 32-bit word; a 64-bit value is two, low half first. Every channel area, and every group of words
//! that one side writes, starts on its own line.

use crate::geometry::{Geometry, MAX_CHANNELS, MAX_FRAMES};

/// Apple Silicon's cache line; a multiple of the cache line of every other system we support.
pub(crate) const LINE: usize = 128;

/// Blocks that can be in flight at once: the one that plays, the one being processed, and two for a bursty device.
/// Divides 2³², so that the sequence's wrap-around doesn't disturb the order of the slots. (Two under loom, so that
/// three blocks reuse a slot.)
pub const SLOTS: usize = if cfg!(loom) { 2 } else { 4 };

/// Parameter words in a segment.
pub const MAX_PARAMETERS: usize = 1024;

/// Probes in a segment.
pub const MAX_PROBES: usize = 32;

/// Bytes of a probe's name.
pub const MAX_PROBE_NAME_BYTES: usize = 32;

/// Bytes in a word and in a sample.
const WORD: usize = 4;

/// Apple Silicon's page. macOS rounds the size of a shared-memory object up to a page and reports that by `fstat`; a
/// total that is a multiple of the largest page is the same number on both systems.
pub(crate) const PAGE: usize = 16 * 1024;

/// The header's words, written once by the host before it passes the descriptor on.
pub(crate) mod header {
    use super::WORD;
    pub(crate) const MAGIC: usize = 0;
    pub(crate) const ABI: usize = WORD;
    pub(crate) const TOTAL_LEN: usize = 2 * WORD;
    pub(crate) const MAX_FRAMES: usize = 3 * WORD;
    pub(crate) const INPUTS: usize = 4 * WORD;
    pub(crate) const OUTPUTS: usize = 5 * WORD;
    pub(crate) const SLOT_STRIDE: usize = 6 * WORD;
    pub(crate) const GENERATION: usize = 7 * WORD;
}

/// Words that the host writes.
pub(crate) mod host_line {
    use super::{LINE, WORD};
    /// The newest command's sequence: the word a waiting child sleeps on.
    pub(crate) const COMMAND_SEQ: usize = LINE;
    /// 1 while the host waits for a reply.
    pub(crate) const WAITING: usize = LINE + WORD;
}

/// Words that the child writes.
pub(crate) mod child_line {
    use super::{LINE, WORD};
    const BASE: usize = 2 * LINE;
    /// The newest reply's sequence: the word a waiting host sleeps on.
    pub(crate) const REPLY_SEQ: usize = BASE;
    /// 1 while the child waits for a command.
    pub(crate) const WAITING: usize = BASE + WORD;
    pub(crate) const PHASE: usize = BASE + 2 * WORD;
    pub(crate) const HEARTBEAT: usize = BASE + 3 * WORD;
    pub(crate) const NONFINITE: usize = BASE + 4 * WORD;
    /// The sequence of the newest block that the child has begun.
    pub(crate) const BEGUN: usize = BASE + 5 * WORD;
}

/// Words of a slot's command line, from the slot's start.
pub(crate) mod command {
    use super::WORD;
    pub(crate) const SEQ: usize = 0;
    pub(crate) const FRAMES: usize = WORD;
    pub(crate) const SAMPLE_POSITION: usize = 2 * WORD;
    pub(crate) const HOST_TIME_NS: usize = 4 * WORD;
    pub(crate) const PARAMETER_EPOCH: usize = 6 * WORD;
    pub(crate) const FLAGS: usize = 7 * WORD;
    /// The time's position, as the bits of an `i64`.
    pub(crate) const POSITION: usize = 8 * WORD;
    /// The time's tempo, as the bits of an `f64`; all 0 for none.
    pub(crate) const TEMPO: usize = 10 * WORD;
}

/// Words of a slot's reply line, from the slot's start.
pub(crate) mod reply {
    use super::{LINE, WORD};
    pub(crate) const SEQ: usize = LINE;
    pub(crate) const AWAKE_NS: usize = LINE + WORD;
    pub(crate) const DONE_NS: usize = LINE + 3 * WORD;
    /// How many probes have values in this block.
    pub(crate) const PROBES: usize = LINE + 5 * WORD;
}

/// Words of a probe's values in a block, from [`Layout::probe_values`].
pub(crate) mod probe_values {
    use super::WORD;
    pub(crate) const LAST: usize = 0;
    pub(crate) const LEAST: usize = WORD;
    pub(crate) const GREATEST: usize = 2 * WORD;
    pub(crate) const NONFINITE: usize = 3 * WORD;
    pub(crate) const BYTES: usize = 4 * WORD;
}

/// Words of the probes' table, from [`Layout::probes`].
pub(crate) mod probes {
    use super::{LINE, MAX_PROBE_NAME_BYTES, MAX_PROBES, WORD};
    /// How many probes have a name.
    pub(crate) const COUNT: usize = 0;
    /// 1 once a probe was left out.
    pub(crate) const IGNORED: usize = WORD;
    pub(crate) const NAMES: usize = LINE;
    pub(crate) const PROCESSORS: usize = NAMES + MAX_PROBES * MAX_PROBE_NAME_BYTES;
    pub(crate) const BYTES: usize = PROCESSORS + MAX_PROBES * WORD;
}

const SLOTS_START: usize = 3 * LINE;
const PROBE_VALUES_START: usize = 2 * LINE;
const SAMPLES_START: usize = PROBE_VALUES_START + MAX_PROBES * probe_values::BYTES;

/// The offsets that depend on the geometry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Layout {
    geometry: Geometry,
    area_len: usize,
    slot_stride: usize,
    parameters: usize,
    probes: usize,
    total_len: usize,
}

impl Layout {
    pub(crate) const fn new(geometry: Geometry) -> Self {
        let area_len = round_up(mul(index(geometry.max_frames()), WORD), LINE);
        let areas = add(index(geometry.inputs()), index(geometry.outputs()));
        let slot_stride = add(SAMPLES_START, mul(areas, area_len));
        let parameters = add(SLOTS_START, mul(SLOTS, slot_stride));
        let probes = round_up(add(parameters, mul(MAX_PARAMETERS, WORD)), LINE);
        let total_len = round_up(add(probes, probes::BYTES), PAGE);
        Self { geometry, area_len, slot_stride, parameters, probes, total_len }
    }

    pub(crate) const fn geometry(&self) -> Geometry {
        self.geometry
    }

    pub(crate) const fn total_len(&self) -> usize {
        self.total_len
    }

    pub(crate) const fn slot_stride(&self) -> usize {
        self.slot_stride
    }

    /// The slot of a sequence: the base offset for `command::…` and `reply::…`.
    pub(crate) const fn slot(&self, sequence: u32) -> usize {
        SLOTS_START + slot_index(sequence) * self.slot_stride
    }

    /// An input channel of a sequence's slot; `channel` is below `inputs`.
    pub(crate) const fn input(&self, sequence: u32, channel: u32) -> usize {
        self.slot(sequence) + SAMPLES_START + index(channel) * self.area_len
    }

    /// An output channel of a sequence's slot; `channel` is below `outputs`.
    pub(crate) const fn output(&self, sequence: u32, channel: u32) -> usize {
        self.slot(sequence) + SAMPLES_START + index(self.geometry.inputs() + channel) * self.area_len
    }

    /// A parameter's word; `parameter` is below [`MAX_PARAMETERS`].
    pub(crate) const fn parameter(&self, parameter: usize) -> usize {
        self.parameters + parameter * WORD
    }

    /// A probe's values in a sequence's slot: the base offset for `probe_values::…`; `probe` is below [`MAX_PROBES`].
    pub(crate) const fn probe_values(&self, sequence: u32, probe: usize) -> usize {
        self.slot(sequence) + PROBE_VALUES_START + probe * probe_values::BYTES
    }

    /// The probes' table: the base offset for `probes::…`.
    pub(crate) const fn probes(&self) -> usize {
        self.probes
    }

    /// The first word of a probe's name; `probe` is below [`MAX_PROBES`].
    pub(crate) const fn probe_name(&self, probe: usize) -> usize {
        self.probes + probes::NAMES + probe * MAX_PROBE_NAME_BYTES
    }

    /// The word of a probe's processor; `probe` is below [`MAX_PROBES`].
    pub(crate) const fn probe_processor(&self, probe: usize) -> usize {
        self.probes + probes::PROCESSORS + probe * WORD
    }
}

/// Which of the [`SLOTS`] a sequence uses.
pub(crate) const fn slot_index(sequence: u32) -> usize {
    index(sequence) % SLOTS
}

/// Converts a 32-bit count to an index: lossless on every target we build for.
pub(crate) const fn index(count: u32) -> usize {
    const { assert!(usize::BITS >= u32::BITS) };
    count as usize
}

const fn add(a: usize, b: usize) -> usize {
    match a.checked_add(b) {
        Some(sum) => sum,
        None => panic!("the segment's size overflows"),
    }
}

const fn mul(a: usize, b: usize) -> usize {
    match a.checked_mul(b) {
        Some(product) => product,
        None => panic!("the segment's size overflows"),
    }
}

const fn round_up(value: usize, to: usize) -> usize {
    mul(add(value, to - 1) / to, to)
}

/// The size of the largest segment. Evaluated by the compiler; as everything in [`Layout::new`] grows with its
/// arguments, the panics above can't be reached.
pub(crate) const MAX_TOTAL_LEN: usize = match Geometry::new(MAX_FRAMES, MAX_CHANNELS, MAX_CHANNELS) {
    Ok(largest) => Layout::new(largest).total_len,
    Err(_) => panic!("the limits are a geometry"),
};

#[cfg(test)]
mod tests {
    use super::*;

    /// The writer of a part of the segment. Header and parameters are also written by the host, but on separate lines.
    #[derive(Debug, Clone, Copy, PartialEq)]
    enum Writer {
        Host,
        Child,
    }

    fn geometries() -> Vec<Geometry> {
        let frames = [1, 31, 32, 33, 64, 333, 4096, MAX_FRAMES];
        let channels = [(0, 1), (1, 1), (2, 2), (1, 2), (MAX_CHANNELS, MAX_CHANNELS)];
        let all = frames.iter().flat_map(|frames| channels.map(|(i, o)| Geometry::new(*frames, i, o)));
        all.collect::<Result<_, _>>().expect("all are in range")
    }

    /// Every field of a segment as (offset, bytes, writer).
    fn fields(layout: &Layout) -> Vec<(usize, usize, Writer)> {
        use Writer::{Child, Host};
        let geometry = layout.geometry();
        let channel = index(geometry.max_frames()) * WORD;
        let mut fields = vec![
            (header::MAGIC, header::GENERATION + WORD - header::MAGIC, Host),
            (host_line::COMMAND_SEQ, WORD, Host),
            (host_line::WAITING, WORD, Host),
            (child_line::REPLY_SEQ, WORD, Child),
            (child_line::WAITING, WORD, Child),
            (child_line::PHASE, WORD, Child),
            (child_line::HEARTBEAT, WORD, Child),
            (child_line::NONFINITE, WORD, Child),
            (child_line::BEGUN, WORD, Child),
            (layout.parameter(0), MAX_PARAMETERS * WORD, Host),
            (layout.probes() + probes::COUNT, WORD, Child),
            (layout.probes() + probes::IGNORED, WORD, Child),
            (layout.probe_name(0), MAX_PROBES * MAX_PROBE_NAME_BYTES, Child),
            (layout.probe_processor(0), MAX_PROBES * WORD, Child),
        ];
        for sequence in (0_u32..).take(SLOTS) {
            let slot = layout.slot(sequence);
            fields.extend([
                (slot + command::SEQ, WORD, Host),
                (slot + command::FRAMES, WORD, Host),
                (slot + command::SAMPLE_POSITION, 2 * WORD, Host),
                (slot + command::HOST_TIME_NS, 2 * WORD, Host),
                (slot + command::PARAMETER_EPOCH, WORD, Host),
                (slot + command::FLAGS, WORD, Host),
                (slot + command::POSITION, 2 * WORD, Host),
                (slot + command::TEMPO, 2 * WORD, Host),
                (slot + reply::SEQ, WORD, Child),
                (slot + reply::AWAKE_NS, 2 * WORD, Child),
                (slot + reply::DONE_NS, 2 * WORD, Child),
                (slot + reply::PROBES, WORD, Child),
            ]);
            fields.extend(
                (0..MAX_PROBES)
                    .map(|probe| (layout.probe_values(sequence, probe), probe_values::BYTES, Child)),
            );
            fields.extend((0..geometry.inputs()).map(|c| (layout.input(sequence, c), channel, Host)));
            fields.extend((0..geometry.outputs()).map(|c| (layout.output(sequence, c), channel, Child)));
        }
        fields.sort_by_key(|field| field.0);
        fields
    }

    #[test]
    fn no_two_fields_overlap_and_all_are_inside() {
        for geometry in geometries() {
            let layout = Layout::new(geometry);
            let mut end = 0;
            for (offset, len, _) in fields(&layout) {
                assert!(
                    offset.is_multiple_of(WORD) && offset >= end,
                    "{geometry:?}: {offset} begins before {end}"
                );
                end = offset + len;
            }
            assert!(end <= layout.total_len(), "{geometry:?}: {end} is behind the end");
        }
    }

    #[test]
    fn host_and_child_never_write_the_same_line() {
        for geometry in geometries() {
            let layout = Layout::new(geometry);
            let mut writers = vec![None; layout.total_len() / LINE];
            for (offset, len, writer) in fields(&layout) {
                for line in &mut writers[offset / LINE..=(offset + len - 1) / LINE] {
                    assert_eq!(*line.get_or_insert(writer), writer, "{geometry:?}: the line of {offset}");
                }
            }
        }
    }

    #[test]
    fn slots_and_channels_start_on_lines() {
        for geometry in geometries() {
            let layout = Layout::new(geometry);
            for sequence in (u32::MAX - 5..=u32::MAX).chain(0..5) {
                assert!(layout.slot(sequence).is_multiple_of(LINE));
                assert!(layout.input(sequence, 0).is_multiple_of(LINE));
                assert!((0..geometry.outputs()).all(|c| layout.output(sequence, c).is_multiple_of(LINE)));
            }
        }
    }

    #[test]
    fn the_total_is_whole_pages_and_the_extremes_are_known() {
        for geometry in geometries() {
            let total = Layout::new(geometry).total_len();
            assert!(total.is_multiple_of(PAGE) && total <= MAX_TOTAL_LEN, "{geometry:?}: {total}");
        }
        let smallest = Geometry::new(1, 0, 1).expect("in range");
        assert_eq!(Layout::new(smallest).total_len(), PAGE);
        if SLOTS == 4 {
            // 4 slots of 16 channels of 32 KiB, and one more page for the lines, the parameters and the probes.
            assert_eq!(MAX_TOTAL_LEN, 4 * 16 * 32 * 1024 + PAGE);
        }
    }

    #[test]
    fn consecutive_sequences_use_different_slots_across_the_wrap_around() {
        let mut sequence = u32::MAX - 7;
        for _ in 0..16 {
            let mut used: Vec<_> =
                (0_u32..).take(SLOTS).map(|n| slot_index(sequence.wrapping_add(n))).collect();
            used.sort_unstable();
            assert_eq!(used, (0..SLOTS).collect::<Vec<_>>());
            sequence = sequence.wrapping_add(1);
        }
    }

    #[test]
    fn geometries_out_of_range_are_refused() {
        use crate::geometry::GeometryError::{Frames, Inputs, Outputs};
        assert_eq!(Geometry::new(0, 1, 1), Err(Frames(0)));
        assert_eq!(Geometry::new(MAX_FRAMES + 1, 1, 1), Err(Frames(MAX_FRAMES + 1)));
        assert_eq!(Geometry::new(64, MAX_CHANNELS + 1, 1), Err(Inputs(MAX_CHANNELS + 1)));
        assert_eq!(Geometry::new(64, 1, 0), Err(Outputs(0)));
        assert_eq!(Geometry::new(u32::MAX, u32::MAX, u32::MAX), Err(Frames(u32::MAX)));
    }
}
