//! Decodes keys from the bytes that a terminal sends.

/// A key that is used here. Arrows, function keys and the rest are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    /// A character.
    Char(char),
    /// Return or Enter.
    Enter,
    /// Backspace.
    Backspace,
    /// Escape.
    Escape,
}

const ESCAPE: u8 = 0x1b;

/// Takes the keys out of `bytes`, which were read at once. An incomplete character at the end is left in it.
pub(crate) fn decode(bytes: &mut Vec<u8>) -> Vec<Key> {
    let mut keys = Vec::new();
    let mut rest = bytes.as_slice();
    while let Some((&first, behind)) = rest.split_first() {
        rest = match first {
            ESCAPE if behind.is_empty() => {
                keys.push(Key::Escape);
                behind
            }
            ESCAPE => behind_sequence(behind),
            b'\r' | b'\n' => {
                keys.push(Key::Enter);
                behind
            }
            0x7f | 0x08 => {
                keys.push(Key::Backspace);
                behind
            }
            0..0x20 => behind,
            _ => match character(rest) {
                Some((char, behind)) => {
                    keys.extend(char.map(Key::Char));
                    behind
                }
                None => break,
            },
        };
    }
    *bytes = rest.to_vec();
    keys
}

/// The bytes after what a terminal sends for an arrow, a function key, or a key together with Alt: a control sequence
/// (ECMA-48 section 5.4), a single shift with its character, or the key itself.
fn behind_sequence(bytes: &[u8]) -> &[u8] {
    match bytes {
        [b'[', sequence @ ..] => {
            let last = sequence.iter().position(|byte| (0x40..0x7f).contains(byte));
            last.map_or(&[], |last| &sequence[last + 1..])
        }
        [b'O', _, behind @ ..] => behind,
        [_, behind @ ..] => behind,
        [] => &[],
    }
}

/// The first character (`None` for invalid bytes), and the bytes after it; nothing if the character is incomplete.
fn character(bytes: &[u8]) -> Option<(Option<char>, &[u8])> {
    let chunk = bytes.utf8_chunks().next()?;
    match chunk.valid().chars().next() {
        Some(char) => Some((Some(char), &bytes[char.len_utf8()..])),
        None if std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none()) => None,
        None => Some((None, &bytes[chunk.invalid().len()..])),
    }
}

#[cfg(test)]
mod tests {
    use super::{Key::*, *};

    #[test]
    fn keys_come_out_and_sequences_go() {
        let mut left = Vec::new();
        let mut typed = |bytes: &[u8]| {
            left.extend_from_slice(bytes);
            decode(&mut left)
        };
        assert_eq!(typed(b"q\r\n\x7f"), [Char('q'), Enter, Enter, Backspace]);
        assert_eq!(typed(b"\x1b"), [Escape]);
        assert_eq!(typed(b"\x1b[A\x1b[1;5Cx\x1bOPy\x1bzm"), [Char('x'), Char('y'), Char('m')]);
        assert_eq!(typed(b"\x04\x15a"), [Char('a')]);
        assert_eq!(typed(b"\x1b["), []);
        assert_eq!(typed(b"\xc3"), [], "half a character waits for the other half");
        assert_eq!(typed(b"\xa4b\xffc"), [Char('ä'), Char('b'), Char('c')]);
    }
}
