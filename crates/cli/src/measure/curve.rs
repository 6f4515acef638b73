//! A small curve for a terminal, in braille: each letter is two dots wide and four high.

/// The first of the 256 braille patterns, the empty one.
const EMPTY: u32 = 0x2800;
/// The bit of each dot in a pattern, by row and column (Unicode 15, "Braille Patterns").
const DOTS: [[u32; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

/// Draws values, one for each column of dots, between `low` and `high`, as lines of text from top to bottom. Values outside
/// are drawn at the edge, those that aren't finite are left out. Neighbours are connected.
pub(super) fn draw(values: &[f64], low: f64, high: f64, rows: usize) -> Vec<String> {
    let dots = rows * 4;
    let row = |value: f64| {
        let share = ((high - value) / (high - low)).clamp(0.0, 1.0);
        (0..dots).rfind(|row| dot(*row) <= share * dot(dots - 1)).unwrap_or(0)
    };
    let mut patterns = vec![vec![EMPTY; values.len().div_ceil(2)]; rows];
    let mut before: Option<usize> = None;
    for (column, value) in values.iter().enumerate() {
        if !value.is_finite() {
            before = None;
            continue;
        }
        let now = row(*value);
        let from = match before {
            Some(before) if before < now => before + 1,
            Some(before) if before > now => before - 1,
            _ => now,
        };
        for row in from.min(now)..=from.max(now) {
            patterns[row / 4][column / 2] |= DOTS[row % 4][column % 2];
        }
        before = Some(now);
    }
    let line = |line: Vec<u32>| line.into_iter().filter_map(char::from_u32).collect();
    patterns.into_iter().map(line).collect()
}

/// A number of dots as a coordinate.
fn dot(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_rises_from_corner_to_corner() {
        let rising: Vec<f64> = (0..8).map(f64::from).collect();
        assert_eq!(draw(&rising, 0.0, 7.0, 2), ["⠀⠀⡠⠊", "⡠⠊⠀⠀"]);
    }

    #[test]
    fn what_is_outside_is_at_the_edge_and_what_is_no_number_is_left_out() {
        assert_eq!(draw(&[9.0, -9.0], 0.0, 1.0, 1), ["⢱"]);
        assert_eq!(draw(&[f64::NAN, 0.0], 0.0, 1.0, 1), ["⢀"]);
        assert_eq!(draw(&[f64::NEG_INFINITY, f64::NAN], 0.0, 1.0, 1), ["⠀"]);
    }
}
