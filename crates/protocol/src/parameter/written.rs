//! Values of parameters as a person writes them.

use super::{ParameterSpec, ParameterType};

impl ParameterSpec {
    /// The value that `text` means: a number, `on`, `off`, or a choice's name in any case.
    ///
    /// # Errors
    /// For a person: it isn't one of those, or out of range, with what it may be.
    pub fn read(&self, text: &str) -> Result<f32, String> {
        let named = |name: &String| name.eq_ignore_ascii_case(text);
        let chosen = self.variants.iter().flatten().position(named);
        let number = match (chosen, self.kind, text) {
            // No processor has that many choices.
            (Some(index), _, _) => u16::try_from(index).ok().map(f32::from),
            (None, ParameterType::Bool, "on" | "true") => Some(1.0),
            (None, ParameterType::Bool, "off" | "false") => Some(0.0),
            _ => text.parse().ok(),
        };
        let refused = || format!("`{}` can't be `{text}`. It is: {}", self.id, self.possible());
        number.and_then(|number| self.accept(number).ok()).ok_or_else(refused)
    }

    /// "gain_level: -60 to 24 dB", "gain_shape: Clean, Clipped, Silent".
    #[must_use]
    pub fn possible(&self) -> String {
        let values = match (&self.variants, self.kind) {
            (Some(variants), _) if !variants.is_empty() => variants.join(", "),
            (_, ParameterType::Bool) => "on or off".into(),
            _ => format!("{} to {} {}", self.min, self.max, self.unit.as_deref().unwrap_or_default()),
        };
        format!("{}: {}", self.id, values.trim_end())
    }
}
