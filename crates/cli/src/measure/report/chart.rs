//! One picture of curves over an axis, with a table of their values.

use super::escape::escaped;
use wavecraft_companion_analysis::words;

/// The picture's size, and the space that its axes take, in its own units.
pub(super) const SIZE: [f64; 2] = [720.0, 260.0];
const LEFT: f64 = 56.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 40.0;
/// Lines across, at most.
const MOST_LINES: f64 = 7.0;
/// Rows of a table, at most: of a long curve every so-manieth.
const MOST_ROWS: usize = 200;

/// How the horizontal axis runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Across {
    /// Frequencies in Hz: as many units for each octave.
    Frequency,
    /// Anything else, with its unit.
    Even(&'static str),
}

/// How values are drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Drawn {
    /// As a line through all of them.
    Line,
    /// Each as a line of its own, from the bottom up.
    Stems,
}

/// A curve: its name and its points. A point without a value interrupts it.
#[derive(Debug, Clone)]
pub(super) struct Curve {
    pub name: String,
    pub points: Points,
}

/// Places on the horizontal axis, and their values.
pub(super) type Points = Vec<(f64, Option<f64>)>;

/// A picture.
#[derive(Debug, Clone)]
pub(super) struct Chart {
    pub title: &'static str,
    pub across: Across,
    pub drawn: Drawn,
    /// The unit of the values.
    pub unit: &'static str,
    /// The least range of values that is shown: what hardly changes is drawn flat.
    pub least_range: f64,
    /// The largest: what is further below the highest is at the edge.
    pub most_range: f64,
    pub curves: Vec<Curve>,
}

impl Chart {
    /// The heading, the picture and the table. Empty without any value.
    pub(super) fn section(&self) -> String {
        let Some(picture) = self.picture() else { return String::new() };
        let keys: String = match &self.curves[..] {
            [_] => String::new(),
            curves => (0..)
                .zip(curves)
                .map(|(index, curve)| {
                    format!(" <span class=\"key c{}\">■</span> {}", index % 4, escaped(&curve.name))
                })
                .collect(),
        };
        format!(
            "<section>\n<h2>{}</h2>\n<p>{}{keys}</p>\n<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" role=\"img\" \
             aria-label=\"{}; its values are in the table below\">\n{picture}</svg>\n{}</section>\n",
            self.title,
            self.units(),
            SIZE[0],
            SIZE[1],
            self.title,
            self.table()
        )
    }

    /// The units of both axes, where they aren't at the values themselves: "dB", "dBFS over ms".
    pub(super) fn units(&self) -> String {
        match self.across {
            Across::Frequency => self.unit.into(),
            Across::Even(across) => format!("{} over {across}", self.unit),
        }
    }

    /// What is drawn, of [`SIZE`]. `None` without any value.
    pub(super) fn picture(&self) -> Option<String> {
        let (low, high, step) = self.range()?;
        let [first, last] = self.ends();
        let x = |at: f64| {
            let share = match self.across {
                Across::Frequency => (at / first).ln() / (last / first).ln(),
                Across::Even(_) => (at - first) / (last - first),
            };
            LEFT + share.clamp(0.0, 1.0) * (SIZE[0] - LEFT - RIGHT)
        };
        let y = |value: f64| {
            let share = ((high - value) / (high - low)).clamp(0.0, 1.0);
            TOP + share * (SIZE[1] - TOP - BOTTOM)
        };
        let (right, bottom) = (SIZE[0] - RIGHT, SIZE[1] - BOTTOM);
        let mut picture = String::new();
        let mut value = low;
        while value <= high + step / 2.0 {
            let (at, text) = (y(value), words::number(value, digits(step)));
            picture.push_str(&format!(
                "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{right}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/><text x=\"{:.1}\" y=\"{:.1}\" \
                 text-anchor=\"end\">{text}</text>\n",
                LEFT - 6.0,
                at + 4.0
            ));
            value += step;
        }
        for mark in self.marks(first, last) {
            let at = x(mark);
            let text = match self.across {
                Across::Frequency => words::hertz(mark),
                Across::Even(_) => words::number(mark, digits((last - first) / MOST_LINES)),
            };
            picture.push_str(&format!(
                "<line class=\"grid\" x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{TOP}\" y2=\"{bottom}\"/><text x=\"{at:.1}\" y=\"{:.1}\" \
                 text-anchor=\"middle\">{text}</text>\n",
                bottom + 16.0
            ));
        }
        picture.push_str(&format!(
            "<line class=\"axis\" x1=\"{LEFT}\" x2=\"{right}\" y1=\"{bottom}\" y2=\"{bottom}\"/>\n"
        ));
        for (index, curve) in self.curves.iter().enumerate() {
            let mut path = String::new();
            let mut pen_is_down = false;
            for (at, value) in &curve.points {
                let Some(value) = value.filter(|value| !value.is_nan()) else {
                    pen_is_down = false;
                    continue;
                };
                let (at, value) = (x(*at), y(value));
                if self.drawn == Drawn::Stems {
                    path.push_str(&format!("M{at:.1} {bottom:.1}L{at:.1} {value:.1}"));
                    continue;
                }
                let order = if std::mem::replace(&mut pen_is_down, true) { 'L' } else { 'M' };
                path.push_str(&format!("{order}{at:.1} {value:.1}"));
            }
            picture.push_str(&format!("<path class=\"curve c{}\" d=\"{path}\"/>\n", index % 4));
        }
        Some(picture)
    }

    /// The lowest and the highest value that are shown, and the step of the lines.
    fn range(&self) -> Option<(f64, f64, f64)> {
        let values = || self.curves.iter().flat_map(|curve| &curve.points).filter_map(|(_, value)| *value);
        let highest = values().filter(|value| value.is_finite()).fold(f64::NEG_INFINITY, f64::max);
        let lowest = values().filter(|value| value.is_finite()).fold(f64::INFINITY, f64::min);
        if !highest.is_finite() {
            return None;
        }
        let lowest = lowest.max(highest - self.most_range);
        let middle = f64::midpoint(highest, lowest);
        let half = (highest - lowest).max(self.least_range) / 2.0;
        let step = nice(2.0 * half / (MOST_LINES - 1.0));
        Some((((middle - half) / step).floor() * step, ((middle + half) / step).ceil() * step, step))
    }

    /// Both ends of the horizontal axis.
    fn ends(&self) -> [f64; 2] {
        let all = || self.curves.iter().flat_map(|curve| &curve.points).map(|(at, _)| *at);
        let (first, last) = (all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max));
        [first, if last > first { last } else { first + 1.0 }]
    }

    /// Where the horizontal axis has marks.
    fn marks(&self, first: f64, last: f64) -> Vec<f64> {
        match self.across {
            Across::Frequency => {
                let decades = (0..6).map(|decade| 10.0_f64.powi(decade));
                let all = decades.flat_map(|decade| [1.0, 2.0, 5.0].map(|mark| mark * decade));
                all.filter(|mark| (first..=last).contains(mark)).collect()
            }
            Across::Even(_) => {
                let step = nice((last - first) / MOST_LINES);
                let mut mark = (first / step).ceil() * step;
                let mut marks = Vec::new();
                while mark <= last + step * 1e-6 {
                    marks.push(mark);
                    mark += step;
                }
                marks
            }
        }
    }

    /// Where there are values: those of the longest curve, or of all curves if each has its own.
    fn places(&self) -> Vec<f64> {
        let of = |curve: &Curve| curve.points.iter().map(|(at, _)| *at).collect::<Vec<_>>();
        if self.drawn == Drawn::Line {
            return self.curves.iter().max_by_key(|curve| curve.points.len()).map(of).unwrap_or_default();
        }
        let mut all: Vec<f64> = self.curves.iter().flat_map(of).collect();
        all.sort_by(f64::total_cmp);
        all.dedup();
        all
    }

    /// The values of all curves. A long curve is told by every so-manieth point.
    fn table(&self) -> String {
        let across = match self.across {
            Across::Frequency => "Hz",
            Across::Even(unit) => unit,
        };
        let places = self.places();
        let every = places.len().div_ceil(MOST_ROWS).max(1);
        let heads: String = self
            .curves
            .iter()
            .map(|curve| format!("<th scope=\"col\">{}</th>", escaped(&curve.name)))
            .collect();
        let mut rows = String::new();
        for at in places.iter().step_by(every) {
            let cell = |curve: &Curve| {
                let value = curve.points.iter().find(|(here, _)| here == at).and_then(|(_, value)| *value);
                format!("<td>{}</td>", value.map_or_else(|| "–".into(), |value| words::number(value, 3)))
            };
            let cells: String = self.curves.iter().map(cell).collect();
            rows.push_str(&format!("<tr><th scope=\"row\">{}</th>{cells}</tr>\n", words::number(*at, 2)));
        }
        format!(
            "<details><summary>Values in {}</summary><div><table><thead><tr><th scope=\"col\">{across}</th>{heads}</tr></thead>\n\
             <tbody>\n{rows}</tbody></table></div></details>\n",
            self.unit
        )
    }
}

/// The next of 1, 2 and 5 times a power of ten.
fn nice(step: f64) -> f64 {
    let power = 10.0_f64.powf(step.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|times| times * power);
    steps.into_iter().find(|nice| *nice >= step * (1.0 - 1e-9)).unwrap_or(step)
}

/// How many digits behind the point tell steps apart.
fn digits(step: f64) -> usize {
    [1.0, 0.1, 0.01, 0.001].iter().position(|least| step >= least * (1.0 - 1e-9)).unwrap_or(4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(points: Vec<(f64, Option<f64>)>) -> Chart {
        let curves = vec![Curve { name: "a".into(), points }];
        Chart {
            title: "A",
            across: Across::Even("s"),
            drawn: Drawn::Line,
            unit: "dB",
            least_range: 12.0,
            most_range: 60.0,
            curves,
        }
    }

    #[test]
    fn a_curve_runs_from_corner_to_corner_of_a_nice_scale() {
        let text = chart(vec![(0.0, Some(-12.0)), (1.0, None), (2.0, Some(0.0))]).section();
        assert!(text.contains("d=\"M56.0 220.0M708.0 12.0\""), "{text}");
        assert!(
            text.contains(">−12</text>") && text.contains(">0</text>") && text.contains(">–</td>"),
            "{text}"
        );
    }

    #[test]
    fn what_is_silent_is_at_the_edge_and_without_values_there_is_no_picture() {
        let text = chart(vec![(0.0, Some(0.0)), (1.0, Some(f64::NEG_INFINITY))]).section();
        assert!(text.contains("−∞") && text.contains("L708.0 220.0"), "{text}");
        assert_eq!(chart(vec![(0.0, None)]).section(), "");
        assert_eq!(chart(Vec::new()).section(), "");
    }

    #[test]
    fn stems_stand_on_the_axis_and_each_curve_has_its_own_rows() {
        let curve = |name: &str, at| Curve { name: name.into(), points: vec![(at, Some(-60.0))] };
        let curves = vec![curve("a", 1.0), curve("b", 3.0)];
        let text = Chart { drawn: Drawn::Stems, curves, ..chart(vec![(1.0, Some(0.0))]) }.section();
        assert!(text.contains("M56.0 220.0L56.0") && text.contains("M708.0 220.0L708.0"), "{text}");
        assert_eq!(text.matches("<td>−60.000</td>").count(), 2, "{text}");
        assert_eq!(text.matches("<td>–</td>").count(), 2, "{text}");
    }

    #[test]
    fn steps_are_nice_and_told_with_as_many_digits_as_they_have() {
        assert_eq!([0.03, 1.1, 2.0, 7.0].map(nice), [0.05, 2.0, 2.0, 10.0]);
        assert_eq!([10.0, 1.0, 0.5, 0.02].map(digits), [0, 0, 1, 2]);
    }
}
