//! The results, printed as they come.

use serde_json::json;

/// One result beside its anchor.
pub(crate) struct Line {
    /// The measure's name, `P1` to `P14`.
    pub(crate) id: &'static str,
    /// What was measured, for a person.
    pub(crate) what: String,
    pub(crate) value: f64,
    pub(crate) unit: &'static str,
    /// What it is compared with.
    pub(crate) anchor: String,
    /// In the same unit.
    pub(crate) anchor_value: f64,
}

/// Where results go.
pub(crate) struct Lines {
    json: bool,
}

impl Lines {
    pub(crate) fn new(json: bool) -> Self {
        if !json {
            println!(
                "{:<4} {:<66} {:>10} {:<6} {:>10}  {:<34} {:>7}",
                "id", "what", "value", "unit", "anchor", "", "ratio"
            );
        }
        Self { json }
    }

    pub(crate) fn add(&mut self, line: Line) {
        let Line { id, what, value, unit, anchor, anchor_value } = line;
        // Without a ratio where it would be one to nothing.
        let ratio = (anchor_value != 0.0).then(|| value / anchor_value);
        if self.json {
            let rounded = |value: f64| (value * 1000.0).round() / 1000.0;
            println!(
                "{}",
                json!({
                    "id": id, "what": what, "value": rounded(value), "unit": unit, "anchor": anchor,
                    "anchor_value": rounded(anchor_value), "ratio": ratio.map(rounded),
                })
            );
        } else {
            let ratio = ratio.map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.3}"));
            println!(
                "{id:<4} {what:<66} {value:>10.3} {unit:<6} {anchor_value:>10.3}  {anchor:<34} {ratio:>7}"
            );
        }
    }
}
