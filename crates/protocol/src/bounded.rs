//! Cuts text of any length to what a line or a message has room for.

use std::borrow::Cow;

/// The most bytes, as JSON, that one line or one sentence from a child may take.
pub const LINE_BYTES: usize = 8 * 1024;
/// The most bytes, as JSON, of the compiler's output. With [`COLOURED_BYTES`] and [`PLACES_BYTES`] it has room in a line of
/// the control socket, [`MAX_LINE_BYTES`](crate::control::MAX_LINE_BYTES).
pub const BUILD_BYTES: usize = 96 * 1024;
/// The same with colours, each of which takes about ten bytes as JSON.
pub const COLOURED_BYTES: usize = 120 * 1024;
/// The most bytes, as JSON, of its places.
pub const PLACES_BYTES: usize = 24 * 1024;

/// Room for the note that says what is missing: two numbers of twenty digits with their commas fit into it.
const NOTE_BYTES: usize = 96;

/// Returns the text, or, if it takes more than `most` bytes as JSON, its beginning and a note of how much is missing.
/// Never cuts within a character. Below 96 bytes only the note is left.
#[must_use]
pub fn cut(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most / 6 || json_bytes(text) <= most {
        return Cow::Borrowed(text);
    }
    let room = most.saturating_sub(NOTE_BYTES);
    let mut taken = 0;
    let end = text.char_indices().find_map(|(at, c)| {
        taken += json_bytes_of(c);
        (taken > room).then_some(at)
    });
    let end = end.unwrap_or(text.len());
    Cow::Owned(format!("{} … (cut: {} more bytes)", &text[..end], grouped(text.len() - end)))
}

/// Like [`cut`], for a text of several lines, of which at most `lines` are kept.
#[must_use]
pub fn cut_lines(text: &str, most: usize, lines: usize) -> Cow<'_, str> {
    let Some((end, _)) = text.match_indices('\n').nth(lines.saturating_sub(1)) else {
        return cut(text, most);
    };
    let missing = text[end + 1..].lines().count();
    if missing == 0 {
        return cut(text, most);
    }
    let kept = cut(&text[..end], most.saturating_sub(NOTE_BYTES));
    Cow::Owned(format!("{kept}\n… (cut: {} more lines)", grouped(missing)))
}

/// The number of bytes the text takes between the quotes of a JSON string, as serde_json writes it.
#[must_use]
pub fn json_bytes(text: &str) -> usize {
    text.chars().map(json_bytes_of).sum()
}

fn json_bytes_of(c: char) -> usize {
    match c {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        '\0'..='\u{1f}' => 6,
        other => other.len_utf8(),
    }
}

/// A number with commas between its thousands: `12,345`.
#[must_use]
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_left_as_it_is() {
        for text in ["", "short", "two\nlines"] {
            assert!(matches!(cut_lines(text, 200, 2), Cow::Borrowed(same) if same == text), "{text:?}");
        }
    }

    #[test]
    fn the_beginning_stays_and_the_rest_is_counted_and_all_of_it_fits_as_json() {
        for c in ["x", "ä", "🎛", "\n", "\u{1}", "\"", "a\u{1b}é\\"] {
            for most in [120, 1000, 8 * 1024] {
                let text = c.repeat(most * 2);
                let shorter = cut(&text, most);
                assert!(serde_json::to_string(&shorter).unwrap().len() <= most + 2, "{c:?} {most}");
                let (kept, note) = shorter.split_once(" … (cut: ").unwrap();
                assert!(text.starts_with(kept));
                assert_eq!(note, format!("{} more bytes)", grouped(text.len() - kept.len())));
                // Nothing is cut that would have fit.
                assert!(json_bytes(kept) + NOTE_BYTES + 8 * 6 > most, "{c:?} {most}");
            }
        }
    }

    #[test]
    fn a_million_lines_are_counted_and_not_kept() {
        let text = "\n".repeat(1_000_000);
        let shorter = cut_lines(&text, LINE_BYTES, 64);
        assert_eq!(shorter.lines().last(), Some("… (cut: 999,936 more lines)"));
        assert!(shorter.len() < 200 && shorter.lines().count() == 65, "{shorter}");
        let long = cut_lines(&"word \n".repeat(10_000), 1000, 8000).into_owned();
        assert!(json_bytes(&long) <= 1000 && long.contains("more bytes") && long.contains("more lines"));
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!(
            [0, 999, 1000, 12_345, 1_000_000].map(grouped),
            ["0", "999", "1,000", "12,345", "1,000,000"]
        );
    }
}
