//! What the file of a preset holds.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// The version of the form that is written.
pub const VERSION: u64 = 1;
/// The most bytes of a file.
pub const MAX_FILE_BYTES: usize = 256 * 1024;
/// The most values: as many as a project has parameters.
pub const MAX_VALUES: usize = 1024;
/// The most letters of a note.
pub const MAX_NOTE_LETTERS: usize = 1000;
/// The most bytes of a parameter's id.
const MAX_ID_BYTES: usize = 256;

/// A preset: values by id, in the parameters' own units.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Preset {
    /// What its author says of it; empty if nothing.
    pub note: String,
    /// The values. All are finite numbers.
    pub values: BTreeMap<String, f32>,
}

/// Why a text is no preset, or a preset can't be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadPreset {
    /// No JSON at all.
    #[error("it isn't JSON: {0}")]
    NotJson(String),
    /// JSON of something else.
    #[error("it isn't a preset: {0}")]
    NotPreset(&'static str),
    /// Of a later version.
    #[error("it was made by a newer Wavecraft (version {0}, this one reads {VERSION}): update Wavecraft")]
    Newer(u64),
    /// A value that no parameter can have.
    #[error("the value of `{0}` isn't a number that a parameter can have")]
    NoNumber(String),
    /// Too many values.
    #[error("it has {0} values, and {MAX_VALUES} is the most")]
    TooMany(usize),
    /// An id that no parameter has.
    #[error("one of its ids is empty or longer than {MAX_ID_BYTES} bytes")]
    BadId,
    /// A note that is too long.
    #[error("its note has {0} letters, and {MAX_NOTE_LETTERS} is the most")]
    LongNote(usize),
    /// More than a preset's file has.
    #[error("it is larger than {} KiB, which is the most", MAX_FILE_BYTES / 1024)]
    TooLarge,
}

/// The form in which a preset is written.
#[derive(Serialize)]
struct Written<'a> {
    version: u64,
    #[serde(skip_serializing_if = "str::is_empty")]
    note: &'a str,
    values: &'a BTreeMap<String, f32>,
}

/// The form in which it is read: values are checked one by one, so that the bad one can be named.
#[derive(Deserialize)]
struct Read {
    #[serde(default)]
    note: Value,
    values: BTreeMap<String, Value>,
}

impl Preset {
    /// Reads a file's text.
    ///
    /// # Errors
    /// See [`BadPreset`].
    pub fn read(text: &str) -> Result<Self, BadPreset> {
        if text.len() > MAX_FILE_BYTES {
            return Err(BadPreset::TooLarge);
        }
        let value: Value =
            serde_json::from_str(text).map_err(|error| BadPreset::NotJson(error.to_string()))?;
        match value.get("version").map(Value::as_u64) {
            Some(Some(VERSION)) => {}
            Some(Some(newer)) if newer > VERSION => return Err(BadPreset::Newer(newer)),
            _ => return Err(BadPreset::NotPreset("`version` is 1")),
        }
        let read: Read = serde_json::from_value(value)
            .map_err(|_| BadPreset::NotPreset("`values` is an object of numbers by parameter ids"))?;
        let note = match read.note {
            Value::Null => String::new(),
            Value::String(note) => note,
            _ => return Err(BadPreset::NotPreset("`note` is a text")),
        };
        let number = |(id, value): (String, Value)| {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a parameter's values are f32, and infinity is refused"
            )]
            let number = value.as_f64().map(|value| value as f32).filter(|value| value.is_finite());
            number.map(|number| (id.clone(), number)).ok_or(BadPreset::NoNumber(shown(&id)))
        };
        let preset = Self { note, values: read.values.into_iter().map(number).collect::<Result<_, _>>()? };
        preset.check()?;
        Ok(preset)
    }

    /// The text of its file.
    ///
    /// # Errors
    /// It is over a bound.
    pub fn text(&self) -> Result<String, BadPreset> {
        self.check()?;
        let written = Written { version: VERSION, note: &self.note, values: &self.values };
        let mut text =
            serde_json::to_string_pretty(&written).map_err(|error| BadPreset::NotJson(error.to_string()))?;
        text.push('\n');
        if text.len() > MAX_FILE_BYTES { Err(BadPreset::TooLarge) } else { Ok(text) }
    }

    fn check(&self) -> Result<(), BadPreset> {
        let letters = self.note.chars().count();
        if letters > MAX_NOTE_LETTERS {
            return Err(BadPreset::LongNote(letters));
        }
        if self.values.len() > MAX_VALUES {
            return Err(BadPreset::TooMany(self.values.len()));
        }
        if self.values.keys().any(|id| id.is_empty() || id.len() > MAX_ID_BYTES) {
            return Err(BadPreset::BadId);
        }
        match self.values.iter().find(|(_, value)| !value.is_finite()) {
            Some((id, _)) => Err(BadPreset::NoNumber(shown(id))),
            None => Ok(()),
        }
    }
}

/// An id of a file, which anybody wrote, in a message.
pub(crate) fn shown(id: &str) -> String {
    let mut shown: String = id.chars().filter(|sign| !sign.is_control()).take(64).collect();
    if shown.len() < id.len() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preset(values: &[(&str, f32)]) -> Preset {
        Preset {
            note: String::new(),
            values: values.iter().map(|(id, value)| ((*id).into(), *value)).collect(),
        }
    }

    #[test]
    fn what_is_written_is_read_and_looks_like_this() {
        let warm =
            Preset { note: "For \"pads\"".into(), ..preset(&[("b", 0.1), ("a", -60.0), ("c", 16777216.0)]) };
        let text = warm.text().unwrap();
        assert_eq!(
            text,
            "{\n  \"version\": 1,\n  \"note\": \"For \\\"pads\\\"\",\n  \"values\": {\n    \"a\": -60.0,\n    \"b\": 0.1,\n    \
             \"c\": 16777216.0\n  }\n}\n"
        );
        assert_eq!(Preset::read(&text), Ok(warm));
        assert_eq!(preset(&[]).text().unwrap(), "{\n  \"version\": 1,\n  \"values\": {}\n}\n");
        for value in [f32::MIN_POSITIVE, f32::MAX, f32::MIN, 1.0 / 3.0, 0.1 + 0.2] {
            let one = preset(&[("a", value)]);
            assert_eq!(Preset::read(&one.text().unwrap()), Ok(one));
        }
    }

    #[test]
    fn a_person_may_write_whole_numbers_and_what_is_not_known() {
        let text = r#"{"values": {"a": 1, "b": 2e0}, "version": 1, "note": null, "author": {"name": "me"}}"#;
        assert_eq!(Preset::read(text), Ok(preset(&[("a", 1.0), ("b", 2.0)])));
    }

    #[test]
    fn a_broken_file_is_told_with_its_reason() {
        let many = format!(
            "{{\"version\":1,\"values\":{{{}}}}}",
            (0..=MAX_VALUES).map(|number| format!("\"p{number}\":0")).collect::<Vec<_>>().join(",")
        );
        let note = format!("{{\"version\":1,\"note\":\"{}\",\"values\":{{}}}}", "é".repeat(1001));
        let id = format!("{{\"version\":1,\"values\":{{\"{}\":1}}}}", "a".repeat(257));
        for (text, says) in [
            ("", "isn't JSON"),
            ("{\"version\":1,\"values\":{\"a\":NaN}}", "isn't JSON"),
            ("{\"version\":1,\"values\":{\"a\":1}", "isn't JSON"),
            ("[]", "`version` is 1"),
            ("{}", "`version` is 1"),
            ("{\"version\":0,\"values\":{}}", "`version` is 1"),
            ("{\"version\":\"1\",\"values\":{}}", "`version` is 1"),
            ("{\"version\":2,\"values\":[]}", "made by a newer Wavecraft (version 2"),
            ("{\"version\":1}", "`values` is an object"),
            ("{\"version\":1,\"values\":[1]}", "`values` is an object"),
            ("{\"version\":1,\"values\":{},\"note\":4}", "`note` is a text"),
            ("{\"version\":1,\"values\":{\"a\":\"1\"}}", "the value of `a` isn't a number"),
            ("{\"version\":1,\"values\":{\"a\":null}}", "the value of `a` isn't a number"),
            ("{\"version\":1,\"values\":{\"a\":true}}", "the value of `a` isn't a number"),
            ("{\"version\":1,\"values\":{\"a\":1e39}}", "the value of `a` isn't a number"),
            ("{\"version\":1,\"values\":{\"\":1}}", "ids is empty"),
            (&many, "it has 1025 values"),
            (&note, "1001 letters"),
            (&id, "longer than 256 bytes"),
            (&"[".repeat(100_000), "isn't JSON"),
            (&" ".repeat(MAX_FILE_BYTES + 1), "larger than 256 KiB"),
        ] {
            let told = Preset::read(text).unwrap_err().to_string();
            assert!(told.contains(says), "no `{says}` in {told}");
        }
    }

    #[test]
    fn what_no_reader_would_take_is_not_written() {
        assert_eq!(preset(&[("a", f32::NAN)]).text(), Err(BadPreset::NoNumber("a".into())));
        let note = "x".repeat(MAX_NOTE_LETTERS + 1);
        assert!(matches!(Preset { note, ..Preset::default() }.text(), Err(BadPreset::LongNote(_))));
        let long = |number: usize| format!("{number:0>250}");
        let values = (0..MAX_VALUES).map(|number| (long(number), 0.5)).collect();
        assert_eq!(Preset { note: String::new(), values }.text(), Err(BadPreset::TooLarge));
    }

    #[test]
    fn a_foreign_id_writes_nothing_into_a_terminal() {
        let text = "{\"version\":1,\"values\":{\"a\\u001b[2J\":null}}";
        let told = Preset::read(text).unwrap_err().to_string();
        assert!(!told.contains('\u{1b}') && told.contains("`a[2J…`"), "{told}");
    }
}
