//! Mean powers over bands of a spectrum.

use crate::{
    fourier::Bins,
    number::{real, whole},
};

/// The powers of bins, for means over many of them.
#[derive(Debug, Clone)]
pub(super) struct Powers {
    /// For each bin the sum of all before it, and the sum of all.
    sums: Vec<f64>,
}

impl Powers {
    /// The powers of these bins, each times `scale`.
    pub(super) fn of(bins: &Bins, scale: f64) -> Self {
        let mut sums = vec![0.0];
        let mut sum = 0.0;
        for bin in bins {
            sum += scale * bin.norm_sqr();
            sums.push(sum);
        }
        Self { sums }
    }

    /// The mean power over a share of an octave around a bin, at least of that bin.
    pub(super) fn mean(&self, bin: usize, octaves: f64) -> f64 {
        let half = (octaves / 2.0).exp2();
        let last = self.sums.len() - 1;
        let from = whole(real(bin) / half).min(last - 1);
        let to = (whole(real(bin) * half) + 1).clamp(from + 1, last);
        (self.sums[to] - self.sums[from]) / real(to - from)
    }
}
