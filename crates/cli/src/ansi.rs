//! Cleans text from elsewhere before it is shown: removes what could move the cursor, rename the window or hide a part
//! of the text.

/// What starts a terminal command.
const ESCAPE: char = '\u{1b}';

/// `text` as plain text: without escape sequences (ECMA-48: colours, cursor moves, erasing, titles), control characters
/// other than line ends and tabs, and characters that change the writing direction, by which a name can pose as
/// another.
pub(crate) fn strip(text: &str) -> String {
    clean(text, false)
}

/// The same, but keeps colours and the like: `ESC [ … m` (select graphic rendition).
pub(crate) fn keep_colours(text: &str) -> String {
    clean(text, true)
}

/// The same as [`strip`], on one line: for a name or a path within a sentence.
pub(crate) fn line(text: &str) -> String {
    strip(text).replace(['\n', '\t'], " ")
}

/// Whether a terminal would do anything but show this character.
pub(crate) fn is_hidden(char: char) -> bool {
    // Unicode's explicit directional formatting characters (UAX 9, section 2).
    (char.is_control() && !matches!(char, '\n' | '\t'))
        || matches!(char, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn clean(text: &str, colours: bool) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        let behind = &rest[char.len_utf8()..];
        rest = match sequence(char, behind) {
            Some((sequence, behind)) => {
                if colours
                    && sequence.starts_with('[')
                    && sequence.ends_with('m')
                    && !sequence.contains(is_hidden)
                {
                    plain.push(ESCAPE);
                    plain.push_str(sequence);
                }
                behind
            }
            None => {
                if !is_hidden(char) {
                    plain.push(char);
                }
                behind
            }
        };
    }
    plain
}

/// Splits off the escape sequence that begins with `char` (ECMA-48 sections 5.3 to 5.6): the sequence without its first
/// character, and the rest. An unterminated sequence ends where it stops being valid, so that the text after it is
/// shown.
fn sequence(char: char, behind: &str) -> Option<(&str, &str)> {
    let whole = behind;
    let (kind, body) = match char {
        ESCAPE => {
            let kind = behind.chars().next()?;
            (kind, &behind[kind.len_utf8()..])
        }
        // The same in one character: CSI, DCS, SOS, OSC, PM, APC.
        '\u{9b}' => ('[', behind),
        '\u{90}' => ('P', behind),
        '\u{98}' => ('X', behind),
        '\u{9d}' => (']', behind),
        '\u{9e}' => ('^', behind),
        '\u{9f}' => ('_', behind),
        _ => return None,
    };
    let end = match kind {
        // Parameter and intermediate bytes, then one final byte.
        '[' => {
            let end = body.find(|char| !matches!(char, ' '..='?')).unwrap_or(body.len());
            let last = body[end..].chars().next().filter(|char| matches!(char, '@'..='~'));
            &body[end + last.map_or(0, char::len_utf8)..]
        }
        // A string up to its terminator, on the same line.
        'P' | 'X' | ']' | '^' | '_' => {
            let line = body.split('\n').next().unwrap_or_default();
            let ends = ["\u{1b}\\", "\u{9c}", "\u{7}"];
            let end = ends.iter().filter_map(|end| line.find(end).map(|at| at + end.len())).min();
            &body[end.unwrap_or(0)..]
        }
        // Intermediate bytes, then one final byte.
        ' '..='/' => {
            let end = body.find(|char| !matches!(char, ' '..='/')).unwrap_or(body.len());
            let last = body[end..].chars().next().filter(|char| matches!(char, '0'..='~'));
            &body[end + last.map_or(0, char::len_utf8)..]
        }
        '0'..='~' => body,
        // Not a sequence: the text after it is ordinary text.
        _ => return Some(("", whole)),
    };
    Some((&whole[..whole.len() - end.len()], end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_go_and_text_stays() {
        assert_eq!(strip("\u{1b}[0m\u{1b}[1m\u{1b}[38;5;9merror\u{1b}[0m: ä [x]"), "error: ä [x]");
        assert_eq!(strip("plain\tand\nmore"), "plain\tand\nmore");
        assert_eq!(strip("cut \u{1b}[1"), "cut ");
    }

    #[test]
    fn nothing_that_a_terminal_obeys_is_left() {
        for (text, plain) in [
            // A title, a hyperlink, the clipboard; terminated by BEL, by ST and by ST's one-character form.
            ("a\u{1b}]0;title\u{7}b", "ab"),
            ("\u{1b}]8;;http://x\u{1b}\\link\u{1b}]8;;\u{1b}\\", "link"),
            ("a\u{9d}52;c;aGk=\u{9c}b", "ab"),
            // Erasing, moving, queries, resetting, another character set, a device control string.
            ("\u{1b}[2J\u{1b}[1;1Hgone\u{1b}[6n\u{1b}c\u{1b}(0x\u{1b}7", "gonex"),
            ("\u{9b}31mred\u{1b}P1$q\"p\u{1b}\\", "red"),
            // Overwriting earlier text, and a bell.
            ("safe\r\u{8}\u{8}evil\u{7}\u{0}\u{7f}", "safeevil"),
            // A name that reads right to left.
            ("gpj.\u{202e}exe\u{2066}\u{200f}", "gpj.exe"),
            // An unterminated sequence swallows nothing else.
            ("a\u{1b}]0;title b\nc", "a0;title b\nc"),
            ("\u{1b}[31;ä", "ä"),
            ("\u{1b}ä\u{1b}", "ä"),
            ("\u{1b}\u{1b}[31mx", "x"),
        ] {
            assert_eq!(strip(text), plain, "{text:?}");
            assert!(!keep_colours(text).replace("\u{1b}[31m", "").contains(is_hidden), "{text:?}");
        }
    }

    #[test]
    fn of_sequences_only_colours_can_be_kept() {
        assert_eq!(
            keep_colours("\u{1b}[1;31merror\u{1b}[0m\u{1b}[2K\u{1b}]0;x\u{7}\r"),
            "\u{1b}[1;31merror\u{1b}[0m"
        );
        assert_eq!(line("a\nb\tc\u{1b}[1m"), "a b c");
    }
}
