//! Words for people that more than one program says.

/// A gain in dB, rounded to a tenth: "−6 dB", "+0.5 dB".
#[must_use]
pub fn gain(gain_db: f32) -> String {
    let tenths = format!("{:.1}", gain_db.abs());
    let tenths = tenths.strip_suffix(".0").unwrap_or(&tenths);
    let sign = match tenths {
        "0" => "",
        _ if gain_db > 0.0 => "+",
        _ => "−",
    };
    format!("{sign}{tenths} dB")
}

/// The text as a sentence: with a capital, unless it begins with a name, and with a full stop if it has no end.
#[must_use]
pub fn sentence(text: &str) -> String {
    let text = text.trim();
    let end = if text.is_empty() || text.ends_with(['.', '!', '?', '…', ':']) { "" } else { "." };
    let word = text.split(' ').next().unwrap_or_default().trim_end_matches([',', ':', '.', '!', '?', '…']);
    let mut chars = text.chars();
    match chars.next().filter(|_| word.chars().all(char::is_alphabetic)) {
        Some(first) => first.to_uppercase().chain(chars).collect::<String>() + end,
        None => format!("{text}{end}"),
    }
}

/// A sentence within another one: without its capital, unless that is a word's own.
#[must_use]
pub fn clause(text: &str) -> String {
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(first), Some(second)) if second.is_lowercase() || second == ' ' => {
            first.to_lowercase().chain([second]).chain(chars).collect()
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gain_has_its_sign_and_no_more_digits_than_it_needs() {
        let all = [0.0, -0.04, -6.0, 0.5, 12.0, -60.0].map(gain);
        assert_eq!(all, ["0 dB", "0 dB", "−6 dB", "+0.5 dB", "+12 dB", "−60 dB"]);
    }

    #[test]
    fn a_sentence_leaves_names_as_they_are() {
        assert_eq!(["a b", "ä!", "lib.so is", ""].map(sentence), ["A b.", "Ä!", "lib.so is.", ""]);
        assert_eq!(["It is.", "A b", "SIGSEGV", ""].map(clause), ["it is.", "a b", "SIGSEGV", ""]);
    }
}
