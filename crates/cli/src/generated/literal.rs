//! Names and strings of TypeScript.

use std::fmt::Write;

/// Whether the id needs no quotes as a key; letters of other alphabets are quoted.
pub(super) fn is_identifier(text: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_alphabetic() || matches!(letter, '_' | '$');
    text.starts_with(is_letter) && text.chars().all(|letter| is_letter(letter) || letter.is_ascii_digit())
}

/// A TypeScript string in single quotes.
pub(super) fn literal(text: &str) -> String {
    let mut literal = String::from("'");
    for letter in text.chars() {
        match letter {
            '\\' | '\'' => literal.extend(['\\', letter]),
            '\n' => literal += "\\n",
            '\r' => literal += "\\r",
            '\t' => literal += "\\t",
            '\u{8}' => literal += "\\b",
            '\u{c}' => literal += "\\f",
            control if control.is_control() => {
                // A string's capacity is its only limit.
                let _ = write!(literal, "\\u{:04x}", u32::from(control));
            }
            other => literal.push(other),
        }
    }
    literal + "'"
}
