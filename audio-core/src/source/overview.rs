//! The shape of a file, for drawing it whole.

/// Columns of an [`Overview`], at most.
pub const OVERVIEW_COLUMNS: usize = 512;

/// The smallest and the largest sample of both channels, in columns of equal shares of a file's frames: at most
/// [`OVERVIEW_COLUMNS`], and no more than there are frames.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Overview {
    /// The smallest sample in each column, linear.
    pub min: Vec<f32>,
    /// The largest one.
    pub max: Vec<f32>,
}

impl Overview {
    /// Looks at every frame.
    pub(crate) fn of(frames: &[[f32; 2]]) -> Self {
        let columns = frames.len().min(OVERVIEW_COLUMNS);
        let (mut min, mut max) = (Vec::with_capacity(columns), Vec::with_capacity(columns));
        for column in 0..columns {
            let share = &frames[column * frames.len() / columns..(column + 1) * frames.len() / columns];
            let (least, most) =
                share.as_flattened().iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(min, max), sample| {
                    (min.min(*sample), max.max(*sample))
                });
            min.push(least);
            max.push(most);
        }
        Self { min, max }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_is_in_one_column() {
        for count in [0, 1, 511, 512, 513, 1000, 48_000] {
            let overview = Overview::of(&vec![[0.25, -0.5]; count]);
            assert_eq!(overview.min, vec![-0.5; count.min(512)], "{count}");
            assert_eq!(overview.max, vec![0.25; count.min(512)], "{count}");
        }
        for click in [0, 1, 499, 777, 998, 999] {
            let mut frames = vec![[0.0; 2]; 1000];
            frames[click] = [0.0, 1.0];
            let loud: Vec<usize> = Overview::of(&frames)
                .max
                .iter()
                .enumerate()
                .filter_map(|(column, max)| (*max == 1.0).then_some(column))
                .collect();
            assert_eq!(loud.len(), 1, "{click}");
            assert!(loud[0].abs_diff(click * 512 / 1000) <= 1, "{click}: {loud:?}");
        }
    }
}
