//! A smooth curve through the bins of a transform.

use crate::number::{real, whole_size};

/// Levels at any place between the bins: a monotone cubic through their levels in dB, which has no corners where a bin
/// is wide and is never beyond two neighbours (Fritsch and Butland, "A method for constructing local monotone piecewise
/// cubic interpolants", 1984: the harmonic mean of the slopes beside a bin).
pub(super) struct Curve<'a> {
    db: &'a [f64],
}

impl<'a> Curve<'a> {
    /// At least one bin.
    pub(super) fn new(db: &'a [f64]) -> Self {
        Self { db }
    }

    /// The largest level at these places and at the bins between the first and the last, so that no line of a spectrum
    /// is lost where points are wider than bins.
    pub(super) fn largest(&self, from: f64, middle: f64, to: f64) -> f64 {
        let ends = self.at(from).max(self.at(middle)).max(self.at(to));
        let (first, last) = (whole_size(from.ceil()), whole_size(to.floor()).min(self.db.len() - 1));
        self.db.get(first..=last).into_iter().flatten().fold(ends, |largest, level| largest.max(*level))
    }

    /// The level at a place, counted in bins.
    fn at(&self, place: f64) -> f64 {
        let bin = whole_size(place.floor()).min(self.db.len() - 1);
        let part = (place - real(bin)).clamp(0.0, 1.0);
        let (one, two) = (self.bin(bin, 0), self.bin(bin, 1));
        let (rise, run) = (self.slope(bin), self.slope(bin + 1));
        let (square, cube) = (part * part, part * part * part);
        one * (2.0 * cube - 3.0 * square + 1.0)
            + rise * (cube - 2.0 * square + part)
            + two * (3.0 * square - 2.0 * cube)
            + run * (cube - square)
    }

    fn bin(&self, bin: usize, offset: usize) -> f64 {
        self.db[(bin + offset).min(self.db.len() - 1)]
    }

    /// The curve's slope at a bin: none at a peak or in a valley.
    fn slope(&self, bin: usize) -> f64 {
        let here = self.bin(bin, 0);
        let before = here - self.db[bin.saturating_sub(1).min(self.db.len() - 1)];
        let after = self.bin(bin, 1) - here;
        if before * after <= 0.0 { 0.0 } else { 2.0 * before * after / (before + after) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_through_the_bins_without_corners_and_never_beyond_them() {
        let db = [-120.0, -120.0, -6.0, 0.0, -6.0, -40.0, -40.0, -12.0];
        let curve = Curve::new(&db);
        for (bin, level) in db.iter().enumerate() {
            assert!((curve.at(real(bin)) - level).abs() < 1e-9);
        }
        let places: Vec<f64> = (0..=7000).map(|step| curve.at(real(step) / 1000.0)).collect();
        for (step, level) in places.iter().enumerate() {
            let bin = (step / 1000).min(6);
            let range = db[bin].min(db[bin + 1]) - 1e-9..=db[bin].max(db[bin + 1]) + 1e-9;
            assert!(range.contains(level), "{step}: {level}");
        }
        let slopes: Vec<f64> = places.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(slopes.windows(2).all(|pair| (pair[1] - pair[0]).abs() < 0.001), "a corner");
    }

    #[test]
    fn a_line_between_two_points_is_not_lost() {
        let mut db = [-120.0; 64];
        db[17] = -3.0;
        assert_eq!(Curve::new(&db).largest(10.2, 15.0, 20.9), -3.0);
        assert_eq!(Curve::new(&db).largest(18.2, 19.0, 20.9), -120.0);
        // Beyond the last bin there is nothing.
        assert_eq!(Curve::new(&db).largest(100.0, 200.0, 300.0), -120.0);
    }
}
