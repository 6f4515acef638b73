//! The 99th percentile of the last ten seconds, without storing the values.

/// The window in seconds: this many slices of one second.
pub(super) const SLICES: usize = 10;

/// Buckets per octave, of equal width: each is an eighth of the octave's lower edge wide, at most 12.5 % of a value.
const PER_OCTAVE: usize = 8;

/// Number of octaves: from 2^−12 (0.02 %) to 2^4 (16 times the available time).
const OCTAVES: usize = 16;

const BUCKETS: usize = OCTAVES * PER_OCTAVE;

/// Bits of an `f32` below those that select the bucket: exponent, then three bits of the fraction.
const SHIFT: u32 = 20;

/// The bucket of 2^−12, counted from that of 0.
const FIRST: u32 = (127 - 12) << 3;

/// Counts positive values in buckets, eight per octave, one second at a time.
#[derive(Debug)]
pub(crate) struct Percentile {
    slices: Box<[[u16; BUCKETS]; SLICES]>,
    /// Sum of all slices.
    totals: [u32; BUCKETS],
    current: usize,
    value: f32,
}

impl Percentile {
    /// Allocates: called on the control side.
    pub(crate) fn new() -> Self {
        Self { slices: Box::new([[0; BUCKETS]; SLICES]), totals: [0; BUCKETS], current: 0, value: 0.0 }
    }

    /// Counts a value; values below the first bucket or above the last one count in that bucket.
    pub(crate) fn add(&mut self, value: f32) {
        let bucket = bucket(value);
        let cell = &mut self.slices[self.current][bucket];
        // Overflow would need callbacks of a single frame.
        if let Some(more) = cell.checked_add(1) {
            *cell = more;
            self.totals[bucket] += 1;
        }
    }

    /// Ends a second: updates the percentile and forgets the oldest second.
    pub(crate) fn close_second(&mut self) {
        self.value = self.percentile();
        self.current = (self.current + 1) % SLICES;
        for (total, count) in self.totals.iter_mut().zip(&mut self.slices[self.current]) {
            *total -= u32::from(std::mem::take(count));
        }
    }

    /// The value that 99 % of the values of the ten seconds before the last [`close_second`](Self::close_second) didn't
    /// exceed, to within the width of a bucket. 0 before the first.
    pub(crate) fn value(&self) -> f32 {
        self.value
    }

    fn percentile(&self) -> f32 {
        let count: u32 = self.totals.iter().sum();
        let mut above = count / 100;
        for (bucket, total) in self.totals.iter().enumerate().rev() {
            match above.checked_sub(*total) {
                Some(rest) => above = rest,
                None => return upper_edge(bucket),
            }
        }
        // Only reached when there are no values.
        0.0
    }
}

fn bucket(value: f32) -> usize {
    let bits = value.max(0.0).to_bits() >> SHIFT;
    usize::try_from(bits.saturating_sub(FIRST)).unwrap_or(BUCKETS).min(BUCKETS - 1)
}

fn upper_edge(bucket: usize) -> f32 {
    let above = u32::try_from(bucket + 1).unwrap_or(0);
    f32::from_bits((FIRST + above) << SHIFT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_in_a_hundred_may_be_larger() {
        let mut loads = Percentile::new();
        for number in 0..1000_u16 {
            loads.add(if number < 10 { 3.0 } else { 0.1 });
        }
        assert_eq!(loads.value(), 0.0, "no second is over");
        loads.close_second();
        assert!(loads.value() >= 0.1 && loads.value() < 0.1 * 1.14, "{}", loads.value());
        loads.add(3.0);
        loads.close_second();
        assert!(loads.value() >= 3.0 && loads.value() < 3.0 * 1.14, "{}", loads.value());
    }

    #[test]
    fn ten_seconds_are_remembered_and_no_more() {
        let mut loads = Percentile::new();
        loads.add(0.5);
        for _ in 0..10 {
            loads.close_second();
            assert!(loads.value() >= 0.5);
        }
        loads.close_second();
        assert_eq!(loads.value(), 0.0);
    }

    #[test]
    fn every_value_has_a_bucket() {
        assert_eq!([0.0, -1.0, f32::NAN, 1e-9].map(bucket), [0; 4]);
        assert_eq!([1e9, f32::INFINITY].map(bucket), [BUCKETS - 1; 2]);
        for value in [0.001, 0.3, 1.0, 15.9] {
            let edge = upper_edge(bucket(value));
            assert!(edge > value && edge <= value * 1.125, "{value} in a bucket up to {edge}");
        }
    }
}
