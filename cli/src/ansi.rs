//! Terminal escape sequences: taken out where a program reads.

/// `text` without CSI sequences (`ESC [ … letter`, ECMA-48 section 5.4): colours, cursor moves, erasing.
pub(crate) fn strip(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(char) = rest.next() {
        if char != '\u{1b}' {
            plain.push(char);
        } else if rest.next_if_eq(&'[').is_some() {
            // Parameters and intermediates are below '@'; the first character from there on ends the sequence.
            while rest.next().is_some_and(|char| char < '@') {}
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_go_and_text_stays() {
        assert_eq!(strip("\u{1b}[0m\u{1b}[1m\u{1b}[38;5;9merror\u{1b}[0m: ä [x]"), "error: ä [x]");
        assert_eq!(strip("plain"), "plain");
        assert_eq!(strip("cut \u{1b}[1"), "cut ");
    }
}
